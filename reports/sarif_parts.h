/*
 * The pieces that the SARIF report is made of. All return NULL when memory is short.
 */
#ifndef VMSG_SARIF_PARTS_H
#define VMSG_SARIF_PARTS_H

#include "harness/engine/result.h"
#include "reports/json_build.h"

struct vmsg_sarif_result {
    const char *rule;
    size_t rule_index;
    const char *level; /* "error", "warning" */
    const char *text;
    uint32_t message;     /* index into the scenario's trace: where it was seen */
    const char *expected; /* why it is suppressed, NULL: it is not */
    size_t occurrences;   /* in the scenario */
};

/* Help on a clause: summary, section, legal readings; plain and Markdown. */
json_t *vmsg_sarif_help(const struct vmsg_clause *c);

json_t *vmsg_sarif_result(const struct vmsg_scenario_result *s, const struct vmsg_sarif_result *r);

json_t *vmsg_sarif_notification(const char *level, const char *text);

#endif
