#define _GNU_SOURCE
#include "memory_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __linux__
int assay_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
#else
#include <fcntl.h>

int assay_memory_file(const char *name) {
  (void)name;
  char path[] = "/tmp/assay-XXXXXX";
  int file = mkstemp(path);
  if (file < 0) return -1;
  unlink(path);
  fcntl(file, F_SETFD, FD_CLOEXEC);
  return file;
}
#endif
