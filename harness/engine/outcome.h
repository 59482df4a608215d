/*
 * What one attempt at a scenario came to: made from what the oracle found on its connection and
 * from how the attempt ended, live or played back from a tape.
 */
#ifndef VMSG_OUTCOME_H
#define VMSG_OUTCOME_H

#include "harness/engine/connection.h"
#include "harness/engine/verdict.h"

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

void vmsg_outcome_clear(struct vmsg_outcome *o);

/* A verdict that needs no judging. */
void vmsg_outcome_set(struct vmsg_outcome *o, enum vmsg_verdict verdict, const char *reason);

/*
 * Take counts, findings and trace out of a connection whose oracle is still there, and fill in
 * what they prove. `clauses` are those that the scenario sets out to test; `clause_of` tells each
 * clause's level, NULL entries count as MUST.
 */
void vmsg_outcome_judge(struct vmsg_outcome *o, struct vmsg_connection *c,
                        const char *const *clauses, const struct vmsg_clause *const *clause_of,
                        struct vmsg_evidence *evidence);

/* How the SUT's process ended. */
void vmsg_outcome_ended(struct vmsg_outcome *o, struct vmsg_evidence *evidence,
                        const struct vmsg_adapter_end *end);

/*
 * Why it never was there: a shell found no program to run. Caller frees; NULL when it was, or ended
 * for reasons of its own.
 */
char *vmsg_outcome_not_startable(const struct vmsg_adapter_end *end, uint32_t received);

/* The verdict of all that; `reason` says why the scenario or its closing ended. */
void vmsg_outcome_conclude(struct vmsg_outcome *o, const struct vmsg_evidence *evidence,
                           const char *reason);

/* For the tape: how an attempt ended. `evidence` is NULL when there was nothing to judge. */
json_t *vmsg_outcome_to_json(const struct vmsg_outcome *o, const struct vmsg_evidence *evidence,
                             const char *reason);

/*
 * From the tape: fills in *evidence and what the outcome takes from it, *reason is borrowed. When
 * there was nothing to judge, the outcome is concluded and *judged false. False: not a way to end.
 */
bool vmsg_outcome_from_json(struct vmsg_outcome *o, const json_t *json,
                            struct vmsg_evidence *evidence, const char **reason, bool *judged);

#endif
