/* What the engine needs beyond result.h to build and release results. */
#ifndef VMSG_RESULT_BUILD_H
#define VMSG_RESULT_BUILD_H

#include "harness/engine/result.h"

/* Frees what the result owns and zeroes it (its verdict is then an error). */
void vmsg_scenario_result_clear(struct vmsg_scenario_result *r);

/* Frees the entries with their bytes and texts. */
void vmsg_trace_entries_free(struct vmsg_trace_entry *entries, size_t n);

#endif
