/*
 * Findings of a scenario that say the same, of several messages: reports for people tell them once.
 */
#ifndef VMSG_REPORTS_FINDINGS_H
#define VMSG_REPORTS_FINDINGS_H

#include "harness/engine/result.h"

/* The same of the same clause. */
bool vmsg_findings_agree(const struct vmsg_result_finding *a, const struct vmsg_result_finding *b);

/* Whether an earlier finding of the scenario says the same as its i-th. */
bool vmsg_finding_told(const struct vmsg_scenario_result *s, size_t i);

/* How many of the scenario's findings say what its i-th says; 1 or more. */
size_t vmsg_finding_times(const struct vmsg_scenario_result *s, size_t i);

#endif
