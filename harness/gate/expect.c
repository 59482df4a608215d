/* The gate by a list of expected failures. */
#include "harness/gate/gate.h"
#include "harness/gate/marks.h"

#include "reports/trend.h"

#include <stdio.h>
#include <string.h>

/* One entry on one result. */
struct trial {
    struct vmsg_run_result *r;
    const struct vmsg_xfail *x;
    const struct vmsg_xfail_entry *e;
    bool met;  /* something that it names ran */
    bool used; /* something that it names failed, or passed and was told of */
    bool partly;
    char name[2048]; /* "known.lua: entry 2, clause dev.get-shm.1" */
};

static bool lists(const struct vmsg_scenario_result *s, const char *clause)
{
    for (size_t i = 0; s->clauses && s->clauses[i]; i++)
        if (!strcmp(s->clauses[i], clause))
            return true;
    return false;
}

static bool try_clause(struct trial *t)
{
    bool ok = true;

    for (size_t i = 0; i < t->r->n_scenarios; i++)
        t->met |= lists(&t->r->scenarios[i], t->e->clause);
    for (size_t i = 0; i < t->r->n_clauses && ok; i++) {
        struct vmsg_clause_result *c = &t->r->clauses[i];

        if (strcmp(c->clause->id, t->e->clause) != 0)
            continue;
        if (c->verdict == VMSG_CLAUSE_FAIL || c->verdict == VMSG_CLAUSE_WARN)
            ok = vmsg_gate_mark(&c->expected, t->e->reason);
        else if (c->verdict == VMSG_CLAUSE_PASS)
            ok = vmsg_gate_mark(&c->expected, t->e->reason) &&
                 vmsg_gate_problem(t->r, "%s passes; take the entry out (%s)", t->name,
                                   t->e->reason);
        else
            continue;
        t->used = true;
    }
    return ok;
}

static bool try_scenarios(struct trial *t)
{
    bool ok = true;

    for (size_t i = 0; i < t->r->n_scenarios && ok; i++) {
        struct vmsg_scenario_result *s = &t->r->scenarios[i];

        if (!vmsg_scenario_id_matches(s->id, t->e->scenario))
            continue;
        t->met = true;
        if (s->verdict == VMSG_VERDICT_PASS)
            ok = vmsg_gate_mark(&s->expected, t->e->reason) &&
                 vmsg_gate_problem(t->r, "%s: %s passes; take it out (%s)", t->name, s->id,
                                   t->e->reason);
        else if (vmsg_verdict_badness(s->verdict) && s->verdict != VMSG_VERDICT_ERROR)
            ok = vmsg_gate_mark(&s->expected, t->e->reason);
        else
            continue; /* told nothing; and an error is the harness's, never expected of a SUT */
        t->used = true;
    }
    return ok;
}

static bool try_entry(struct trial *t, const char *today)
{
    const struct vmsg_xfail_entry *e = t->e;

    snprintf(t->name, sizeof t->name, "%s: entry %zu, %s %s", t->x->path,
             (size_t)(e - t->x->entries) + 1, e->clause ? "clause" : "scenario",
             e->clause ? e->clause : e->scenario);
    if (e->expires[0] && strcmp(e->expires, today) < 0)
        return vmsg_gate_problem(t->r, "%s expired on %s (%s)", t->name, e->expires, e->reason);
    if (!(e->clause ? try_clause(t) : try_scenarios(t)))
        return false;
    if (t->used || vmsg_run_unfinished(t->r) || (t->partly && !t->met))
        return true;
    return vmsg_gate_problem(t->r, "%s was not used: nothing that it names failed or passed (%s)",
                             t->name, e->reason);
}

bool vmsg_gate_expect(struct vmsg_run_result *r, const struct vmsg_xfail *x, const char *today,
                      bool partly)
{
    for (size_t i = 0; i < x->n_entries; i++) {
        struct trial t = {.r = r, .x = x, .e = &x->entries[i], .partly = partly};

        if (!try_entry(&t, today))
            return false;
    }
    return vmsg_gate_spread(r);
}
