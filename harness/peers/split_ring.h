/*
 * The device side of a split virtqueue in DMA memory (core virtio, "Split Virtqueues").
 *
 * The driver can change the memory at any time: every index, address and length is read once and
 * bounded before use. What cannot be followed is reported as broken, never guessed at.
 */
#ifndef VMSG_SPLIT_RING_H
#define VMSG_SPLIT_RING_H

#include "harness/peers/chain.h"

struct vmsg_split_ring {
    uint64_t desc, avail, used; /* bus addresses */
    uint32_t size;              /* 1..32,768 */
    bool indirect, event_idx;   /* negotiated */
    bool stale;                 /* an index that lies behind is no error: a fault */
    uint16_t last_avail;        /* next available entry to take */
    uint16_t used_idx;          /* next used entry to write */
    uint16_t signalled;         /* used_idx at the last notification decision */
};

/* The next available chain. */
enum vmsg_ring_take vmsg_split_ring_take(struct vmsg_split_ring *r, const struct vmsg_dma *dma,
                                         struct vmsg_chain *chain);

/* Give a chain back with `written` bytes written; false when the used ring is out of bounds. */
bool vmsg_split_ring_give(struct vmsg_split_ring *r, const struct vmsg_dma *dma, uint16_t head,
                          uint32_t written);

/* Ask to be notified of the next available buffer. */
void vmsg_split_ring_arm(const struct vmsg_split_ring *r, const struct vmsg_dma *dma);

/* Whether the driver wants a notification for what was given back since the last call. */
bool vmsg_split_ring_wants_event(struct vmsg_split_ring *r, const struct vmsg_dma *dma);

#endif
