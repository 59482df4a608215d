/* vmsgspec compare: JSON reports side by side. */
#include "harness/cli/options.h"
#include "harness/cli/paths.h"
#include "harness/cli/values.h"

#include "reports/compare.h"
#include "reports/file.h"

#include <stdlib.h>
#include <string.h>

#define REPORTS_MOST 64u
#define CLAUSES_MOST 20000u /* of all reports: rows are searched in the square of their number */

enum { KEY_REPORT = 0x100, KEY_VERBOSE };

static const struct argp_option options[] = {
    {"report", KEY_REPORT, "FORMAT=PATH", 0,
     "also write it as text, json, markdown or html; PATH - is standard output, in place of the "
     "text. May be repeated",
     0},
    {"verbose", KEY_VERBOSE, NULL, 0, "all clauses, also those that are everywhere the same", 0},
    {0},
};

/* A comparison that goes to a file. */
struct target {
    const struct vmsg_compare_format *format;
    struct vmsg_file *file;
};

struct compare {
    const char **paths;
    size_t n;
    struct vmsg_value_report *wanted;
    struct target *targets;
    size_t n_wanted, n_targets;
    struct vmsg_read_report *reports;
    struct vmsg_compare comparison;
    bool verbose, stdout_taken;
};

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    struct compare *c = ctx;

    switch (key) {
    case KEY_REPORT:
        if (!vmsg_value_report((char *)arg, c->wanted, c->n_wanted, &c->wanted[c->n_wanted], err,
                               err_size))
            return false;
        c->n_wanted++;
        return true;
    case KEY_VERBOSE:
        c->verbose = true;
        return true;
    default:
        c->paths[c->n++] = arg;
        return true;
    }
}

static const struct vmsg_compare_format *find_format(const char *name, char *err, size_t err_size)
{
    const struct vmsg_compare_format *f;
    size_t n;

    for (size_t i = 0; (f = vmsg_compare_format_at(i)); i++)
        if (!strcmp(f->name, name))
            return f;
    n = (size_t)snprintf(err, err_size, "a comparison has no format '%s'; it is one of", name);
    for (size_t i = 0; (f = vmsg_compare_format_at(i)) && n < err_size; i++)
        n += (size_t)snprintf(err + n, err_size - n, "%s %s", i ? "," : "", f->name);
    return NULL;
}

/* A report that is compared must not be replaced by what it is compared in. */
static bool apart(struct compare *c, char *err, size_t err_size)
{
    struct vmsg_path *paths = calloc(c->n + c->n_wanted + 1, sizeof *paths);
    bool ok;

    if (!paths) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    for (size_t i = 0; i < c->n; i++)
        paths[i] = (struct vmsg_path){"a report that is compared", c->paths[i], false};
    for (size_t i = 0; i < c->n_wanted; i++)
        paths[c->n + i] = (struct vmsg_path){"a comparison", c->wanted[i].path, true};
    ok = vmsg_paths_apart(paths, c->n + c->n_wanted, err, err_size);
    free(paths);
    return ok;
}

static bool open_targets(struct compare *c, char *err, size_t err_size)
{
    if (!apart(c, err, err_size))
        return false;
    for (size_t i = 0; i < c->n_wanted; i++) {
        struct target *t = &c->targets[c->n_targets];

        t->format = find_format(c->wanted[i].format, err, err_size);
        if (!t->format || !(t->file = vmsg_file_open(c->wanted[i].path, err, err_size)))
            return false;
        c->n_targets++;
        c->stdout_taken |= !strcmp(c->wanted[i].path, "-");
    }
    return true;
}

static bool load(struct compare *c, char *err, size_t err_size)
{
    size_t clauses = 0;

    if (c->n == 0 || c->n > REPORTS_MOST) {
        snprintf(err, err_size,
                 "name 1 to %u JSON reports, the reference first: vmsgspec compare "
                 "old.json new.json",
                 REPORTS_MOST);
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        if (!vmsg_read_report_load(&c->reports[i], c->paths[i], err, err_size))
            return false;
        clauses += c->reports[i].n_clauses;
    }
    if (clauses > CLAUSES_MOST) {
        snprintf(err, err_size, "the reports have more than %u clauses; compare fewer at a time",
                 CLAUSES_MOST);
        return false;
    }
    if (vmsg_compare_make(&c->comparison, c->reports, c->paths, c->n))
        return true;
    snprintf(err, err_size, "out of memory");
    return false;
}

/* What a file's writer is called with. */
struct writing {
    const struct compare *compare;
    const struct vmsg_compare_format *format;
};

static bool write_one(FILE *out, const void *ctx)
{
    const struct writing *w = ctx;

    return w->format->write(out, &w->compare->comparison, w->compare->verbose);
}

static bool write_all(struct compare *c, char *err, size_t err_size)
{
    for (size_t i = 0; i < c->n_targets; i++) {
        const struct writing w = {c, c->targets[i].format};
        struct vmsg_file *file = c->targets[i].file;

        c->targets[i].file = NULL;
        if (!vmsg_file_commit(file, write_one, &w, err, err_size))
            return false;
    }
    if (!c->stdout_taken) /* a failure shows when standard output is closed */
        vmsg_compare_write_text(stdout, &c->comparison, c->verbose);
    return true;
}

static int compare(struct compare *c)
{
    char err[CLI_ERR_SIZE];

    if (!load(c, err, sizeof err) || !open_targets(c, err, sizeof err) ||
        !write_all(c, err, sizeof err))
        return vmsg_cli_error("compare", "%s", err);
    return vmsg_compare_regressed(&c->comparison) ? CLI_FAILS : CLI_OK;
}

static void clear(struct compare *c)
{
    vmsg_compare_clear(&c->comparison);
    for (size_t i = 0; c->reports && i < c->n; i++)
        vmsg_read_report_clear(&c->reports[i]);
    for (size_t i = 0; i < c->n_targets; i++)
        vmsg_file_abandon(c->targets[i].file);
    free(c->reports);
    free(c->targets);
    free(c->wanted);
    free(c->paths);
}

const struct vmsg_cli_options vmsg_cmd_compare_options = {
    .command = "compare",
    .args = "A.json B.json ...",
    .operands = "FILE",
    .doc = "Put JSON reports side by side; each is held against the first one of its role and "
           "specification."
           "\vExit status: 0 nothing got worse, 1 something did or can no longer be told, 2 "
           "wrong usage, or a file that is no report.",
    .options = options,
    .take = take,
};

int vmsg_cmd_compare(int argc, char **argv)
{
    const size_t most = (size_t)argc + 1;
    struct compare c = {.paths = calloc(most, sizeof *c.paths),
                        .wanted = calloc(most, sizeof *c.wanted),
                        .targets = calloc(most, sizeof *c.targets),
                        .reports = calloc(most, sizeof *c.reports)};
    enum vmsg_cli_parsed parsed;
    int status;

    if (!c.paths || !c.wanted || !c.targets || !c.reports) {
        clear(&c);
        return vmsg_cli_error("compare", "out of memory");
    }
    parsed = vmsg_cli_parse(&vmsg_cmd_compare_options, argc, argv, &c);
    status = parsed == CLI_PARSED ? compare(&c) : vmsg_cli_stopped(parsed);
    clear(&c);
    return status;
}
