/* The report formats: one row each; and reports in files. */
#include "reports/file.h"
#include "reports/formats.h"

#include <stdlib.h>
#include <string.h>

struct vmsg_report_file {
    const struct vmsg_report_format *format;
    struct vmsg_file *file;
    const struct vmsg_run_result *result; /* while it is written */
};

static const struct vmsg_report_format formats[] = {
    {"text", "for people: broken clauses with their messages, gaps, totals", vmsg_text_write},
    {"json", "for programs: scenarios, clauses, findings and traces", vmsg_json_write},
    {"junit", "for CI systems: JUnit XML, a test suite for each block", vmsg_junit_write},
    {"tap", "for test harnesses: Test Anything Protocol 13", vmsg_tap_write},
    {"sarif", "for code scanning: SARIF 2.1.0, a rule for each clause", vmsg_sarif_write},
    {"markdown", "for a pull request: summary, broken clauses, collapsed details",
     vmsg_markdown_write},
    {"github", "for the log of a GitHub job: annotations by workflow commands", vmsg_github_write},
    {"html", "for people: one page with the clause matrix, findings and traces", vmsg_html_write},
};

const struct vmsg_report_format *vmsg_report_format_at(size_t i)
{
    return i < sizeof formats / sizeof formats[0] ? &formats[i] : NULL;
}

const struct vmsg_report_format *vmsg_report_format_by_name(const char *name)
{
    const struct vmsg_report_format *f;

    for (size_t i = 0; (f = vmsg_report_format_at(i)); i++)
        if (!strcmp(f->name, name))
            return f;
    return NULL;
}

static void list_formats(char *err, size_t err_size, const char *format)
{
    const struct vmsg_report_format *f;
    size_t n = (size_t)snprintf(err, err_size, "unknown report format '%s'; it is one of", format);

    for (size_t i = 0; (f = vmsg_report_format_at(i)) && n < err_size; i++)
        n += (size_t)snprintf(err + n, err_size - n, "%s %s", i ? "," : "", f->name);
}

struct vmsg_report_file *vmsg_report_open(const char *format, const char *path, char *err,
                                          size_t err_size)
{
    struct vmsg_report_file *f = calloc(1, sizeof *f);

    if (!f) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    f->format = vmsg_report_format_by_name(format);
    if (!f->format)
        list_formats(err, err_size, format);
    else if ((f->file = vmsg_file_open(path, err, err_size)))
        return f;
    free(f);
    return NULL;
}

static bool write_report(FILE *out, const void *ctx)
{
    const struct vmsg_report_file *f = ctx;
    const struct vmsg_report_options options = {0};

    return f->format->write(out, f->result, &options);
}

bool vmsg_report_commit(struct vmsg_report_file *f, const struct vmsg_run_result *r, char *err,
                        size_t err_size)
{
    bool ok;

    f->result = r;
    ok = vmsg_file_commit(f->file, write_report, f, err, err_size);
    free(f);
    return ok;
}

void vmsg_report_abandon(struct vmsg_report_file *f)
{
    if (!f)
        return;
    vmsg_file_abandon(f->file);
    free(f);
}
