/* Marks on a result: what is expected, and what the gate complains of. */
#include "harness/gate/marks.h"
#include "harness/gate/gate.h"

#include "reports/trend.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool vmsg_gate_problem(struct vmsg_run_result *r, const char *format, ...)
{
    struct vmsg_gate_result *g = &r->gate;
    char **problems = realloc(g->problems, (g->n_problems + 1) * sizeof *problems);
    va_list args;
    int n;

    if (!problems)
        return false;
    g->problems = problems;
    va_start(args, format);
    n = vasprintf(&problems[g->n_problems], format, args);
    va_end(args);
    g->n_problems += n >= 0;
    return n >= 0;
}

bool vmsg_gate_mark(char **expected, const char *reason)
{
    if (!*expected)
        *expected = strdup(reason);
    return *expected;
}

static const char *clause_expected(const struct vmsg_run_result *r, const char *id)
{
    for (size_t i = 0; i < r->n_clauses; i++)
        if (!strcmp(r->clauses[i].clause->id, id))
            return r->clauses[i].expected;
    return NULL;
}

/* The reason of the first of its broken MUSTs, if all of them are expected. */
static const char *all_findings_expected(const struct vmsg_run_result *r,
                                         const struct vmsg_scenario_result *s)
{
    const char *first = NULL;

    for (size_t i = 0; i < s->n_findings; i++) {
        const char *expected = clause_expected(r, s->findings[i].clause);

        if (s->findings[i].level == VMSG_SHOULD)
            continue;
        if (!expected)
            return NULL;
        first = first ? first : expected;
    }
    return first;
}

/* The same of the scenarios that found a clause broken. */
static const char *all_finders_expected(const struct vmsg_run_result *r, const char *clause)
{
    const char *first = NULL;

    for (size_t i = 0; i < r->n_scenarios; i++) {
        const struct vmsg_scenario_result *s = &r->scenarios[i];

        for (size_t k = 0; k < s->n_findings; k++) {
            if (strcmp(s->findings[k].clause, clause) != 0)
                continue;
            if (!s->expected)
                return NULL;
            first = first ? first : s->expected;
        }
    }
    return first;
}

bool vmsg_gate_spread(struct vmsg_run_result *r)
{
    bool ok = true;

    for (size_t i = 0; i < r->n_scenarios; i++) {
        struct vmsg_scenario_result *s = &r->scenarios[i];
        const char *reason = s->verdict == VMSG_VERDICT_FAIL ? all_findings_expected(r, s) : NULL;

        ok = (!reason || vmsg_gate_mark(&s->expected, reason)) && ok;
    }
    for (size_t i = 0; i < r->n_clauses; i++) {
        struct vmsg_clause_result *c = &r->clauses[i];
        const char *reason = c->verdict == VMSG_CLAUSE_FAIL || c->verdict == VMSG_CLAUSE_WARN
                                 ? all_finders_expected(r, c->clause->id)
                                 : NULL;

        ok = (!reason || vmsg_gate_mark(&c->expected, reason)) && ok;
    }
    return ok;
}

void vmsg_gate_close(struct vmsg_run_result *r)
{
    struct vmsg_gate_result *g = &r->gate;

    g->applied = true;
    g->passes = !vmsg_run_unfinished(r) && g->n_problems == 0 &&
                vmsg_run_clause_count(r, VMSG_CLAUSE_PASS) > 0;
    for (size_t i = 0; i < r->n_clauses; i++)
        g->passes &= r->clauses[i].verdict != VMSG_CLAUSE_FAIL || r->clauses[i].expected;
    for (size_t i = 0; i < r->n_scenarios; i++)
        g->passes &= !vmsg_verdict_badness(r->scenarios[i].verdict) || r->scenarios[i].expected;
}
