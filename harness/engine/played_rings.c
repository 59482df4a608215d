/* Watching the rings that a driver built on a device that is played; see played_rings.h. */
#include "harness/engine/played_rings.h"

/* Where `len` bytes at a bus address lie in the memory; false: not inside, or misaligned. */
static bool inside(const struct vmsg_connection *c, uint64_t address, size_t len, size_t align,
                   size_t *offset)
{
    *offset = (size_t)(address - c->mem_base);
    return c->memory && address >= c->mem_base && address % align == 0 && len <= c->mem_size &&
           *offset <= c->mem_size - len;
}

/* Watch it, unless it is watched already; one too many is not: less is seen, nothing is wrong. */
static void watch_once(struct vmsg_connection *c, const struct vmsg_ring_watch *w)
{
    for (size_t i = 0; i < c->n_watches; i++) {
        const struct vmsg_ring_watch *old = &c->watches[i];

        if (old->kind == w->kind && old->dev_num == w->dev_num && old->vq == w->vq &&
            old->offset == w->offset && old->size == w->size)
            return;
    }
    vmsg_connection_watch(c, w);
}

/* Rings outside of the memory are not watched. */
static void watch(struct vmsg_connection *c, uint16_t dev_num, uint32_t vq,
                  const struct vmsg_peer_queue *q)
{
    struct vmsg_ring_watch w = {.dev_num = dev_num, .vq = vq, .size = q->size};
    uint64_t event = q->packed ? q->device : q->device + 4 + UINT64_C(8) * q->size;

    w.event_idx = q->event_idx && inside(c, event, q->packed ? 4 : 2, 2, &w.event);
    if (q->packed) {
        w.kind = VMSG_WATCH_AVAILABLE_PACKED;
        if (inside(c, q->desc, (size_t)16 * q->size, 16, &w.offset))
            watch_once(c, &w);
        return;
    }
    w.kind = VMSG_WATCH_AVAILABLE;
    if (inside(c, q->driver + 2, 2, 2, &w.offset))
        watch_once(c, &w);
    w.kind = VMSG_WATCH_USED;
    w.event_idx = false;
    if (inside(c, q->device + 2, 2, 2, &w.offset))
        watch_once(c, &w);
}

bool vmsg_played_rings_watch(struct vmsg_connection *c, const struct vmsg_peer *device,
                             uint16_t dev_num, uint32_t vq)
{
    struct vmsg_peer_queue q;
    bool enabled = vmsg_peer_queue(device, dev_num, vq, &q) && q.enabled;

    if (enabled)
        watch(c, dev_num, vq, &q);
    else
        vmsg_connection_unwatch_queue(c, dev_num, vq);
    return enabled;
}
