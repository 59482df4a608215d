/* One scenario on one device; see attempt.h. */
#include "harness/engine/attempt.h"

#include "harness/engine/facts.h"
#include "harness/engine/result_build.h"
#include "harness/engine/verdict.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct attempt {
    struct vmsg_worker *w;
    const struct vmsg_suite_entry *entry;
    size_t tested;
    struct vmsg_adapter_params params;
    struct vmsg_outcome *out;
    struct vmsg_evidence evidence;
    char reason[700];  /* why the scenario or its closing ended */
    char finding[700]; /* the first of a MUST clause */
};

static void conclude(struct vmsg_outcome *out, enum vmsg_verdict verdict, const char *reason)
{
    out->verdict = verdict;
    free(out->reason);
    out->reason = verdict == VMSG_VERDICT_PASS ? NULL : strdup(reason);
}

static void push_facts(struct attempt *a)
{
    vmsg_facts_push(a->w->script.box.L, a->w->ctx, &a->params,
                    a->w->ctx->discovery.tested[a->tested], a->tested);
}

/*
 * Ask the prelude whether what is declared meets the scenario's needs. True when it does; the
 * scenario's table stays on the stack. Else the outcome is concluded and the stack is as before.
 */
static bool needs_are_met(struct attempt *a)
{
    struct vmsg_script *s = &a->w->script;
    lua_State *L = s->box.L;
    int top = lua_gettop(L);
    const char *kind, *reason;

    if (!vmsg_worker_push(a->w, a->entry, a->reason, sizeof a->reason)) {
        conclude(a->out, VMSG_VERDICT_ERROR, a->reason);
        return false;
    }
    vmsg_luabox_budget(&s->box, VMSG_SCRIPT_INSTRUCTIONS);
    vmsg_script_push(s, "before");
    lua_getfield(L, -2, "needs");
    push_facts(a);
    if (!vmsg_luabox_call(&s->box, 2, 2, a->reason, sizeof a->reason)) {
        conclude(a->out, VMSG_VERDICT_ERROR, a->reason);
        lua_settop(L, top);
        return false;
    }
    kind = lua_tostring(L, -2);
    if (!kind) {
        lua_pop(L, 2);
        return true;
    }
    reason = lua_tostring(L, -1);
    conclude(a->out, strcmp(kind, "skip") == 0 ? VMSG_VERDICT_SKIP : VMSG_VERDICT_INCONCLUSIVE,
             reason ? reason : "");
    a->out->unobservable = strcmp(kind, "unobservable") == 0;
    lua_settop(L, top);
    return false;
}

/* Does the adapter carry messages as long as this scenario wants them? */
static bool fits(struct attempt *a, int top)
{
    size_t most = a->w->adapter->most;
    char reason[120];

    if (!most || a->params.max_msg_size <= most)
        return true;
    snprintf(reason, sizeof reason, "this adapter carries messages of at most %zu bytes", most);
    conclude(a->out, VMSG_VERDICT_INCONCLUSIVE, reason);
    a->out->unobservable = true;
    lua_settop(a->w->script.box.L, top);
    return false;
}

/* The scenario's function, then what is owed and the closing fence. */
static void talk(struct attempt *a)
{
    struct vmsg_script *s = &a->w->script;
    struct vmsg_connection *c = &a->w->connection;
    struct vmsg_evidence *e = &a->evidence;

    vmsg_script_push(s, "run");
    lua_insert(s->box.L, -2);
    push_facts(a);
    vmsg_luabox_budget(&s->box, VMSG_SCRIPT_INSTRUCTIONS);
    e->run = vmsg_script_run(s, c, 2);
    snprintf(a->reason, sizeof a->reason, "%s", s->reason);
    a->out->unobservable = e->run == VMSG_SCRIPT_UNOBSERVABLE;
    a->out->opened = s->opened;
    if (e->run == VMSG_SCRIPT_WEDGED || e->run == VMSG_SCRIPT_CLOSED)
        return;
    vmsg_script_push(s, "close");
    vmsg_luabox_budget(&s->box, VMSG_SCRIPT_INSTRUCTIONS);
    e->closing = true;
    e->close = vmsg_script_run(s, c, 0);
    if (e->close == VMSG_SCRIPT_RETURNED && !s->unsettled && c->oracle)
        vmsg_oracle_settle(c->oracle);
    if (e->close != VMSG_SCRIPT_RETURNED)
        snprintf(a->reason, sizeof a->reason, "%s", s->reason);
}

static void count_clauses(struct attempt *a)
{
    const struct vmsg_oracle *o = a->w->connection.oracle;
    const char *const *clauses = a->entry->scenario.clauses;

    for (int i = 0; o && i < VMSG_CLAUSE_COUNT; i++) {
        a->out->exercised[i] = vmsg_oracle_exercised(o, (enum vmsg_clause_no)i);
        a->out->found[i] = vmsg_oracle_findings(o, (enum vmsg_clause_no)i);
        for (size_t k = 0; a->out->exercised[i] && clauses[k]; k++)
            if (strcmp(clauses[k], vmsg_clause_id((enum vmsg_clause_no)i)) == 0)
                a->evidence.exercised = true;
    }
    a->evidence.out_of_memory = a->w->connection.out_of_memory || !o || vmsg_oracle_failed(o);
}

static enum vmsg_level level_of(const struct attempt *a, enum vmsg_clause_no no)
{
    const struct vmsg_clause *clause = a->w->ctx->clause_of[no];

    return clause ? clause->level : VMSG_MUST;
}

static void take_findings(struct attempt *a)
{
    struct vmsg_connection *c = &a->w->connection;
    struct vmsg_outcome *out = a->out;

    out->findings = calloc(c->n_findings + 1, sizeof *out->findings);
    for (size_t i = 0; out->findings && i < c->n_findings; i++) {
        struct vmsg_seen_finding *f = &c->findings[i];
        enum vmsg_level level = level_of(a, f->clause);

        out->findings[out->n_findings++] = (struct vmsg_result_finding){
            .clause = vmsg_clause_id(f->clause),
            .level = level,
            .message = vmsg_trace_place(f->message, c->trace.count),
            .dev_num = f->dev_num,
            .text = f->text ? f->text : strdup(""),
        };
        f->text = NULL;
        if (level == VMSG_MUST && !a->evidence.must_finding) {
            a->evidence.must_finding = true;
            snprintf(a->finding, sizeof a->finding, "%s: %s", vmsg_clause_id(f->clause),
                     out->findings[out->n_findings - 1].text);
        }
    }
    out->trace = vmsg_trace_take(&c->trace, &out->n_trace, &out->n_trace_dropped);
}

/*
 * The SUT's own end. Writing to a socket that the harness has just closed is no crash, so
 * SIGPIPE is none.
 */
static void look_at_end(struct attempt *a, const struct vmsg_adapter_end *end)
{
    bool pipe = end->signalled && end->status == SIGPIPE;

    a->evidence.died = (end->signalled && !pipe) || end->exited_itself;
    if (end->text && *end->text &&
        (end->signalled || end->killed || end->explained || end->status > 0))
        a->out->sut_end = strdup(end->text);
    if (end->output && *end->output)
        a->out->sut_output = strdup(end->output);
}

static const char *why(struct attempt *a, enum vmsg_verdict v)
{
    switch (v) {
    case VMSG_VERDICT_CRASHED:
        return a->out->sut_end ? a->out->sut_end : "the SUT closed the connection";
    case VMSG_VERDICT_INCONCLUSIVE:
        if (a->evidence.run == VMSG_SCRIPT_RETURNED)
            return "the situation did not arise";
        return a->reason;
    case VMSG_VERDICT_FAIL:
        return a->finding;
    case VMSG_VERDICT_ERROR:
        return a->evidence.out_of_memory ? "not enough memory" : a->reason;
    default:
        return a->reason;
    }
}

static bool begin(struct attempt *a, uint64_t seed)
{
    struct vmsg_oracle_config oracle;
    char err[512], reason[600];

    vmsg_context_oracle(a->w->ctx, &a->params, &oracle);
    vmsg_random_seed(&a->w->script.random, seed);
    a->w->script.opened = a->w->script.unsettled = false;
    a->out->connected = true;
    if (vmsg_connection_begin(&a->w->connection, a->w->adapter, &a->params, &oracle, err,
                              sizeof err))
        return true;
    snprintf(reason, sizeof reason, "the SUT can no longer be started or reached: %s", err);
    conclude(a->out, VMSG_VERDICT_CRASHED, reason);
    return false;
}

void vmsg_attempt(struct vmsg_worker *w, const struct vmsg_suite_entry *entry, size_t tested,
                  uint64_t seed, struct vmsg_outcome *out)
{
    struct attempt a = {.w = w, .entry = entry, .tested = tested, .out = out};
    int top = lua_gettop(w->script.box.L);
    struct vmsg_adapter_end end;
    enum vmsg_verdict verdict;

    *out = (struct vmsg_outcome){0};
    vmsg_context_params(w->ctx, entry, seed, &a.params);
    if (!needs_are_met(&a) || !fits(&a, top))
        return;
    if (!begin(&a, seed)) {
        lua_settop(w->script.box.L, top);
        return;
    }
    talk(&a);
    count_clauses(&a);
    take_findings(&a);
    vmsg_connection_end(&w->connection, &end);
    look_at_end(&a, &end);
    verdict = vmsg_verdict_of(&a.evidence);
    conclude(out, verdict, why(&a, verdict));
    vmsg_connection_clear(&w->connection);
}

void vmsg_outcome_clear(struct vmsg_outcome *o)
{
    for (size_t i = 0; i < o->n_findings; i++)
        free(o->findings[i].text);
    free(o->findings);
    vmsg_trace_entries_free(o->trace, o->n_trace);
    free(o->reason);
    free(o->sut_end);
    free(o->sut_output);
    *o = (struct vmsg_outcome){0};
}
