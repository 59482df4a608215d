/*
 * The device that a driver or a bus under test is given: the reference device, with the steps of
 * the script standing between it and the SUT.
 */
#ifndef VMSG_FUZZ_FAR_H
#define VMSG_FUZZ_FAR_H

#include "adapters/queue.h"
#include "fuzz/known.h"
#include "fuzz/log.h"
#include "harness/engine/connection.h"
#include "harness/peers/peer.h"

#define VMSG_FUZZ_RINGS 32u

struct vmsg_fuzz_far {
    struct vmsg_peer *device;
    unsigned endpoint;
    struct vmsg_queue out, held;        /* what it sends; what a step holds back */
    const struct vmsg_fuzz_step *armed; /* the step that waits for its answer, or NULL */
    unsigned skip, losses;              /* meant answers before it; more that it loses */
    bool perturbed; /* the SUT met something that was not the device's doing, on this connection */
    uint32_t spoiled; /* answers to GET_DEVICE_INFO that a step did not leave as they were */
    bool unserved;    /* the last message asked for one, of a device that is not there */
    bool lost;        /* an answer was lost, the last one at lost_at */
    uint64_t lost_at;
    uint8_t *packet; /* VMSG_FUZZ_MESSAGE_MOST bytes */
    struct {
        uint16_t dev;
        uint32_t vq;
    } rings[VMSG_FUZZ_RINGS]; /* that were set up */
    unsigned n_rings;
    struct vmsg_fuzz_log *log; /* or NULL */
};

/* The model of the i-th device; `first` is that of the first one, NULL: the usual. */
const char *vmsg_fuzz_far_model(size_t i, const char *first);

/* A fresh device for the connection that begins; false when memory is short. */
bool vmsg_fuzz_far_begin(struct vmsg_fuzz_far *f, struct vmsg_connection *c,
                         const struct vmsg_adapter_params *params,
                         const struct vmsg_fuzz_known *known, const char *model, unsigned endpoint);
void vmsg_fuzz_far_end(struct vmsg_fuzz_far *f); /* of the connection */
void vmsg_fuzz_far_clear(struct vmsg_fuzz_far *f);

/* A message of the SUT, the time, a command: what the device sends goes out by the armed step. */
void vmsg_fuzz_far_receive(struct vmsg_fuzz_far *f, struct vmsg_connection *c,
                           struct vmsg_fuzz_known *k, const void *bytes, size_t len);
void vmsg_fuzz_far_tick(struct vmsg_fuzz_far *f, struct vmsg_connection *c,
                        struct vmsg_fuzz_known *k);
void vmsg_fuzz_far_command(struct vmsg_fuzz_far *f, struct vmsg_connection *c,
                           struct vmsg_fuzz_known *k, const char *line);
void vmsg_fuzz_far_release(struct vmsg_fuzz_far *f, struct vmsg_connection *c);

#endif
