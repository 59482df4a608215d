/*
 * A look at one ring in DMA memory: how many buffers came since the last look. The other side may
 * write anything there at any time, so everything is read once and bounded by the ring's size.
 */
#ifndef VMSG_WATCH_H
#define VMSG_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vmsg_watched {
    VMSG_WATCH_USED,             /* split ring: the device's used index */
    VMSG_WATCH_AVAILABLE,        /* split ring: the driver's available index */
    VMSG_WATCH_AVAILABLE_PACKED, /* packed ring: descriptors that the driver marked available */
    VMSG_WATCH_USED_PACKED,      /* packed ring: descriptors that the device marked used */
};

struct vmsg_ring_watch {
    enum vmsg_watched kind;
    uint16_t dev_num;
    uint32_t vq;
    size_t offset; /* in the DMA memory: of the ring's index field; packed: of the ring, whose
                      `size` descriptors of 16 bytes lie inside */
    uint32_t size; /* packed: descriptors */
    uint32_t step; /* used packed: descriptors of each buffer, over which the device skips */
    uint32_t last; /* index, or next descriptor */
    bool wrapped;  /* packed: the wrap counter is 0 there */
    /* With VIRTIO_F_EVENT_IDX, where the device says of which buffers it wants to be notified: the
     * split ring's avail_event, the packed queue's device area. */
    bool event_idx;
    size_t event;
    bool unwanted; /* not of those that the last look found */
};

/* Buffers since the last look. */
uint32_t vmsg_ring_look(struct vmsg_ring_watch *w, const uint8_t *memory);

/* Where the ring now ends, as struct vmsg_note's position has it. */
uint32_t vmsg_ring_position(const struct vmsg_ring_watch *w);

#endif
