/*
 * Verdicts, as pure functions of what was seen: of one scenario on one device, and merged over
 * devices and repetitions.
 */
#ifndef VMSG_VERDICT_H
#define VMSG_VERDICT_H

#include "harness/engine/script.h"

/* What one connection showed. */
struct vmsg_evidence {
    enum vmsg_script_end run; /* how the scenario's function ended */
    bool closing;             /* the closing ran: `close` tells how it ended */
    enum vmsg_script_end close;
    bool died;          /* the SUT's process ended by itself */
    bool out_of_memory; /* of the harness */
    bool must_finding;  /* a finding of a MUST clause */
    bool exercised;     /* a clause of the scenario had its situation */
};

enum vmsg_verdict vmsg_verdict_of(const struct vmsg_evidence *e);

/* The verdict of both: the worse one; but one pass outweighs an inconclusive or a skip. */
enum vmsg_verdict vmsg_verdict_merge(enum vmsg_verdict a, enum vmsg_verdict b);

#endif
