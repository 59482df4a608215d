/*
 * Inside of the text report: one file for each part of it.
 */
#ifndef VMSG_TEXT_REPORT_H
#define VMSG_TEXT_REPORT_H

#include "reports/report.h"

#define VMSG_TEXT_WIDTH 100u /* columns */

struct vmsg_text_report {
    FILE *out;
    const struct vmsg_run_result *r;
    bool colour, verbose;
};

enum vmsg_style {
    VMSG_STYLE_PLAIN,
    VMSG_STYLE_HEAD,
    VMSG_STYLE_GOOD,
    VMSG_STYLE_BAD,
    VMSG_STYLE_WARN
};

/* Begin a style; VMSG_STYLE_PLAIN ends it. Nothing without colour. */
void vmsg_text_style(const struct vmsg_text_report *t, enum vmsg_style style);
void vmsg_text_heading(const struct vmsg_text_report *t, const char *heading);

/* What was run, against what, on which assumptions. */
void vmsg_text_head(const struct vmsg_text_report *t);

/* Clauses by section of the spec, broken ones with their findings. */
void vmsg_text_clauses(const struct vmsg_text_report *t);

/* The findings of one clause, each with the messages around it. */
void vmsg_text_findings(const struct vmsg_text_report *t, const char *clause);

/*
 * Part of a scenario's trace: `around` entries either side of `mark`, which is marked with '>'. A
 * mark past the end stands behind the last entry.
 */
void vmsg_text_trace(const struct vmsg_text_report *t, const struct vmsg_scenario_result *s,
                     size_t mark, size_t around);

/* The clauses that were not judged, by reason; scenarios that told nothing, by reason. */
void vmsg_text_gaps(const struct vmsg_text_report *t);

/* Scenarios that ended the SUT, or in which the harness failed. */
void vmsg_text_crashes(const struct vmsg_text_report *t);

/* Totals, how to see a scenario again, and the verdict, last. */
void vmsg_text_verdict(const struct vmsg_text_report *t);

#endif
