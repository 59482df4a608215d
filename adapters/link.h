/*
 * A link: the connected sockets to one SUT, whatever stands at the other end.
 *
 * It waits, sends with back-pressure, and keeps serving what else must be served meanwhile (a
 * process's output). Bounds: one queue, so a SUT that floods is stopped by its own full socket.
 */
#ifndef VMSG_LINK_H
#define VMSG_LINK_H

#include "adapters/adapter.h"
#include "adapters/queue.h"
#include "adapters/stream.h"

#define VMSG_LINK_MAX_WATCHES 3

/* How long a SUT may leave its socket full before it counts as dead. */
#define VMSG_HANG_MS 5000u

/*
 * Another file that is watched while the link waits. ready() is called when it can be read or
 * has ended; false: watch it no more.
 */
struct vmsg_watch {
    int fd;
    bool (*ready)(void *ctx);
    void *ctx;
};

struct vmsg_link {
    int fds[2];
    unsigned n_fds;
    bool ended[2];    /* the SUT closed it */
    bool gone;        /* the SUT's process has exited: what is queued is all that comes */
    bool failed;      /* the harness side broke, see reason */
    bool eager;       /* something besides messages is expected: look at the watches at once */
    unsigned streams; /* bit per endpoint: bytes, not packets */
    bool gave_up;     /* on the rest of a stream's message */
    bool can_block;   /* the socket has the short receive timeout of the hot path */
    unsigned hurried; /* messages taken without a look at the watches */
    bool stamped;     /* what comes from two endpoints has a common order */
    unsigned first;   /* the endpoint to look at first */
    struct vmsg_stream stream[2];
    uint64_t filled_ns; /* when bytes of a stream came last */
    size_t limit;       /* of a message; a stream waits no longer for the rest of a larger one */
    struct vmsg_watch watches[VMSG_LINK_MAX_WATCHES];
    unsigned n_watches;
    struct vmsg_queue queue; /* arrivals taken while doing something else */
    uint8_t *scratch;        /* one packet on its way into the queue */
    unsigned hang_ms;
    char reason[160]; /* why the link ended, when there is more to say than that it did */
};

/*
 * Take over the connected sockets; `streams` has a bit for each that is a byte stream. False when
 * out of memory; the sockets stay the caller's then.
 */
bool vmsg_link_open(struct vmsg_link *l, const int *fds, unsigned n_fds, unsigned streams);
void vmsg_link_watch(struct vmsg_link *l, int fd, bool (*ready)(void *ctx), void *ctx);

/* Bytes of a stream's message that never became whole. */
size_t vmsg_link_pending(const struct vmsg_link *l);

/* Has the SUT closed its end, seen or not yet seen by wait()? */
bool vmsg_link_is_ended(const struct vmsg_link *l);

/* Close the sockets; the rest stays readable until the next open or free. */
void vmsg_link_close(struct vmsg_link *l);
void vmsg_link_free(struct vmsg_link *l);

/* As in vmsg_adapter_ops; message lengths of at least 1. */
bool vmsg_link_send(struct vmsg_link *l, unsigned endpoint, const void *msg, size_t len);
enum vmsg_arrival vmsg_link_wait(struct vmsg_link *l, uint64_t deadline_ns, void *buf, size_t cap,
                                 size_t *len, unsigned *endpoint);

/*
 * Wait until fd takes bytes, serving the link meanwhile. False when the deadline passes or the
 * SUT is gone.
 */
bool vmsg_link_writable(struct vmsg_link *l, int fd, uint64_t deadline_ns);

#endif
