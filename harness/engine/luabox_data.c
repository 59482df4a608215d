/* Lua files of data. */
#include "harness/engine/luabox_data.h"

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MOST    (1024 * 1024)
#define INSTRUCTIONS 1000000

char *vmsg_luabox_data_read(const char *what, const char *path, size_t *length, char *err,
                            size_t err_size)
{
    FILE *f = fopen(path, "rb");
    char *text = f ? malloc(FILE_MOST + 1) : NULL;

    if (!text) {
        snprintf(err, err_size, "cannot read the %s %s: %s", what, path, strerror(errno));
        if (f)
            fclose(f);
        return NULL;
    }
    *length = fread(text, 1, FILE_MOST + 1, f);
    if (ferror(f) || *length > FILE_MOST) {
        snprintf(err, err_size, "cannot read the %s %s: %s", what, path,
                 ferror(f) ? strerror(errno) : "it is larger than 1 MiB");
        free(text);
        text = NULL;
    }
    fclose(f);
    return text;
}

/*
 * What the file sees: string and table, without the functions whose time no instruction count
 * bounds (patterns).
 */
static int make_environment(lua_State *L)
{
    static const char *const hidden[] = {"dump", "find", "gmatch", "gsub", "match"};

    lua_newtable(L);
    luaL_requiref(L, "string", luaopen_string, 0);
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, hidden[i]);
    }
    lua_setfield(L, 1, "string");
    luaL_requiref(L, "table", luaopen_table, 0);
    lua_setfield(L, 1, "table");
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_settop(L, 1);
    return 1;
}

bool vmsg_luabox_data_run(struct vmsg_luabox *box, const char *path, const char *text,
                          size_t length, char *err, size_t err_size)
{
    lua_State *L = box->L;
    char chunk[4096], why[512];
    struct vmsg_luabox_source source = {chunk, text, length, false};

    snprintf(chunk, sizeof chunk, "@%s", path);
    lua_pushcfunction(L, make_environment);
    vmsg_luabox_budget(box, INSTRUCTIONS);
    if (!vmsg_luabox_call(box, 0, 1, why, sizeof why) ||
        !vmsg_luabox_load(box, &source, why, sizeof why)) {
        snprintf(err, err_size, "%s", why); /* Lua's errors begin with file and line */
        return false;
    }
    lua_rotate(L, -2, 1);
    lua_setupvalue(L, -2, 1);
    if (!vmsg_luabox_call(box, 0, 1, why, sizeof why)) {
        bool placed = strncmp(why, path, strlen(path)) == 0;

        snprintf(err, err_size, "%s%s%s", placed ? "" : path, placed ? "" : ": ", why);
        return false;
    }
    if (lua_istable(L, -1))
        return true;
    snprintf(err, err_size, "%s: it returns no table: end it with return { ... }", path);
    return false;
}
