/* Copying in and out of descriptor chains. */
#include "harness/peers/chain.h"

#include <stdbool.h>
#include <string.h>

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
