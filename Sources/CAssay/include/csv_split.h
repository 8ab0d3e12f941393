#ifndef CASSAY_CSV_SPLIT_H
#define CASSAY_CSV_SPLIT_H

#include <stddef.h>
#include <stdint.h>

/// How far a split has come. Starts as zeros.
typedef struct {
  /// The start of the next row.
  size_t at;
  /// Rows so far.
  size_t row;
  /// Rows of another number of cells than there are columns, so far.
  size_t ragged;
  /// Where the quote stands that is not closed.
  size_t open;
} assay_csv_split_state;

enum {
  ASSAY_CSV_DONE = 0,
  /// The row at `at` has a field that must be rewritten in place: call again with bytes that are writable.
  ASSAY_CSV_NEEDS_WRITE = 1,
  /// The quote at `open` has no end.
  ASSAY_CSV_UNCLOSED = 2,
};

/// Splits whole rows into cells: the start and length of cell (column, row) go to `column * stride + row`.
///
/// `stride` must be no less than the number of rows; line ends plus one always are enough. A field with doubled quotes, or with text behind
/// its closing quote, is rewritten in place; its first byte never moves to the left of the field. Missing cells are
/// empty at 0; cells past the last column are left out. `ragged` takes `row << 32 | cells` for each row that has
/// another number of cells, `stride` of them at most, or is NULL. With no columns rows are counted only.
int assay_csv_split(
    uint8_t *bytes, size_t count, int writable, uint8_t delimiter, int quote, size_t columns, size_t stride,
    uint32_t *starts, uint32_t *lengths, uint64_t *ragged, assay_csv_split_state *state);

/// Sets a bit for each length that is not 0, ⌈count / 64⌉ words, and returns how many are 0.
size_t assay_csv_nonempty(const uint32_t *lengths, size_t count, uint64_t *words);

/// Line ends (LF, CR LF or CR) in the bytes.
size_t assay_csv_line_ends(const uint8_t *bytes, size_t count);

#endif
