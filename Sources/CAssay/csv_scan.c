#include "csv_scan.h"

#include <string.h>

#include "csv_block.h"

uint64_t assay_byte_mask(const uint8_t *bytes, uint8_t byte) { return block_mask(bytes, byte); }

uint64_t assay_byte_mask_portable(const uint8_t *bytes, uint8_t byte) {
  uint64_t mask = 0;
  for (int index = 0; index < 64; index++) mask |= (uint64_t)(bytes[index] == byte) << index;
  return mask;
}

static inline int is_newline(uint8_t byte) { return byte == '\n' || byte == '\r'; }

size_t assay_csv_row_end(
    assay_csv_rows *state, const uint8_t *bytes, size_t count, size_t target, uint8_t delimiter, int quote) {
  if (count == 0) return ASSAY_CSV_NONE;
  if (state->ended) {
    state->ended = 0;
    if (bytes[0] != '\n') return 0;
    state->previous = '\n';
    return 1;
  }
  size_t at = 0;
  if (state->held) {
    state->held = 0;
    if (bytes[0] == quote) at = 1;
    else state->quoted = 0;
  }
  uint64_t skipped = 0;  // bit 0 when the first byte of the next block is half of a doubled quote
  while (at < count) {
    const size_t size = count - at < 64 ? count - at : 64;
    const uint8_t *block = bytes + at;
    const uint8_t before_block = at > 0 ? bytes[at - 1] : state->previous;
    uint8_t tail[64];
    uint64_t live = ~UINT64_C(0);
    if (size < 64) {
      memset(tail, 0, sizeof tail);
      memcpy(tail, block, size);
      block = tail;
      live = (UINT64_C(1) << size) - 1;
    }
    const uint64_t feeds = block_mask(block, '\n') & live, returns = block_mask(block, '\r') & live;
    uint64_t quotes = quote < 0 ? 0 : block_mask(block, (uint8_t)quote) & live & ~skipped;
    skipped = 0;
    uint64_t inside = state->quoted ? ~UINT64_C(0) : 0;
    while (quotes != 0) {
      const unsigned index = (unsigned)__builtin_ctzll(quotes);
      quotes &= quotes - 1;
      if (state->quoted) {
        const size_t next = at + index + 1;
        if (next == count) {
          state->held = 1;
        } else if (bytes[next] == quote) {
          if (index == 63) skipped = 1;
          else quotes &= quotes - 1;
        } else {
          state->quoted = 0;
          inside &= ~(~UINT64_C(0) << index);
        }
      } else {
        // Outside quotes a quote opens a field only at the field's start; anywhere else it is text.
        const uint8_t before = index > 0 ? block[index - 1] : before_block;
        if (before == delimiter || is_newline(before)) {
          state->quoted = 1;
          inside |= ~UINT64_C(0) << index;
        }
      }
    }
    const uint64_t ends = returns | (feeds & ~(returns << 1 | (before_block == '\r')));
    const uint64_t row_ends = ends & ~inside;
    const uint64_t blanks = row_ends & ((feeds | returns) << 1 | (uint64_t)is_newline(before_block));
    uint64_t upto = ~UINT64_C(0);
    uint64_t candidates = 0;
    if (row_ends != 0 && at + size >= target) {
      candidates = row_ends;
      if (target > at + 1) candidates &= ~UINT64_C(0) << (target - at - 1);
      if (candidates != 0) upto = ~bits_above((unsigned)__builtin_ctzll(candidates));
    }
    state->lines += (uint64_t)__builtin_popcountll(ends & upto);
    state->blanks += (uint64_t)__builtin_popcountll(blanks & upto);
    state->rows += (uint64_t)__builtin_popcountll(row_ends & ~blanks & upto);
    if (candidates != 0) {
      size_t end = at + (size_t)__builtin_ctzll(candidates) + 1;
      state->quoted = 0;
      state->held = 0;
      state->previous = bytes[end - 1];
      if (state->previous == '\r') {
        if (end == count) {
          state->ended = 1;
          return ASSAY_CSV_NONE;
        }
        if (bytes[end] == '\n') {
          state->previous = '\n';
          end += 1;
        }
      }
      return end;
    }
    at += size;
  }
  state->previous = bytes[count - 1];
  return ASSAY_CSV_NONE;
}
