/*
 * The gate: which failures of a run are expected, and whether there are others. It marks the
 * result, and never changes a verdict.
 */
#ifndef VMSG_GATE_H
#define VMSG_GATE_H

#include "harness/gate/xfail.h"
#include "reports/read.h"

/*
 * Mark what the entries expect, and tell of those that expect in vain: what passes, what never
 * arose, what has expired by `today` ("2027-01-31"). With `partly` (some scenarios were not
 * selected), entries about scenarios that did not run are let be. False when memory is short.
 */
bool vmsg_gate_expect(struct vmsg_run_result *r, const struct vmsg_xfail *x, const char *today,
                      bool partly);

/* Can this report be the baseline of such a run? False with a sentence in err. */
bool vmsg_gate_baseline_fits(const struct vmsg_read_report *baseline, const char *path,
                             const char *spec, const char *role, char *err, size_t err_size);

/* Mark what failed before as well, and tell of what got worse or can no longer be told. */
bool vmsg_gate_compare(struct vmsg_run_result *r, const struct vmsg_read_report *baseline,
                       const char *path, bool partly);

/* Decide, once everything is marked. */
void vmsg_gate_close(struct vmsg_run_result *r);

#endif
