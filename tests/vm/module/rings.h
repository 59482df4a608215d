/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The kernel's side of a bridge's shared ring. What the other side writes is read once and bounded.
 */
#ifndef VM_RINGS_H
#define VM_RINGS_H

#include "adapters/bridge/uapi.h"

#include <linux/fs.h>

struct vm_ring {
    void *map; /* its pages, together */
    struct page **pages;
    unsigned int n_pages;
    struct vmsg_bridge_ring_header *header;
    u32 entry_size;
    u32 own; /* this side's cursor */
};

int vm_ring_map(struct vm_ring *ring, struct file *file, const struct vmsg_bridge_ring_info *info);
void vm_ring_unmap(struct vm_ring *ring);

/*
 * Copy the next frame into `slot`, entry_size bytes, or a frame of `len` bytes out. 1: done; 0: the
 * ring is empty or full; negative: it is corrupt.
 */
int vm_ring_take(struct vm_ring *ring, void *slot);
int vm_ring_put(struct vm_ring *ring, const void *frame, size_t len);

/* Frames that the other side of a ring that is written here has not taken; negative: corrupt. */
int vm_ring_unread(const struct vm_ring *ring);

#endif
