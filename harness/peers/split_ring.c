/* The device side of a split virtqueue: taking chains, giving them back, notification rules. */
#include "harness/peers/split_ring.h"

#include "harness/wire/wire.h"

#include <stdatomic.h>

enum { DESC_SIZE = 16, DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4 };
enum { AVAIL_NO_INTERRUPT = 1 };

struct descriptor {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
};

/* A descriptor table in memory: the ring's own, or an indirect one. */
struct table {
    const uint8_t *bytes;
    uint32_t n;
    bool indirect;
};

static uint8_t *avail_ring(const struct vmsg_split_ring *r, const struct vmsg_dma *dma)
{
    return vmsg_dma_at(dma, r->avail, 4 + 2 * (uint64_t)r->size + (r->event_idx ? 2 : 0));
}

static uint8_t *used_ring(const struct vmsg_split_ring *r, const struct vmsg_dma *dma)
{
    return vmsg_dma_at(dma, r->used, 4 + 8 * (uint64_t)r->size + (r->event_idx ? 2 : 0));
}

static struct descriptor read_descriptor(const struct table *t, uint32_t i)
{
    const uint8_t *p = t->bytes + (size_t)i * DESC_SIZE;

    return (struct descriptor){
        .addr = vmsg_le64(p),
        .len = vmsg_le32(p + 8),
        .flags = vmsg_le16(p + 12),
        .next = vmsg_le16(p + 14),
    };
}

/* An indirect table stands alone, is not nested and is no longer than the queue. */
static bool enter_indirect(const struct vmsg_split_ring *r, const struct vmsg_dma *dma,
                           const struct descriptor *d, struct table *t)
{
    if (!r->indirect || t->indirect || d->flags & DESC_NEXT || d->len == 0 || d->len % DESC_SIZE)
        return false;
    *t = (struct table){vmsg_dma_at(dma, d->addr, d->len), d->len / DESC_SIZE, true};
    return t->bytes && t->n <= r->size;
}

static bool walk(const struct vmsg_split_ring *r, const struct vmsg_dma *dma,
                 struct vmsg_chain *chain)
{
    struct table t = {vmsg_dma_at(dma, r->desc, (uint64_t)r->size * DESC_SIZE), r->size, false};
    uint32_t i = chain->head;

    /* A chain that is longer than its queue has a loop. */
    for (uint32_t steps = 0; t.bytes && i < t.n && steps <= r->size; steps++) {
        struct descriptor d = read_descriptor(&t, i);

        if (d.flags & DESC_INDIRECT) {
            if (!enter_indirect(r, dma, &d, &t)) {
                chain->broken = "an indirect descriptor is not allowed there, or names no table";
                return false;
            }
            i = 0;
            continue;
        }
        if (!vmsg_chain_add(chain, dma, d.addr, d.len, d.flags & DESC_WRITE))
            return false;
        if (!(d.flags & DESC_NEXT))
            return true;
        i = d.next;
    }
    chain->broken = i < t.n ? "a chain is longer than its queue, as one with a loop is"
                            : "a chain leads to a descriptor beyond its table";
    return false;
}

enum vmsg_ring_take vmsg_split_ring_take(struct vmsg_split_ring *r, const struct vmsg_dma *dma,
                                         struct vmsg_chain *chain)
{
    const uint8_t *avail = avail_ring(r, dma);
    uint16_t pending;

    chain->broken = avail ? NULL : "the driver area lies outside of the DMA memory";
    if (!avail)
        return VMSG_RING_BROKEN;
    pending = (uint16_t)(vmsg_le16(avail + 2) - r->last_avail);
    if (pending == 0 || (r->stale && pending > r->size))
        return VMSG_RING_EMPTY;
    if (pending > r->size) {
        chain->broken = "the available index is further ahead than the queue is long";
        return VMSG_RING_BROKEN;
    }
    atomic_thread_fence(memory_order_acquire);
    vmsg_chain_clear(chain);
    chain->head = vmsg_le16(avail + 4 + 2 * (size_t)(r->last_avail % r->size));
    if (!walk(r, dma, chain))
        return VMSG_RING_BROKEN;
    r->last_avail++;
    return VMSG_RING_TAKEN;
}

bool vmsg_split_ring_give(struct vmsg_split_ring *r, const struct vmsg_dma *dma, uint16_t head,
                          uint32_t written)
{
    uint8_t *used = used_ring(r, dma);
    uint8_t *entry;

    if (!used)
        return false;
    entry = used + 4 + 8 * (size_t)(r->used_idx % r->size);
    vmsg_put_le32(entry, head);
    vmsg_put_le32(entry + 4, written);
    atomic_thread_fence(memory_order_release);
    r->used_idx++;
    vmsg_put_le16(used + 2, r->used_idx);
    return true;
}

void vmsg_split_ring_arm(const struct vmsg_split_ring *r, const struct vmsg_dma *dma)
{
    uint8_t *used = used_ring(r, dma);

    if (used && r->event_idx) {
        vmsg_put_le16(used + 4 + 8 * (size_t)r->size, r->last_avail);
        atomic_thread_fence(memory_order_seq_cst);
    }
}

bool vmsg_split_ring_wants_event(struct vmsg_split_ring *r, const struct vmsg_dma *dma)
{
    const uint8_t *avail = avail_ring(r, dma);
    uint16_t before = r->signalled;
    uint16_t event;

    r->signalled = r->used_idx;
    atomic_thread_fence(memory_order_seq_cst);
    if (!avail)
        return true;
    if (!r->event_idx)
        return !(vmsg_le16(avail) & AVAIL_NO_INTERRUPT);
    /* Core, "Used Buffer Notification Suppression": the event index was passed. */
    event = vmsg_le16(avail + 4 + 2 * (size_t)r->size);
    return (uint16_t)(r->used_idx - event - 1) < (uint16_t)(r->used_idx - before);
}
