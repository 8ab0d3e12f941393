// What loading costs if reading costs nothing: rows made ready in memory, then bound and inserted one by one.
//
//     raw_load CUSTOMERS.csv OUT.db
//
// One transaction with SQLite's own settings, so the table is on the disk when the clock stops. Without a journal and
// with one fsync at the end it takes as long. Prints a JSON object with the seconds of the load alone.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define COLUMNS 12
enum { INTEGER, REAL, TEXT, TRUTH };
static const char *const names[COLUMNS] = {"id",    "name",     "email",   "signup_date", "zipcode", "city",
                                           "state", "industry", "revenue", "employees",   "active",  "notes"};
static const int kinds[COLUMNS] = {INTEGER, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, REAL, TEXT, TRUTH, TEXT};
static const char *const types[] = {"INTEGER", "REAL", "TEXT", "INTEGER"};

typedef struct {
  int is_null;
  int length;
  union {
    sqlite3_int64 integer;
    double real;
    const char *text;
  };
} Value;

static double wall_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void stop(const char *what, const char *why) {
  fprintf(stderr, "raw_load: %s: %s\n", what, why);
  exit(3);
}

static void run(sqlite3 *db, const char *sql) {
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) stop(sql, sqlite3_errmsg(db));
}

// One field, unquoted in place; `*at` moves behind the delimiter. Returns its length.
static int field(char **at, const char *end, char **start) {
  char *read = *at, *write;
  if (read < end && *read == '"') {
    *start = write = ++read;
    while (read < end) {
      if (*read == '"') {
        if (read + 1 < end && read[1] == '"') {
          read++;
        } else {
          break;
        }
      }
      *write++ = *read++;
    }
    read++;
  } else {
    *start = write = read;
    while (read < end && *read != ',' && *read != '\n') read++;
    write = read;
  }
  *at = read + 1;
  return (int)(write - *start);
}

static Value value(int kind, const char *text, int length) {
  Value made = {.is_null = length == 0, .length = length};
  if (kind == INTEGER) {
    made.integer = strtoll(text, NULL, 10);
  } else if (kind == REAL) {
    made.real = strtod(text, NULL);
  } else if (kind == TRUTH) {
    made.integer = *text == 't';
  } else {
    made.text = text;
  }
  return made;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fputs("usage: raw_load CUSTOMERS.csv OUT.db\n", stderr);
    return 2;
  }
  FILE *in = fopen(arguments[1], "rb");
  struct stat info;
  if (!in || fstat(fileno(in), &info)) stop(arguments[1], "cannot be read");
  const size_t size = (size_t)info.st_size;
  char *bytes = malloc(size + 1);
  if (!bytes || fread(bytes, 1, size, in) != size) stop(arguments[1], "cannot be read");
  fclose(in);
  bytes[size] = 0;
  size_t lines = 0;
  for (size_t place = 0; place < size; place++) lines += bytes[place] == '\n';
  Value *values = malloc(sizeof(Value) * COLUMNS * (lines + 1));
  if (!values) stop(arguments[1], "does not fit into memory");
  char *at = bytes, *end = bytes + size, *start;
  for (int column = 0; column < COLUMNS; column++) {
    const int length = field(&at, end, &start);
    if (length != (int)strlen(names[column]) || memcmp(start, names[column], (size_t)length))
      stop(arguments[1], "does not have the twelve columns of make_data");
  }
  size_t rows = 0;
  while (at < end) {
    for (int column = 0; column < COLUMNS; column++) {
      const int length = field(&at, end, &start);
      values[rows * COLUMNS + (size_t)column] = value(kinds[column], start, length);
    }
    rows++;
  }

  const double wall = wall_seconds(), cpu = cpu_seconds();
  sqlite3 *db;
  sqlite3_stmt *insert;
  char sql[1024] = "CREATE TABLE customers (";
  if (sqlite3_open(arguments[2], &db) != SQLITE_OK) stop(arguments[2], sqlite3_errmsg(db));
  run(db, "PRAGMA page_size = 16384");
  for (int column = 0; column < COLUMNS; column++)
    sprintf(sql + strlen(sql), "%s%s %s", column ? ", " : "", names[column], types[kinds[column]]);
  run(db, "BEGIN IMMEDIATE");
  run(db, strcat(sql, ")"));
  const char *text = "INSERT INTO customers VALUES (?,?,?,?,?,?,?,?,?,?,?,?)";
  if (sqlite3_prepare_v2(db, text, -1, &insert, NULL) != SQLITE_OK) stop(text, sqlite3_errmsg(db));
  const Value *next = values;
  for (size_t row = 0; row < rows; row++) {
    for (int column = 0; column < COLUMNS; column++, next++) {
      if (next->is_null) {
        sqlite3_bind_null(insert, column + 1);
      } else if (kinds[column] == TEXT) {
        sqlite3_bind_text(insert, column + 1, next->text, next->length, SQLITE_STATIC);
      } else if (kinds[column] == REAL) {
        sqlite3_bind_double(insert, column + 1, next->real);
      } else {
        sqlite3_bind_int64(insert, column + 1, next->integer);
      }
    }
    if (sqlite3_step(insert) != SQLITE_DONE) stop("insert", sqlite3_errmsg(db));
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  run(db, "COMMIT");
  if (sqlite3_close(db) != SQLITE_OK) stop(arguments[2], "is still in use");
  printf("{\"wall\": %.6f, \"cpu\": %.6f, \"rows\": %zu}\n", wall_seconds() - wall, cpu_seconds() - cpu, rows);
  return 0;
}
