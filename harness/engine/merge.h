/* Outcomes of one scenario over its devices, and results over repetitions, made into one. */
#ifndef VMSG_MERGE_H
#define VMSG_MERGE_H

#include "harness/engine/outcome.h"

/* A scenario's result while it is made, with what is counted beside it. */
struct vmsg_tally {
    struct vmsg_scenario_result result;
    bool begun;        /* something was merged into it */
    bool unobservable; /* inconclusive because of how the SUT is attached */
    bool connected, opened;
    uint64_t exercised[VMSG_CLAUSE_COUNT], found[VMSG_CLAUSE_COUNT];
};

void vmsg_tally_init(struct vmsg_tally *t, const struct vmsg_scenario *scenario);
void vmsg_tally_clear(struct vmsg_tally *t);

/* Take an outcome in; `label` (a device) heads its trace unless NULL. The outcome is emptied. */
void vmsg_tally_add(struct vmsg_tally *t, struct vmsg_outcome *o, const char *label);

/* Traces and output that a result of this verdict does not carry go. */
void vmsg_tally_finish(struct vmsg_tally *t);

/*
 * Merge the result of another repetition of the same scenario: counts add; findings, trace and
 * reason are those of the worse one, of the earlier one when they are alike. `from` is emptied.
 */
void vmsg_tally_merge(struct vmsg_tally *into, struct vmsg_tally *from);

#endif
