#ifndef CASSAY_CSV_MEMORY_H
#define CASSAY_CSV_MEMORY_H

/// Tells the C library to keep freed memory for the next piece rather than give it back to the system each time.
///
/// Without it fresh pages cost more than the decoding of a piece. For the process, to be called once at its start.
void assay_keep_freed_memory(void);

#endif
