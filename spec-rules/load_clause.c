/*
 * Reads and checks the entries of one catalogue block. Errors are Lua errors.
 */
#include "spec-rules/load_clause.h"

#include <ctype.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

static const char *const block_keys[] = {"section", "title", NULL};
static const char *const clause_keys[] = {"id",       "level",    "observe", "summary", "why",
                                          "restates", "readings", "hash",    NULL};

/* "v2/config.lua: dev.get-config.1", for messages. */
struct place {
    const char *file, *id;
};

static void check_keys(lua_State *L, const char *const *keys, bool list, const struct place *at)
{
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
        size_t i = 0;

        if (!key && !(list && lua_isinteger(L, -2)))
            luaL_error(L, "%s: %s: holds something without a name", at->file, at->id);
        while (key && keys[i] && strcmp(key, keys[i]))
            i++;
        if (key && !keys[i])
            luaL_error(L, "%s: %s: unknown key `%s`", at->file, at->id, key);
        lua_pop(L, 1);
    }
}

/* A non-empty string field of the table on top; NULL when absent and not needed. */
static const char *string(lua_State *L, const char *key, bool needed, const struct place *at)
{
    const char *text = NULL;
    int type = lua_getfield(L, -1, key);

    if (type == LUA_TSTRING)
        text = lua_tostring(L, -1);
    if ((type != LUA_TSTRING && type != LUA_TNIL) || (text && !*text))
        luaL_error(L, "%s: %s: `%s` is no text", at->file, at->id, key);
    if (needed && !text)
        luaL_error(L, "%s: %s: `%s` is missing", at->file, at->id, key);
    lua_pop(L, 1); /* the table keeps it alive */
    return text;
}

static unsigned word(lua_State *L, const char *key, const char *const *words,
                     const struct place *at)
{
    const char *text = string(L, key, true, at);
    unsigned i = 0;

    while (words[i] && strcmp(words[i], text))
        i++;
    if (!words[i])
        luaL_error(L, "%s: %s: `%s` cannot be \"%s\"", at->file, at->id, key, text);
    return i;
}

static const char *role_of(lua_State *L, const struct place *at)
{
    static const struct {
        const char *prefix, *role;
    } roles[] = {
        {"drv.", "driver"}, {"dev.", "device"}, {"bus.", "bus"}, {"any.", "any"}, {"amp.", "any"}};

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (!strncmp(at->id, roles[i].prefix, 4))
            return roles[i].role;
    }
    luaL_error(L, "%s: %s: an id begins with drv., dev., bus., any. or amp.", at->file, at->id);
    return NULL;
}

/* ROLE.BLOCK.N with N from 1, or ROLE.prose.SLUG; BLOCK and SLUG in kebab case. */
static void check_id(lua_State *L, const struct place *at)
{
    const char *block = at->id + 4;
    const char *last = strchr(block, '.');
    bool prose = !strncmp(block, "prose.", strlen("prose."));
    bool ok = last && last > block && last[1];

    for (const char *p = block; ok && *p; p++)
        ok = islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '-' || p == last;
    for (const char *p = ok && !prose ? last + 1 : ""; ok && *p; p++)
        ok = isdigit((unsigned char)*p) && !(p == last + 1 && *p == '0');
    if (!ok || (!prose && strlen(last + 1) > 4) || (prose && isdigit((unsigned char)last[1])))
        luaL_error(L, "%s: %s: an id is ROLE.block.N or ROLE.prose.slug", at->file, at->id);
}

/* The list `readings` as a NULL-terminated array that the Lua state owns; NULL when absent. */
static const char *const *readings(lua_State *L, const struct place *at)
{
    const char **list;
    int type = lua_getfield(L, -1, "readings");
    size_t n = type == LUA_TTABLE ? lua_rawlen(L, -1) : 0;

    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        return NULL;
    }
    if (n == 0)
        luaL_error(L, "%s: %s: `readings` is no list of texts", at->file, at->id);
    list = lua_newuserdatauv(L, (n + 1) * sizeof *list, 0);
    luaL_ref(L, LUA_REGISTRYINDEX);
    for (size_t i = 0; i < n; i++) {
        if (lua_geti(L, -1, (lua_Integer)i + 1) != LUA_TSTRING)
            luaL_error(L, "%s: %s: `readings` is no list of texts", at->file, at->id);
        list[i] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    list[n] = NULL;
    lua_pop(L, 1);
    return list;
}

static void check_clause(lua_State *L, const struct vmsg_clause *clause, const struct place *at)
{
    bool restated = clause->observe == VMSG_OBSERVE_RESTATED;

    if (restated != (clause->restates != NULL))
        luaL_error(L, "%s: %s: `restates` goes with observe = \"restated\"", at->file, at->id);
    if (!clause->why && !restated && clause->observe != VMSG_OBSERVE_WIRE)
        luaL_error(L, "%s: %s: `why` is missing: what it needs, or why it cannot be observed",
                   at->file, at->id);
}

static void append(lua_State *L, struct vmsg_catalogue *c, const struct vmsg_clause *clause)
{
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 256;
        struct vmsg_clause *clauses = realloc(c->clauses, cap * sizeof *clauses);

        if (!clauses)
            luaL_error(L, "out of memory");
        c->clauses = clauses;
        c->cap = cap;
    }
    c->clauses[c->n++] = *clause;
}

static void load_clause(lua_State *L, struct vmsg_catalogue *c, struct vmsg_clause clause,
                        const char *file)
{
    static const char *const levels[] = {"MUST", "SHOULD", "MAY", NULL};
    static const char *const observes[] = {"wire", "memory",   "upper", "declaration",
                                           "none", "restated", NULL};
    struct place at = {file, clause.title};

    at.id = clause.id = string(L, "id", true, &at);
    check_keys(L, clause_keys, false, &at);
    clause.role = role_of(L, &at);
    check_id(L, &at);
    clause.level = (enum vmsg_level)word(L, "level", levels, &at);
    clause.observe = (enum vmsg_observe)word(L, "observe", observes, &at);
    clause.summary = string(L, "summary", true, &at);
    clause.why = string(L, "why", false, &at);
    clause.restates = string(L, "restates", false, &at);
    clause.readings = readings(L, &at);
    if (lua_getfield(L, -1, "hash") != LUA_TNUMBER || !lua_isinteger(L, -1))
        luaL_error(L, "%s: %s: `hash` is no integer; `rules diff` prints it", file, at.id);
    clause.hash = (uint64_t)lua_tointeger(L, -1);
    lua_pop(L, 1);
    check_clause(L, &clause, &at);
    append(L, c, &clause);
}

void vmsg_load_block(lua_State *L, struct vmsg_catalogue *c, const char *file)
{
    struct place at = {file, "a block"};
    struct vmsg_clause clause = {.section = string(L, "section", true, &at)};

    at.id = clause.section;
    clause.title = string(L, "title", true, &at);
    check_keys(L, block_keys, true, &at);
    for (lua_Integer i = 1; lua_geti(L, -1, i) != LUA_TNIL; i++) {
        if (!lua_istable(L, -1))
            luaL_error(L, "%s: %s: clause %d is no table", file, at.id, (int)i);
        load_clause(L, c, clause, file);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}
