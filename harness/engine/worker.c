/* Workers; see worker.h. */
#include "harness/engine/worker.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

/* Of the SUT's own timeouts; a scenario waits for a few, and for a SUT that works not even that. */
#define TIMEOUTS_MOST 60u

struct vmsg_worker *vmsg_worker_new(const struct vmsg_run_context *ctx, char *err, size_t err_size)
{
    const struct vmsg_suite *suite = ctx->config->suite;
    struct vmsg_worker *w = calloc(1, sizeof *w);

    snprintf(err, err_size, "not enough memory");
    if (!w)
        return NULL;
    w->ctx = ctx;
    w->connection.tape = ctx->config->tape;
    w->lists = malloc((suite->n_files + 1) * sizeof *w->lists);
    if (w->lists) {
        for (size_t i = 0; i < suite->n_files; i++)
            w->lists[i] = LUA_NOREF;
        w->adapter = ctx->source.create(ctx->source.ctx, err, err_size);
    }
    if (!w->adapter || !vmsg_script_open(&w->script, ctx->config->catalogue, err, err_size)) {
        vmsg_worker_free(w);
        return NULL;
    }
    w->script.lasts_ns = UINT64_C(1000000) * TIMEOUTS_MOST *
                         (ctx->config->timeout_ms + (uint64_t)ctx->config->ics->request_timeout_ms);
    return w;
}

void vmsg_worker_free(struct vmsg_worker *w)
{
    if (!w)
        return;
    vmsg_script_close(&w->script);
    if (w->adapter)
        w->adapter->ops->free(w->adapter);
    free(w->lists);
    free(w);
}

bool vmsg_worker_push(struct vmsg_worker *w, const struct vmsg_suite_entry *entry, char *err,
                      size_t err_size)
{
    const struct vmsg_suite_file *f = &w->ctx->config->suite->files[entry->file];
    lua_State *L = w->script.box.L;

    if (w->lists[entry->file] == LUA_NOREF) {
        if (!vmsg_script_load(&w->script, f->chunk, f->prefix, f->text, f->length, err, err_size))
            return false;
        w->lists[entry->file] = luaL_ref(L, LUA_REGISTRYINDEX);
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, w->lists[entry->file]);
    lua_rawgeti(L, -1, entry->position);
    lua_remove(L, -2);
    return true;
}
