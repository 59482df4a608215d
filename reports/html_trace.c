/*
 * HTML report: a trace, message by message: number, time, direction, fields, and its bytes in lines
 * that begin with a tab. It is plain text, which a browser reads in no time however long it is; the
 * script gives it its form when it comes into sight (page/app.js). Only what a finding names is an
 * element from the start, to be linked to.
 */
#include "reports/html.h"

#include "reports/escape.h"
#include "reports/trace_line.h"

#define BYTES_A_LINE 16u

static bool is_named(const struct vmsg_scenario_result *s, size_t i)
{
    for (size_t k = 0; k < s->n_findings; k++)
        if (s->findings[k].message == i)
            return true;
    return false;
}

static void bytes(FILE *out, const struct vmsg_trace_entry *e)
{
    for (size_t i = 0; e->bytes && i < e->len; i++)
        fprintf(out, "%s%02x",
                i % BYTES_A_LINE == 0         ? "\n\t"
                : i % (BYTES_A_LINE / 2) == 0 ? "  "
                                              : " ",
                e->bytes[i]);
}

static void line(FILE *out, const struct vmsg_scenario_result *s, size_t i)
{
    static const char *const arrows[][2] = {
        [VMSG_TRACE_TO_SUT] = {"\xe2\x86\x92", "\xe2\x87\x92"},
        [VMSG_TRACE_FROM_SUT] = {"\xe2\x86\x90", "\xe2\x87\x90"},
        [VMSG_TRACE_NOTE] = {"\xc2\xb7", "\xc2\xb7"}};
    const struct vmsg_trace_entry *e = &s->trace[i];
    char buf[VMSG_TRACE_TEXT];

    fprintf(out, "%4zu %7llu %s ", i, (unsigned long long)(e->t_ns / 1000),
            arrows[e->kind][e->endpoint ? 1 : 0]);
    vmsg_put_html(out, vmsg_trace_text(e, buf));
    bytes(out, e);
}

/* The line of a message that a finding names. It breaks the line by itself. */
static void named_line(FILE *out, const struct vmsg_scenario_result *s, size_t i, bool anchors)
{
    fputs("<span class=\"hit\"", out);
    if (anchors) {
        fputs(" id=\"", out);
        vmsg_put_html(out, s->id);
        fprintf(out, ":%zu\"", i);
    }
    fputc('>', out);
    line(out, s, i);
    fputs("</span>", out);
}

void vmsg_html_trace(FILE *out, const struct vmsg_scenario_result *s, size_t from, size_t to,
                     bool anchors)
{
    if (to > s->n_trace)
        to = s->n_trace;
    fputs("<pre class=\"trace\" tabindex=\"0\" aria-label=\"Messages: number, microseconds, "
          "direction, fields, bytes\">",
          out);
    for (size_t i = from; i < to; i++) {
        if (is_named(s, i)) {
            named_line(out, s, i, anchors);
        } else {
            line(out, s, i);
            fputc('\n', out);
        }
    }
    fputs("</pre>\n", out);
}
