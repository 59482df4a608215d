/*
 * A worker: one Lua state and one adapter, used by one thread. Scenario files are loaded when
 * first needed and kept.
 */
#ifndef VMSG_WORKER_H
#define VMSG_WORKER_H

#include "harness/engine/run_context.h"
#include "harness/engine/suite_build.h"

struct vmsg_worker {
    const struct vmsg_run_context *ctx;
    struct vmsg_adapter *adapter;
    struct vmsg_repertoire *repertoire;
    struct vmsg_script *script; /* the repertoire's */
    struct vmsg_connection connection;
};

/* NULL with a sentence in err. */
struct vmsg_worker *vmsg_worker_new(const struct vmsg_run_context *ctx, char *err, size_t err_size);
void vmsg_worker_free(struct vmsg_worker *w);

/* Push the scenario's table. False with a sentence in err. */
bool vmsg_worker_push(struct vmsg_worker *w, const struct vmsg_suite_entry *entry, char *err,
                      size_t err_size);

#endif
