/*
 * A JSON report read back: for comparisons and as a baseline. The file may be anybody's, so it is
 * bounded in size, depth and number of values, and every member that is used is checked.
 */
#ifndef VMSG_REPORT_READ_H
#define VMSG_REPORT_READ_H

#include "harness/engine/result.h"

#include <jansson.h>

#define VMSG_READ_BYTES  (64u << 20)
#define VMSG_READ_VALUES 4000000u
#define VMSG_READ_DEPTH  16u

/* Strings belong to the report; those that may be missing are NULL then. */
struct vmsg_read_clause {
    const char *id, *section, *title, *summary, *reason;
    enum vmsg_level level;
    enum vmsg_clause_verdict verdict;
    uint64_t exercised, findings;
};

struct vmsg_read_scenario {
    const char *id, *reason;
    enum vmsg_verdict verdict;
};

struct vmsg_read_report {
    json_t *root;
    const char *spec, *role, *sut_name, *sut_version, *tool_version;
    const char *not_started;
    bool conforms, interrupted;
    struct vmsg_read_clause *clauses;
    size_t n_clauses;
    struct vmsg_read_scenario *scenarios;
    size_t n_scenarios;
};

/* False with one sentence in err that names the file and what is wrong. Clear in any case. */
bool vmsg_read_report_load(struct vmsg_read_report *r, const char *path, char *err,
                           size_t err_size);

/* The same of a text; `path` is what errors call it. */
bool vmsg_read_report_parse(struct vmsg_read_report *r, const char *path, const char *text,
                            size_t length, char *err, size_t err_size);
void vmsg_read_report_clear(struct vmsg_read_report *r);

/* NULL when there is none. */
const struct vmsg_read_clause *vmsg_read_clause_find(const struct vmsg_read_report *r,
                                                     const char *id);
const struct vmsg_read_scenario *vmsg_read_scenario_find(const struct vmsg_read_report *r,
                                                         const char *id);

#endif
