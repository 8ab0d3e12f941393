#include "csv_charset.h"

#include <errno.h>
#include <iconv.h>

void *assay_charset_open(const char *name) {
  iconv_t conversion = iconv_open("UTF-8", name);
  return conversion == (iconv_t)-1 ? NULL : conversion;
}

void assay_charset_close(void *conversion) { iconv_close((iconv_t)conversion); }

int assay_charset_convert(
    void *conversion, const uint8_t *input, size_t *input_left, uint8_t *output, size_t *output_left) {
  char *from = (char *)input, *to = (char *)output;
  if (iconv((iconv_t)conversion, &from, input_left, &to, output_left) != (size_t)-1) return ASSAY_CHARSET_DONE;
  if (errno == E2BIG) return ASSAY_CHARSET_FULL;
  return errno == EINVAL ? ASSAY_CHARSET_PARTIAL : ASSAY_CHARSET_INVALID;
}
