/* Loading and checking the scenarios of a role. */
#include "harness/engine/suite_build.h"

#include "harness/embed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCENARIO_FILE_MOST (4u * 1024 * 1024)

const char *vmsg_role_text(enum vmsg_role role)
{
    switch (role) {
    case VMSG_ROLE_DEVICE:
        return "device";
    case VMSG_ROLE_DRIVER:
        return "driver";
    case VMSG_ROLE_BUS:
        return "bus";
    }
    return "?";
}

static bool no_memory(char *err, size_t err_size)
{
    snprintf(err, err_size, "not enough memory for the scenarios");
    return false;
}

/* A new file at the end of the suite, NULL when memory is short. */
static struct vmsg_suite_file *add_file(struct vmsg_suite *suite)
{
    struct vmsg_suite_file *files =
        realloc(suite->files, (suite->n_files + 1) * sizeof *suite->files);

    if (!files)
        return NULL;
    suite->files = files;
    files[suite->n_files] = (struct vmsg_suite_file){0};
    return &files[suite->n_files++];
}

/* "device/set-vqueue.lua" -> "device/set-vqueue"; a path gives "file/NAME". */
static char *prefix_of(const char *name, bool extra)
{
    const char *base = extra && strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    size_t n = strlen(base);
    char *prefix;

    if (n > 4 && strcmp(base + n - 4, ".lua") == 0)
        n -= 4;
    if (asprintf(&prefix, "%s%.*s", extra ? "file/" : "", (int)n, base) < 0)
        return NULL;
    return prefix;
}

/* Scenarios of every SUT that answers bus messages. */
#define ANSWERING "bus-messages/"

/* Is the file of this role? Its name under the role then, else NULL. */
static const char *name_in_role(const struct vmsg_suite *suite, const char *name)
{
    const char *role = vmsg_role_text(suite->role);
    size_t n = strlen(role), m = strlen(ANSWERING);

    if (strncmp(name, role, n) == 0 && name[n] == '/')
        return name + n + 1;
    if (suite->role != VMSG_ROLE_DRIVER && strncmp(name, ANSWERING, m) == 0)
        return name + m;
    return NULL;
}

static bool add_embedded(struct vmsg_suite *suite, const struct vmsg_embedded *e, char *err,
                         size_t err_size)
{
    const char *name = name_in_role(suite, e->name);
    struct vmsg_suite_file *f;
    char id[128];

    if (!name)
        return true;
    f = add_file(suite);
    snprintf(id, sizeof id, "%s/%s", vmsg_role_text(suite->role), name);
    if (!f || asprintf(&f->chunk, "@scenarios/%s", e->name) < 0 ||
        !(f->prefix = prefix_of(id, false)))
        return no_memory(err, err_size);
    f->bytes = e->data;
    f->length = e->length;
    return true;
}

static bool add_from_disk(struct vmsg_suite *suite, const char *path, char *err, size_t err_size)
{
    struct vmsg_suite_file *f = add_file(suite);
    FILE *in;

    if (!f || asprintf(&f->chunk, "@%s", path) < 0 || !(f->prefix = prefix_of(path, true)) ||
        !(f->owned = malloc(SCENARIO_FILE_MOST + 1)))
        return no_memory(err, err_size);
    in = fopen(path, "rb");
    if (in)
        f->length = fread(f->owned, 1, SCENARIO_FILE_MOST + 1, in);
    if (!in || ferror(in) || f->length > SCENARIO_FILE_MOST) {
        snprintf(err, err_size, "cannot read the scenario file %s: %s", path,
                 in && !ferror(in) ? "it is larger than 4 MiB" : strerror(errno));
        if (in)
            fclose(in);
        return false;
    }
    fclose(in);
    f->bytes = f->owned;
    return true;
}

/* ---- from the checked list on the stack ---- */

static char *copy_field(lua_State *L, const char *name)
{
    char *copy;

    lua_getfield(L, -1, name);
    copy = strdup(lua_tostring(L, -1));
    lua_pop(L, 1);
    return copy;
}

static const char *const *copy_clauses(lua_State *L)
{
    size_t n;
    char **list;

    lua_getfield(L, -1, "clauses");
    n = lua_rawlen(L, -1);
    list = calloc(n + 1, sizeof *list);
    for (size_t i = 0; list && i < n; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        list[i] = strdup(lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return (const char *const *)list;
}

static void read_needs(lua_State *L, struct vmsg_suite_entry *e)
{
    const char *word;

    lua_getfield(L, -1, "scope");
    word = lua_tostring(L, -1);
    e->bus = word && strcmp(word, "bus") == 0;
    lua_pop(L, 1);
    lua_getfield(L, -1, "max_msg_size");
    e->max_msg_size = (uint32_t)lua_tointeger(L, -1);
    lua_pop(L, 1);
    if (lua_getfield(L, -1, "needs") == LUA_TTABLE) {
        e->writable = lua_getfield(L, -1, "writable") != LUA_TNIL;
        lua_getfield(L, -2, "profile");
        word = lua_tostring(L, -1);
        if (word)
            e->profile = strcmp(word, "strict") == 0 ? VMSG_PROFILE_STRICT : VMSG_PROFILE_BASELINE;
        lua_pop(L, 2);
    }
    lua_pop(L, 1);
}

/* The scenario at the top of the stack. */
static bool read_scenario(lua_State *L, struct vmsg_suite_entry *e,
                          const struct vmsg_suite_file *file, const char *role)
{
    char *id = NULL;

    lua_getfield(L, -1, "name");
    if (asprintf(&id, "%s/%s", file->prefix, lua_tostring(L, -1)) < 0)
        id = NULL;
    lua_pop(L, 1);
    e->scenario = (struct vmsg_scenario){.id = id,
                                         .role = role,
                                         .file = file->chunk + 1, /* behind the '@' */
                                         .requirement = copy_field(L, "requirement"),
                                         .clauses = copy_clauses(L)};
    read_needs(L, e);
    return id && e->scenario.requirement && e->scenario.clauses;
}

static bool read_list(struct vmsg_suite *suite, size_t file, lua_State *L, char *err,
                      size_t err_size)
{
    size_t n = lua_rawlen(L, -1);
    struct vmsg_suite_entry *entries =
        realloc(suite->entries, (suite->n_entries + n) * sizeof *entries);

    if (!entries)
        return no_memory(err, err_size);
    suite->entries = entries;
    for (size_t i = 0; i < n; i++) {
        struct vmsg_suite_entry *e = &entries[suite->n_entries++];

        *e = (struct vmsg_suite_entry){.file = file, .position = (int)i + 1};
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        if (!read_scenario(L, e, &suite->files[file], vmsg_role_text(suite->role)))
            return no_memory(err, err_size);
        lua_pop(L, 1);
    }
    return true;
}

static bool load_file(struct vmsg_suite *suite, size_t file, struct vmsg_repertoire *r, char *err,
                      size_t err_size)
{
    const struct vmsg_suite_file *f = &suite->files[file];
    lua_State *L = r->script.box.L;
    int top = lua_gettop(L);
    char why[600];
    bool ok;

    if (!vmsg_repertoire_push(r, suite, file, why, sizeof why)) {
        bool placed = strstr(why, f->prefix) || strstr(why, f->chunk + 1);

        snprintf(err, err_size, "%s%s%s", placed ? "" : f->chunk + 1, placed ? "" : ": ", why);
        return false;
    }
    ok = read_list(suite, file, L, err, err_size);
    lua_settop(L, top);
    return ok;
}

static int by_id(const void *a, const void *b)
{
    const struct vmsg_suite_entry *x = a, *y = b;

    return strcmp(x->scenario.id, y->scenario.id);
}

static bool sort_and_check(struct vmsg_suite *suite, char *err, size_t err_size)
{
    if (suite->n_entries)
        qsort(suite->entries, suite->n_entries, sizeof *suite->entries, by_id);
    for (size_t i = 1; i < suite->n_entries; i++)
        if (by_id(&suite->entries[i - 1], &suite->entries[i]) == 0) {
            snprintf(err, err_size, "two scenarios are called %s: rename one",
                     suite->entries[i].scenario.id);
            return false;
        }
    return true;
}

static bool load_files(struct vmsg_suite *suite, const struct vmsg_catalogue *catalogue, char *err,
                       size_t err_size)
{
    struct vmsg_repertoire *r = vmsg_repertoire_new(suite, catalogue, err, err_size);
    bool ok = r;

    suite->spare = calloc(1, sizeof *suite->spare);
    if (!suite->spare) {
        vmsg_repertoire_free(r);
        return no_memory(err, err_size);
    }
    suite->spare->repertoire = r;
    for (size_t i = 0; ok && i < suite->n_files; i++)
        ok = load_file(suite, i, r, err, err_size);
    return ok && sort_and_check(suite, err, err_size);
}

struct vmsg_suite *vmsg_suite_load(enum vmsg_role role, const char *extra_file,
                                   const struct vmsg_catalogue *catalogue, char *err,
                                   size_t err_size)
{
    struct vmsg_suite *suite = calloc(1, sizeof *suite);
    bool ok = suite || no_memory(err, err_size);

    if (!ok)
        return NULL;
    suite->role = role;
    for (const struct vmsg_embedded *e = vmsg_embedded_scenarios; ok && e->name; e++)
        ok = add_embedded(suite, e, err, err_size);
    if (ok && extra_file)
        ok = add_from_disk(suite, extra_file, err, err_size);
    if (ok && load_files(suite, catalogue, err, err_size))
        return suite;
    vmsg_suite_free(suite);
    return NULL;
}

void vmsg_suite_free(struct vmsg_suite *suite)
{
    if (!suite)
        return;
    vmsg_repertoire_free(vmsg_suite_take(suite));
    free(suite->spare);
    for (size_t i = 0; i < suite->n_files; i++) {
        free(suite->files[i].chunk);
        free(suite->files[i].prefix);
        free(suite->files[i].owned);
    }
    for (size_t i = 0; i < suite->n_entries; i++) {
        const struct vmsg_scenario *s = &suite->entries[i].scenario;

        for (size_t k = 0; s->clauses && s->clauses[k]; k++)
            free((char *)s->clauses[k]);
        free((void *)s->clauses);
        free((char *)s->id);
        free((char *)s->requirement);
    }
    free(suite->files);
    free(suite->entries);
    free(suite);
}

size_t vmsg_suite_size(const struct vmsg_suite *suite)
{
    return suite->n_entries;
}

const struct vmsg_scenario *vmsg_suite_at(const struct vmsg_suite *suite, size_t i)
{
    return i < suite->n_entries ? &suite->entries[i].scenario : NULL;
}
