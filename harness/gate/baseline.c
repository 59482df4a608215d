/* The gate by an earlier report: only what got worse fails. */
#include "harness/gate/gate.h"
#include "harness/gate/marks.h"

#include "reports/trend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool vmsg_gate_baseline_fits(const struct vmsg_read_report *baseline, const char *path,
                             const char *spec, const char *role, char *err, size_t err_size)
{
    if (strcmp(baseline->spec, spec) != 0 || strcmp(baseline->role, role) != 0)
        snprintf(err, err_size,
                 "the baseline %s is of %s, role %.20s, but this run is of %s, role %s", path,
                 baseline->spec, baseline->role, spec, role);
    else if (baseline->n_clauses == 0 || baseline->not_started || baseline->interrupted)
        snprintf(err, err_size, "the baseline %s is of a run that never began or was cut short",
                 path);
    else
        return true;
    return false;
}

static bool compare_clause(struct vmsg_run_result *r, struct vmsg_clause_result *c,
                           const struct vmsg_read_clause *before, const char *known, bool partly)
{
    enum vmsg_trend trend =
        vmsg_clause_trend(before ? before->verdict : VMSG_CLAUSE_INCONCLUSIVE, c->verdict);
    const char *was = before ? vmsg_clause_verdict_text(before->verdict) : "not in it";

    if (c->verdict == VMSG_CLAUSE_FAIL && before && before->verdict == VMSG_CLAUSE_FAIL)
        return vmsg_gate_mark(&c->expected, known);
    if (c->verdict == VMSG_CLAUSE_FAIL && trend == VMSG_TREND_WORSE && !c->expected)
        return vmsg_gate_problem(r, "%s fails, and was %s in the baseline", c->clause->id, was);
    if (trend == VMSG_TREND_LOST && before && before->verdict == VMSG_CLAUSE_PASS && !partly)
        return vmsg_gate_problem(r, "%s passed in the baseline, and is %s now", c->clause->id,
                                 vmsg_clause_verdict_text(c->verdict));
    return true;
}

/* After the clauses: a scenario that fails by known clauses alone is known. */
static bool compare_scenario(struct vmsg_run_result *r, struct vmsg_scenario_result *s,
                             const struct vmsg_read_scenario *before, const char *known)
{
    int now = vmsg_verdict_badness(s->verdict),
        then = before ? vmsg_verdict_badness(before->verdict) : 0;

    if (now == 0 || s->expected)
        return true;
    if (s->verdict == VMSG_VERDICT_FAIL)
        return true; /* by a clause that was told of, or the gate would expect it */
    if (s->verdict != VMSG_VERDICT_ERROR && now <= then)
        return vmsg_gate_mark(&s->expected, known);
    return vmsg_gate_problem(r, "%s is %s, and was %s in the baseline", s->id,
                             vmsg_verdict_text(s->verdict),
                             before ? vmsg_verdict_text(before->verdict) : "not in it");
}

bool vmsg_gate_compare(struct vmsg_run_result *r, const struct vmsg_read_report *baseline,
                       const char *path, bool partly)
{
    char *known;
    bool ok = true;

    if (vmsg_run_unfinished(r))
        return true; /* fails anyway, and says why */
    if (asprintf(&known, "fails in the baseline %s too", path) < 0)
        return false;
    for (size_t i = 0; i < r->n_clauses && ok; i++) {
        struct vmsg_clause_result *c = &r->clauses[i];

        ok = compare_clause(r, c, vmsg_read_clause_find(baseline, c->clause->id), known, partly);
    }
    ok = ok && vmsg_gate_spread(r);
    for (size_t i = 0; i < r->n_scenarios && ok; i++) {
        struct vmsg_scenario_result *s = &r->scenarios[i];

        ok = compare_scenario(r, s, vmsg_read_scenario_find(baseline, s->id), known);
    }
    free(known);
    return ok;
}
