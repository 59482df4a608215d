/* What the run knows, for the prelude; see facts.h. */
#include "harness/engine/facts.h"

#include "harness/oracle/oracle.h"
#include "harness/wire/wire.h"

#include <lauxlib.h>

static void set_integer(lua_State *L, const char *name, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

static void set_flag(lua_State *L, const char *name, bool value)
{
    lua_pushboolean(L, value);
    lua_setfield(L, -2, name);
}

static void set_bus(lua_State *L, unsigned bus_messages)
{
    lua_createtable(L, 0, 3);
    set_flag(L, "GET_DEVICES", bus_messages & VMSG_BUS_GET_DEVICES);
    set_flag(L, "PING", bus_messages & VMSG_BUS_PING);
    set_flag(L, "EVENT_DEVICE", bus_messages & VMSG_BUS_EVENT_DEVICE);
    lua_setfield(L, -2, "bus");
}

static void set_devices(lua_State *L, const struct vmsg_discovery *d)
{
    lua_createtable(L, (int)d->n_devices, 0);
    for (size_t i = 0; i < d->n_devices; i++) {
        lua_pushinteger(L, d->devices[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "devices");
}

static void set_optional(lua_State *L, const struct vmsg_ics *ics)
{
    lua_createtable(L, 0, (int)ics->n_options);
    for (size_t i = 0; i < ics->n_options; i++)
        set_flag(L, ics->options[i].name, ics->options[i].present);
    lua_setfield(L, -2, "optional");
}

/* The declared ranges; no field when nothing is declared. */
static void set_writable(lua_State *L, const struct vmsg_device_facts *f)
{
    if (!f->writable_declared)
        return;
    lua_createtable(L, (int)f->n_writable, 0);
    for (size_t i = 0; i < f->n_writable; i++) {
        lua_createtable(L, 2, 0);
        lua_pushinteger(L, f->writable[i].offset);
        lua_rawseti(L, -2, 1);
        lua_pushinteger(L, f->writable[i].length);
        lua_rawseti(L, -2, 2);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "writable");
}

void vmsg_facts_push(lua_State *L, const struct vmsg_run_context *ctx,
                     const struct vmsg_adapter_params *params, uint16_t dev, size_t tested)
{
    const struct vmsg_ics *ics = ctx->config->ics;

    luaL_checkstack(L, 8, NULL);
    lua_createtable(L, 0, 32);
    lua_pushstring(L, params->role);
    lua_setfield(L, -2, "role");
    set_integer(L, "dev", dev);
    set_integer(L, "timeout_ns", (uint64_t)ctx->config->timeout_ms * 1000000);
    set_integer(L, "start_ns", ctx->discovery.start_ns);
    set_integer(L, "max_msg_size", params->max_msg_size);
    set_integer(L, "transport_features", params->transport_features);
    set_integer(L, "request_timeout_ns", (uint64_t)params->request_timeout_ms * 1000000);
    set_integer(L, "reset_polling_ns", VMSG_RESET_POLLING_MS * UINT64_C(1000000));
    set_integer(L, "idle_ns", vmsg_idle_ns(ctx->caps & VMSG_VIRTUAL_TIME));
    set_integer(L, "attempts", ics->attempts);
    set_flag(L, "timeout_given", ics->timeout_given);
    set_integer(L, "mem_base", params->mem_base);
    set_integer(L, "mem_size", params->mem_size);
    set_integer(L, "seed", params->seed);
    set_integer(L, "try", ctx->discovery.tries);
    set_flag(L, "strict", params->transport_features & VMSG_F_STRICT_CONFIG_GENERATION);
    set_flag(L, "strict_offered", vmsg_context_strict_offered(ctx));
    set_flag(L, "polling", ics->polling);
    set_flag(L, "synthesis", ics->synthesis);
    set_flag(L, "platform", params->devices && *params->devices);
    set_flag(L, "upper", params->upper);
    set_flag(L, "boundaries", ctx->caps & VMSG_CAN_BOUNDARIES);
    set_flag(L, "bus_given", ics->bus_messages_given);
    set_flag(L, "devices_given", ics->devices_given);
    set_flag(L, "want_writable", ctx->want_writable);
    set_bus(L, ctx->discovery.bus_messages);
    set_devices(L, &ctx->discovery);
    set_optional(L, ics);
    if (tested < ctx->discovery.n_tested) {
        set_writable(L, &ctx->facts[tested]);
        if (ctx->discovery.probes[tested]) {
            lua_pushstring(L, ctx->discovery.probes[tested]);
            lua_setfield(L, -2, "probe");
        }
    }
}
