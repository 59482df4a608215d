/*
 * A served SUT behind an AMP layout: the other side of the shm: and ivshmem: adapters.
 */
#ifndef VMSG_SHM_SERVE_H
#define VMSG_SHM_SERVE_H

#include "adapters/served.h"
#include "adapters/shm/faults.h"

struct vmsg_shm_serve {
    const struct vmsg_served_ops *ops;
    const void *config;        /* for ops->open */
    struct vmsg_sut_host host; /* without ctx, send and memory, which are filled */
    const char *uri;           /* shm:... or ivshmem:... */
    const char *far_uri;       /* of a bus: its device end; else NULL */
    bool is_device;            /* which side it takes; a bus is the device side of uri */
    enum vmsg_amp_fault fault; /* of the layout */
};

/*
 * Serve one connection after another, a fresh SUT each, until SIGINT or SIGTERM: true then. False
 * with a sentence in err; *wrong_usage when the URI or the fault is to blame.
 */
bool vmsg_shm_serve(const struct vmsg_shm_serve *serve, bool *wrong_usage, char *err,
                    size_t err_size);

#endif
