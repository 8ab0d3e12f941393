#ifndef CASSAY_JSON_SCAN_H
#define CASSAY_JSON_SCAN_H

#include <stddef.h>
#include <stdint.h>

/// What a search for the end of a JSON list, object or string has to know of the bytes before. Starts as zeros.
typedef struct {
  /// Open lists and objects.
  int64_t depth;
  /// The next byte is inside a string.
  uint8_t quoted;
  /// The next byte is escaped by a backslash.
  uint8_t escaped;
  /// A bracket opened more than the limit; the place is that bracket's.
  uint8_t too_deep;
} assay_json_scan;

#define ASSAY_JSON_NONE SIZE_MAX
/// ASSAY_JSON_NONE for Swift, which does not import it.
static inline size_t assay_json_none(void) { return ASSAY_JSON_NONE; }

/// The place behind the value that is open or begins at the first byte, or ASSAY_JSON_NONE where it goes on after
/// `count` bytes.
///
/// Goes on from `state`. Brackets and quotes are counted, kinds of brackets are not told apart. Where more than `limit`
/// are open, `too_deep` is set.
size_t assay_json_value_end(assay_json_scan *state, const uint8_t *bytes, size_t count, int64_t limit);

/// The plain twin of `assay_json_value_end`, byte by byte.
size_t assay_json_value_end_portable(assay_json_scan *state, const uint8_t *bytes, size_t count, int64_t limit);

#endif
