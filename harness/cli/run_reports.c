/* The report files of a run. */
#include "harness/cli/run_reports.h"

#include "harness/cli/paths.h"

#include <stdlib.h>
#include <string.h>

/* Everything that is read or written by name. */
static bool apart(const struct vmsg_run_options *o, const char *input, char *err, size_t err_size)
{
    const struct vmsg_path others[] = {
        {"the judged file", input, false},  {"--ics", o->ics, false},
        {"--scenario", o->scenario, false}, {"--xfail", o->xfail, false},
        {"--baseline", o->baseline, false}, {"the capture", o->capture, true},
    };
    const size_t n = sizeof others / sizeof *others;
    struct vmsg_path *paths = calloc(n + o->n_reports, sizeof *paths);
    bool ok;

    if (!paths) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    memcpy(paths, others, sizeof others);
    for (size_t i = 0; i < o->n_reports; i++)
        paths[n + i] = (struct vmsg_path){"a report", o->reports[i].path, true};
    ok = vmsg_paths_apart(paths, n + o->n_reports, err, err_size);
    free(paths);
    return ok;
}

bool vmsg_run_reports_open(struct vmsg_run_reports *r, const char *input,
                           const struct vmsg_run_options *o, char *err, size_t err_size)
{
    *r = (struct vmsg_run_reports){0};
    if (!apart(o, input, err, err_size))
        return false;
    r->files = calloc(o->n_reports + 1, sizeof *r->files);
    if (!r->files) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    for (size_t i = 0; i < o->n_reports; i++) {
        r->files[i] = vmsg_report_open(o->reports[i].format, o->reports[i].path, err, err_size);
        if (!r->files[i]) {
            vmsg_run_reports_abandon(r);
            return false;
        }
        r->n++;
        r->stdout_taken |= !strcmp(o->reports[i].path, "-");
    }
    return true;
}

/* Files first: whoever reads the text through a pipe may close it early. */
bool vmsg_run_reports_write(struct vmsg_run_reports *r, const struct vmsg_run_options *o,
                            const struct vmsg_run_result *result)
{
    const struct vmsg_report_options options = {.colour = vmsg_colour_wanted(o->colour, stdout),
                                                .verbose = o->verbose};
    char err[CLI_ERR_SIZE];
    bool ok = true;

    for (size_t i = 0; i < r->n; i++)
        if (!vmsg_report_commit(r->files[i], result, err, sizeof err)) {
            vmsg_cli_error(o->command, "%s", err);
            ok = false;
        }
    r->n = 0;
    if (!r->stdout_taken) /* a failure shows when standard output is closed */
        vmsg_report_format_by_name("text")->write(stdout, result, &options);
    vmsg_run_reports_abandon(r);
    return ok;
}

void vmsg_run_reports_abandon(struct vmsg_run_reports *r)
{
    for (size_t i = 0; i < r->n; i++)
        vmsg_report_abandon(r->files[i]);
    free(r->files);
    *r = (struct vmsg_run_reports){0};
}
