/* One scenario on one device: a connection from its start to its end, and what came of it. */
#ifndef VMSG_ATTEMPT_H
#define VMSG_ATTEMPT_H

#include "harness/engine/worker.h"

struct vmsg_outcome {
    enum vmsg_verdict verdict;
    char *reason;      /* NULL for a pass */
    bool unobservable; /* inconclusive because of how the SUT is attached */
    bool connected;    /* there was a connection */
    bool opened;       /* its opening was answered */
    struct vmsg_result_finding *findings;
    size_t n_findings;
    struct vmsg_trace_entry *trace;
    size_t n_trace, n_trace_dropped;
    char *sut_end, *sut_output;
    uint64_t exercised[VMSG_CLAUSE_COUNT], found[VMSG_CLAUSE_COUNT];
};

/* `tested` is the device's index among the tested ones; the seed is the attempt's own. */
void vmsg_attempt(struct vmsg_worker *w, const struct vmsg_suite_entry *entry, size_t tested,
                  uint64_t seed, struct vmsg_outcome *out);
void vmsg_outcome_clear(struct vmsg_outcome *o);

#endif
