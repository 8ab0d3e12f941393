#include "cell_classes.h"

#include <string.h>

enum { NULL_CELL, TEXT, INTEGER, DECIMAL, BOOLEAN, DATE, DATETIME, CODE };

static inline int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

/// The first `length` (1 to 8) bytes in the upper bytes of a word, behind zeros as digits.
static inline uint64_t padded(const uint8_t *text, size_t length) {
  uint64_t word;
  memcpy(&word, text, sizeof word);
  const unsigned shift = (unsigned)(64 - 8 * length);
  return shift == 0 ? word : word << shift | UINT64_C(0x3030303030303030) >> (8 * length);
}

static inline int all_digits(uint64_t word) {
  const uint64_t high = UINT64_C(0xF0F0F0F0F0F0F0F0);
  return ((word & high) | (((word + UINT64_C(0x0606060606060606)) & high) >> 4)) == UINT64_C(0x3333333333333333);
}

/// The value of eight digits, the first in the lowest byte: pairs, then fours, then all (Lemire, 2018).
static inline uint64_t eight_digits(uint64_t word) {
  word -= UINT64_C(0x3030303030303030);
  word = word * 10 + (word >> 8);
  return (((word & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064)) +
          (((word >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001))) >> 32;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HAS_WORDS 1
#else
#define HAS_WORDS 0
#endif

static int fits_64_bits(const uint8_t *digits, size_t count, int negative) {
  uint64_t value = 0;
  for (size_t at = 0; at < count; at++) {
    if (__builtin_mul_overflow(value, UINT64_C(10), &value)) return 0;
    if (__builtin_add_overflow(value, (uint64_t)(digits[at] - '0'), &value)) return 0;
  }
  return value <= (uint64_t)INT64_MAX + (negative ? 1 : 0);
}

/// `-?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?` is a number, `0\d+` a code, all else text.
static uint8_t number_class(const uint8_t *text, size_t count) {
  size_t at = 0;
  const int negative = text[0] == '-';
  if (negative) at = 1;
  const size_t digits = at;
  while (at < count && is_digit(text[at])) at += 1;
  const size_t whole = at - digits;
  if (whole > 1 && text[digits] == '0') return at == count && !negative ? CODE : TEXT;
  if (at == count) {
    if (whole == 0) return TEXT;
    return whole < 19 || fits_64_bits(text + digits, whole, negative) ? INTEGER : DECIMAL;
  }
  if (text[at] == '.') {
    at += 1;
    const size_t fraction = at;
    while (at < count && is_digit(text[at])) at += 1;
    if (whole == 0 && at == fraction) return TEXT;
  } else if (whole == 0) {
    return TEXT;
  }
  if (at < count && (text[at] | 0x20) == 'e') {
    at += 1;
    if (at < count && (text[at] == '+' || text[at] == '-')) at += 1;
    const size_t exponent = at;
    while (at < count && is_digit(text[at])) at += 1;
    if (at == exponent) return TEXT;
  }
  return at == count ? DECIMAL : TEXT;
}

/// Two digits as a number, or a number above all that are valid.
static inline unsigned two_digits(const uint8_t *text) {
  return is_digit(text[0]) && is_digit(text[1]) ? (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0') : 1000;
}

static unsigned days_in_month(unsigned month, unsigned year) {
  if (month == 4 || month == 6 || month == 9 || month == 11) return 30;
  if (month != 2) return 31;
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
}

/// A date, a date with a time (RFC 3339, where `T` may be a space, and seconds and zone may be missing), or text.
static uint8_t date_class(const uint8_t *text, size_t count) {
  if (count < 10 || text[4] != '-' || text[7] != '-') return TEXT;
  const unsigned century = two_digits(text), rest = two_digits(text + 2);
  const unsigned month = two_digits(text + 5), day = two_digits(text + 8);
  if (century > 99 || rest > 99 || century + rest == 0 || month < 1 || month > 12 || day < 1) return TEXT;
  if (day > days_in_month(month, century * 100 + rest)) return TEXT;
  if (count == 10) return DATE;
  if (count < 16 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':') return TEXT;
  if (two_digits(text + 11) > 23 || two_digits(text + 14) > 59) return TEXT;
  size_t at = 16;
  if (at < count && text[at] == ':') {
    if (at + 2 >= count || two_digits(text + at + 1) > 59) return TEXT;
    at += 3;
    if (at < count && text[at] == '.') {
      at += 1;
      const size_t fraction = at;
      while (at < count && is_digit(text[at])) at += 1;
      if (at == fraction) return TEXT;
    }
  }
  if (at == count) return DATETIME;
  if (text[at] == 'Z') return at + 1 == count ? DATETIME : TEXT;
  if ((text[at] != '+' && text[at] != '-') || count != at + 6 || text[at + 3] != ':') return TEXT;
  return two_digits(text + at + 1) < 100 && two_digits(text + at + 4) < 100 ? DATETIME : TEXT;
}

/// Whether the text is true or false in lower case, upper case, or with a capital.
static uint8_t boolean_class(const uint8_t *text, size_t count) {
  static const char *const spellings[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
  if (count != 4 && count != 5) return TEXT;
  for (int index = count == 4 ? 0 : 3, end = index + 3; index < end; index++) {
    if (memcmp(text, spellings[index], count) == 0) return BOOLEAN;
  }
  return TEXT;
}

uint8_t assay_text_class(const uint8_t *text, size_t count) {
  if (count == 0) return TEXT;
  switch (text[0]) {
    case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': {
      const uint8_t found = date_class(text, count);
      return found != TEXT ? found : number_class(text, count);
    }
    case '-': case '.': return number_class(text, count);
    case 't': case 'T': case 'f': case 'F': return boolean_class(text, count);
    default: return TEXT;
  }
}

void assay_cell_classes(
    const uint8_t *bytes, size_t size, const uint32_t *starts, const uint32_t *lengths, const uint64_t *validity,
    size_t count, uint8_t *classes, size_t *counts) {
  // Cells of one class follow each other mostly, and a counter in a register costs nothing.
  uint8_t last = TEXT;
  size_t run = 0;
  for (size_t row = 0; row < count; row++) {
    const uint8_t *text = bytes + starts[row];
    const size_t length = lengths[row];
    uint8_t found;
    if (validity != NULL && (validity[row >> 6] >> (row & 63) & 1) == 0) {
      found = NULL_CELL;
    } else if (length > 0 && text[0] >= 'A' && (text[0] | 0x20) != 't' && (text[0] | 0x20) != 'f') {
      found = TEXT;
    } else if (HAS_WORDS && length > 0 && length <= 8 && starts[row] + 8 <= size && all_digits(padded(text, length))) {
      found = text[0] == '0' && length > 1 ? CODE : INTEGER;
    } else {
      found = assay_text_class(text, length);
    }
    classes[row] = found;
    if (found != last) {
      counts[last] += run;
      last = found;
      run = 0;
    }
    run += 1;
  }
  counts[last] += run;
}

/// The value of digits alone, at most 15 of them. The bytes up to `limit` may be read.
static inline uint64_t digits_value(const uint8_t *text, size_t count, const uint8_t *limit) {
  if (HAS_WORDS && count > 0 && count <= 8 && limit - text >= 8) return eight_digits(padded(text, count));
  uint64_t value = 0;
  for (size_t at = 0; at < count; at++) value = value * 10 + (uint64_t)(text[at] - '0');
  return value;
}

size_t assay_decimal_parts(
    const uint8_t *bytes, size_t size, const uint32_t *starts, const uint32_t *lengths, const uint8_t *classes,
    size_t count, int64_t *mantissas, uint8_t *scales, uint8_t *max_scale) {
  static const uint64_t powers[16] = {
      1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
      1000000000000, 10000000000000, 100000000000000, 1000000000000000};
  const uint8_t *limit = bytes + size;
  size_t found = 0;
  uint8_t greatest = 0;
  for (size_t row = 0; row < count; row++) {
    if (classes[row] != INTEGER && classes[row] != DECIMAL) continue;
    const uint8_t *text = bytes + starts[row];
    size_t length = lengths[row];
    const int negative = text[0] == '-';
    text += negative;
    length -= (size_t)negative;
    if (length > 16) return SIZE_MAX;
    uint64_t mantissa;
    size_t scale = 0;
    if (classes[row] == INTEGER) {
      if (length > 15) return SIZE_MAX;
      mantissa = digits_value(text, length, limit);
    } else {
      size_t whole = 0;
      while (whole < length && is_digit(text[whole])) whole += 1;
      if (whole == length || text[whole] != '.') return SIZE_MAX;
      scale = length - whole - 1;
      for (size_t at = whole + 1; at < length; at++) {
        if (!is_digit(text[at])) return SIZE_MAX;
      }
      mantissa = digits_value(text, whole, limit) * powers[scale] + digits_value(text + whole + 1, scale, limit);
    }
    mantissas[found] = negative ? -(int64_t)mantissa : (int64_t)mantissa;
    scales[found] = (uint8_t)scale;
    if (scale > greatest) greatest = (uint8_t)scale;
    found += 1;
  }
  *max_scale = greatest;
  return found;
}
