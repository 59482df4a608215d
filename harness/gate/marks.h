/* What both kinds of expectation do to a result. */
#ifndef VMSG_GATE_MARKS_H
#define VMSG_GATE_MARKS_H

#include "harness/engine/result.h"

/* Add a sentence to what the gate complains of; false when memory is short. */
__attribute__((format(printf, 2, 3))) bool vmsg_gate_problem(struct vmsg_run_result *r,
                                                             const char *format, ...);

/* Mark as expected, unless it is; false when memory is short. */
bool vmsg_gate_mark(char **expected, const char *reason);

/*
 * Spread the marks: a scenario that failed by clauses which are all expected is expected; a clause
 * that only expected scenarios found broken is expected.
 */
bool vmsg_gate_spread(struct vmsg_run_result *r);

#endif
