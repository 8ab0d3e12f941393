#ifndef CASSAY_H
#define CASSAY_H

#include "cell_classes.h"
#include "child_files.h"
#include "csv_charset.h"
#include "csv_memory.h"
#include "csv_scan.h"
#include "csv_split.h"
#include "csv_utf8.h"
#include "json_scan.h"
#include "memory_file.h"
#include "number.h"
#include "processors.h"
#include "sqlite_shims.h"

#endif
