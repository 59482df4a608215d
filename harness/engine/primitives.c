/* The prelude's primitives; see primitives.h. */
#include "harness/engine/primitives.h"

#include "harness/engine/memory_lua.h"
#include "harness/engine/script.h"
#include "harness/engine/tape_json.h"
#include "harness/engine/wire_lua.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

struct vmsg_script *vmsg_script_of(lua_State *L)
{
    return vmsg_luabox_of(L)->user;
}

struct vmsg_connection *vmsg_connection_of(lua_State *L)
{
    struct vmsg_script *s = vmsg_script_of(L);

    if (!s->connection)
        luaL_error(L, "there is no connection here");
    return s->connection;
}

/* False: the adapter cannot deliver it, and the function is to be left by a yield. */
static bool send(lua_State *L, unsigned endpoint, const void *bytes, size_t len)
{
    struct vmsg_connection *c = vmsg_connection_of(L);
    const char *why = vmsg_connection_refuses(c, endpoint, bytes, len);

    if (why) { /* what follows would be judged as if it had been delivered */
        struct vmsg_script *s = vmsg_script_of(L);

        s->end = VMSG_SCRIPT_UNOBSERVABLE;
        snprintf(s->reason, sizeof s->reason, "%s", why);
        return false;
    }
    vmsg_connection_send(c, endpoint, bytes, len);
    return true;
}

static int core_send(lua_State *L)
{
    lua_Integer endpoint = luaL_checkinteger(L, 1);
    size_t len;
    const char *bytes = luaL_checklstring(L, 2, &len);

    if (endpoint < 0 || endpoint > 1)
        return luaL_error(L, "no endpoint %I", (LUAI_UACINT)endpoint);
    if (len == 0)
        return luaL_error(L, "an empty packet cannot be sent");
    return send(L, (unsigned)endpoint, bytes, len) ? 0 : lua_yield(L, 0);
}

/* carries(endpoint, packet): can the adapter deliver it as it is? */
static int core_carries(lua_State *L)
{
    size_t len;
    const char *bytes = luaL_checklstring(L, 2, &len);

    lua_pushboolean(L, !vmsg_connection_refuses(vmsg_connection_of(L),
                                                (unsigned)luaL_checkinteger(L, 1), bytes, len));
    return 1;
}

static int core_command(lua_State *L)
{
    struct vmsg_connection *c = vmsg_connection_of(L);
    const char *line = luaL_checkstring(L, 1);

    if (strpbrk(line, "\r\n"))
        return luaL_error(L, "an upper-tester command is one line");
    vmsg_connection_command(c, line);
    return 0;
}

static int core_wait(lua_State *L)
{
    vmsg_connection_of(L);
    return vmsg_script_wait(vmsg_script_of(L), L, (uint64_t)luaL_checkinteger(L, 1), NULL);
}

/* ask(message, dev, token, fields, patience): the answer; or nil, the deadline and what came. */
static int core_ask(lua_State *L)
{
    struct vmsg_script *s = vmsg_script_of(L);
    uint64_t deadline = (uint64_t)luaL_checkinteger(L, 5);
    lua_Integer message = luaL_checkinteger(L, 1);
    struct vmsg_lua_request asked;
    size_t len = vmsg_lua_encode_request(L, s->draft, &asked);
    int values;

    deadline += vmsg_connection_now(vmsg_connection_of(L));
    vmsg_answered_set(&s->answered, asked.token, 0);
    if (!send(L, 0, s->draft, len))
        return lua_yield(L, 0);
    values = vmsg_script_wait(s, L, deadline, &asked);
    if (values == 1) {
        vmsg_answered_set(&s->answered, asked.token, (uint8_t)message);
        return 1;
    }
    lua_pushnil(L);
    lua_pushinteger(L, (lua_Integer)deadline);
    lua_rotate(L, -(values + 2), 2);
    return values + 2;
}

static uint16_t check_token(lua_State *L)
{
    return (uint16_t)(luaL_checkinteger(L, 1) & UINT16_MAX);
}

/* answered(token): the number of the message that it was last answered for, 0: of none. */
static int core_answered(lua_State *L)
{
    lua_pushinteger(L, vmsg_answered_get(&vmsg_script_of(L)->answered, check_token(L)));
    return 1;
}

/* set_answered(token, message); message 0: it is under way again. */
static int core_set_answered(lua_State *L)
{
    vmsg_answered_set(&vmsg_script_of(L)->answered, check_token(L),
                      (uint8_t)luaL_checkinteger(L, 2));
    return 0;
}

static int core_forget_answered(lua_State *L)
{
    vmsg_answered_forget(&vmsg_script_of(L)->answered);
    return 0;
}

/* Did the SUT ever say anything on this connection? */
static int core_heard(lua_State *L)
{
    lua_pushboolean(L, vmsg_connection_of(L)->received > 0);
    return 1;
}

static int core_now(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)vmsg_connection_now(vmsg_connection_of(L)));
    return 1;
}

static int core_random(lua_State *L)
{
    lua_Integer n = luaL_checkinteger(L, 1);

    if (n < 1)
        return luaL_error(L, "random(%I): at least 1 is needed", (LUAI_UACINT)n);
    lua_pushinteger(L, (lua_Integer)vmsg_random_below(&vmsg_script_of(L)->random, (uint64_t)n) + 1);
    return 1;
}

static int core_finish(lua_State *L)
{
    static const char *const kinds[] = {"inconclusive", "skip", "unobservable", "wedged", NULL};
    static const enum vmsg_script_end ends[] = {VMSG_SCRIPT_INCONCLUSIVE, VMSG_SCRIPT_SKIP,
                                                VMSG_SCRIPT_UNOBSERVABLE, VMSG_SCRIPT_WEDGED};
    struct vmsg_script *s = vmsg_script_of(L);

    s->end = ends[luaL_checkoption(L, 1, NULL, kinds)];
    snprintf(s->reason, sizeof s->reason, "%s", luaL_checkstring(L, 2));
    return lua_yield(L, 0);
}

static int core_opened(lua_State *L)
{
    vmsg_script_of(L)->opened = true;
    return 0;
}

static int core_unsettled(lua_State *L)
{
    vmsg_script_of(L)->unsettled = true;
    return 0;
}

static int core_owes(lua_State *L)
{
    const struct vmsg_connection *c = vmsg_connection_of(L);

    lua_pushboolean(L, c->oracle && vmsg_oracle_owes(c->oracle));
    lua_pushboolean(L, c->oracle && vmsg_oracle_owes_notification(c->oracle));
    return 2;
}

static uint32_t check_u32(lua_State *L, int arg)
{
    lua_Integer v = luaL_checkinteger(L, arg);

    if (v < 0 || v > UINT32_MAX)
        luaL_error(L, "%I does not fit 32 bits", (LUAI_UACINT)v);
    return (uint32_t)v;
}

static int core_note(lua_State *L)
{
    struct vmsg_note note = {.kind =
                                 (enum vmsg_note_kind)luaL_checkoption(L, 1, NULL, vmsg_note_names),
                             .dev_num = (uint16_t)(check_u32(L, 2) & 0xFFFF),
                             .vq = check_u32(L, 3),
                             .value = check_u32(L, 4)};

    note.data = (const uint8_t *)luaL_checklstring(L, 5, &note.data_len);
    vmsg_connection_note(vmsg_connection_of(L), &note, luaL_checkstring(L, 6));
    return 0;
}

/* A line in the trace, for its reader alone. */
static int core_remark(lua_State *L)
{
    vmsg_connection_remark(vmsg_connection_of(L), luaL_checkstring(L, 1));
    return 0;
}

static int core_decode_again(lua_State *L)
{
    struct vmsg_connection *c = vmsg_connection_of(L);

    return vmsg_lua_push_as(L, c->packet, c->len, (uint8_t)luaL_checkinteger(L, 1));
}

/* The bytes of the last message, as they came. */
static int core_packet(lua_State *L)
{
    struct vmsg_connection *c = vmsg_connection_of(L);

    lua_pushlstring(L, (const char *)c->packet, c->len);
    lua_pushinteger(L, c->endpoint);
    return 2;
}

static int core_decode(lua_State *L)
{
    size_t len;
    const char *bytes = luaL_checklstring(L, 1, &len);

    return vmsg_lua_push_message(L, bytes, len);
}

static int core_clause(lua_State *L)
{
    const struct vmsg_script *s = vmsg_script_of(L);

    lua_pushboolean(L, s->catalogue && vmsg_catalogue_find(s->catalogue, luaL_checkstring(L, 1)));
    return 1;
}

void vmsg_primitives_push(lua_State *L)
{
    static const luaL_Reg core[] = {
        {"messages", vmsg_lua_messages},
        {"encode", vmsg_lua_encode},
        {"decode_again", core_decode_again},
        {"decode", core_decode},
        {"packet", core_packet},
        {"send", core_send},
        {"carries", core_carries},
        {"command", core_command},
        {"wait", core_wait},
        {"ask", core_ask},
        {"answered", core_answered},
        {"set_answered", core_set_answered},
        {"forget_answered", core_forget_answered},
        {"heard", core_heard},
        {"now", core_now},
        {"random", core_random},
        {"finish", core_finish},
        {"opened", core_opened},
        {"unsettled", core_unsettled},
        {"owes", core_owes},
        {"note", core_note},
        {"remark", core_remark},
        {"watch", vmsg_lua_watch},
        {"watch_packed", vmsg_lua_watch_packed},
        {"unwatch", vmsg_lua_unwatch},
        {"poll", vmsg_lua_poll},
        {"read", vmsg_lua_read},
        {"write", vmsg_lua_write},
        {"read16", vmsg_lua_read16},
        {"write16", vmsg_lua_write16},
        {"device_open", vmsg_lua_device_open},
        {"device_receive", vmsg_lua_device_receive},
        {"device_tick", vmsg_lua_device_tick},
        {"device_command", vmsg_lua_device_command},
        {"device_deadline", vmsg_lua_device_deadline},
        {"device_status", vmsg_lua_device_status},
        {"device_broken", vmsg_lua_device_broken},
        {"device_watch", vmsg_lua_device_watch},
        {"clause", core_clause},
        {NULL, NULL},
    };

    luaL_newlib(L, core);
}
