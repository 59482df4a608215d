/*
 * What became of a verdict: the words of comparisons and of the gate with a baseline.
 */
#ifndef VMSG_TREND_H
#define VMSG_TREND_H

#include "harness/engine/result.h"

enum vmsg_trend {
    VMSG_TREND_SAME,
    VMSG_TREND_BETTER,  /* no longer broken, or newly witnessed */
    VMSG_TREND_WORSE,   /* newly broken */
    VMSG_TREND_LOST,    /* passed or failed, and can no longer be told */
    VMSG_TREND_CHANGED, /* another verdict that is neither: declared absent, for instance */
    VMSG_TREND_COUNT,
};

enum vmsg_trend vmsg_clause_trend(enum vmsg_clause_verdict from, enum vmsg_clause_verdict to);
enum vmsg_trend vmsg_scenario_trend(enum vmsg_verdict from, enum vmsg_verdict to);

const char *vmsg_trend_text(enum vmsg_trend c); /* "better", ... */

/* Did the scenario fail, and how badly: 0 not, then fail, wedged, crashed, error. */
int vmsg_verdict_badness(enum vmsg_verdict v);

#endif
