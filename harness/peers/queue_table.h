/*
 * The virtqueues of one device, by index, 0 to 65,535. Pages of queues are allocated when a queue
 * is first configured, so queues that nobody uses cost nothing.
 */
#ifndef VMSG_QUEUE_TABLE_H
#define VMSG_QUEUE_TABLE_H

#include "harness/peers/packed_ring.h"
#include "harness/peers/split_ring.h"

#define VMSG_QUEUES_MAX  65536u
#define VMSG_QUEUE_PAGE  128u /* few devices have more */
#define VMSG_QUEUE_PAGES (VMSG_QUEUES_MAX / VMSG_QUEUE_PAGE)

/* Fields that were set by SET_VQUEUE since the last reset. */
enum { VMSG_Q_SIZE = 1, VMSG_Q_DESC = 2, VMSG_Q_DRIVER = 4, VMSG_Q_DEVICE = 8, VMSG_Q_ALL = 15 };

struct vmsg_queue {
    uint64_t desc, driver, device; /* as GET_VQUEUE reports them */
    uint32_t size;
    uint8_t configured; /* VMSG_Q_* */
    bool enabled;
    bool running;                /* the ring is processed; differs from enabled only by a fault */
    bool blocked;                /* may not be configured again: a fault */
    bool leftover;               /* shown once more after a device reset: a fault */
    bool keeps_ring;             /* ring indexes outlive RESET_VQUEUE: a fault */
    bool used_due;               /* a coalesced EVENT_USED is pending */
    struct vmsg_split_ring ring; /* as it was when the queue was enabled */
    struct vmsg_packed_ring packed; /* the same; in use when VIRTIO_F_RING_PACKED is negotiated */
};

struct vmsg_queue_table {
    struct vmsg_queue_page *pages[VMSG_QUEUE_PAGES];
    unsigned n_pages; /* those behind were never touched */
};

/* The queue as it is; zeros when it was never touched. Never NULL. index < VMSG_QUEUES_MAX. */
const struct vmsg_queue *vmsg_queue_peek(const struct vmsg_queue_table *t, uint32_t index);

/* The queue to change; NULL when out of memory. */
struct vmsg_queue *vmsg_queue_touch(struct vmsg_queue_table *t, uint32_t index);

/* The first running queue at or after `index`, with its index; NULL when there is none. */
struct vmsg_queue *vmsg_queue_next_running(struct vmsg_queue_table *t, uint32_t *index);

/* Start or stop a queue's ring. */
void vmsg_queue_run(struct vmsg_queue_table *t, uint32_t index, bool on);

/* Forget every queue and give the memory back. */
void vmsg_queue_table_clear(struct vmsg_queue_table *t);

#endif
