/*
 * Code coverage of a SUT that runs in this program, where its compiler counts it: clang's
 * -fsanitize-coverage=inline-8bit-counters (-fsanitize=fuzzer-no-link has it) or trace-pc-guard.
 * Here and not with the fuzzer, as in fuzz targets the engine has these symbols.
 */
#ifndef VMSG_COVERAGE_H
#define VMSG_COVERAGE_H

#include "fuzz/signal.h"

/* Of the libraries that are loaded now; what is in the program itself does not count. */
void vmsg_coverage_begin(void);

/* Add what was reached since the last call. */
void vmsg_coverage_take(struct vmsg_fuzz_signal *signal);

#endif
