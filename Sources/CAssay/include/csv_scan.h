#ifndef CASSAY_CSV_SCAN_H
#define CASSAY_CSV_SCAN_H

#include <stddef.h>
#include <stdint.h>

/// A bit for each of 64 bytes that equals `byte`, the first byte lowest.
uint64_t assay_byte_mask(const uint8_t *bytes, uint8_t byte);

/// The plain twin of `assay_byte_mask`, used where there is neither SSE2 nor NEON.
uint64_t assay_byte_mask_portable(const uint8_t *bytes, uint8_t byte);

/// What a search for row ends has to know of the bytes before. Starts as zeros with `previous` a line feed.
typedef struct {
  /// The next byte is inside a quoted field.
  uint8_t quoted;
  /// The last byte was a quote inside a quoted field: its end, or half of a doubled one.
  uint8_t held;
  /// The last byte.
  uint8_t previous;
  /// The row ended with the last byte, a carriage return; a line feed that follows belongs to it.
  uint8_t ended;
  /// Line ends so far, within quotes too.
  uint64_t lines;
  /// Row ends so far of rows that hold something.
  uint64_t rows;
  /// Row ends so far of blank lines.
  uint64_t blanks;
} assay_csv_rows;

#define ASSAY_CSV_NONE SIZE_MAX
/// ASSAY_CSV_NONE for Swift, which does not import it.
static inline size_t assay_csv_none(void) { return ASSAY_CSV_NONE; }

/// The end of the first row that ends at or after `target`, or ASSAY_CSV_NONE where it is not within `count` bytes.
///
/// Goes on from `state`, which then stands behind the returned end, or behind all bytes. `quote` is −1 for none.
/// Each byte is looked at once.
size_t assay_csv_row_end(
    assay_csv_rows *state, const uint8_t *bytes, size_t count, size_t target, uint8_t delimiter, int quote);

#endif
