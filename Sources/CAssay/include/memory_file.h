#ifndef ASSAY_MEMORY_FILE_H
#define ASSAY_MEMORY_FILE_H

/// A file without a name, in memory, that goes when its last descriptor is closed. Returns -1 with errno on failure. It
/// is closed on exec.
int assay_memory_file(const char *name);

#endif
