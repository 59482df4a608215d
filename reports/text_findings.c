/* Text report: the findings of a clause, and the messages around each. */
#include "reports/text.h"

#include "reports/escape.h"
#include "reports/trace_line.h"

#include <string.h>

#define SHOWN_FINDINGS 3u /* of one clause, unless verbose */
#define AROUND         3u /* messages before and after a finding */
#define SHORT_COLUMNS  80u

static size_t findings_of(const struct vmsg_scenario_result *s, const char *clause)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_findings; i++)
        n += !strcmp(s->findings[i].clause, clause);
    return n;
}

/* The messages around a finding are there to be recognised, not read to their end. */
static void put_short(FILE *out, const char *text)
{
    vmsg_put_cut(out, text, SHORT_COLUMNS);
}

void vmsg_text_trace(const struct vmsg_text_report *t, const struct vmsg_scenario_result *s,
                     size_t mark, size_t around)
{
    size_t from;

    if (mark > s->n_trace)
        mark = s->n_trace;
    from = mark > around ? mark - around : 0;
    for (size_t i = from; i < s->n_trace && i - from <= mark - from + around; i++) {
        fputs("           ", t->out);
        if (i == mark)
            vmsg_text_style(t, VMSG_STYLE_BAD);
        fputs(i == mark ? "> " : "  ", t->out);
        vmsg_trace_put(t->out, s, i, i == mark || t->verbose ? vmsg_put_safe : put_short);
        if (i == mark)
            vmsg_text_style(t, VMSG_STYLE_PLAIN);
        fputc('\n', t->out);
    }
}

static void finding(const struct vmsg_text_report *t, const struct vmsg_scenario_result *s,
                    const struct vmsg_result_finding *f)
{
    fprintf(t->out, "         - ");
    vmsg_put_wrapped(t->out, f->text, 11, VMSG_TEXT_WIDTH);
    fprintf(t->out, "           in ");
    vmsg_put_safe(t->out, s->id);
    if (s->seed && s->seed != t->r->seed)
        fprintf(t->out, ", seed %llu", (unsigned long long)s->seed);
    fprintf(t->out, ", message %u%s\n", (unsigned)f->message, s->n_trace ? ":" : "");
    vmsg_text_trace(t, s, f->message, AROUND);
}

void vmsg_text_findings(const struct vmsg_text_report *t, const char *clause)
{
    size_t shown = 0, more = 0, scenarios = 0;

    for (size_t i = 0; i < t->r->n_scenarios; i++) {
        const struct vmsg_scenario_result *s = &t->r->scenarios[i];
        bool here = false; /* one finding of a scenario is enough to see it */

        for (size_t k = 0; k < s->n_findings; k++) {
            if (strcmp(s->findings[k].clause, clause) != 0)
                continue;
            if (t->verbose || (shown < SHOWN_FINDINGS && !here)) {
                finding(t, s, &s->findings[k]);
                shown++;
            } else {
                more++;
            }
            here = true;
        }
        scenarios += findings_of(s, clause) > 0;
    }
    if (more)
        fprintf(t->out, "         - and %zu more; %zu scenario%s in all (--verbose shows them)\n",
                more, scenarios, scenarios == 1 ? "" : "s");
}
