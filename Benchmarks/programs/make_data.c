// Writes made-up customers: the same bytes for the same arguments, on every machine, in constant memory.
//
//     make_data ROWS COLUMNS csv|json|jsonl|xml OUT
//
// Twelve columns, or the first so many of them; beyond twelve they come again as id2, name2, ... with other values.
// Defects, as shares of all rows:
//   email      2 %   malformed
//   revenue    3 %   empty, 0.5 % far off (an eighth of these below zero, half of the rest above a billion)
//   notes      20 %  empty, 2 % with a line break inside the quotes
//   name       8 %   with a comma, 1 % with doubled quotes, many beyond ASCII
//   row        0.2 % exact copies of an earlier row, so that the id comes again
//   employees  1 %   of the last tenth, its first row in any case: text instead of an integer
// In JSON, numbers and booleans are such, and what is empty is null; in XML an empty cell is an empty element.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE 12
#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define PICK(list) list[below(COUNT(list))]

enum { ID, NAME, EMAIL, SIGNUP, ZIP, CITY, STATE, INDUSTRY, REVENUE, EMPLOYEES, ACTIVE, NOTES };

static const char *const names[BASE] = {"id",    "name",     "email",   "signup_date", "zipcode", "city",
                                        "state", "industry", "revenue", "employees",   "active",  "notes"};
static const char *const first_names[] = {
    "Ana",   "Bram", "Chloé",  "Dušan", "Emma", "Farid", "Grace", "Héctor", "Ingrid", "José",   "Karin",  "Liam",
    "Mónica", "Nils", "Olga",  "Paweł", "Quinn", "Renée", "Søren", "Tomás", "Ursula", "Víctor", "Wendy", "Xavier",
    "Yuki",  "Zoë"};
static const char *const last_names[] = {
    "Smith",     "Müller", "García", "Nguyen", "Kowalski", "O'Brien", "Rossi", "Dupont",  "Jansen", "Andersson",
    "Silva",     "Novák",  "Yılmaz", "Tanaka", "Okafor",   "Kim",     "Peña",  "Fischer", "Dubois", "Larsen"};
static const char *const companies[] = {"Works", "Labs",      "Partners", "Holdings", "Systems",
                                        "Foods", "Logistics", "Energy",   "Media",    "Health"};
static const char *const states[] = {
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY",
    "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND",
    "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY"};
static const char *const cities[] = {"Springfield", "Riverton", "Fairview", "Georgetown", "Salem",
                                     "Madison",     "Clinton",  "Arlington", "Ashland",   "Dover",
                                     "Oxford",      "Milton",   "Newport",  "Auburn",     "Bristol",
                                     "Dayton",      "Lexington", "Hudson",  "Winchester", "Kingston"};
static const char *const industries[] = {"Technology",    "Finance",   "Retail", "Healthcare",
                                         "Manufacturing", "Education", "Energy", "Transport"};
static const char *const words[] = {
    "called", "about",    "renewal", "contract", "prefers", "email",  "follow", "up",    "next",    "quarter",
    "invoice", "paid",    "late",    "asked",    "for",     "discount", "new",  "contact", "moved", "office", "large",
    "order",  "pending",  "review"};
static const char *const bad_mails[] = {"no-at-sign.example.com", "two@@example.com", "trailing@", "@nobody.example",
                                        "a b@example.com"};
static const char *const no_numbers[] = {"unknown", "50-100", "~200"};
static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

// splitmix64 (Steele, Lea and Flood, 2014): a row's values depend on its number alone.
static uint64_t state;
static uint64_t next(void) {
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}
static uint64_t below(uint64_t bound) { return (next() >> 32) * bound >> 32; }
static void seed(uint64_t row, uint64_t stream) {
  state = row * 0xD1342543DE82EF95u + stream * 0x2545F4914F6CDD1Du + 7;
  next();
}

static char cells[BASE][128];

static void make_cells(uint64_t row, uint64_t rows, uint64_t group) {
  seed(row, group + 1);
  const uint64_t kind = below(1000), id = row + 1;
  // One draw a statement: the order within a call's arguments is the compiler's choice.
  const char *first = PICK(first_names);
  const char *last = PICK(last_names);
  const char *company = PICK(companies);
  snprintf(cells[ID], sizeof *cells, "%llu", (unsigned long long)id);
  if (kind < 80) {
    snprintf(cells[NAME], sizeof *cells, "%s, %s", last, first);
  } else if (kind < 90) {
    snprintf(cells[NAME], sizeof *cells, "%s \"%s\" %s", first, company, last);
  } else {
    snprintf(cells[NAME], sizeof *cells, "%s %s", first, last);
  }
  if (below(1000) < 20) {
    strcpy(cells[EMAIL], PICK(bad_mails));
  } else {
    snprintf(cells[EMAIL], sizeof *cells, "user%llu@mail%d.example.com", (unsigned long long)id, (int)below(97));
  }
  const int year = 2015 + (int)below(10);
  const int month = (int)below(12);
  const int day = 1 + (int)below((uint64_t)month_days[month]);
  snprintf(cells[SIGNUP], sizeof *cells, "%d-%02d-%02d", year, month + 1, day);
  snprintf(cells[ZIP], sizeof *cells, "%05d", 501 + (int)below(99450));
  strcpy(cells[CITY], PICK(cities));
  strcpy(cells[STATE], PICK(states));
  strcpy(cells[INDUSTRY], PICK(industries));
  const uint64_t money = below(1000);
  const int cents = (int)below(100);
  if (money < 30) {
    cells[REVENUE][0] = 0;
  } else if (money < 35) {
    const uint64_t least = below(2) ? 50000000u : 1000000000u;
    const uint64_t whole = least + below(least == 50000000u ? 900000000u : 9000000000u);
    const char *sign = below(8) ? "" : "-";
    snprintf(cells[REVENUE], sizeof *cells, "%s%llu.%02d", sign, (unsigned long long)whole, cents);
  } else {
    snprintf(cells[REVENUE], sizeof *cells, "%d.%02d", 10000 + (int)below(4990000), cents);
  }
  const uint64_t odd = below(100);
  if (row == rows / 10 * 9 || (row > rows / 10 * 9 && odd == 0)) {
    strcpy(cells[EMPLOYEES], PICK(no_numbers));
  } else {
    snprintf(cells[EMPLOYEES], sizeof *cells, "%d", 1 + (int)below(4999));
  }
  strcpy(cells[ACTIVE], below(2) ? "true" : "false");
  const uint64_t note = below(1000);
  if (note < 200) {
    cells[NOTES][0] = 0;
  } else {
    const char *one = PICK(words);
    const char *two = PICK(words);
    const char *three = PICK(words);
    const int length = snprintf(cells[NOTES], sizeof *cells, "%s %s %s", one, two, three);
    if (note < 220) snprintf(cells[NOTES] + length, sizeof *cells - (size_t)length, "\n%s", PICK(words));
  }
}

// The row whose values stand here: itself, or the earlier one that it repeats.
static uint64_t original(uint64_t row, uint64_t rows) {
  for (;;) {
    seed(row, 0);
    if (row == 0 || row == rows / 10 * 9 || below(1000) >= 2) return row;
    row = next() % row;
  }
}

static void put_column(FILE *out, long column) {
  fputs(names[column % BASE], out);
  if (column >= BASE) fprintf(out, "%ld", column / BASE + 1);
}

static void put_csv(FILE *out, const char *cell) {
  if (!strpbrk(cell, ",\"\n")) {
    fputs(cell, out);
    return;
  }
  putc('"', out);
  for (; *cell; cell++) {
    if (*cell == '"') putc('"', out);
    putc(*cell, out);
  }
  putc('"', out);
}

static void put_json(FILE *out, long column, const char *cell) {
  const int base = (int)(column % BASE);
  const int bare = base == ID || base == REVENUE || base == ACTIVE ||
                   (base == EMPLOYEES && cell[strspn(cell, "0123456789")] == 0);
  if (!*cell) {
    fputs("null", out);
  } else if (bare) {
    fputs(cell, out);
  } else {
    putc('"', out);
    for (; *cell; cell++) {
      if (*cell == '\n') {
        fputs("\\n", out);
      } else {
        if (*cell == '"') putc('\\', out);
        putc(*cell, out);
      }
    }
    putc('"', out);
  }
}

int main(int count, char **arguments) {
  if (count != 5) {
    fputs("usage: make_data ROWS COLUMNS csv|json|jsonl|xml OUT\n", stderr);
    return 2;
  }
  const uint64_t rows = strtoull(arguments[1], NULL, 10);
  const long columns = strtol(arguments[2], NULL, 10);
  const char *format = arguments[3];
  const int csv = !strcmp(format, "csv"), xml = !strcmp(format, "xml"), json = !strcmp(format, "json");
  if (rows == 0 || columns < 1 || !(csv || xml || json || !strcmp(format, "jsonl"))) {
    fputs("make_data: rows and columns are at least 1, the format is csv, json, jsonl or xml\n", stderr);
    return 2;
  }
  FILE *out = fopen(arguments[4], "wb");
  if (!out) {
    perror(arguments[4]);
    return 3;
  }
  setvbuf(out, NULL, _IOFBF, 1 << 20);
  if (csv) {
    for (long column = 0; column < columns; column++) {
      if (column) putc(',', out);
      put_column(out, column);
    }
    putc('\n', out);
  }
  if (json) fputs("[\n", out);
  if (xml) fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<customers>\n", out);
  for (uint64_t row = 0; row < rows; row++) {
    const uint64_t source = original(row, rows);
    if (xml) fputs("<customer>", out);
    if (!csv && !xml) putc('{', out);
    for (long column = 0; column < columns; column++) {
      if (column % BASE == 0) make_cells(source, rows, (uint64_t)(column / BASE));
      const char *cell = cells[column % BASE];
      if (csv) {
        if (column) putc(',', out);
        put_csv(out, cell);
      } else if (xml) {
        putc('<', out);
        put_column(out, column);
        if (*cell) {
          putc('>', out);
          fputs(cell, out);
          fputs("</", out);
          put_column(out, column);
          putc('>', out);
        } else {
          fputs("/>", out);
        }
      } else {
        if (column) putc(',', out);
        putc('"', out);
        put_column(out, column);
        fputs("\":", out);
        put_json(out, column, cell);
      }
    }
    fputs(csv ? "\n" : xml ? "</customer>\n" : json && row + 1 < rows ? "},\n" : "}\n", out);
  }
  if (json) fputs("]\n", out);
  if (xml) fputs("</customers>\n", out);
  if (ferror(out) || fclose(out)) {
    perror(arguments[4]);
    return 3;
  }
  return 0;
}
