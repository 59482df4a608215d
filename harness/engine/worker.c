/* Workers; see worker.h. */
#include "harness/engine/worker.h"

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
    w->adapter = ctx->source.create(ctx->source.ctx, err, err_size);
    if (w->adapter)
        w->repertoire = vmsg_suite_take(suite);
    if (w->adapter && !w->repertoire)
        w->repertoire = vmsg_repertoire_new(suite, ctx->config->catalogue, err, err_size);
    if (!w->repertoire) {
        vmsg_worker_free(w);
        return NULL;
    }
    w->script = &w->repertoire->script;
    w->script->lasts_ns =
        UINT64_C(1000000) * TIMEOUTS_MOST *
        (ctx->config->timeout_ms + (uint64_t)ctx->config->ics->request_timeout_ms);
    return w;
}

void vmsg_worker_free(struct vmsg_worker *w)
{
    if (!w)
        return;
    vmsg_repertoire_free(w->repertoire);
    if (w->adapter)
        w->adapter->ops->free(w->adapter);
    free(w);
}

bool vmsg_worker_push(struct vmsg_worker *w, const struct vmsg_suite_entry *entry, char *err,
                      size_t err_size)
{
    lua_State *L = w->script->box.L;

    if (!vmsg_repertoire_push(w->repertoire, w->ctx->config->suite, entry->file, err, err_size))
        return false;
    lua_rawgeti(L, -1, entry->position);
    lua_remove(L, -2);
    return true;
}
