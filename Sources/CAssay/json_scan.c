#include "json_scan.h"

#include "csv_block.h"

size_t assay_json_value_end_portable(assay_json_scan *state, const uint8_t *bytes, size_t count, int64_t limit) {
  for (size_t at = 0; at < count; at++) {
    const uint8_t byte = bytes[at];
    // A backslash outside of strings is malformed, and its record refused later. It escapes a quote all the same, so
    // that this does not depend on where a block begins.
    const int is_escaped = state->escaped;
    state->escaped = byte == '\\' && !is_escaped;
    if (byte == '"' && !is_escaped) {
      state->quoted = !state->quoted;
      if (!state->quoted && state->depth == 0) return at + 1;
    } else if (state->quoted) {
      continue;
    } else if (byte == '{' || byte == '[') {
      if (++state->depth > limit) {
        state->too_deep = 1;
        return at;
      }
    } else if (byte == '}' || byte == ']') {
      if (--state->depth == 0) return at + 1;
    }
  }
  return ASSAY_JSON_NONE;
}

/// A bit for each byte that has an odd number of backslashes right before it; `*carry` says whether the first one has.
static inline uint64_t escaped_bytes(uint64_t slashes, uint64_t *carry) {
  if (slashes == 0) {
    const uint64_t escaped = *carry;
    *carry = 0;
    return escaped;
  }
  // Every run of backslashes escapes each second byte from its second one on, and the byte behind it if it is odd. An
  // addition carries through a run: where it comes out depends on whether the run began at an odd or an even place.
  const uint64_t even = UINT64_C(0x5555555555555555);
  slashes &= ~*carry;
  const uint64_t follows = slashes << 1 | *carry;
  const uint64_t odd_starts = slashes & ~even & ~follows;
  uint64_t even_runs;
  *carry = __builtin_add_overflow(odd_starts, slashes, &even_runs);
  return (even ^ even_runs << 1) & follows;
}

/// For each bit, whether an odd number of bits is set up to and with it.
static inline uint64_t parity_up_to(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

size_t assay_json_value_end(assay_json_scan *state, const uint8_t *bytes, size_t count, int64_t limit) {
  uint64_t inside = state->quoted ? ~UINT64_C(0) : 0, carry = state->escaped;
  int64_t depth = state->depth;
  size_t at = 0;
  for (; at + 64 <= count; at += 64) {
    const uint8_t *block = bytes + at;
    const uint64_t slashes = block_mask(block, '\\');
    uint64_t quotes = block_mask(block, '"');
    if ((slashes | carry) != 0) quotes &= ~escaped_bytes(slashes, &carry);
    const uint64_t strings = parity_up_to(quotes) ^ inside;
    inside = (uint64_t)((int64_t)strings >> 63);
    const uint64_t opens = (block_mask(block, '{') | block_mask(block, '[')) & ~strings;
    const uint64_t closes = (block_mask(block, '}') | block_mask(block, ']')) & ~strings;
    // The quote that ends a string is not inside of it; it ends a value that is a string.
    const uint64_t ends = depth == 0 ? quotes & ~strings : 0;
    for (uint64_t marks = opens | closes | ends; marks != 0; marks &= marks - 1) {
      const uint64_t mark = marks & -marks;
      const size_t place = at + (size_t)__builtin_ctzll(marks);
      if ((mark & opens) != 0) {
        if (++depth > limit) {
          state->too_deep = 1;
          return place;
        }
      } else if ((mark & closes) != 0) {
        if (--depth == 0) return place + 1;
      } else if (depth == 0) {
        return place + 1;
      }
    }
  }
  state->depth = depth;
  state->quoted = inside != 0;
  state->escaped = carry != 0;
  const size_t end = assay_json_value_end_portable(state, bytes + at, count - at, limit);
  return end == ASSAY_JSON_NONE ? end : at + end;
}
