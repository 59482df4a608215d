/* The first connection of a run; see discovery.h. */
#include "harness/engine/discovery.h"

#include "harness/engine/facts.h"
#include "harness/engine/outcome.h"
#include "harness/engine/tape_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is known before anybody was asked: the declared devices, or the usual ones. */
static bool assume(struct vmsg_run_context *ctx)
{
    struct vmsg_discovery *d = &ctx->discovery;
    const struct vmsg_ics *ics = ctx->config->ics;

    /* Undeclared: of a device SUT the first; the harness itself plays more to a driver or a bus. */
    static const uint16_t usual[] = {0, 5};
    bool device = ctx->config->role == VMSG_ROLE_DEVICE;

    d->n_devices = ics->devices_given ? ics->n_devices : device ? 1 : 2;
    d->devices = calloc(d->n_devices + 1, sizeof *d->devices);
    if (!d->devices)
        return false;
    memcpy(d->devices, ics->devices_given ? ics->devices : usual,
           d->n_devices * sizeof *d->devices);
    if (ics->bus_messages_given)
        d->bus_messages = ics->bus_messages;
    d->n_tested = 1;
    d->tested[0] = d->devices[0];
    vmsg_context_facts(ctx);
    return true;
}

static bool flag(lua_State *L, const char *name)
{
    bool set;

    lua_getfield(L, -1, name);
    set = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return set;
}

/* The list in field `name` of the table on the stack, at most `most` of it; leaves litter. */
static size_t read_numbers(lua_State *L, const char *name, uint16_t *out, size_t most)
{
    size_t n = 0;

    if (lua_getfield(L, -1, name) == LUA_TTABLE)
        for (; n < most && lua_rawgeti(L, -1, (lua_Integer)n + 1) != LUA_TNIL; n++) {
            out[n] = (uint16_t)lua_tointeger(L, -1);
            lua_pop(L, 1);
        }
    return n;
}

static void read_devices(lua_State *L, struct vmsg_discovery *d)
{
    int top = lua_gettop(L);
    uint16_t *devices = calloc(65536, sizeof *devices);
    size_t n = devices ? read_numbers(L, "devices", devices, 65536) : 0;

    lua_settop(L, top);
    if (n) {
        free(d->devices);
        d->devices = devices;
        d->n_devices = n;
    } else {
        free(devices);
    }
    n = read_numbers(L, "tested", d->tested, VMSG_TESTED_MOST);
    lua_settop(L, top);
    if (n)
        d->n_tested = n;
}

static void read_probes(lua_State *L, struct vmsg_discovery *d)
{
    int top = lua_gettop(L);

    if (lua_getfield(L, -1, "probes") == LUA_TTABLE)
        for (size_t i = 0; i < d->n_tested; i++) {
            free(d->probes[i]);
            d->probes[i] = NULL;
            if (lua_rawgeti(L, -1, d->tested[i]) == LUA_TSTRING)
                d->probes[i] = strdup(lua_tostring(L, -1));
            lua_pop(L, 1);
        }
    lua_settop(L, top);
}

static void read_text(lua_State *L, const char *name, char **text)
{
    lua_getfield(L, -1, name);
    free(*text);
    *text = lua_isstring(L, -1) ? strdup(lua_tostring(L, -1)) : NULL;
    lua_pop(L, 1);
}

/* What the prelude wrote down, whatever ended its discovery. */
static void read_findings(struct vmsg_run_context *ctx, struct vmsg_script *s, bool *enumerated)
{
    struct vmsg_discovery *d = &ctx->discovery;
    lua_State *L = s->box.L;
    char err[200];

    vmsg_script_push(s, "discovered");
    vmsg_luabox_budget(&s->box, VMSG_SCRIPT_INSTRUCTIONS);
    if (!vmsg_luabox_call(&s->box, 0, 1, err, sizeof err))
        return;
    if (lua_istable(L, -1)) {
        read_devices(L, d);
        read_probes(L, d);
        d->bus_messages = (flag(L, "get_devices") ? VMSG_BUS_GET_DEVICES : 0u) |
                          (flag(L, "ping") ? VMSG_BUS_PING : 0u) |
                          (flag(L, "event_device") ? VMSG_BUS_EVENT_DEVICE : 0u);
        *enumerated = flag(L, "enumerated");
        read_text(L, "assumed", &d->assumed);
        d->drives = flag(L, "drives");
        d->runs = flag(L, "runs");
    }
    lua_pop(L, 1);
}

/* One line on what was not declared. */
static char *assumptions(const struct vmsg_run_context *ctx, bool enumerated)
{
    const struct vmsg_ics *ics = ctx->config->ics;
    const struct vmsg_discovery *d = &ctx->discovery;
    char devices[160] = "", bus[160] = "", *text = NULL;

    if (!ics->devices_given && enumerated)
        snprintf(devices, sizeof devices, "%zu device%s found by GET_DEVICES", d->n_devices,
                 d->n_devices == 1 ? "" : "s");
    else if (!ics->devices_given)
        snprintf(devices, sizeof devices, "device 0 exists, GET_DEVICES shows none");
    if (!ics->bus_messages_given)
        snprintf(bus, sizeof bus, "%sbus messages by probing: %s%s%s, no EVENT_DEVICE",
                 *devices ? "; " : "", d->bus_messages & VMSG_BUS_GET_DEVICES ? "GET_DEVICES" : "",
                 d->bus_messages == (VMSG_BUS_GET_DEVICES | VMSG_BUS_PING) ? ", " : "",
                 d->bus_messages & VMSG_BUS_PING ? "PING"
                 : d->bus_messages               ? ""
                                                 : "none");
    if (!*devices && !*bus)
        return NULL;
    return asprintf(&text, "%s%s", devices, bus) < 0 ? NULL : text;
}

/* One connection. False when the SUT cannot be had or is no program at all. */
static bool look(struct vmsg_run_context *ctx, struct vmsg_worker *w,
                 struct vmsg_run_result *result, bool *enumerated)
{
    struct vmsg_connection *c = &w->connection;
    struct vmsg_adapter_params params;
    struct vmsg_oracle_config oracle;
    struct vmsg_adapter_end end;
    enum vmsg_script_end how;
    struct vmsg_tape_place at;
    char err[512];

    vmsg_context_platform_data(ctx);
    vmsg_context_params(ctx, NULL, ctx->config->seed, &params);
    vmsg_context_oracle(ctx, &params, &oracle);
    vmsg_random_seed(&w->script->random, ctx->config->seed);
    c->session =
        vmsg_tape_session(c->tape, vmsg_context_judged(ctx), vmsg_session_for("discovery"));
    if (!vmsg_connection_begin(c, w->adapter, &params, &oracle, err, sizeof err)) {
        result->not_started = strdup(err);
        return false;
    }
    vmsg_script_push(w->script, "discover");
    vmsg_facts_push(w->script->box.L, ctx, &params, ctx->discovery.tested[0], 0);
    vmsg_luabox_budget(&w->script->box, VMSG_SCRIPT_INSTRUCTIONS);
    how = vmsg_script_run(w->script, c, 1);
    read_findings(ctx, w->script, enumerated);
    for (size_t i = 0; c->oracle && i < ctx->discovery.n_tested; i++)
        ctx->discovery.answers[i] = vmsg_oracle_answered(c->oracle, ctx->discovery.tested[i]);
    vmsg_context_facts(ctx);
    if (c->first_ns > ctx->discovery.start_ns)
        ctx->discovery.start_ns = c->first_ns;
    at = vmsg_connection_place(c);
    vmsg_connection_end(c, &end);
    vmsg_tape_close(c->tape, &at, NULL);
    if (how == VMSG_SCRIPT_CLOSED)
        result->not_started = vmsg_outcome_not_startable(&end, c->received);
    vmsg_connection_clear(c);
    return !result->not_started;
}

/*
 * A driver may not enumerate, or drive one type of device alone: the prelude plays other devices
 * to it with each try (driven.lua), until it drives one. A bus that finds no device is told them.
 */
static bool look_again(struct vmsg_run_context *ctx)
{
    struct vmsg_discovery *d = &ctx->discovery;
    bool given = ctx->config->ics->devices_given;

    unsigned most = ctx->config->role == VMSG_ROLE_DRIVER ? (given ? 1 : 2) : given ? 0 : 1;

    if (ctx->config->role == VMSG_ROLE_DEVICE || !(ctx->caps & VMSG_CAN_RESTART) || d->drives ||
        d->tries == most)
        return false;
    d->tries++;
    d->platform = !given;
    return true;
}

void vmsg_discover(struct vmsg_run_context *ctx, struct vmsg_worker *w,
                   struct vmsg_run_result *result)
{
    struct vmsg_discovery *d = &ctx->discovery;
    bool enumerated = false;
    char *found;

    vmsg_run_assume(result, ctx->config->assumed);
    if (!assume(ctx)) {
        result->not_started = strdup("not enough memory");
        return;
    }
    do {
        if (!look(ctx, w, result, &enumerated))
            return;
    } while (look_again(ctx));
    d->platform &= d->drives;
    vmsg_context_platform_data(ctx);
    found = ctx->config->role == VMSG_ROLE_DEVICE ? assumptions(ctx, enumerated) : NULL;
    vmsg_run_assume(result, ctx->config->role == VMSG_ROLE_DEVICE ? found : d->assumed);
    free(found);
}

void vmsg_discovery_clear(struct vmsg_discovery *d)
{
    for (size_t i = 0; i < VMSG_TESTED_MOST; i++)
        free(d->probes[i]);
    free(d->devices);
    free(d->assumed);
    *d = (struct vmsg_discovery){0};
}
