#ifndef CASSAY_SQLITE_SHIMS_H
#define CASSAY_SQLITE_SHIMS_H

struct sqlite3;

/// Turns an on/off option of a connection (`SQLITE_DBCONFIG_…`) on or off, for Swift cannot call `sqlite3_db_config`.
///
/// Inline, so that a program without SQLite can link this target. Returns SQLite's result code.
static inline int assay_sqlite_set_option(void *connection, int option, int on) {
  extern int sqlite3_db_config(struct sqlite3 *, int, ...);
  return sqlite3_db_config((struct sqlite3 *)connection, option, on, (int *)0);
}

#endif
