/* Looking at rings in DMA memory; see watch.h. Layouts: core virtio, "Split Virtqueues" and "Packed
 * Virtqueues". */
#include "harness/engine/watch.h"

#include <endian.h>

#define DESCRIPTOR     16u
#define FLAGS_AT       14u
#define DESC_NEXT      (1u << 0)
#define DESC_AVAILABLE (1u << 7)
#define DESC_USED      (1u << 15)

enum { EVENT_ALWAYS, EVENT_NEVER, EVENT_AT_PLACE }; /* flags of a packed queue's device area */

static uint16_t load16(const uint8_t *at)
{
    return le16toh(__atomic_load_n((const uint16_t *)(const void *)at, __ATOMIC_ACQUIRE));
}

/* Core virtio, "Driver Notification Suppression": was the place reached that the device waits for?
 */
static bool reached(uint16_t event, uint16_t now, uint16_t before)
{
    return (uint16_t)(now - event - 1) < (uint16_t)(now - before);
}

/* `n` descriptors more up to w->last. */
static bool unwanted_packed(const struct vmsg_ring_watch *w, const uint8_t *memory, uint32_t n)
{
    uint16_t place = load16(memory + w->event), flags = load16(memory + w->event + 2);
    bool wraps_alike = (place >> 15 != 0) == !w->wrapped;
    uint16_t event = (uint16_t)((place & 0x7FFF) - (wraps_alike ? 0 : w->size));

    if (flags != EVENT_AT_PLACE)
        return flags == EVENT_NEVER;
    return !reached(event, (uint16_t)w->last, (uint16_t)(w->last - n));
}

static uint16_t packed_flags(const struct vmsg_ring_watch *w, const uint8_t *memory)
{
    return load16(memory + w->offset + (size_t)DESCRIPTOR * w->last + FLAGS_AT);
}

/* The device writes one descriptor a buffer, in the order in which it uses them. */
static uint32_t look_used_packed(struct vmsg_ring_watch *w, const uint8_t *memory)
{
    uint32_t buffers;

    for (buffers = 0; buffers < w->size; buffers++) {
        uint16_t flags = packed_flags(w, memory);
        bool available = flags & DESC_AVAILABLE, used = flags & DESC_USED;

        /* Used: both bits equal the wrap counter. */
        if (available == w->wrapped || used == w->wrapped)
            break;
        w->last += w->step;
        if (w->last >= w->size) {
            w->last -= w->size;
            w->wrapped = !w->wrapped;
        }
    }
    return buffers;
}

static uint32_t look_packed(struct vmsg_ring_watch *w, const uint8_t *memory)
{
    uint32_t buffers = 0, n;

    for (n = 0; n < w->size; n++) {
        uint16_t flags = packed_flags(w, memory);
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
    w->unwanted = n && w->event_idx && unwanted_packed(w, memory, n);
    return buffers;
}

uint32_t vmsg_ring_look(struct vmsg_ring_watch *w, const uint8_t *memory)
{
    uint16_t now;
    uint32_t more;

    if (w->kind == VMSG_WATCH_AVAILABLE_PACKED)
        return look_packed(w, memory);
    if (w->kind == VMSG_WATCH_USED_PACKED)
        return look_used_packed(w, memory);
    now = load16(memory + w->offset);
    more = (uint16_t)(now - w->last);
    w->unwanted = w->event_idx && !reached(load16(memory + w->event), now, (uint16_t)w->last);
    w->last = now;
    return more;
}

uint32_t vmsg_ring_position(const struct vmsg_ring_watch *w)
{
    if (w->kind == VMSG_WATCH_USED || w->kind == VMSG_WATCH_AVAILABLE)
        return w->last;
    return w->last | (w->wrapped ? 0 : UINT32_C(1) << 31);
}
