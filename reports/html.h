/*
 * Inside of the HTML report: one file for each part of it.
 */
#ifndef VMSG_HTML_H
#define VMSG_HTML_H

#include "reports/report.h"

/* The verdict and the facts of the run, over everything. */
void vmsg_html_head(FILE *out, const struct vmsg_run_result *r);

/* Proportions, and the matrix: a cell for each clause, grouped as the spec. */
void vmsg_html_overview(FILE *out, const struct vmsg_run_result *r);

/* Search and filters. */
void vmsg_html_tools(FILE *out, const struct vmsg_run_result *r);

/* A row for each clause, with its findings; a row for each scenario, with its trace. */
void vmsg_html_clauses(FILE *out, const struct vmsg_run_result *r);
void vmsg_html_scenarios(FILE *out, const struct vmsg_run_result *r);

/* Part of a trace, from..to; with `anchors` the messages that findings name can be linked to. */
void vmsg_html_trace(FILE *out, const struct vmsg_scenario_result *s, size_t from, size_t to,
                     bool anchors);

/*
 * Links to the message of the i-th finding, `named` with the scenario's id, and to those of all
 * later findings that say the same. One that the trace does not have leads to the scenario.
 */
void vmsg_html_messages(FILE *out, const struct vmsg_scenario_result *s, size_t i, bool named);

/* A row's beginning, with what the script filters by; `level` may be NULL. */
void vmsg_html_row(FILE *out, const char *id, const char *kind, const char *verdict,
                   const char *level, bool bad);

#endif
