/*
 * Private to the shm: adapter: its state, and how a connection begins.
 */
#ifndef VMSG_SHM_CONNECTION_H
#define VMSG_SHM_CONNECTION_H

#include "adapters/adapter.h"
#include "adapters/queue.h"
#include "adapters/shm/port.h"

struct vmsg_shm;

struct vmsg_shm_end {
    struct vmsg_shm *owner;
    unsigned endpoint;
    struct vmsg_shm_port port;
    bool leads; /* the SUT waits for this side to become READY first */
};

struct vmsg_shm {
    struct vmsg_adapter base;
    unsigned n; /* ends: 2 for a bus */
    struct vmsg_shm_end ends[2];
    struct vmsg_doorbell poll; /* of a bus: both areas are polled */
    struct vmsg_queue queue;   /* what was seen, and messages taken while sending */
    bool is_running, ended;    /* ended: the other side left or broke the layout */
    bool reached;              /* once, ever */
    unsigned sessions;         /* stops of running connections */
    unsigned failures;         /* starts in a row that came to nothing */
    unsigned first;            /* the end to look at first */
    char reason[300];
};

/*
 * Come to RUN at all ends. True also when the other side was there and broke the layout: the
 * connection has ended then, and what was seen is queued. False with a sentence in err.
 */
bool vmsg_shm_connect(struct vmsg_shm *s, const struct vmsg_adapter_params *params, char *err,
                      size_t err_size);

/* Wait for a change at any end; false when the deadline has passed. */
bool vmsg_shm_pause(struct vmsg_shm *s, uint64_t deadline_ns);

/* The other side of an end is over. */
void vmsg_shm_ended(struct vmsg_shm *s, const char *reason);

#endif
