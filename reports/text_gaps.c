/*
 * Text report: what was not judged and why, a line each, grouped by reason. A reader has to see
 * this to know what a verdict is worth.
 */
#include "reports/text.h"

#include "reports/escape.h"

#include <string.h>

static bool same(const char *a, const char *b)
{
    return !strcmp(a ? a : "", b ? b : "");
}

static void reason(const struct vmsg_text_report *t, const char *verdict, const char *why)
{
    fputs("  ", t->out);
    fputs(verdict, t->out);
    fputs(": ", t->out);
    vmsg_put_wrapped(t->out, why ? why : "no reason was given", 4, VMSG_TEXT_WIDTH);
}

static void item(const struct vmsg_text_report *t, const char *id, const char *summary)
{
    size_t used = vmsg_safe_width(id, strlen(id)) + 6;

    fputs("    ", t->out);
    vmsg_put_safe(t->out, id);
    fputs("  ", t->out);
    vmsg_put_cut(t->out, summary, used + 20 < VMSG_TEXT_WIDTH ? VMSG_TEXT_WIDTH - used : 20);
    fputc('\n', t->out);
}

/* Clauses that repeat another clause: many, and nothing is lost by not judging them twice. */
static bool is_hidden(const struct vmsg_text_report *t, const struct vmsg_clause_result *c)
{
    return !t->verbose && c->verdict == VMSG_CLAUSE_NOT_APPLICABLE &&
           c->clause->observe == VMSG_OBSERVE_RESTATED;
}

static void hidden(const struct vmsg_text_report *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->r->n_clauses; i++)
        n += is_hidden(t, &t->r->clauses[i]);
    if (n)
        fprintf(t->out,
                "  not-applicable: %zu that say again what another clause says, judged "
                "there (--verbose)\n",
                n);
}

static bool told_before(const struct vmsg_run_result *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (r->clauses[k].verdict == r->clauses[i].verdict &&
            same(r->clauses[k].reason, r->clauses[i].reason))
            return true;
    return false;
}

static void clauses(const struct vmsg_text_report *t, enum vmsg_clause_verdict v)
{
    const struct vmsg_run_result *r = t->r;

    for (size_t i = 0; i < r->n_clauses; i++) {
        if (r->clauses[i].verdict != v || is_hidden(t, &r->clauses[i]) || told_before(r, i))
            continue;
        reason(t, vmsg_clause_verdict_text(v), r->clauses[i].reason);
        for (size_t k = i; k < r->n_clauses; k++)
            if (r->clauses[k].verdict == v && same(r->clauses[k].reason, r->clauses[i].reason))
                item(t, r->clauses[k].clause->id, r->clauses[k].clause->summary);
    }
}

static bool scenario_told_before(const struct vmsg_run_result *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (r->scenarios[k].verdict == r->scenarios[i].verdict &&
            same(r->scenarios[k].reason, r->scenarios[i].reason))
            return true;
    return false;
}

static void scenarios(const struct vmsg_text_report *t, enum vmsg_verdict v)
{
    const struct vmsg_run_result *r = t->r;

    for (size_t i = 0; i < r->n_scenarios; i++) {
        if (r->scenarios[i].verdict != v || scenario_told_before(r, i))
            continue;
        reason(t, vmsg_verdict_text(v), r->scenarios[i].reason);
        for (size_t k = i; k < r->n_scenarios; k++) {
            const struct vmsg_scenario_result *s = &r->scenarios[k];

            if (s->verdict != v || !same(s->reason, r->scenarios[i].reason))
                continue;
            item(t, s->id, s->summary);
            if (t->verbose && s->n_trace)
                vmsg_text_trace(t, s, s->n_trace, s->n_trace);
        }
    }
}

void vmsg_text_gaps(const struct vmsg_text_report *t)
{
    const struct vmsg_run_result *r = t->r;
    size_t judged = vmsg_run_clause_count(r, VMSG_CLAUSE_PASS) +
                    vmsg_run_clause_count(r, VMSG_CLAUSE_FAIL) +
                    vmsg_run_clause_count(r, VMSG_CLAUSE_WARN);

    if (judged < r->n_clauses) {
        vmsg_text_heading(t, "Clauses that this run cannot tell");
        clauses(t, VMSG_CLAUSE_INCONCLUSIVE);
        clauses(t, VMSG_CLAUSE_DECLARED);
        clauses(t, VMSG_CLAUSE_NOT_OBSERVABLE);
        clauses(t, VMSG_CLAUSE_NOT_APPLICABLE);
        hidden(t);
    }
    if (vmsg_run_count(r, VMSG_VERDICT_INCONCLUSIVE) + vmsg_run_count(r, VMSG_VERDICT_SKIP)) {
        vmsg_text_heading(t, "Scenarios that told nothing");
        scenarios(t, VMSG_VERDICT_INCONCLUSIVE);
        scenarios(t, VMSG_VERDICT_SKIP);
    }
}
