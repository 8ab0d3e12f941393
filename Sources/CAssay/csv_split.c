#include "csv_split.h"

#include <string.h>

#include "csv_block.h"

/// Rewrites a field that starts with a quote without its quoting and returns its length. `field` is `count` bytes.
static size_t unquote(uint8_t *field, size_t count, uint8_t quote) {
  size_t from = 1, to = 0;
  while (from < count) {
    const uint8_t *next = memchr(field + from, quote, count - from);
    const size_t run = (next == NULL ? count : (size_t)(next - field)) - from;
    memmove(field + to, field + from, run);
    to += run;
    from += run;
    if (next == NULL) return to;
    if (from + 1 < count && field[from + 1] == quote) {
      field[to++] = quote;
      from += 2;
      continue;
    }
    // Behind the closing quote everything is text, further quotes too.
    from += 1;
    memmove(field + to, field + from, count - from);
    return to + count - from;
  }
  return to;
}

int assay_csv_split(
    uint8_t *bytes, size_t count, int writable, uint8_t delimiter, int quote, size_t columns, size_t stride,
    uint32_t *starts, uint32_t *lengths, uint64_t *ragged, assay_csv_split_state *state) {
  size_t field = state->at;    // start of the field
  size_t column = 0;           // its column
  size_t cell = state->row;    // its place in the output
  size_t row = state->row;
  size_t closed = 0;           // where its closing quote stands
  int is_quoted = 0;           // it began with a quote
  int inside = 0;              // that quote is not closed yet
  int has_pairs = 0;           // it holds doubled quotes
  uint64_t skipped = 0;        // bit 0 when the first byte of the next block is spoken for

  for (size_t at = state->at; at <= count; at += 64) {
    const int is_last = count - at < 64;
    uint64_t ends, quotes;
    if (!is_last) {
      ends = block_mask(bytes + at, delimiter) | block_mask(bytes + at, '\n') | block_mask(bytes + at, '\r');
      quotes = quote < 0 ? 0 : block_mask(bytes + at, (uint8_t)quote);
    } else {
      const size_t size = count - at;
      const uint64_t live = (UINT64_C(1) << size) - 1;
      uint8_t tail[64] = {0};
      memcpy(tail, bytes + at, size);
      ends = (block_mask(tail, delimiter) | block_mask(tail, '\n') | block_mask(tail, '\r')) & live;
      quotes = quote < 0 ? 0 : block_mask(tail, (uint8_t)quote) & live;
      // The end of the bytes ends the last row, unless a line end did so already.
      ends |= UINT64_C(1) << size;
    }
    ends &= ~skipped;
    quotes &= ~skipped;
    skipped = 0;
    uint64_t marks = inside ? quotes : ends | quotes;
    // Without quotes in sight, the cells of a row before its last are all alike.
    const int is_plain = quotes == 0 && !inside && !is_last;
    while (marks != 0) {
      if (is_plain && !is_quoted) {
        size_t from = field, to = cell, next = column;
        while (next < columns) {
          const size_t place = at + (unsigned)__builtin_ctzll(marks);
          if (bytes[place] != delimiter) break;
          starts[to] = (uint32_t)from;
          lengths[to] = (uint32_t)(place - from);
          to += stride;
          next += 1;
          from = place + 1;
          marks &= marks - 1;
          if (marks == 0) break;
        }
        field = from;
        cell = to;
        column = next;
        if (marks == 0) break;
      }
      const unsigned index = (unsigned)__builtin_ctzll(marks);
      const size_t place = at + index;
      marks &= marks - 1;
      if (inside) {
        if (place + 1 < count && bytes[place + 1] == quote) {
          has_pairs = 1;
          if (index == 63) skipped = 1;
          else marks &= marks - 1;
        } else {
          inside = 0;
          closed = place;
          marks = (ends | quotes) & bits_above(index);
        }
        continue;
      }
      // At the end of the bytes stands a line feed in thought.
      const int byte = place < count ? bytes[place] : '\n';
      if (byte == quote) {
        if (place == field) {
          inside = 1;
          is_quoted = 1;
          has_pairs = 0;
          marks = quotes & bits_above(index);
        }
        continue;
      }
      if (byte != delimiter && column == 0 && place == field && (columns != 1 || place == count)) {
        // A blank line, or nothing after the last line end.
        goto next_row;
      }
      size_t start = field, length = place - field;
      if (is_quoted) {
        is_quoted = 0;
        if (!has_pairs && closed + 1 == place) {
          start += 1;
          length -= 2;
        } else if (column < columns) {
          if (!writable) {
            state->row = row;
            return ASSAY_CSV_NEEDS_WRITE;
          }
          length = unquote(bytes + field, length, (uint8_t)quote);
        }
      }
      if (column < columns) {
        starts[cell] = (uint32_t)start;
        lengths[cell] = (uint32_t)length;
        cell += stride;
      }
      column += 1;
      if (byte == delimiter) {
        field = place + 1;
        continue;
      }
      if (column != columns) {
        if (ragged != NULL) ragged[state->ragged] = (uint64_t)row << 32 | column;
        state->ragged += 1;
        for (; column < columns; column++) {
          starts[cell] = 0;
          lengths[cell] = 0;
          cell += stride;
        }
      }
      row += 1;
    next_row:
      field = place + 1;
      if (byte == '\r' && field < count && bytes[field] == '\n') {
        field += 1;
        if (index == 63) skipped = 1;
        else marks &= ~(UINT64_C(1) << (index + 1));
      }
      column = 0;
      cell = row;
      state->at = field;
    }
  }
  state->row = row;
  if (inside) {
    state->open = field;
    return ASSAY_CSV_UNCLOSED;
  }
  return ASSAY_CSV_DONE;
}

size_t assay_csv_nonempty(const uint32_t *lengths, size_t count, uint64_t *words) {
  size_t filled = 0;
  for (size_t base = 0; base < count; base += 64) {
    const size_t size = count - base < 64 ? count - base : 64;
    uint64_t word = 0;
    for (size_t index = 0; index < size; index++) word |= (uint64_t)(lengths[base + index] != 0) << index;
    words[base / 64] = word;
    filled += (size_t)__builtin_popcountll(word);
  }
  return count - filled;
}

size_t assay_csv_line_ends(const uint8_t *bytes, size_t count) {
  size_t sum = 0, at = 0;
  uint64_t after_return = 0;
  for (; at + 64 <= count; at += 64) {
    const uint64_t feeds = block_mask(bytes + at, '\n'), returns = block_mask(bytes + at, '\r');
    sum += (size_t)__builtin_popcountll(returns | (feeds & ~(returns << 1 | after_return)));
    after_return = returns >> 63;
  }
  for (; at < count; at++) {
    if (bytes[at] == '\r' || (bytes[at] == '\n' && !after_return)) sum += 1;
    after_return = bytes[at] == '\r';
  }
  return sum;
}
