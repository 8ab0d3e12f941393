#ifndef CASSAY_PROCESSORS_H
#define CASSAY_PROCESSORS_H

/// The cores that this process may use: its affinity, as `taskset` and containers set it; at least 1.
int assay_processor_count(void);

#endif
