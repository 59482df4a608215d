/* The verdict of each clause; see clause_verdicts.h. */
#include "harness/engine/clause_verdicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The oracle's number of a clause, -1 when it does not judge it. */
static int number_of(const char *id)
{
    for (int i = 0; i < VMSG_CLAUSE_COUNT; i++)
        if (strcmp(vmsg_clause_id((enum vmsg_clause_no)i), id) == 0)
            return i;
    return -1;
}

/* A role is judged by its own clauses, those that bind both sides, and bus clauses it can break. */
static bool is_judged(const struct vmsg_clause_input *in, const struct vmsg_clause *c)
{
    static const char *const prefixes[] = {"dev.", "drv.", "bus."}; /* by role, as what follows */
    static const unsigned judged[] = {VMSG_JUDGE_DEVICE, VMSG_JUDGE_DRIVER, VMSG_JUDGE_BUS};
    const char *own = prefixes[in->role];
    int no = number_of(c->id);

    if (vmsg_clause_of_layout(c)) /* bus-specific: nothing to say elsewhere */
        return in->layout;
    if (strncmp(c->id, own, strlen(own)) == 0 || strncmp(c->id, "any.", 4) == 0)
        return true;
    return strncmp(c->id, "bus.", 4) == 0 && no >= 0 &&
           vmsg_clause_binds((enum vmsg_clause_no)no) & judged[in->role];
}

static bool lists(const char *const *clauses, const char *id)
{
    for (; *clauses; clauses++)
        if (strcmp(*clauses, id) == 0)
            return true;
    return false;
}

static void put(struct vmsg_clause_result *r, enum vmsg_clause_verdict verdict, const char *reason)
{
    r->verdict = verdict;
    r->reason = reason ? strdup(reason) : NULL;
}

/* The finding that a reader should see first. */
static const char *first_finding(const struct vmsg_clause_input *in, const char *id)
{
    for (size_t i = 0; i < in->n_scenarios; i++) {
        const struct vmsg_scenario_result *s = &in->scenarios[i].result;

        for (size_t k = 0; k < s->n_findings; k++)
            if (strcmp(s->findings[k].clause, id) == 0)
                return s->findings[k].text;
    }
    return "a finding names it";
}

static bool in_suite(const struct vmsg_suite *suite, const char *id)
{
    const struct vmsg_scenario *s;

    for (size_t i = 0; suite && (s = vmsg_suite_at(suite, i)) != NULL; i++)
        if (lists(s->clauses, id))
            return true;
    return false;
}

/* What the scenarios that set out to test a clause came to. */
struct attempts {
    size_t listed, skipped, unobservable;
    const struct vmsg_tally *telling; /* the one whose reason says most */
};

/* A scenario that got furthest tells most. */
static int telling_rank(const struct vmsg_tally *t)
{
    switch (t->result.verdict) {
    case VMSG_VERDICT_CRASHED:
    case VMSG_VERDICT_WEDGED:
    case VMSG_VERDICT_ERROR:
        return 4;
    case VMSG_VERDICT_INCONCLUSIVE:
        return t->unobservable ? 2 : 3;
    case VMSG_VERDICT_SKIP:
        return 1;
    default:
        return 0;
    }
}

static struct attempts attempts_at(const struct vmsg_clause_input *in, const char *id)
{
    struct attempts a = {0};

    for (size_t i = 0; i < in->n_scenarios; i++) {
        const struct vmsg_tally *t = &in->scenarios[i];

        if (!lists(t->result.clauses, id))
            continue;
        a.listed++;
        a.skipped += t->result.verdict == VMSG_VERDICT_SKIP;
        a.unobservable += t->unobservable;
        if (!a.telling || telling_rank(t) > telling_rank(a.telling))
            a.telling = t;
    }
    return a;
}

static void judge_unexercised(const struct vmsg_clause_input *in, const struct vmsg_clause *c,
                              struct vmsg_clause_result *r)
{
    struct attempts a = attempts_at(in, c->id);
    char reason[512];

    if (a.listed == 0) {
        put(r, VMSG_CLAUSE_INCONCLUSIVE,
            in->stopped                  ? in->stopped
            : vmsg_clause_of_layout(c)   ? "the shared memory never came into that state"
            : in_suite(in->suite, c->id) ? "no scenario that tests it was selected"
                                         : "no scenario tests it");
        return;
    }
    /* One that passed or failed says nothing about this clause: its reason names another. */
    snprintf(reason, sizeof reason, "%s: %s", a.telling->result.id,
             telling_rank(a.telling) && a.telling->result.reason ? a.telling->result.reason
                                                                 : "the situation did not arise");
    if (a.skipped == a.listed)
        put(r, VMSG_CLAUSE_NOT_APPLICABLE, a.telling->result.reason);
    else if (a.skipped + a.unobservable == a.listed)
        put(r, VMSG_CLAUSE_NOT_OBSERVABLE, a.telling->result.reason);
    else
        put(r, VMSG_CLAUSE_INCONCLUSIVE, reason);
}

static void judge_by_catalogue(const struct vmsg_clause_input *in, const struct vmsg_clause *c,
                               struct vmsg_clause_result *r)
{
    const char *absent = vmsg_clause_absent(in, c->id);
    char reason[512];

    if (absent) {
        put(r, VMSG_CLAUSE_NOT_APPLICABLE, absent);
        return;
    }
    switch (c->observe) {
    case VMSG_OBSERVE_RESTATED:
        snprintf(reason, sizeof reason, "judged as %s", c->restates ? c->restates : "another");
        put(r, VMSG_CLAUSE_NOT_APPLICABLE, reason);
        return;
    case VMSG_OBSERVE_NONE:
        put(r, VMSG_CLAUSE_NOT_OBSERVABLE, c->why ? c->why : "no peer can observe it");
        return;
    case VMSG_OBSERVE_DECLARATION:
        put(r, VMSG_CLAUSE_DECLARED, c->why ? c->why : "only the conformance statement tells");
        return;
    case VMSG_OBSERVE_MEMORY:
        if (!in->memory) {
            put(r, VMSG_CLAUSE_NOT_OBSERVABLE, "no DMA memory is shared with the SUT");
            return;
        }
        break;
    case VMSG_OBSERVE_UPPER:
        if (!in->upper) {
            put(r, VMSG_CLAUSE_INCONCLUSIVE, "needs the upper tester");
            return;
        }
        break;
    case VMSG_OBSERVE_WIRE:
        break;
    }
    judge_unexercised(in, c, r);
}

static void judge(const struct vmsg_clause_input *in, const struct vmsg_clause *c,
                  struct vmsg_clause_result *r)
{
    int no = number_of(c->id);

    *r = (struct vmsg_clause_result){.clause = c};
    if (no >= 0) {
        r->exercised = in->exercised[no];
        r->findings = in->found[no];
    }
    if (r->findings)
        put(r, c->level == VMSG_SHOULD ? VMSG_CLAUSE_WARN : VMSG_CLAUSE_FAIL,
            first_finding(in, c->id));
    else if (r->exercised)
        put(r, VMSG_CLAUSE_PASS, NULL);
    else
        judge_by_catalogue(in, c, r);
}

bool vmsg_clause_verdicts(const struct vmsg_clause_input *in, struct vmsg_run_result *result)
{
    size_t n = vmsg_catalogue_size(in->catalogue);

    result->clauses = calloc(n + 1, sizeof *result->clauses);
    if (!result->clauses)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct vmsg_clause *c = vmsg_catalogue_at(in->catalogue, i);

        if (is_judged(in, c))
            judge(in, c, &result->clauses[result->n_clauses++]);
    }
    return true;
}
