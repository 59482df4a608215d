/* The verdict of each clause over a whole run. */
#ifndef VMSG_CLAUSE_VERDICTS_H
#define VMSG_CLAUSE_VERDICTS_H

#include "harness/engine/merge.h"

/* What the clauses are judged by. */
struct vmsg_clause_input {
    const struct vmsg_catalogue *catalogue;
    enum vmsg_role role;
    const uint64_t *exercised, *found;  /* by enum vmsg_clause_no, over the run */
    const struct vmsg_tally *scenarios; /* those that were selected */
    size_t n_scenarios;
    const struct vmsg_suite *suite; /* all: to tell "not selected" from "no scenario" */
    bool memory, upper;             /* could be observed at all */
    bool layout;                    /* the adapter sees an AMP layout */
    bool strict, polling;           /* what the SUT declares */
    unsigned bus_messages;
    const char *stopped; /* why the run ended early, NULL: it did not */
};

/* Fill result->clauses. False when memory is short. */
bool vmsg_clause_verdicts(const struct vmsg_clause_input *in, struct vmsg_run_result *result);

/* Why what the SUT declares makes a clause pointless, NULL when it does not (clause_absent.c). */
const char *vmsg_clause_absent(const struct vmsg_clause_input *in, const char *id);

#endif
