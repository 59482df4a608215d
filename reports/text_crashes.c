/* Text report: scenarios in which the SUT crashed or stopped answering, or the harness failed. */
#include "reports/text.h"

#include "reports/escape.h"

#include <string.h>

#define SHOWN_CRASHES 5u  /* unless verbose */
#define SHOWN_LINES   20u /* of the SUT's output */
#define LINE_COLUMNS  160u
#define SHOWN_TRACE   6u /* last messages */

static bool ended_badly(const struct vmsg_scenario_result *s)
{
    return s->verdict == VMSG_VERDICT_CRASHED || s->verdict == VMSG_VERDICT_WEDGED ||
           s->verdict == VMSG_VERDICT_ERROR;
}

/* Start of the last n lines of s. */
static const char *last_lines(const char *s, size_t n)
{
    const char *p = s + strlen(s);

    while (p > s && p[-1] == '\n')
        p--;
    while (p > s && (p[-1] != '\n' || --n > 0))
        p--;
    return p;
}

static void output(const struct vmsg_text_report *t, const char *s)
{
    const char *p = t->verbose ? s : last_lines(s, SHOWN_LINES);

    if (!*s)
        return;
    fprintf(t->out, "    its %soutput:\n", p > s ? "last " : "");
    while (*p) {
        size_t len = strcspn(p, "\n"), shown = len < LINE_COLUMNS ? len : LINE_COLUMNS;

        fputs("      | ", t->out);
        vmsg_put_safe_n(t->out, p, shown);
        fputs(shown < len ? "...\n" : "\n", t->out);
        p += len + (p[len] == '\n');
    }
}

static void crash(const struct vmsg_text_report *t, const struct vmsg_scenario_result *s)
{
    fputs("  ", t->out);
    vmsg_text_style(t, VMSG_STYLE_BAD);
    fputs(vmsg_verdict_text(s->verdict), t->out);
    vmsg_text_style(t, VMSG_STYLE_PLAIN);
    fputc(' ', t->out);
    vmsg_put_safe(t->out, s->id);
    fputs("\n    ", t->out);
    vmsg_put_wrapped(t->out, s->reason ? s->reason : "no reason was given", 4, VMSG_TEXT_WIDTH);
    if (s->sut_end) {
        fputs("    the SUT: ", t->out);
        vmsg_put_wrapped(t->out, s->sut_end, 6, VMSG_TEXT_WIDTH);
    }
    if (s->n_trace)
        vmsg_text_trace(t, s, s->n_trace, SHOWN_TRACE);
    if (s->sut_output)
        output(t, s->sut_output);
}

void vmsg_text_crashes(const struct vmsg_text_report *t)
{
    size_t n = 0, shown = 0;

    for (size_t i = 0; i < t->r->n_scenarios; i++)
        n += ended_badly(&t->r->scenarios[i]);
    if (n == 0)
        return;
    vmsg_text_heading(t, "How the SUT ended");
    for (size_t i = 0; i < t->r->n_scenarios; i++) {
        if (!ended_badly(&t->r->scenarios[i]) || (!t->verbose && shown == SHOWN_CRASHES))
            continue;
        crash(t, &t->r->scenarios[i]);
        shown++;
    }
    if (shown < n)
        fprintf(t->out, "  and %zu more (--verbose shows them)\n", n - shown);
}
