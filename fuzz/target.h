/*
 * A fuzz target by script: where its SUT comes from. entry.c makes the functions of libFuzzer of
 * it, which AFL++ and honggfuzz call, too.
 */
#ifndef VMSG_FUZZ_TARGET_H
#define VMSG_FUZZ_TARGET_H

#include "adapters/adapter.h"
#include "harness/peers/peer.h"

struct vmsg_fuzz_source {
    enum vmsg_role role; /* of a linked SUT: VMSGSPEC_ROLE says otherwise */
    const char *uri;     /* of an adapter, or NULL */
    struct vmsg_adapter *(*create)(void *ctx, char *err, size_t err_size);
};

/* Each target defines one. */
extern const struct vmsg_fuzz_source vmsg_fuzz_source;

/* For SUTs that outlive their adapter: nothing is freed. */
void vmsg_fuzz_keep(void *config);

#endif
