/* A virtqueue's parameters: comparison and text. */
#include "harness/oracle/vq_params.h"

#include <stdio.h>
#include <string.h>

const char *const vq_part_names[VQ_PARTS] = {"size", "desc_addr", "driver_addr", "device_addr"};
const uint32_t vq_ignore_bits[VQ_PARTS] = {VMSG_VQ_IGNORE_SIZE, VMSG_VQ_IGNORE_DESC,
                                           VMSG_VQ_IGNORE_DRIVER, VMSG_VQ_IGNORE_DEVICE};

uint64_t vq_part(const struct vq_params *p, unsigned i)
{
    return i ? p->addr[i - 1] : p->size;
}

bool vq_same_parts(const struct vq_params *a, const struct vq_params *b)
{
    return a->size == b->size && !memcmp(a->addr, b->addr, sizeof a->addr);
}

bool vq_same(const struct vq_params *a, const struct vq_params *b)
{
    return vq_same_parts(a, b) && a->enabled == b->enabled;
}

const char *vq_describe(char *out, size_t size, const struct vq_params *p)
{
    snprintf(out, size, "size %u, addresses 0x%llx 0x%llx 0x%llx, %s", p->size,
             (unsigned long long)p->addr[0], (unsigned long long)p->addr[1],
             (unsigned long long)p->addr[2], p->enabled ? "enabled" : "disabled");
    return out;
}
