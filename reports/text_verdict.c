/* Text report: totals, how to see a scenario again, and the verdict on the last line. */
#include "reports/text.h"

#include "reports/escape.h"

#include <string.h>

static void total(const struct vmsg_text_report *t, bool first, size_t n, const char *verdict)
{
    if (first || n) /* a pass count of zero is worth saying */
        fprintf(t->out, "%s%zu %s", first ? "" : ", ", n, verdict);
}

static void totals(const struct vmsg_text_report *t)
{
    static const enum vmsg_verdict order[] = {
        VMSG_VERDICT_PASS,  VMSG_VERDICT_FAIL,         VMSG_VERDICT_CRASHED, VMSG_VERDICT_WEDGED,
        VMSG_VERDICT_ERROR, VMSG_VERDICT_INCONCLUSIVE, VMSG_VERDICT_SKIP,
    };
    static const enum vmsg_clause_verdict clause_order[] = {
        VMSG_CLAUSE_PASS,           VMSG_CLAUSE_FAIL,     VMSG_CLAUSE_WARN,
        VMSG_CLAUSE_INCONCLUSIVE,   VMSG_CLAUSE_DECLARED, VMSG_CLAUSE_NOT_OBSERVABLE,
        VMSG_CLAUSE_NOT_APPLICABLE,
    };

    vmsg_text_heading(t, "Totals");
    fprintf(t->out, "  %zu scenario%s: ", t->r->n_scenarios, t->r->n_scenarios == 1 ? "" : "s");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        total(t, i == 0, vmsg_run_count(t->r, order[i]), vmsg_verdict_text(order[i]));
    fprintf(t->out, "\n  %zu clause%s: ", t->r->n_clauses, t->r->n_clauses == 1 ? "" : "s");
    for (size_t i = 0; i < sizeof clause_order / sizeof *clause_order; i++)
        total(t, i == 0, vmsg_run_clause_count(t->r, clause_order[i]),
              vmsg_clause_verdict_text(clause_order[i]));
    fputc('\n', t->out);
}

/* The scenario that a reader will want to see first: one that broke something, or ended badly. */
static const struct vmsg_scenario_result *worst(const struct vmsg_run_result *r)
{
    static const enum vmsg_verdict order[] = {VMSG_VERDICT_FAIL, VMSG_VERDICT_CRASHED,
                                              VMSG_VERDICT_WEDGED, VMSG_VERDICT_ERROR};

    for (size_t v = 0; v < sizeof order / sizeof *order; v++)
        for (size_t i = 0; i < r->n_scenarios; i++)
            if (r->scenarios[i].verdict == order[v])
                return &r->scenarios[i];
    return NULL;
}

/* As one word of a shell command. */
static void quoted(const struct vmsg_text_report *t, const char *s)
{
    fputc('\'', t->out);
    while (s && *s) {
        size_t plain = strcspn(s, "'");

        vmsg_put_safe_n(t->out, s, plain);
        s += plain;
        if (*s) {
            fputs("'\\''", t->out);
            s++;
        }
    }
    fputc('\'', t->out);
}

static void again(const struct vmsg_text_report *t)
{
    const struct vmsg_scenario_result *s = worst(t->r);

    if (!s || !s->clauses || !s->clauses[0] || /* no scenario: of a fuzzing campaign */
        !t->r->sut_uri || !*t->r->sut_uri)     /* bare recorded traffic */
        return;
    fputs("\nTo see one scenario again, with your other options:\n  vmsgspec run --role ", t->out);
    vmsg_put_safe(t->out, t->r->role);
    fputs(" --sut ", t->out);
    quoted(t, t->r->sut_uri);
    fputs(" --select ", t->out);
    vmsg_put_safe(t->out, s->id);
    fprintf(t->out, " --seed %llu --verbose\n",
            (unsigned long long)(s->seed ? s->seed : t->r->seed));
}

static void part(const struct vmsg_text_report *t, size_t n, const char *one, const char *many)
{
    if (n)
        fprintf(t->out, ", %zu %s", n, n == 1 ? one : many);
}

static void counts(const struct vmsg_text_report *t)
{
    const struct vmsg_run_result *r = t->r;
    size_t failed = vmsg_run_clause_count(r, VMSG_CLAUSE_FAIL);

    fprintf(t->out, "%zu clause%s broken, %zu passed by witness", failed, failed == 1 ? "" : "s",
            vmsg_run_clause_count(r, VMSG_CLAUSE_PASS));
    part(t, vmsg_run_clause_count(r, VMSG_CLAUSE_WARN), "SHOULD broken", "SHOULDs broken");
    part(t, vmsg_run_clause_count(r, VMSG_CLAUSE_INCONCLUSIVE), "inconclusive", "inconclusive");
    part(t, vmsg_run_count(r, VMSG_VERDICT_CRASHED), "crash", "crashes");
    part(t, vmsg_run_count(r, VMSG_VERDICT_WEDGED), "time wedged", "times wedged");
    part(t, vmsg_run_count(r, VMSG_VERDICT_ERROR), "error of the harness", "errors of the harness");
    if (r->interrupted)
        fputs(", interrupted", t->out);
}

/* Behind the verdict: with a gate, the exit status is its. */
static void gate(const struct vmsg_text_report *t)
{
    const struct vmsg_gate_result *g = &t->r->gate;
    size_t expected = 0;

    for (size_t i = 0; i < t->r->n_clauses; i++)
        expected += t->r->clauses[i].expected && t->r->clauses[i].verdict == VMSG_CLAUSE_FAIL;
    for (size_t i = 0; i < g->n_problems; i++) {
        fputs("gate: ", t->out);
        vmsg_put_wrapped(t->out, g->problems[i], 6, VMSG_TEXT_WIDTH);
    }
    vmsg_text_style(t, g->passes ? VMSG_STYLE_GOOD : VMSG_STYLE_BAD);
    fprintf(t->out, "gate: %s", g->passes ? "passes" : "fails");
    vmsg_text_style(t, VMSG_STYLE_PLAIN);
    fprintf(t->out, " - %zu of %zu broken clauses expected", expected,
            vmsg_run_clause_count(t->r, VMSG_CLAUSE_FAIL));
    part(t, g->n_problems, "complaint", "complaints");
    fputc('\n', t->out);
}

void vmsg_text_verdict(const struct vmsg_text_report *t)
{
    const struct vmsg_run_result *r = t->r;

    if (!r->not_started) {
        totals(t);
        again(t);
    }
    fputc('\n', t->out);
    vmsg_text_style(t, r->conforms ? VMSG_STYLE_GOOD : VMSG_STYLE_BAD);
    fprintf(t->out, "conforms: %s", r->conforms ? "yes" : "no");
    vmsg_text_style(t, VMSG_STYLE_PLAIN);
    fputs(" - ", t->out);
    if (r->not_started) {
        fputs("the SUT did not start: ", t->out);
        vmsg_put_safe(t->out, r->not_started);
    } else {
        counts(t);
    }
    fputc('\n', t->out);
    if (r->gate.applied)
        gate(t);
}
