/*
 * The two kinds of virtqueues of the reference driver, behind one table of functions. Internal to
 * driver*.c. Without memory they only count, so that notifications say what they should.
 */
#ifndef VMSG_PEERS_DRIVER_RING_H
#define VMSG_PEERS_DRIVER_RING_H

#include "harness/peers/driver_state.h"

/* One page a queue: the three areas, the buffers, the indirect tables. Rings are at most 16 long.
 */
#define DRIVER_PAGE        4096u
#define DRIVER_AVAIL_AT    256u /* split: available ring; packed: driver's event suppression */
#define DRIVER_USED_AT     320u /* split: used ring; packed: device's event suppression */
#define DRIVER_BUFFER_AT   512u
#define DRIVER_INDIRECT_AT 3776u

#define DRIVER_PIECES     3u /* of a buffer, at most */
#define DRIVER_DESCRIPTOR 16u
#define DRIVER_TABLE      (DRIVER_PIECES * DRIVER_DESCRIPTOR)

#define DRIVER_DESC_NEXT     1u
#define DRIVER_DESC_WRITE    2u
#define DRIVER_DESC_INDIRECT 4u

/* Part of a buffer: bytes of the queue's page. */
struct driver_piece {
    uint32_t offset, len;
    bool writable;
};

struct driver_ring_ops {
    /* Make q->chain descriptors available: the pieces, or a table of them (q->indirect). */
    void (*put)(struct driver_queue *q, unsigned slot, const struct driver_piece *pieces,
                unsigned n);
    /* Whether the device wants to hear of what was put since `before`, a former place(). */
    bool (*wants_notice)(const struct driver_queue *q, uint32_t before);
    /* The next used buffer's slot: 1, and *slot; 0, none; -1, the ring makes no sense. */
    int (*take)(struct driver_queue *q, unsigned *slot);
    /* Ask for a notification of the next used buffer, or (`quiet`) for none. */
    void (*arm)(struct driver_queue *q, bool quiet);
    /* EVENT_AVAIL's next_offset with VIRTIO_F_NOTIFICATION_DATA: core's next_off and next_wrap. */
    uint32_t (*place)(const struct driver_queue *q);
};

extern const struct driver_ring_ops driver_split, driver_packed;

#endif
