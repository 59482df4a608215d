/* Texts, counts and release of a run's result. */
#include "harness/engine/result_build.h"

#include <stdio.h>
#include <stdlib.h>

const char *vmsg_verdict_text(enum vmsg_verdict v)
{
    switch (v) {
    case VMSG_VERDICT_ERROR:
        return "error";
    case VMSG_VERDICT_PASS:
        return "pass";
    case VMSG_VERDICT_FAIL:
        return "fail";
    case VMSG_VERDICT_INCONCLUSIVE:
        return "inconclusive";
    case VMSG_VERDICT_SKIP:
        return "skip";
    case VMSG_VERDICT_WEDGED:
        return "wedged";
    case VMSG_VERDICT_CRASHED:
        return "crashed";
    case VMSG_VERDICT_COUNT:
        break;
    }
    return "?";
}

const char *vmsg_clause_verdict_text(enum vmsg_clause_verdict v)
{
    switch (v) {
    case VMSG_CLAUSE_INCONCLUSIVE:
        return "inconclusive";
    case VMSG_CLAUSE_PASS:
        return "pass";
    case VMSG_CLAUSE_FAIL:
        return "fail";
    case VMSG_CLAUSE_WARN:
        return "warn";
    case VMSG_CLAUSE_NOT_OBSERVABLE:
        return "not-observable";
    case VMSG_CLAUSE_NOT_APPLICABLE:
        return "not-applicable";
    case VMSG_CLAUSE_DECLARED:
        return "declared";
    case VMSG_CLAUSE_VERDICT_COUNT:
        break;
    }
    return "?";
}

size_t vmsg_run_count(const struct vmsg_run_result *r, enum vmsg_verdict v)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_scenarios; i++)
        n += r->scenarios[i].verdict == v;
    return n;
}

size_t vmsg_run_clause_count(const struct vmsg_run_result *r, enum vmsg_clause_verdict v)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_clauses; i++)
        n += r->clauses[i].verdict == v;
    return n;
}

const char *vmsg_run_unfinished(const struct vmsg_run_result *r)
{
    if (r->not_started)
        return r->not_started;
    if (r->interrupted)
        return "interrupted: the scenarios that are not here did not run";
    return r->n_scenarios == 0 ? "no scenario ran" : NULL;
}

void vmsg_trace_entries_free(struct vmsg_trace_entry *entries, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(entries[i].bytes);
        free(entries[i].text);
    }
    free(entries);
}

void vmsg_scenario_result_clear(struct vmsg_scenario_result *r)
{
    for (size_t i = 0; i < r->n_findings; i++)
        free(r->findings[i].text);
    free(r->findings);
    vmsg_trace_entries_free(r->trace, r->n_trace);
    free(r->reason);
    free(r->sut_end);
    free(r->sut_output);
    free(r->expected);
    *r = (struct vmsg_scenario_result){0};
}

bool vmsg_run_conforms(const struct vmsg_run_result *r)
{
    return !r->interrupted && !r->not_started && vmsg_run_clause_count(r, VMSG_CLAUSE_PASS) > 0 &&
           vmsg_run_clause_count(r, VMSG_CLAUSE_FAIL) == 0 &&
           vmsg_run_count(r, VMSG_VERDICT_FAIL) == 0 &&
           vmsg_run_count(r, VMSG_VERDICT_WEDGED) == 0 &&
           vmsg_run_count(r, VMSG_VERDICT_CRASHED) == 0 &&
           vmsg_run_count(r, VMSG_VERDICT_ERROR) == 0;
}

void vmsg_run_assume(struct vmsg_run_result *r, const char *text)
{
    char *all;

    if (!text || asprintf(&all, "%s%s%s", r->assumptions ? r->assumptions : "",
                          r->assumptions ? "; " : "", text) < 0)
        return;
    free(r->assumptions);
    r->assumptions = all;
}

void vmsg_run_result_clear(struct vmsg_run_result *r)
{
    for (size_t i = 0; i < r->n_scenarios; i++)
        vmsg_scenario_result_clear(&r->scenarios[i]);
    for (size_t i = 0; i < r->n_clauses; i++) {
        free(r->clauses[i].reason);
        free(r->clauses[i].expected);
    }
    for (size_t i = 0; i < r->gate.n_problems; i++)
        free(r->gate.problems[i]);
    free(r->gate.problems);
    free(r->scenarios);
    free(r->clauses);
    free(r->not_started);
    free(r->assumptions);
    *r = (struct vmsg_run_result){0};
}
