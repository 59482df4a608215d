/* Looking at rings in DMA memory; see watch.h. Layouts: core virtio, "Split Virtqueues" and "Packed
 * Virtqueues". */
#include "harness/engine/watch.h"

#include <endian.h>

#define DESCRIPTOR     16u
#define FLAGS_AT       14u
#define DESC_NEXT      (1u << 0)
#define DESC_AVAILABLE (1u << 7)
#define DESC_USED      (1u << 15)

static uint16_t load16(const uint8_t *at)
{
    return le16toh(__atomic_load_n((const uint16_t *)(const void *)at, __ATOMIC_ACQUIRE));
}

static uint32_t look_packed(struct vmsg_ring_watch *w, const uint8_t *memory)
{
    uint32_t buffers = 0;

    for (uint32_t n = 0; n < w->size; n++) {
        uint16_t flags = load16(memory + w->offset + (size_t)DESCRIPTOR * w->last + FLAGS_AT);
        bool available = flags & DESC_AVAILABLE, used = flags & DESC_USED;

        /* Available: the first bit equals the driver's wrap counter, the second does not. */
        if (available == w->wrapped || used != w->wrapped)
            break;
        buffers += !(flags & DESC_NEXT);
        if (++w->last == w->size) {
            w->last = 0;
            w->wrapped = !w->wrapped;
        }
    }
    return buffers;
}

uint32_t vmsg_ring_look(struct vmsg_ring_watch *w, const uint8_t *memory)
{
    uint16_t now;
    uint32_t more;

    if (w->kind == VMSG_WATCH_AVAILABLE_PACKED)
        return look_packed(w, memory);
    now = load16(memory + w->offset);
    more = (uint16_t)(now - w->last);
    w->last = now;
    return more;
}

uint32_t vmsg_ring_position(const struct vmsg_ring_watch *w)
{
    if (w->kind != VMSG_WATCH_AVAILABLE_PACKED)
        return w->last;
    return w->last | (w->wrapped ? 0 : UINT32_C(1) << 31);
}
