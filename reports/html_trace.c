/* HTML report: a trace, message by message: number, time, direction, fields, bytes. */
#include "reports/html.h"

#include "reports/escape.h"
#include "reports/trace_line.h"

static bool is_named(const struct vmsg_scenario_result *s, size_t i)
{
    for (size_t k = 0; k < s->n_findings; k++)
        if (s->findings[k].message == i)
            return true;
    return false;
}

static void bytes(FILE *out, const struct vmsg_trace_entry *e)
{
    if (!e->bytes || !e->len)
        return;
    fputs("<i>", out);
    for (size_t i = 0; i < e->len; i++)
        fprintf(out, "%s%02x", i == 0 ? "" : i % 8 ? " " : "  ", e->bytes[i]);
    fputs("</i>", out);
}

static void line(FILE *out, const struct vmsg_scenario_result *s, size_t i, bool anchors)
{
    static const char *const classes[] = {[VMSG_TRACE_TO_SUT] = "m to",
                                          [VMSG_TRACE_FROM_SUT] = "m from",
                                          [VMSG_TRACE_NOTE] = "m note"};
    static const char *const arrows[][2] = {
        [VMSG_TRACE_TO_SUT] = {"\xe2\x86\x92", "\xe2\x87\x92"},
        [VMSG_TRACE_FROM_SUT] = {"\xe2\x86\x90", "\xe2\x87\x90"},
        [VMSG_TRACE_NOTE] = {"\xc2\xb7", "\xc2\xb7"}};
    const struct vmsg_trace_entry *e = &s->trace[i];
    char buf[VMSG_TRACE_TEXT];
    bool named = is_named(s, i);

    fprintf(out, "<span class=\"%s%s\"", classes[e->kind], named ? " hit" : "");
    if (named && anchors) {
        fputs(" id=\"", out);
        vmsg_put_html(out, s->id);
        fprintf(out, ":%zu\"", i);
    }
    fprintf(out, ">%4zu %7llu <b>%s</b> ", i, (unsigned long long)(e->t_ns / 1000),
            arrows[e->kind][e->endpoint ? 1 : 0]);
    vmsg_put_html(out, vmsg_trace_text(e, buf));
    bytes(out, e);
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
    for (size_t i = from; i < to; i++)
        line(out, s, i, anchors);
    fputs("</pre>\n", out);
}
