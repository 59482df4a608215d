/*
 * Reads a catalogue: its index, then its files, in a Lua state without libraries.
 */
#include "spec-rules/load.h"
#include "spec-rules/load_clause.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAME 256

struct load {
    struct vmsg_catalogue *catalogue;
    const struct vmsg_embedded *files;
    const char *revision;
};

static const struct vmsg_embedded *find_file(const struct load *l, const char *name)
{
    for (const struct vmsg_embedded *f = l->files; f->name; f++) {
        if (!strcmp(f->name, name))
            return f;
    }
    return NULL;
}

/* Run "REVISION/stem.lua" and leave the table that it returns on the stack, kept alive. */
static void run_file(lua_State *L, const struct load *l, const char *stem)
{
    const struct vmsg_embedded *file;
    char name[MAX_NAME];
    char chunk[MAX_NAME + 1];

    snprintf(name, sizeof name, "%s/%s.lua", l->revision, stem);
    file = find_file(l, name);
    if (!file)
        luaL_error(L, "%s: no such file in the catalogue", name);
    snprintf(chunk, sizeof chunk, "=%s", name); /* of source; what is compiled has its own */
    if (luaL_loadbufferx(L, file->data, file->length, chunk, NULL) != LUA_OK)
        lua_error(L);
    lua_call(L, 0, 1);
    if (!lua_istable(L, -1))
        luaL_error(L, "%s: returns no table", name);
    lua_pushvalue(L, -1);
    luaL_ref(L, LUA_REGISTRYINDEX);
}

static void read_blocks(lua_State *L, struct load *l, const char *stem)
{
    char name[MAX_NAME];

    snprintf(name, sizeof name, "%s/%s.lua", l->revision, stem);
    run_file(L, l, stem);
    for (lua_Integer i = 1; lua_geti(L, -1, i) != LUA_TNIL; i++) {
        if (!lua_istable(L, -1))
            luaL_error(L, "%s: block %d is no table", name, (int)i);
        vmsg_load_block(L, l->catalogue, name);
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

/* The index of the revision stays at stack slot 1. */
static void read_index(lua_State *L, struct load *l)
{
    run_file(L, l, "index");
    if (lua_getfield(L, 1, "spec") != LUA_TSTRING)
        luaL_error(L, "%s/index.lua: `spec` is missing", l->revision);
    l->catalogue->spec = lua_tostring(L, -1);
    lua_pop(L, 1);
    if (lua_getfield(L, 1, "files") != LUA_TTABLE)
        luaL_error(L, "%s/index.lua: `files` is missing", l->revision);
    for (lua_Integer i = 1; lua_geti(L, -1, i) != LUA_TNIL; i++) {
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "%s/index.lua: file %d is no string", l->revision, (int)i);
        read_blocks(L, l, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static bool in_index(lua_State *L, const char *stem, size_t len)
{
    bool found = false;

    for (lua_Integer i = 1; !found && lua_geti(L, -1, i) != LUA_TNIL; i++) {
        size_t n;
        const char *s = lua_tolstring(L, -1, &n);

        found = n == len && !memcmp(s, stem, n);
        lua_pop(L, 1);
    }
    return found;
}

/* A file that the index forgot would silently lose its clauses. */
static void check_files(lua_State *L, const struct load *l)
{
    size_t prefix = strlen(l->revision);

    lua_getfield(L, 1, "files");
    for (const struct vmsg_embedded *f = l->files; f->name; f++) {
        const char *stem = f->name + prefix + 1;
        size_t len = strlen(f->name);

        if (strncmp(f->name, l->revision, prefix) || f->name[prefix] != '/' ||
            !strcmp(stem, "index.lua"))
            continue;
        if (len < prefix + 1 + strlen(".lua") || !in_index(L, stem, len - prefix - 1 - 4))
            luaL_error(L, "%s is not named in %s/index.lua", f->name, l->revision);
        lua_settop(L, 2);
    }
}

static int load_all(lua_State *L)
{
    struct load *l = lua_touserdata(L, 1);

    lua_settop(L, 0);
    luaL_checkstack(L, 32, NULL);
    read_index(L, l);
    check_files(L, l);
    if (l->catalogue->n == 0)
        luaL_error(L, "%s/index.lua names no clause", l->revision);
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp((*(const struct vmsg_clause *const *)a)->id,
                  (*(const struct vmsg_clause *const *)b)->id);
}

static bool sort(struct vmsg_catalogue *c, char *err, size_t err_size)
{
    c->by_id = malloc(c->n * sizeof *c->by_id);
    if (!c->by_id) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    for (size_t i = 0; i < c->n; i++) {
        c->clauses[i].order = (unsigned)i;
        c->by_id[i] = &c->clauses[i];
    }
    qsort(c->by_id, c->n, sizeof *c->by_id, compare);
    return true;
}

struct vmsg_catalogue *vmsg_catalogue_load_from(const struct vmsg_embedded *files,
                                                const char *revision, char *err, size_t err_size)
{
    struct vmsg_catalogue *c = calloc(1, sizeof *c);
    struct load l = {c, files, revision};

    if (!c || !(c->lua = luaL_newstate())) {
        snprintf(err, err_size, "out of memory");
        free(c);
        return NULL;
    }
    lua_pushcfunction(c->lua, load_all);
    lua_pushlightuserdata(c->lua, &l);
    if (lua_pcall(c->lua, 1, 0, 0) != LUA_OK) {
        const char *text = lua_tostring(c->lua, -1);

        snprintf(err, err_size, "%s", text ? text : "the catalogue cannot be read");
        vmsg_catalogue_free(c);
        return NULL;
    }
    if (!sort(c, err, err_size) || !vmsg_catalogue_check(c, err, err_size)) {
        vmsg_catalogue_free(c);
        return NULL;
    }
    return c;
}
