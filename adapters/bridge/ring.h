/*
 * This side of a bridge's two shared rings. The kernel's side may hold anything at any time: every
 * cursor is read once and bounded, every frame is copied before it is looked at.
 */
#ifndef VMSG_BRIDGE_RING_H
#define VMSG_BRIDGE_RING_H

#include "adapters/bridge/uapi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmsg_ring {
    struct vmsg_bridge_ring_header *header; /* shared; slots follow */
    uint32_t entry_size;                    /* ours, whatever the header says later */
    uint32_t own;                           /* this side's cursor, likewise */
};

enum vmsg_ring_result { VMSG_RING_DONE, VMSG_RING_WAIT, VMSG_RING_CORRUPT };

/* A slot for messages of up to max_msg_size bytes, and a whole ring of them. */
uint32_t vmsg_ring_entry_size(uint32_t max_msg_size);
size_t vmsg_ring_bytes(uint32_t entry_size);

/* Make an empty ring of the zeroed memory at `at`. */
void vmsg_ring_init(struct vmsg_ring *ring, void *at, uint32_t entry_size);

/* Is there a frame to take, or a corrupt cursor to learn of? */
bool vmsg_ring_has(const struct vmsg_ring *ring);

/*
 * Take the next frame, as many bytes as its header says and the slot has; at most cap are stored.
 * WAIT: the ring is empty.
 */
enum vmsg_ring_result vmsg_ring_take(struct vmsg_ring *ring, void *buf, size_t cap, size_t *len);

/* Put a frame of at most entry_size bytes. WAIT: the ring is full. */
enum vmsg_ring_result vmsg_ring_put(struct vmsg_ring *ring, const void *frame, size_t len);

#endif
