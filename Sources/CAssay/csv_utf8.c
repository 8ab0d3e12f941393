#include "csv_utf8.h"

#include <string.h>

static inline uint64_t load(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static inline int follows(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/// How many bytes of a word come before the first whose high bit is in `found`.
static inline size_t before_high(uint64_t found) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  return (size_t)__builtin_ctzll(found) / 8;
#else
  return (size_t)__builtin_clzll(found) / 8;
#endif
}

/// The length of the sequence at the start of some bytes, 2 to 4, or 0 where there is none.
static inline size_t sequence(const uint8_t *bytes, size_t left) {
  const uint8_t first = bytes[0];
  if (first >= 0xC2 && first <= 0xDF) return left >= 2 && follows(bytes[1]) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (left < 3 || !follows(bytes[1]) || !follows(bytes[2])) return 0;
    return (first == 0xE0 && bytes[1] < 0xA0) || (first == 0xED && bytes[1] > 0x9F) ? 0 : 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (left < 4 || !follows(bytes[1]) || !follows(bytes[2]) || !follows(bytes[3])) return 0;
    return (first == 0xF0 && bytes[1] < 0x90) || (first == 0xF4 && bytes[1] > 0x8F) ? 0 : 4;
  }
  return 0;
}

size_t assay_utf8_fault(const uint8_t *bytes, size_t count) {
  const uint64_t high = UINT64_C(0x8080808080808080);
  size_t at = 0;
  for (;;) {
    while (at + 32 <= count &&
           ((load(bytes + at) | load(bytes + at + 8) | load(bytes + at + 16) | load(bytes + at + 24)) & high) == 0) {
      at += 32;
    }
    // In the next 32 bytes, or the last ones, the first that is not ASCII.
    uint64_t found = 0;
    while (at + 8 <= count && (found = load(bytes + at) & high) == 0) at += 8;
    if (found != 0) {
      at += before_high(found);
    } else {
      while (at < count && bytes[at] < 0x80) at += 1;
      if (at == count) return count;
    }
    // Sequences come in words of other alphabets one after another.
    do {
      const size_t length = sequence(bytes + at, count - at);
      if (length == 0) return at;
      at += length;
    } while (at < count && bytes[at] >= 0x80);
  }
}

size_t assay_nul_place(const uint8_t *bytes, size_t count) {
  const uint8_t *found = count == 0 ? NULL : memchr(bytes, 0, count);
  return found == NULL ? count : (size_t)(found - bytes);
}
