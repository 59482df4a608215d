/* Building descriptor chains, and copying in and out of them. */
#include "harness/peers/chain.h"

#include <string.h>

void vmsg_chain_clear(struct vmsg_chain *chain)
{
    chain->n_read = chain->n_write = 0;
    chain->read_len = chain->write_len = 0;
    chain->broken = NULL;
}

bool vmsg_chain_add(struct vmsg_chain *chain, const struct vmsg_dma *dma, uint64_t addr,
                    uint32_t len, bool writable)
{
    unsigned n = chain->n_read + chain->n_write;
    uint8_t *bytes = vmsg_dma_at(dma, addr, len);

    if (!bytes)
        chain->broken = "a buffer lies outside of the DMA memory";
    else if (n == VMSG_CHAIN_MAX)
        chain->broken = "a chain has too many descriptors";
    if (chain->broken)
        return false;
    chain->segments[n] = (struct vmsg_segment){bytes, len};
    if (writable) {
        chain->n_write++;
        chain->write_len += len;
        return true;
    }
    chain->n_read++;
    chain->read_len += len;
    if (chain->n_write)
        chain->broken = "a buffer that the device reads follows one that it writes";
    return chain->n_write == 0;
}

/* One direction for both: `dst` NULL writes `src` into the segments, else reads from them. */
static size_t copy(const struct vmsg_segment *segments, unsigned n, uint64_t offset, uint8_t *dst,
                   const uint8_t *src, size_t len)
{
    size_t done = 0;

    for (unsigned i = 0; i < n && done < len; i++) {
        const struct vmsg_segment *s = &segments[i];
        size_t part;

        if (offset >= s->len) {
            offset -= s->len;
            continue;
        }
        part = s->len - (size_t)offset;
        if (part > len - done)
            part = len - done;
        if (dst)
            memcpy(dst + done, s->bytes + offset, part);
        else
            memcpy(s->bytes + offset, src + done, part);
        done += part;
        offset = 0;
    }
    return done;
}

size_t vmsg_chain_read(const struct vmsg_chain *chain, uint64_t offset, void *dst, size_t len)
{
    return copy(chain->segments, chain->n_read, offset, dst, NULL, len);
}

size_t vmsg_chain_write(const struct vmsg_chain *chain, uint64_t offset, const void *src,
                        size_t len)
{
    return copy(chain->segments + chain->n_read, chain->n_write, offset, NULL, src, len);
}
