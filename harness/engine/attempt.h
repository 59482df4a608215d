/* One scenario on one device: a connection from its start to its end, and what came of it. */
#ifndef VMSG_ATTEMPT_H
#define VMSG_ATTEMPT_H

#include "harness/engine/outcome.h"
#include "harness/engine/worker.h"

/* A piece of a run: one scenario in one repetition, on each of its devices. */
struct vmsg_piece {
    size_t number;  /* of the run's pieces */
    size_t devices; /* that it is attempted on */
    uint64_t seed;  /* of the repetition */
};

/* `tested` is the device's index among the tested ones; the seed is the attempt's own. */
void vmsg_attempt(struct vmsg_worker *w, const struct vmsg_suite_entry *entry, size_t tested,
                  uint64_t seed, const struct vmsg_piece *piece, struct vmsg_outcome *out);

#endif
