/*
 * An adapter to a SUT in this process, in virtual time.
 *
 * Sending is a call; what the SUT sends is queued. Time passes only in wait(): from one deadline
 * of the SUT to the next, so that a run takes no longer than its work.
 */
#ifndef VMSG_INPROC_H
#define VMSG_INPROC_H

#include "adapters/adapter.h"
#include "adapters/served.h"

/*
 * `config` is handed to ops->open at every start, after prepare (may be NULL) has taken over
 * what the parameters say; free_config releases it. NULL with a sentence in err; config is then
 * still the caller's.
 */
struct vmsg_inproc_sut {
    const struct vmsg_served_ops *ops;
    void *config;
    void (*prepare)(void *config, const struct vmsg_adapter_params *params);
    void (*free_config)(void *config);
};

struct vmsg_adapter *vmsg_inproc_create(const struct vmsg_inproc_sut *sut, char *err,
                                        size_t err_size);

#endif
