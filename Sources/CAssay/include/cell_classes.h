#ifndef CASSAY_CELL_CLASSES_H
#define CASSAY_CELL_CLASSES_H

#include <stddef.h>
#include <stdint.h>

/// Reads the class of each text: 0 null, 1 text, 2 integer, 3 decimal, 4 boolean, 5 date, 6 datetime, 7 code.
///
/// The text of row `i` is `lengths[i]` bytes at `bytes + starts[i]`; all lie within `size` bytes. `validity` has a bit
/// for each row, clear for null, or is NULL where no row is null. `counts` takes eight sums, added to what is there.
void assay_cell_classes(
    const uint8_t *bytes, size_t size, const uint32_t *starts, const uint32_t *lengths, const uint64_t *validity,
    size_t count, uint8_t *classes, size_t *counts);

/// Reads the class of one text, 1 to 7 of the above.
uint8_t assay_text_class(const uint8_t *text, size_t count);

/// Reads the numbers among texts, whose classes are given, as integers over powers of ten.
///
/// A number is `mantissas[i] / 10^scales[i]`, in row order. Returns how many there are, or SIZE_MAX at one that has an
/// exponent or more than 15 digits; `max_scale` takes the greatest scale.
size_t assay_decimal_parts(
    const uint8_t *bytes, size_t size, const uint32_t *starts, const uint32_t *lengths, const uint8_t *classes,
    size_t count, int64_t *mantissas, uint8_t *scales, uint8_t *max_scale);

#endif
