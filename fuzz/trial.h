/*
 * One script on a fresh SUT, whatever it does: where the SUT lives in this process it runs in a
 * child, which may die, hang or be killed.
 */
#ifndef VMSG_FUZZ_TRIAL_H
#define VMSG_FUZZ_TRIAL_H

#include "fuzz/execute.h"
#include "fuzz/log.h"

struct vmsg_fuzz_trial {
    const struct vmsg_fuzz_target *target;
    struct vmsg_adapter *adapter;
    struct vmsg_fuzz_log *log;
    struct vmsg_tape *tape; /* to record on; NULL: none */
    uint32_t hang_ms;       /* of a SUT in this process: how long a script may take */
};

/* Run; the log is then what went over the adapter. result->output is to be freed. */
void vmsg_fuzz_trial(const struct vmsg_fuzz_trial *t, const struct vmsg_fuzz_script *script,
                     struct vmsg_fuzz_result *result);

#endif
