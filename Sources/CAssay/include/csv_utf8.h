#ifndef CASSAY_CSV_UTF8_H
#define CASSAY_CSV_UTF8_H

#include <stddef.h>
#include <stdint.h>

/// Where the first byte stands that is not part of well-formed UTF-8 (Unicode, table 3-7), or `count`.
size_t assay_utf8_fault(const uint8_t *bytes, size_t count);

/// Where the first NUL byte stands, or `count`.
size_t assay_nul_place(const uint8_t *bytes, size_t count);

#endif
