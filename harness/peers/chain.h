/* A descriptor chain taken from a ring: its readable, then its writable segments, all in bounds. */
#ifndef VMSG_CHAIN_H
#define VMSG_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#define VMSG_CHAIN_MAX 1024u /* segments; no queue of the reference models is longer */

struct vmsg_segment {
    uint8_t *bytes;
    uint32_t len;
};

struct vmsg_chain {
    uint16_t head;
    unsigned n_read, n_write; /* readable segments come first */
    uint64_t read_len, write_len;
    struct vmsg_segment segments[VMSG_CHAIN_MAX];
};

/* Copy out of the readable part, from `offset`; returns the bytes that were there. */
size_t vmsg_chain_read(const struct vmsg_chain *chain, uint64_t offset, void *dst, size_t len);

/* Copy into the writable part, from `offset`; returns the bytes that had room. */
size_t vmsg_chain_write(const struct vmsg_chain *chain, uint64_t offset, const void *src,
                        size_t len);

#endif
