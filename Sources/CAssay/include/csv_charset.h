#ifndef CASSAY_CSV_CHARSET_H
#define CASSAY_CSV_CHARSET_H

#include <stddef.h>
#include <stdint.h>

/// A conversion to UTF-8, or NULL where the C library does not know the charset. Ended by `assay_charset_close`.
void *assay_charset_open(const char *name);
void assay_charset_close(void *conversion);

enum {
  /// All input was converted.
  ASSAY_CHARSET_DONE = 0,
  /// The output is full.
  ASSAY_CHARSET_FULL = 1,
  /// The rest of the input is the beginning of a character.
  ASSAY_CHARSET_PARTIAL = 2,
  /// The input has no character at this place.
  ASSAY_CHARSET_INVALID = 3,
};

/// Converts from `input` to `output`; both counts become what is left of them.
int assay_charset_convert(
    void *conversion, const uint8_t *input, size_t *input_left, uint8_t *output, size_t *output_left);

#endif
