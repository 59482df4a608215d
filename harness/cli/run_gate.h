/*
 * The gate of a run: expected failures and a baseline, read before it, applied after it.
 */
#ifndef VMSG_CLI_RUN_GATE_H
#define VMSG_CLI_RUN_GATE_H

#include "harness/cli/run_options.h"
#include "harness/gate/gate.h"

struct vmsg_run_gate {
    struct vmsg_xfail xfail;
    struct vmsg_read_report baseline;
};

/* Read what the options name. False with a sentence in err; clear in any case. */
bool vmsg_run_gate_open(struct vmsg_run_gate *g, const struct vmsg_run_options *o,
                        const struct vmsg_catalogue *catalogue, const struct vmsg_suite *suite,
                        char *err, size_t err_size);

/* Mark the result; nothing when no option asked for it. False when memory is short. */
bool vmsg_run_gate_apply(const struct vmsg_run_gate *g, const struct vmsg_run_options *o,
                         struct vmsg_run_result *result);

void vmsg_run_gate_clear(struct vmsg_run_gate *g);

#endif
