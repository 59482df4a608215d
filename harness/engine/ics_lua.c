/* A conformance statement read from its Lua file. */
#include "harness/engine/ics_keys.h"
#include "harness/engine/luabox_data.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct source {
    const char *path, *text;
    size_t length;
};

static bool bad(char *err, size_t err_size, const char *text)
{
    snprintf(err, err_size, "%s", text);
    return false;
}

/* The value at the top of the stack is a sequence; calls fn with each element on top. */
typedef bool (*element_fn)(lua_State *L, struct vmsg_ics *ics, void *arg, char *err,
                           size_t err_size);

static bool each_element(lua_State *L, struct vmsg_ics *ics, element_fn fn, void *arg, char *err,
                         size_t err_size)
{
    lua_Unsigned n;
    bool ok = true;

    if (!lua_istable(L, -1))
        return bad(err, err_size, "must be a list { ... }");
    n = lua_rawlen(L, -1);
    for (lua_Unsigned i = 1; i <= n && ok; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i);
        ok = fn(L, ics, arg, err, err_size);
        lua_pop(L, 1);
    }
    return ok;
}

static bool read_device(lua_State *L, struct vmsg_ics *ics, void *arg, char *err, size_t err_size)
{
    return vmsg_ics_add_device(ics, lua_isinteger(L, -1) ? lua_tointeger(L, -1) : -1, err,
                               err_size);
}

static bool read_bus_message(lua_State *L, struct vmsg_ics *ics, void *arg, char *err,
                             size_t err_size)
{
    const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";

    return vmsg_ics_add_bus_message(ics, name, err, err_size);
}

static bool read_range(lua_State *L, struct vmsg_ics *ics, void *arg, char *err, size_t err_size)
{
    lua_Integer n[2] = {-1, -1};

    for (int i = 0; i < 2 && lua_istable(L, -1); i++) {
        if (lua_rawgeti(L, -1, i + 1) == LUA_TNUMBER && lua_isinteger(L, -1))
            n[i] = lua_tointeger(L, -1);
        lua_pop(L, 1);
    }
    return vmsg_ics_add_writable(arg, n[0], n[1], err, err_size);
}

static bool read_shm(lua_State *L, struct vmsg_ics *ics, void *arg, char *err, size_t err_size)
{
    return vmsg_ics_add_shm(arg, lua_isinteger(L, -1) ? lua_tointeger(L, -1) : -1, err, err_size);
}

/* config[dev] = { writable = ..., shm = ... }, the inner table on top */
static bool read_facts(lua_State *L, struct vmsg_ics *ics, struct vmsg_device_facts *facts,
                       char *err, size_t err_size)
{
    bool ok = true;

    if (!lua_istable(L, -1))
        return bad(err, err_size, "must map device numbers to tables");
    for (lua_pushnil(L); ok && lua_next(L, -2); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";

        if (strcmp(key, "writable") == 0) {
            facts->writable_declared = true;
            ok = each_element(L, ics, read_range, facts, err, err_size);
        } else if (strcmp(key, "shm") == 0) {
            facts->shm_declared = true;
            ok = each_element(L, ics, read_shm, facts, err, err_size);
        } else {
            ok = bad(err, err_size, "must hold `writable` and `shm` only, for each device");
        }
    }
    return ok;
}

static bool read_config(lua_State *L, struct vmsg_ics *ics, char *err, size_t err_size)
{
    bool ok = true;

    if (!lua_istable(L, -1))
        return bad(err, err_size, "must map device numbers to tables");
    for (lua_pushnil(L); ok && lua_next(L, -2); lua_pop(L, 1)) {
        lua_Integer dev = lua_isinteger(L, -2) ? lua_tointeger(L, -2) : -1;
        struct vmsg_device_facts *facts = vmsg_ics_facts(ics, dev, err, err_size);

        ok = facts && read_facts(L, ics, facts, err, err_size);
    }
    return ok;
}

static bool read_optional(lua_State *L, struct vmsg_ics *ics, char *err, size_t err_size)
{
    bool ok = true;

    if (!lua_istable(L, -1))
        return bad(err, err_size, "must map option names to true or false");
    for (lua_pushnil(L); ok && lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || !lua_isboolean(L, -1))
            return bad(err, err_size, "must map option names to true or false");
        ok = vmsg_ics_put_option(ics, lua_tostring(L, -2), lua_toboolean(L, -1), err, err_size);
    }
    return ok;
}

static bool read_scalar(lua_State *L, struct vmsg_ics *ics, const struct vmsg_ics_key *key,
                        char *err, size_t err_size)
{
    switch (key->kind) {
    case VMSG_ICS_NUMBER:
        return vmsg_ics_put_number(ics, key, lua_isinteger(L, -1) ? lua_tointeger(L, -1) : -1, err,
                                   err_size);
    case VMSG_ICS_MASK:
        if (!lua_isinteger(L, -1))
            return bad(err, err_size, "must be a mask like 0x1");
        vmsg_ics_put_mask(ics, key, (uint64_t)lua_tointeger(L, -1));
        return true;
    case VMSG_ICS_FLAG:
        if (!lua_isboolean(L, -1))
            return bad(err, err_size, "must be true or false");
        vmsg_ics_put_flag(ics, key, lua_toboolean(L, -1));
        return true;
    default:
        if (lua_type(L, -1) != LUA_TSTRING)
            return bad(err, err_size, "must be a string");
        return vmsg_ics_put_text(ics, key, lua_tostring(L, -1), err, err_size);
    }
}

/* One field, its value on top of the stack. */
static bool read_field(lua_State *L, struct vmsg_ics *ics, const struct vmsg_ics_key *key,
                       char *err, size_t err_size)
{
    switch (key->kind) {
    case VMSG_ICS_DEVICES:
        vmsg_ics_clear_devices(ics);
        return each_element(L, ics, read_device, NULL, err, err_size);
    case VMSG_ICS_BUS_MESSAGES:
        ics->bus_messages = 0;
        ics->bus_messages_given = true;
        return each_element(L, ics, read_bus_message, NULL, err, err_size);
    case VMSG_ICS_CONFIG:
        return read_config(L, ics, err, err_size);
    case VMSG_ICS_OPTIONAL:
        return read_optional(L, ics, err, err_size);
    default:
        return read_scalar(L, ics, key, err, err_size);
    }
}

/* Is `at` where the field is given, outside of a comment? */
static bool gives(const char *line, const char *at, const char *end, const char *name)
{
    const char *behind = at + strlen(name);

    if (at > line && (isalnum((unsigned char)at[-1]) || at[-1] == '_'))
        return false;
    if (memmem(line, (size_t)(at - line), "--", 2))
        return false;
    while (behind < end && strchr(" \t\"']", *behind))
        behind++;
    return end - behind >= 2 && behind[0] == '=' && behind[1] != '=';
}

/* "PATH:LINE" of a field; a table has no lines, so it is looked for. Without: only "PATH". */
static void place_of(const struct source *source, const char *name, char *out, size_t size)
{
    const char *line = source->text, *stop = source->text + source->length;

    for (unsigned n = 1; name && line < stop; n++) {
        const char *end = memchr(line, '\n', (size_t)(stop - line));
        const char *at = line;

        end = end ? end + 1 : stop;
        while ((at = memmem(at, (size_t)(end - at), name, strlen(name)))) {
            if (gives(line, at, end, name)) {
                snprintf(out, size, "%s:%u", source->path, n);
                return;
            }
            at++;
        }
        line = end;
    }
    snprintf(out, size, "%s", source->path);
}

/* The returned table is on top of the stack. */
static bool read_table(lua_State *L, struct vmsg_ics *ics, const struct source *source, char *err,
                       size_t err_size)
{
    char why[256], names[256], place[300];

    vmsg_ics_key_names(names, sizeof names);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
        const struct vmsg_ics_key *key = name ? vmsg_ics_key_find(name) : NULL;

        if (!key) {
            place_of(source, name, place, sizeof place);
            snprintf(err, err_size, "%s: no field '%s' in a conformance statement: there are %s",
                     place, name ? name : "[...]", names);
            return false;
        }
        if (!read_field(L, ics, key, why, sizeof why)) {
            place_of(source, name, place, sizeof place);
            snprintf(err, err_size, "%s: field '%s' %s", place, name, why);
            return false;
        }
    }
    return true;
}

bool vmsg_ics_parse(struct vmsg_ics *ics, const char *path, const char *text, size_t length,
                    char *err, size_t err_size)
{
    struct vmsg_luabox box = {0};
    bool ok = false;

    if (vmsg_luabox_open(&box, VMSG_LUABOX_DATA_MEMORY, NULL))
        ok = vmsg_luabox_data_run(&box, path, text, length, err, err_size) &&
             read_table(box.L, ics, &(struct source){path, text, length}, err, err_size);
    else
        snprintf(err, err_size, "not enough memory to read %s", path);
    vmsg_luabox_close(&box);
    return ok;
}

bool vmsg_ics_load(struct vmsg_ics *ics, const char *path, char *err, size_t err_size)
{
    size_t length;
    char *text = vmsg_luabox_data_read("conformance statement", path, &length, err, err_size);
    bool ok = text && vmsg_ics_parse(ics, path, text, length, err, err_size);

    free(text);
    return ok;
}
