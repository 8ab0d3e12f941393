// Runs a program and writes what it took: wall and CPU seconds (with its children), peak memory, exit code.
//
//     measure SECONDS OUT PROGRAM ARGUMENT...
//
// OUT gets one JSON object. After SECONDS the program and its children are killed. A program this small measures small
// programs: Linux counts the memory of the process that forks towards the peak of the one that is started.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t child;
static volatile sig_atomic_t expired;

static void expire(int signal_number) {
  (void)signal_number;
  expired = 1;
  if (child > 0) kill(-child, SIGKILL);
}

static void forward(int signal_number) {
  if (child > 0) kill(-child, SIGKILL);
  _exit(128 + signal_number);
}

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int main(int count, char **arguments) {
  if (count < 4) {
    fputs("usage: measure SECONDS OUT PROGRAM ARGUMENT...\n", stderr);
    return 2;
  }
  struct timespec start, end;
  struct rusage usage;
  int status;
  signal(SIGALRM, expire);
  signal(SIGINT, forward);
  signal(SIGTERM, forward);
  clock_gettime(CLOCK_MONOTONIC, &start);
  const pid_t started = fork();
  if (started < 0) {
    perror("fork");
    return 3;
  }
  if (started == 0) {
    setpgid(0, 0);
    execvp(arguments[3], arguments + 3);
    perror(arguments[3]);
    _exit(127);
  }
  setpgid(started, started);
  child = started;
  alarm((unsigned)atoi(arguments[1]));
  while (wait4(started, &status, 0, &usage) < 0) {
    if (errno != EINTR) {
      perror("wait4");
      return 3;
    }
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  child = 0;
  FILE *out = fopen(arguments[2], "w");
  if (!out) {
    perror(arguments[2]);
    return 3;
  }
  fprintf(out, "{\"wall\": %.6f, \"cpu\": %.6f, \"peak_kib\": %ld, \"exit\": %d, \"expired\": %s}\n",
          (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9,
          seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), expired ? "true" : "false");
  return fclose(out) ? 3 : 0;
}
