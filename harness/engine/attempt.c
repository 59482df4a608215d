/* One scenario on one device; see attempt.h. */
#include "harness/engine/attempt.h"

#include "harness/engine/facts.h"
#include "harness/engine/tape_run.h"

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
    char reason[700]; /* why the scenario or its closing ended */
};

static void push_facts(struct attempt *a)
{
    vmsg_facts_push(a->w->script->box.L, a->w->ctx, &a->params,
                    a->w->ctx->discovery.tested[a->tested], a->tested);
}

/*
 * Ask the prelude whether what is declared meets the scenario's needs. True when it does; the
 * scenario's table and the facts stay on the stack. Else the outcome is concluded and the stack is
 * as before.
 */
static bool needs_are_met(struct attempt *a)
{
    struct vmsg_script *s = a->w->script;
    lua_State *L = s->box.L;
    int top = lua_gettop(L);
    const char *kind, *reason;

    if (!vmsg_worker_push(a->w, a->entry, a->reason, sizeof a->reason)) {
        vmsg_outcome_set(a->out, VMSG_VERDICT_ERROR, a->reason);
        return false;
    }
    vmsg_luabox_budget(&s->box, VMSG_SCRIPT_INSTRUCTIONS);
    push_facts(a);
    vmsg_script_push(s, "before");
    lua_getfield(L, -3, "needs");
    lua_pushvalue(L, -3);
    if (!vmsg_luabox_call(&s->box, 2, 2, a->reason, sizeof a->reason)) {
        vmsg_outcome_set(a->out, VMSG_VERDICT_ERROR, a->reason);
        lua_settop(L, top);
        return false;
    }
    kind = lua_tostring(L, -2);
    if (!kind) {
        lua_pop(L, 2);
        return true;
    }
    reason = lua_tostring(L, -1);
    vmsg_outcome_set(a->out,
                     strcmp(kind, "skip") == 0 ? VMSG_VERDICT_SKIP : VMSG_VERDICT_INCONCLUSIVE,
                     reason ? reason : "");
    a->out->unobservable = strcmp(kind, "unobservable") == 0;
    lua_settop(L, top);
    return false;
}

/* Does the adapter carry messages as long as this scenario wants them? */
static bool fits(struct attempt *a)
{
    size_t most = a->w->adapter->most;
    char reason[120];

    if (!most || a->params.max_msg_size <= most)
        return true;
    snprintf(reason, sizeof reason, "this adapter carries messages of at most %zu bytes", most);
    vmsg_outcome_set(a->out, VMSG_VERDICT_INCONCLUSIVE, reason);
    a->out->unobservable = true;
    return false;
}

/* The scenario's function, then what is owed and the closing fence. */
static void talk(struct attempt *a)
{
    struct vmsg_script *s = a->w->script;
    struct vmsg_connection *c = &a->w->connection;
    struct vmsg_evidence *e = &a->evidence;

    vmsg_script_push(s, "run");
    lua_insert(s->box.L, -3);
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
    /* Where the harness failed, the SUT may owe what the harness kept from it. */
    if (e->run != VMSG_SCRIPT_FAILED && e->close == VMSG_SCRIPT_RETURNED && !s->unsettled)
        vmsg_connection_settle(c);
    if (e->close != VMSG_SCRIPT_RETURNED)
        snprintf(a->reason, sizeof a->reason, "%s", s->reason);
}

static bool begin(struct attempt *a, uint64_t seed)
{
    struct vmsg_oracle_config oracle;
    char err[512], reason[600];

    vmsg_context_oracle(a->w->ctx, &a->params, &oracle);
    vmsg_random_seed(&a->w->script->random, seed);
    a->w->script->opened = a->w->script->unsettled = false;
    a->out->connected = true;
    if (vmsg_connection_begin(&a->w->connection, a->w->adapter, &a->params, &oracle, err,
                              sizeof err))
        return true;
    snprintf(reason, sizeof reason, "the SUT can no longer be started or reached: %s", err);
    vmsg_outcome_set(a->out, VMSG_VERDICT_CRASHED, reason);
    return false;
}

/* What the tape says of the session before there is a connection. */
static json_t *about(const struct attempt *a, const struct vmsg_piece *piece)
{
    const struct vmsg_scenario *s = &a->entry->scenario;

    return vmsg_session_to_json(s, piece, a->w->ctx->discovery.tested[a->tested]);
}

static void converse(struct attempt *a)
{
    struct vmsg_connection *c = &a->w->connection;
    struct vmsg_adapter_end end;
    struct vmsg_tape_place at;

    talk(a);
    at = vmsg_connection_place(c);
    vmsg_outcome_judge(a->out, c, a->entry->scenario.clauses, a->w->ctx->clause_of, &a->evidence);
    vmsg_connection_end(c, &end);
    vmsg_outcome_ended(a->out, &a->evidence, &end);
    vmsg_outcome_conclude(a->out, &a->evidence, a->reason);
    vmsg_connection_clear(c);
    vmsg_tape_close(c->tape, &at, vmsg_outcome_to_json(a->out, &a->evidence, a->reason));
}

void vmsg_attempt(struct vmsg_worker *w, const struct vmsg_suite_entry *entry, size_t tested,
                  uint64_t seed, const struct vmsg_piece *piece, struct vmsg_outcome *out)
{
    struct attempt a = {.w = w, .entry = entry, .tested = tested, .out = out};
    struct vmsg_connection *c = &w->connection;
    int top = lua_gettop(w->script->box.L);

    *out = (struct vmsg_outcome){0};
    vmsg_context_params(w->ctx, entry, seed, &a.params);
    if (c->tape)
        c->session = vmsg_tape_session(c->tape, vmsg_context_judged(w->ctx), about(&a, piece));
    if (needs_are_met(&a) && fits(&a) && begin(&a, seed)) {
        converse(&a);
        return;
    }
    lua_settop(w->script->box.L, top);
    if (c->tape)
        vmsg_tape_close(c->tape,
                        &(struct vmsg_tape_place){.session = c->session,
                                                  .judged = (uint8_t)vmsg_context_judged(w->ctx)},
                        vmsg_outcome_to_json(out, NULL, NULL));
}
