/*
 * Doing many pieces of work with several workers. Work is handed out in order; what happens is
 * told in the calling thread, as it happens.
 */
#ifndef VMSG_JOBS_H
#define VMSG_JOBS_H

#include "harness/engine/merge.h"

struct vmsg_jobs {
    const struct vmsg_run_context *ctx;
    struct vmsg_worker **workers;
    unsigned n_workers;
    size_t total;
    /* In a worker's thread: do piece i. */
    void (*work)(void *arg, struct vmsg_worker *w, size_t i, struct vmsg_tally *out);
    /* In the calling thread. done() takes the tally; false ends the handing out. */
    void (*begun)(void *arg, size_t i);
    bool (*done)(void *arg, size_t i, struct vmsg_tally *tally);
    void *arg;
};

/* Returns when every piece that was handed out is done. False when memory is short. */
bool vmsg_jobs_run(const struct vmsg_jobs *jobs);

#endif
