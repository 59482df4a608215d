/*
 * Reports: a run's result written in one format. They know results and message text only.
 */
#ifndef VMSG_REPORT_H
#define VMSG_REPORT_H

#include "harness/engine/result.h"

#include <stdio.h>

struct vmsg_report_options {
    bool colour;
    bool verbose; /* text: traces also of inconclusive scenarios, clauses that passed */
};

struct vmsg_report_format {
    const char *name; /* "json" */
    const char *summary;
    /* False when writing failed (errno says why). */
    bool (*write)(FILE *out, const struct vmsg_run_result *r, const struct vmsg_report_options *o);
};

const struct vmsg_report_format *vmsg_report_format_at(size_t i); /* NULL past the end */
const struct vmsg_report_format *vmsg_report_format_by_name(const char *name);

/*
 * A report in a file that is whole or absent (reports/file.h). Commit and abandon free f. A text
 * report in a file has no colour.
 */
struct vmsg_report_file;
struct vmsg_report_file *vmsg_report_open(const char *format, const char *path, char *err,
                                          size_t err_size);
bool vmsg_report_commit(struct vmsg_report_file *f, const struct vmsg_run_result *r, char *err,
                        size_t err_size);
void vmsg_report_abandon(struct vmsg_report_file *f);

#endif
