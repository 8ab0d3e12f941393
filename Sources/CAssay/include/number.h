#ifndef CASSAY_NUMBER_H
#define CASSAY_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/// The double nearest to the decimal text of `length` bytes, read in the C locale whatever the process has set.
/// The text must be a valid decimal number; it need not end in NUL.
double assay_parse_decimal(const uint8_t *text, size_t length);

#endif
