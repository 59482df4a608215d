/*
 * Reports side by side: a row for each clause, a column for each report, and what became of each
 * verdict. A report is held against the first one of its role and specification.
 */
#ifndef VMSG_COMPARE_H
#define VMSG_COMPARE_H

#include "reports/read.h"
#include "reports/trend.h"

#include <stdio.h>

struct vmsg_compare_cell {
    const struct vmsg_read_clause *clause; /* NULL: this report does not judge it */
    enum vmsg_trend trend;                 /* same in a reference */
};

struct vmsg_compare_row {
    const char *spec, *id, *section, *summary; /* never NULL */
    enum vmsg_level level;
    struct vmsg_compare_cell *cells; /* one a report */
};

/* A scenario whose verdict is another than in the reference. */
struct vmsg_compare_scenario {
    size_t report;
    const char *id;
    enum vmsg_verdict from, to;
    enum vmsg_trend trend;
};

struct vmsg_compare {
    const struct vmsg_read_report *reports;
    const char *const *paths;
    size_t n;
    size_t *reference; /* of each report; its own number: it is one */
    struct vmsg_compare_row *rows;
    size_t n_rows;
    struct vmsg_compare_scenario *scenarios;
    size_t n_scenarios;
    bool mixed; /* more than one specification */
};

/* Borrows reports and paths. False when memory is short; clear in any case. */
bool vmsg_compare_make(struct vmsg_compare *c, const struct vmsg_read_report *reports,
                       const char *const *paths, size_t n);
void vmsg_compare_clear(struct vmsg_compare *c);

/* Clauses of a report with this trend; scenarios alike. */
size_t vmsg_compare_count(const struct vmsg_compare *c, size_t report, enum vmsg_trend trend);
size_t vmsg_compare_scenario_count(const struct vmsg_compare *c, size_t report,
                                   enum vmsg_trend trend);
size_t vmsg_compare_verdicts(const struct vmsg_compare *c, size_t report,
                             enum vmsg_clause_verdict verdict);

/* Did anything get worse, or can no longer be told? */
bool vmsg_compare_regressed(const struct vmsg_compare *c);

/* The most telling trend of a row: worse, lost, better, changed, same. */
enum vmsg_trend vmsg_compare_row_trend(const struct vmsg_compare *c, size_t row);

/* "A".."Z", then "27"...: how a report is called in tables. */
struct vmsg_compare_name {
    char text[8];
};
struct vmsg_compare_name vmsg_compare_name_of(size_t report);

struct vmsg_compare_format {
    const char *name, *summary;
    bool (*write)(FILE *out, const struct vmsg_compare *c, bool verbose);
};

const struct vmsg_compare_format *vmsg_compare_format_at(size_t i); /* NULL past the end */

bool vmsg_compare_write_text(FILE *out, const struct vmsg_compare *c, bool verbose);
bool vmsg_compare_write_json(FILE *out, const struct vmsg_compare *c, bool verbose);
bool vmsg_compare_write_markdown(FILE *out, const struct vmsg_compare *c, bool verbose);
bool vmsg_compare_write_html(FILE *out, const struct vmsg_compare *c, bool verbose);

#endif
