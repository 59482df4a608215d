/* Lua states with scenario files; see suite_build.h. */
#include "harness/engine/suite_build.h"

#include <lauxlib.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct vmsg_repertoire *vmsg_repertoire_new(const struct vmsg_suite *suite,
                                            const struct vmsg_catalogue *catalogue, char *err,
                                            size_t err_size)
{
    struct vmsg_repertoire *r = calloc(1, sizeof *r);

    snprintf(err, err_size, "not enough memory");
    if (!r)
        return NULL;
    r->lists = malloc((suite->n_files + 1) * sizeof *r->lists);
    for (size_t i = 0; r->lists && i < suite->n_files; i++)
        r->lists[i] = LUA_NOREF;
    if (r->lists && vmsg_script_open(&r->script, catalogue, err, err_size))
        return r;
    vmsg_repertoire_free(r);
    return NULL;
}

void vmsg_repertoire_free(struct vmsg_repertoire *r)
{
    if (!r)
        return;
    vmsg_script_close(&r->script);
    free(r->lists);
    free(r);
}

bool vmsg_repertoire_push(struct vmsg_repertoire *r, const struct vmsg_suite *suite, size_t file,
                          char *err, size_t err_size)
{
    const struct vmsg_suite_file *f = &suite->files[file];
    lua_State *L = r->script.box.L;

    if (r->lists[file] == LUA_NOREF) {
        struct vmsg_luabox_source source = {f->chunk, f->bytes, f->length, !f->owned};

        if (!vmsg_script_load(&r->script, &source, f->prefix, err, err_size))
            return false;
        r->lists[file] = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, r->lists[file]);
    return true;
}

struct vmsg_repertoire *vmsg_suite_take(const struct vmsg_suite *suite)
{
    return suite->spare ? atomic_exchange(&suite->spare->repertoire, NULL) : NULL;
}
