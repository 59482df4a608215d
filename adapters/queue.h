/*
 * A bounded first-in first-out queue of arrivals: messages and upper-tester lines.
 */
#ifndef VMSG_QUEUE_H
#define VMSG_QUEUE_H

#include "adapters/adapter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmsg_queue {
    uint8_t *bytes;
    size_t head, tail, cap;
    size_t limit; /* bytes it may hold, bookkeeping included */
};

void vmsg_queue_init(struct vmsg_queue *q, size_t limit);

/*
 * Append an arrival whose length was `full` and of which `stored` bytes are kept. False, and
 * nothing changes, when the limit is reached or memory is out.
 */
bool vmsg_queue_push(struct vmsg_queue *q, enum vmsg_arrival kind, unsigned endpoint,
                     const void *bytes, size_t stored, size_t full);

/*
 * Take the oldest arrival, in the manner of vmsg_adapter_ops.wait(). Bytes of it that were not
 * kept read as zero. False when the queue is empty.
 */
bool vmsg_queue_pop(struct vmsg_queue *q, enum vmsg_arrival *kind, void *buf, size_t cap,
                    size_t *len, unsigned *endpoint);

static inline bool vmsg_queue_is_empty(const struct vmsg_queue *q)
{
    return q->head == q->tail;
}

/* Could a push of `stored` bytes succeed? */
bool vmsg_queue_has_room(const struct vmsg_queue *q, size_t stored);

/* Drop what is queued, keep the memory. */
void vmsg_queue_clear(struct vmsg_queue *q);
void vmsg_queue_free(struct vmsg_queue *q);

#endif
