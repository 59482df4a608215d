/* A descriptor chain taken from a ring: its readable, then its writable segments, all in bounds. */
#ifndef VMSG_CHAIN_H
#define VMSG_CHAIN_H

#include "harness/peers/dma.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VMSG_CHAIN_MAX 1024u /* segments; no queue of the reference models is longer */

struct vmsg_segment {
    uint8_t *bytes;
    uint32_t len;
};

struct vmsg_chain {
    uint16_t head;            /* what the driver knows the buffer by: descriptor or buffer id */
    unsigned n_read, n_write; /* readable segments come first */
    uint64_t read_len, write_len;
    const char *broken; /* why the ring cannot be followed, after VMSG_RING_BROKEN; else NULL */
    struct vmsg_segment segments[VMSG_CHAIN_MAX];
};

/* What came of taking the next chain of a ring. */
enum vmsg_ring_take { VMSG_RING_EMPTY, VMSG_RING_TAKEN, VMSG_RING_BROKEN };

/* Begin anew. */
void vmsg_chain_clear(struct vmsg_chain *chain);

/*
 * Add a segment; false when it lies outside of the memory, there are too many, or it is readable
 * and follows a writable one (core, "Message Framing").
 */
bool vmsg_chain_add(struct vmsg_chain *chain, const struct vmsg_dma *dma, uint64_t addr,
                    uint32_t len, bool writable);

/* Copy out of the readable part, from `offset`; returns the bytes that were there. */
size_t vmsg_chain_read(const struct vmsg_chain *chain, uint64_t offset, void *dst, size_t len);

/* Copy into the writable part, from `offset`; returns the bytes that had room. */
size_t vmsg_chain_write(const struct vmsg_chain *chain, uint64_t offset, const void *src,
                        size_t len);

#endif
