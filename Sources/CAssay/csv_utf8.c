#include "csv_utf8.h"

#include <string.h>

static inline uint64_t load(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static inline int follows(uint8_t byte) { return (byte & 0xC0) == 0x80; }

size_t assay_utf8_fault(const uint8_t *bytes, size_t count) {
  const uint64_t high = UINT64_C(0x8080808080808080);
  size_t at = 0;
  while (at < count) {
    while (at + 32 <= count &&
           ((load(bytes + at) | load(bytes + at + 8) | load(bytes + at + 16) | load(bytes + at + 24)) & high) == 0) {
      at += 32;
    }
    // The rest of the 32 bytes, or of all: sequences one by one, ASCII between them by the word where it pays.
    const size_t stop = at + 32 < count ? at + 32 : count;
    while (at < stop) {
      const uint8_t first = bytes[at];
      if (first < 0x80) {
        at += 1;
        continue;
      }
      const size_t left = count - at;
      if (first >= 0xC2 && first <= 0xDF) {
        if (left < 2 || !follows(bytes[at + 1])) return at;
        at += 2;
      } else if (first >= 0xE0 && first <= 0xEF) {
        if (left < 3 || !follows(bytes[at + 1]) || !follows(bytes[at + 2])) return at;
        if (first == 0xE0 && bytes[at + 1] < 0xA0) return at;
        if (first == 0xED && bytes[at + 1] > 0x9F) return at;
        at += 3;
      } else if (first >= 0xF0 && first <= 0xF4) {
        if (left < 4 || !follows(bytes[at + 1]) || !follows(bytes[at + 2]) || !follows(bytes[at + 3])) return at;
        if (first == 0xF0 && bytes[at + 1] < 0x90) return at;
        if (first == 0xF4 && bytes[at + 1] > 0x8F) return at;
        at += 4;
      } else {
        return at;
      }
    }
  }
  return count;
}

size_t assay_nul_place(const uint8_t *bytes, size_t count) {
  const uint8_t *found = count == 0 ? NULL : memchr(bytes, 0, count);
  return found == NULL ? count : (size_t)(found - bytes);
}
