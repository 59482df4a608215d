/* Expected failures read from their Lua file. */
#include "harness/gate/xfail.h"

#include "harness/engine/luabox_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MOST 1000u
#define TEXT_MOST    1000u /* bytes of a reason, an id or a glob */

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* YYYY-MM-DD, a day that exists: only then do dates compare as texts. */
static bool is_date(const char *s)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;

    if (strlen(s) != VMSG_XFAIL_DATE - 1)
        return false;
    for (int i = 0; i < VMSG_XFAIL_DATE - 1; i++)
        if (i == 4 || i == 7 ? s[i] != '-' : s[i] < '0' || s[i] > '9')
            return false;
    year = atoi(s);
    month = atoi(s + 5);
    day = atoi(s + 8);
    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && is_leap(year));
}

/* A text of a length that a person writes; NULL with a sentence in err. */
static char *copy(lua_State *L, const char *key, char *err, size_t err_size)
{
    size_t length = 0;
    const char *s = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    char *text;

    if (!s || length == 0 || length > TEXT_MOST || strlen(s) != length) {
        snprintf(err, err_size, "%s must be a text of 1 to %u characters", key, TEXT_MOST);
        return NULL;
    }
    text = strdup(s);
    if (!text)
        snprintf(err, err_size, "does not fit in memory");
    return text;
}

static bool put_date(struct vmsg_xfail_entry *e, lua_State *L, char *err, size_t err_size)
{
    const char *s = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";

    if (!is_date(s)) {
        snprintf(err, err_size, "expires must be a date like \"2027-01-31\"");
        return false;
    }
    memcpy(e->expires, s, sizeof e->expires);
    return true;
}

/* One key of an entry, its value on top of the stack. */
static bool read_key(struct vmsg_xfail_entry *e, lua_State *L, const char *key, char *err,
                     size_t err_size)
{
    if (!strcmp(key, "clause"))
        return (e->clause = copy(L, key, err, err_size));
    if (!strcmp(key, "scenario"))
        return (e->scenario = copy(L, key, err, err_size));
    if (!strcmp(key, "reason"))
        return (e->reason = copy(L, key, err, err_size));
    if (!strcmp(key, "expires"))
        return put_date(e, L, err, err_size);
    snprintf(err, err_size, "has no key '%.40s': there are clause, scenario, reason and expires",
             key);
    return false;
}

static bool is_whole(const struct vmsg_xfail_entry *e, char *err, size_t err_size)
{
    if (!e->clause == !e->scenario)
        snprintf(err, err_size, "must name either a clause or a scenario");
    else if (!e->reason)
        snprintf(err, err_size, "needs a reason");
    else
        return true;
    return false;
}

static bool read_entry(struct vmsg_xfail_entry *e, lua_State *L, char *err, size_t err_size)
{
    if (!lua_istable(L, -1)) {
        snprintf(err, err_size, "must be a table like { clause = ..., reason = ... }");
        return false;
    }
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "[...]";

        if (!read_key(e, L, key, err, err_size))
            return false;
    }
    return is_whole(e, err, err_size);
}

static bool same(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

/* An entry that says again what an earlier one says would hide when one of them is stale. */
static bool is_new(const struct vmsg_xfail *x, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (same(x->entries[k].clause, x->entries[i].clause) ||
            same(x->entries[k].scenario, x->entries[i].scenario))
            return false;
    return true;
}

/* The list is on top of the stack. */
static bool read_list(struct vmsg_xfail *x, lua_State *L, char *err, size_t err_size)
{
    size_t n = lua_rawlen(L, -1), keys = 0;
    char why[256];

    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
        keys++;
    if (keys != n || n > ENTRIES_MOST) {
        snprintf(err, err_size, "%s: it must return a list of at most %u entries, { {...}, {...} }",
                 x->path, ENTRIES_MOST);
        return false;
    }
    x->entries = calloc(n + 1, sizeof *x->entries);
    for (size_t i = 0; x->entries && i < n; i++) {
        bool ok;

        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        x->n_entries++;
        ok = read_entry(&x->entries[i], L, why, sizeof why);
        if (ok && !is_new(x, i)) {
            snprintf(why, sizeof why, "names what an earlier entry names");
            ok = false;
        }
        if (!ok) {
            snprintf(err, err_size, "%s: entry %zu %s", x->path, i + 1, why);
            return false;
        }
        lua_pop(L, 1);
    }
    return x->entries;
}

bool vmsg_xfail_parse(struct vmsg_xfail *x, const char *path, const char *text, size_t length,
                      char *err, size_t err_size)
{
    struct vmsg_luabox box = {0};
    bool ok;

    *x = (struct vmsg_xfail){.path = strdup(path)};
    snprintf(err, err_size, "not enough memory to read %s", path);
    ok = x->path && vmsg_luabox_open(&box, VMSG_LUABOX_DATA_MEMORY, NULL) &&
         vmsg_luabox_data_run(&box, path, text, length, err, err_size) &&
         read_list(x, box.L, err, err_size);
    vmsg_luabox_close(&box);
    return ok;
}

bool vmsg_xfail_load(struct vmsg_xfail *x, const char *path, char *err, size_t err_size)
{
    size_t length;
    char *text = vmsg_luabox_data_read("expected failures", path, &length, err, err_size);
    bool ok;

    *x = (struct vmsg_xfail){0};
    ok = text && vmsg_xfail_parse(x, path, text, length, err, err_size);
    free(text);
    return ok;
}

static bool any_scenario(const struct vmsg_suite *suite, const char *glob)
{
    for (size_t i = 0; i < vmsg_suite_size(suite); i++)
        if (vmsg_scenario_id_matches(vmsg_suite_at(suite, i)->id, glob))
            return true;
    return false;
}

bool vmsg_xfail_check(const struct vmsg_xfail *x, const struct vmsg_catalogue *catalogue,
                      const struct vmsg_suite *suite, char *err, size_t err_size)
{
    for (size_t i = 0; i < x->n_entries; i++) {
        const struct vmsg_xfail_entry *e = &x->entries[i];

        if (e->clause && !vmsg_catalogue_find(catalogue, e->clause)) {
            snprintf(err, err_size,
                     "%s: entry %zu: there is no clause '%s'; 'vmsgspec rules' "
                     "shows them",
                     x->path, i + 1, e->clause);
            return false;
        }
        if (e->scenario && !any_scenario(suite, e->scenario)) {
            snprintf(err, err_size,
                     "%s: entry %zu: no scenario of this role matches '%s'; "
                     "'vmsgspec list' shows them",
                     x->path, i + 1, e->scenario);
            return false;
        }
    }
    return true;
}

void vmsg_xfail_clear(struct vmsg_xfail *x)
{
    for (size_t i = 0; i < x->n_entries; i++) {
        free(x->entries[i].clause);
        free(x->entries[i].scenario);
        free(x->entries[i].reason);
    }
    free(x->entries);
    free(x->path);
    *x = (struct vmsg_xfail){0};
}
