/*
 * The device side of a packed virtqueue in DMA memory (core virtio, "Packed Virtqueues").
 *
 * As for split rings: what the driver can change is read once and bounded before use, and what
 * cannot be followed is reported as broken. Buffers are used in the order in which they came.
 */
#ifndef VMSG_PACKED_RING_H
#define VMSG_PACKED_RING_H

#include "harness/peers/chain.h"

struct vmsg_packed_ring {
    uint64_t desc, driver, device; /* bus addresses: descriptors, event suppression of each side */
    uint32_t size;                 /* 1..32,768 */
    bool indirect, event_idx;      /* negotiated */
    uint16_t next_avail, next_used;
    bool avail_wrapped, used_wrapped; /* wrap counters, inverted: false at first */
    uint16_t taken;                   /* descriptors of the chain that was taken last */
    uint16_t given;                   /* descriptors given back since the last decision */
};

/* The next available chain; chain->head becomes its buffer id. */
enum vmsg_ring_take vmsg_packed_ring_take(struct vmsg_packed_ring *r, const struct vmsg_dma *dma,
                                          struct vmsg_chain *chain);

/* Give the chain back that was taken last; false when the ring is out of bounds. */
bool vmsg_packed_ring_give(struct vmsg_packed_ring *r, const struct vmsg_dma *dma, uint16_t id,
                           uint32_t written);

/* Ask to be notified of the next available buffer. */
void vmsg_packed_ring_arm(const struct vmsg_packed_ring *r, const struct vmsg_dma *dma);

/* Whether the driver wants a notification for what was given back since the last call. */
bool vmsg_packed_ring_wants_event(struct vmsg_packed_ring *r, const struct vmsg_dma *dma);

#endif
