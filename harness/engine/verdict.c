/* Verdicts of scenarios; see verdict.h. */
#include "harness/engine/verdict.h"

/*
 * What the SUT did outranks what the scenario made of it: a broken answer may well be what threw
 * the scenario off.
 */
enum vmsg_verdict vmsg_verdict_of(const struct vmsg_evidence *e)
{
    if (e->out_of_memory)
        return VMSG_VERDICT_ERROR;
    if (e->died || e->run == VMSG_SCRIPT_CLOSED || (e->closing && e->close == VMSG_SCRIPT_CLOSED))
        return VMSG_VERDICT_CRASHED;
    if (e->run == VMSG_SCRIPT_WEDGED || (e->closing && e->close == VMSG_SCRIPT_WEDGED))
        return VMSG_VERDICT_WEDGED;
    if (e->must_finding)
        return VMSG_VERDICT_FAIL;
    if (e->closing && e->close == VMSG_SCRIPT_INCONCLUSIVE && e->run != VMSG_SCRIPT_FAILED)
        return VMSG_VERDICT_INCONCLUSIVE; /* nobody is left who could be asked */
    if (!e->closing || e->close != VMSG_SCRIPT_RETURNED)
        return VMSG_VERDICT_ERROR;
    switch (e->run) {
    case VMSG_SCRIPT_RETURNED:
        return e->exercised ? VMSG_VERDICT_PASS : VMSG_VERDICT_INCONCLUSIVE;
    case VMSG_SCRIPT_SKIP:
        return VMSG_VERDICT_SKIP;
    case VMSG_SCRIPT_INCONCLUSIVE:
    case VMSG_SCRIPT_UNOBSERVABLE:
        return VMSG_VERDICT_INCONCLUSIVE;
    case VMSG_SCRIPT_FAILED:
    case VMSG_SCRIPT_WEDGED:
    case VMSG_SCRIPT_CLOSED:
        break;
    }
    return VMSG_VERDICT_ERROR;
}

static int rank(enum vmsg_verdict v)
{
    switch (v) {
    case VMSG_VERDICT_CRASHED:
        return 7;
    case VMSG_VERDICT_WEDGED:
        return 6;
    case VMSG_VERDICT_FAIL:
        return 5;
    case VMSG_VERDICT_ERROR:
        return 4;
    case VMSG_VERDICT_PASS:
        return 3;
    case VMSG_VERDICT_INCONCLUSIVE:
        return 2;
    case VMSG_VERDICT_SKIP:
        return 1;
    case VMSG_VERDICT_COUNT:
        break;
    }
    return 0;
}

enum vmsg_verdict vmsg_verdict_merge(enum vmsg_verdict a, enum vmsg_verdict b)
{
    return rank(b) > rank(a) ? b : a;
}
