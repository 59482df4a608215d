/* Running Lua functions against a connection; see script.h. */
#include "harness/engine/script.h"

#include "harness/embed.h"
#include "harness/engine/primitives.h"
#include "harness/engine/wire_lua.h"
#include "harness/wire/wire.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#define PRELUDE_INSTRUCTIONS 10000000

/* Messages that nobody asked for, after which it is the SUT that runs without end, not the script.
 */
#define BUSY_MOST 10000u

/* Lua: import(name) -> what the prelude file of that name returns, loaded once. */
static int import(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    char path[80];

    lua_pushvalue(L, 1);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    lua_settop(L, 1);
    snprintf(path, sizeof path, "prelude/%s.lua", name);
    for (const struct vmsg_embedded *f = vmsg_embedded_prelude; f->name; f++) {
        if (strcmp(f->name, path) != 0)
            continue;
        if (luaL_loadbufferx(L, f->data, f->length, path, "b") != LUA_OK)
            return lua_error(L);
        lua_pushvalue(L, lua_upvalueindex(2));
        lua_pushvalue(L, lua_upvalueindex(3));
        lua_call(L, 2, 1);
        lua_pushvalue(L, 1);
        lua_pushvalue(L, -2);
        lua_rawset(L, lua_upvalueindex(1));
        return 1;
    }
    return luaL_error(L, "no prelude file %s", path);
}

/* Lua: () -> the functions of prelude/main.lua. */
static int load_prelude(lua_State *L)
{
    static const luaL_Reg libraries[] = {{LUA_GNAME, luaopen_base},
                                         {LUA_STRLIBNAME, luaopen_string},
                                         {LUA_TABLIBNAME, luaopen_table},
                                         {LUA_MATHLIBNAME, luaopen_math},
                                         {LUA_UTF8LIBNAME, luaopen_utf8}};

    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
    lua_settop(L, 0);
    lua_newtable(L);
    vmsg_primitives_push(L);
    lua_pushnil(L); /* import itself, an upvalue of its own, set below */
    lua_pushcclosure(L, import, 3);
    lua_pushvalue(L, -1);
    lua_setupvalue(L, -2, 3);
    lua_pushliteral(L, "main");
    lua_call(L, 1, 1);
    return 1;
}

bool vmsg_script_open(struct vmsg_script *s, const struct vmsg_catalogue *catalogue, char *err,
                      size_t err_size)
{
    memset(s, 0, sizeof *s);
    s->catalogue = catalogue;
    if (!vmsg_answered_open(&s->answered) || !vmsg_luabox_open(&s->box, VMSG_SCRIPT_MEMORY, s)) {
        vmsg_answered_close(&s->answered);
        snprintf(err, err_size, "not enough memory for Lua");
        return false;
    }
    lua_gc(s->box.L, LUA_GCGEN, 0, 0);
    lua_pushcfunction(s->box.L, load_prelude);
    vmsg_luabox_budget(&s->box, PRELUDE_INSTRUCTIONS);
    if (!vmsg_luabox_call(&s->box, 0, 1, err, err_size)) {
        vmsg_script_close(s);
        return false;
    }
    s->main = luaL_ref(s->box.L, LUA_REGISTRYINDEX);
    return true;
}

void vmsg_script_close(struct vmsg_script *s)
{
    vmsg_played_close(&s->played);
    vmsg_luabox_close(&s->box);
    vmsg_answered_close(&s->answered);
}

void vmsg_script_push(struct vmsg_script *s, const char *name)
{
    lua_State *L = s->box.L;

    lua_rawgeti(L, LUA_REGISTRYINDEX, s->main);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}

/* The value on the stack is a file's list: check it. */
static bool check_list(struct vmsg_script *s, const char *prefix, char *err, size_t err_size)
{
    lua_State *L = s->box.L;
    bool ok;

    vmsg_script_push(s, "check");
    lua_pushstring(L, prefix);
    lua_pushvalue(L, -3);
    if (!vmsg_luabox_call(&s->box, 2, 1, err, err_size)) {
        lua_pop(L, 1);
        return false;
    }
    ok = lua_isnil(L, -1);
    if (!ok)
        snprintf(err, err_size, "%s", lua_tostring(L, -1));
    lua_pop(L, ok ? 1 : 2);
    return ok;
}

bool vmsg_script_load(struct vmsg_script *s, const struct vmsg_luabox_source *source,
                      const char *prefix, char *err, size_t err_size)
{
    lua_State *L = s->box.L;

    vmsg_luabox_budget(&s->box, VMSG_SCRIPT_INSTRUCTIONS);
    if (!vmsg_luabox_load(&s->box, source, err, err_size))
        return false;
    vmsg_script_push(s, "environment");
    if (!vmsg_luabox_call(&s->box, 0, 1, err, err_size)) {
        lua_pop(L, 1);
        return false;
    }
    lua_setupvalue(L, -2, 1);
    if (!vmsg_luabox_call(&s->box, 0, 1, err, err_size))
        return false;
    return check_list(s, prefix, err, err_size);
}

/* The file and line of the scenario in which a coroutine failed, "" when only the prelude did. */
static void where(lua_State *co, char *out, size_t size)
{
    lua_Debug ar;

    *out = '\0';
    for (int level = 0; lua_getstack(co, level, &ar); level++) {
        lua_getinfo(co, "Sl", &ar);
        if (ar.currentline > 0 && strncmp(ar.source, "@prelude/", 9) != 0) {
            snprintf(out, size, "%s:%d: ", ar.short_src, ar.currentline);
            return;
        }
    }
}

static enum vmsg_script_end failed(struct vmsg_script *s, lua_State *co)
{
    char place[128], text[400];

    where(co, place, sizeof place);
    vmsg_luabox_error_text(co, -1, text, sizeof text);
    if (strncmp(text, place, strlen(place)) == 0)
        *place = '\0';
    snprintf(s->reason, sizeof s->reason, "%s%s", place, text);
    return VMSG_SCRIPT_FAILED;
}

static enum vmsg_script_end ended(struct vmsg_script *s, enum vmsg_script_end end,
                                  const char *reason)
{
    snprintf(s->reason, sizeof s->reason, "%s", reason);
    return end;
}

/* No response, and nothing that a bus merely carries: the SUT began this itself. */
static bool is_unasked(const struct vmsg_connection *c)
{
    unsigned type = c->len ? c->packet[0] : 0;

    return !(type & VMSG_TYPE_RESPONSE) && (c->judged != VMSG_JUDGE_BUS || type & VMSG_TYPE_BUS);
}

static int push_arrived(lua_State *L, const struct vmsg_connection *c,
                        const struct vmsg_lua_request *asked)
{
    if (asked && vmsg_lua_push_answer(L, c->packet, c->len, asked))
        return 1;
    lua_pushliteral(L, "message");
    return 1 + vmsg_lua_push_message(L, c->packet, c->len);
}

/*
 * Wait for what comes and push it: the values of core.wait(). The number of values, or -1 with
 * *end set when there is nothing to wait for any more.
 */
static int arrival(struct vmsg_script *s, lua_State *L, uint64_t deadline,
                   const struct vmsg_lua_request *asked, enum vmsg_script_end *end)
{
    struct vmsg_connection *c = s->connection;

    if (c->received > c->sent && c->received - c->sent >= VMSG_FLOOD) {
        *end = ended(s, VMSG_SCRIPT_WEDGED, "it sends messages without end");
        return -1;
    }
    if (s->lasts_ns && vmsg_connection_now(c) - s->began_ns > s->lasts_ns) {
        *end = ended(s, VMSG_SCRIPT_WEDGED, "it answers, but for many timeouts it gets nowhere");
        return -1;
    }
    switch (vmsg_connection_wait(c, deadline)) {
    case VMSG_ARRIVED_MESSAGE:
        if (is_unasked(c))
            s->unasked++;
        else
            s->began_ns = vmsg_connection_now(c); /* slow is not stuck */
        return push_arrived(L, c, asked);
    case VMSG_ARRIVED_LINE:
        lua_pushliteral(L, "line");
        lua_pushlstring(L, (const char *)c->packet, c->len);
        return 2;
    case VMSG_ARRIVED_NOTHING:
        return 0;
    case VMSG_ARRIVED_CLOSED:
        *end = ended(s, VMSG_SCRIPT_CLOSED, "the SUT closed the connection");
        return -1;
    case VMSG_ARRIVED_LAYOUT: /* told to the oracle there */
    case VMSG_ARRIVED_ERROR:
        break;
    }
    *end = ended(s, VMSG_SCRIPT_FAILED, "the harness's side of the adapter failed");
    return -1;
}

int vmsg_script_wait(struct vmsg_script *s, lua_State *L, uint64_t deadline,
                     const struct vmsg_lua_request *asked)
{
    int values = -1;

    s->box.confined = false; /* what comes is the engine's, not the script's */
    if (vmsg_luabox_turn(&s->box, L))
        values = arrival(s, L, deadline, asked, &s->end);
    s->box.confined = true;
    return values < 0 ? lua_yield(L, 0) : values;
}

static enum vmsg_script_end play(struct vmsg_script *s, lua_State *co, int args)
{
    int results;

    switch (vmsg_luabox_resume(&s->box, co, args, &results)) {
    case LUA_OK:
        return VMSG_SCRIPT_RETURNED;
    case LUA_YIELD:
        break;
    default:
        return failed(s, co);
    }
    if (!s->box.exhausted)
        return s->end;
    if (s->unasked > BUSY_MOST)
        return ended(s, VMSG_SCRIPT_WEDGED, "it keeps its peer busy without end");
    where(co, s->reason, sizeof s->reason);
    strncat(s->reason, "it runs without end", sizeof s->reason - strlen(s->reason) - 1);
    return VMSG_SCRIPT_FAILED;
}

enum vmsg_script_end vmsg_script_run(struct vmsg_script *s, struct vmsg_connection *c, int args)
{
    lua_State *L = s->box.L;
    int base = lua_gettop(L) - args - 1;
    lua_State *co = lua_newthread(L);
    enum vmsg_script_end end = VMSG_SCRIPT_FAILED;
    struct vmsg_luabox_watched before;

    lua_insert(L, base + 1); /* anchored below what it runs */
    lua_xmove(L, co, args + 1);
    s->connection = c;
    s->unasked = 0;
    s->began_ns = vmsg_connection_now(c);
    *s->reason = '\0';
    vmsg_luabox_begin(&s->box, co, &before);
    end = play(s, co, args);
    vmsg_luabox_unwatch(&before);
    s->connection = NULL;
    lua_settop(L, base);
    return end;
}
