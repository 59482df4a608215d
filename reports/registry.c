/* The report formats: one row each. */
#include "reports/formats.h"

#include <string.h>

static const struct vmsg_report_format formats[] = {
    {"text", "for people: broken clauses with their messages, gaps, totals", vmsg_text_write},
    {"json", "for programs: scenarios, clauses, findings and traces", vmsg_json_write},
    {"junit", "for CI systems: JUnit XML, a test suite for each block", vmsg_junit_write},
    {"tap", "for test harnesses: Test Anything Protocol 13", vmsg_tap_write},
    {"sarif", "for code scanning: SARIF 2.1.0, a rule for each clause", vmsg_sarif_write},
    {"markdown", "for a pull request: summary, broken clauses, collapsed details",
     vmsg_markdown_write},
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
