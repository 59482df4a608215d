/*
 * From a role, a conformance statement and a way to reach the SUT to what the executor needs: one
 * connection finds out what `vmsgspec run` would find out, too.
 */
#ifndef VMSG_FUZZ_SETUP_H
#define VMSG_FUZZ_SETUP_H

#include "fuzz/execute.h"
#include "harness/engine/run_context.h"

struct vmsg_fuzz_setup {
    struct vmsg_run_config config;
    struct vmsg_run_context ctx;
    struct vmsg_fuzz_target target;
    char model[16]; /* that the driver drives */
    char *assumed;  /* in place of a statement, one line; or NULL */
};

enum vmsg_fuzz_ready { VMSG_FUZZ_READY, VMSG_FUZZ_NOT_STARTED, VMSG_FUZZ_WRONG };

/*
 * Find out and fill in *s, which must not move; config's role, ics, catalogue, seed, mem_size and
 * timeout_ms are given. A sentence in err for all but READY. Clear in any case.
 */
enum vmsg_fuzz_ready vmsg_fuzz_setup(struct vmsg_fuzz_setup *s,
                                     const struct vmsg_run_config *config,
                                     struct vmsg_adapter_source source, char *err, size_t err_size);
/* Fuzz it by another way to reach it than the one by which it was asked. */
bool vmsg_fuzz_attach(struct vmsg_fuzz_setup *s, struct vmsg_adapter_source source, char *err,
                      size_t err_size);
void vmsg_fuzz_setup_clear(struct vmsg_fuzz_setup *s);

#endif
