/*
 * The report files of a run: opened before it, written after it.
 */
#ifndef VMSG_CLI_RUN_REPORTS_H
#define VMSG_CLI_RUN_REPORTS_H

#include "harness/cli/run_options.h"
#include "reports/report.h"

struct vmsg_run_reports {
    struct vmsg_report_file **files;
    size_t n;
    bool stdout_taken; /* one goes to "-" */
};

/*
 * All or nothing; false with a sentence in err. A report that would replace `input`, what the
 * command judges (NULL: no file), or anything else that the options name is a mistake, and so is a
 * capture that would.
 */
bool vmsg_run_reports_open(struct vmsg_run_reports *r, const char *input,
                           const struct vmsg_run_options *o, char *err, size_t err_size);

/* Write them all, and the text on standard output unless it is taken; false when one failed. */
bool vmsg_run_reports_write(struct vmsg_run_reports *r, const struct vmsg_run_options *o,
                            const struct vmsg_run_result *result);

void vmsg_run_reports_abandon(struct vmsg_run_reports *r);

#endif
