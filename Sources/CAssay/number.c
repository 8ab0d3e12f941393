#define _GNU_SOURCE
#include "number.h"

#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static locale_t c_locale;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_locale(void) { c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

double assay_parse_decimal(const uint8_t *text, size_t length) {
  pthread_once(&once, make_locale);
  char small[128];
  char *copy = length < sizeof small ? small : malloc(length + 1);
  if (copy == NULL) return 0;
  memcpy(copy, text, length);
  copy[length] = 0;
  double value = strtod_l(copy, NULL, c_locale);
  if (copy != small) free(copy);
  return value;
}
