/* What became of a verdict. */
#include "reports/trend.h"

int vmsg_verdict_badness(enum vmsg_verdict v)
{
    switch (v) {
    case VMSG_VERDICT_PASS:
    case VMSG_VERDICT_INCONCLUSIVE:
    case VMSG_VERDICT_SKIP:
        return 0;
    case VMSG_VERDICT_FAIL:
        return 1;
    case VMSG_VERDICT_WEDGED:
        return 2;
    case VMSG_VERDICT_CRASHED:
        return 3;
    case VMSG_VERDICT_ERROR:
    case VMSG_VERDICT_COUNT:
        break;
    }
    return 4;
}

/* Broken, told nothing, passed; -1: the clause does not apply. */
static int standing(enum vmsg_clause_verdict v)
{
    switch (v) {
    case VMSG_CLAUSE_FAIL:
    case VMSG_CLAUSE_WARN:
        return 0;
    case VMSG_CLAUSE_INCONCLUSIVE:
    case VMSG_CLAUSE_NOT_OBSERVABLE:
        return 1;
    case VMSG_CLAUSE_PASS:
        return 2;
    case VMSG_CLAUSE_NOT_APPLICABLE:
    case VMSG_CLAUSE_DECLARED:
    case VMSG_CLAUSE_VERDICT_COUNT:
        break;
    }
    return -1;
}

enum vmsg_trend vmsg_clause_trend(enum vmsg_clause_verdict from, enum vmsg_clause_verdict to)
{
    int a = standing(from), b = standing(to);

    if (from == to)
        return VMSG_TREND_SAME;
    if (b == 0)
        return VMSG_TREND_WORSE; /* also where it did not apply before */
    if (a < 0 || b < 0)
        return VMSG_TREND_CHANGED;
    if (b == 1)
        return a == 1 ? VMSG_TREND_CHANGED : VMSG_TREND_LOST;
    return VMSG_TREND_BETTER;
}

enum vmsg_trend vmsg_scenario_trend(enum vmsg_verdict from, enum vmsg_verdict to)
{
    int a = vmsg_verdict_badness(from), b = vmsg_verdict_badness(to);

    if (from == to)
        return VMSG_TREND_SAME;
    if (a != b && b > 0)
        return b > a ? VMSG_TREND_WORSE : VMSG_TREND_BETTER;
    if (to == VMSG_VERDICT_PASS)
        return VMSG_TREND_BETTER;
    if (to == VMSG_VERDICT_INCONCLUSIVE)
        return from == VMSG_VERDICT_SKIP ? VMSG_TREND_CHANGED : VMSG_TREND_LOST;
    return VMSG_TREND_CHANGED;
}

const char *vmsg_trend_text(enum vmsg_trend c)
{
    switch (c) {
    case VMSG_TREND_SAME:
        return "same";
    case VMSG_TREND_BETTER:
        return "better";
    case VMSG_TREND_WORSE:
        return "worse";
    case VMSG_TREND_LOST:
        return "lost";
    case VMSG_TREND_CHANGED:
        return "changed";
    case VMSG_TREND_COUNT:
        break;
    }
    return "?";
}
