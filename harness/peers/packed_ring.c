/* The device side of a packed virtqueue: taking chains, giving them back, notification rules. */
#include "harness/peers/packed_ring.h"

#include "harness/wire/wire.h"

#include <endian.h>
#include <stdatomic.h>

enum { DESC_SIZE = 16, DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4 };
enum { DESC_AVAIL = 1 << 7, DESC_USED = 1 << 15, LEN_AT = 8, ID_AT = 12, FLAGS_AT = 14 };
enum { EVENTS_ENABLE = 0, EVENTS_DISABLE = 1, EVENTS_DESC = 2, EVENTS_SIZE = 4 };

#define WRAP_BIT 0x8000u

static uint16_t load16(const uint8_t *p)
{
    return le16toh(__atomic_load_n((const uint16_t *)(const void *)p, __ATOMIC_ACQUIRE));
}

static void store16(uint8_t *p, uint16_t value)
{
    __atomic_store_n((uint16_t *)(void *)p, htole16(value), __ATOMIC_RELEASE);
}

/* The descriptor ring; NULL when it is out of bounds, or its fields cannot be read whole. */
static uint8_t *ring_of(const struct vmsg_packed_ring *r, const struct vmsg_dma *dma)
{
    return r->desc % DESC_SIZE ? NULL : vmsg_dma_at(dma, r->desc, (uint64_t)r->size * DESC_SIZE);
}

static void advance(uint16_t *at, bool *wrapped, unsigned n, uint32_t size)
{
    unsigned next = *at + n;

    *wrapped ^= next >= size;
    *at = (uint16_t)(next >= size ? next - size : next);
}

/* Available: the first bit equals the driver's wrap counter, the second does not. */
static bool is_available(uint16_t flags, bool wrapped)
{
    bool available = flags & DESC_AVAIL, used = flags & DESC_USED;

    return available != wrapped && used == wrapped;
}

/* Every entry of the table in turn; of its flags only WRITE counts. */
static bool add_table(const struct vmsg_packed_ring *r, const struct vmsg_dma *dma,
                      struct vmsg_chain *chain, uint64_t addr, uint32_t len)
{
    const uint8_t *table = vmsg_dma_at(dma, addr, len);

    if (!r->indirect || !table || len == 0 || len % DESC_SIZE || len / DESC_SIZE > r->size) {
        chain->broken = "an indirect descriptor is not allowed there, or names no table";
        return false;
    }
    for (uint32_t at = 0; at < len; at += DESC_SIZE) {
        const uint8_t *p = table + at;
        bool writable = vmsg_le16(p + FLAGS_AT) & DESC_WRITE;

        if (!vmsg_chain_add(chain, dma, vmsg_le64(p), vmsg_le32(p + LEN_AT), writable))
            return false;
    }
    return true;
}

/* One descriptor of the ring, whose flags were read before the rest. */
static bool add_descriptor(const struct vmsg_packed_ring *r, const struct vmsg_dma *dma,
                           struct vmsg_chain *chain, const uint8_t *p, uint16_t flags)
{
    uint64_t addr = vmsg_le64(p);
    uint32_t len = vmsg_le32(p + LEN_AT);

    chain->head = vmsg_le16(p + ID_AT);
    if (!(flags & DESC_INDIRECT))
        return vmsg_chain_add(chain, dma, addr, len, flags & DESC_WRITE);
    return r->taken == 0 && !(flags & DESC_NEXT) && add_table(r, dma, chain, addr, len);
}

enum vmsg_ring_take vmsg_packed_ring_take(struct vmsg_packed_ring *r, const struct vmsg_dma *dma,
                                          struct vmsg_chain *chain)
{
    const uint8_t *ring = ring_of(r, dma);
    uint16_t at = r->next_avail, flags;
    bool wrapped = r->avail_wrapped;

    chain->broken = NULL;
    if (!ring)
        return VMSG_RING_BROKEN;
    flags = load16(ring + (size_t)at * DESC_SIZE + FLAGS_AT);
    if (!is_available(flags, wrapped))
        return VMSG_RING_EMPTY;
    vmsg_chain_clear(chain);
    for (r->taken = 0; r->taken < r->size; r->taken++) {
        const uint8_t *p = ring + (size_t)at * DESC_SIZE;

        if (r->taken)
            flags = load16(p + FLAGS_AT);
        if (!is_available(flags, wrapped) || !add_descriptor(r, dma, chain, p, flags))
            return VMSG_RING_BROKEN;
        advance(&at, &wrapped, 1, r->size);
        if (flags & DESC_NEXT)
            continue;
        r->taken++;
        r->next_avail = at;
        r->avail_wrapped = wrapped;
        return VMSG_RING_TAKEN;
    }
    return VMSG_RING_BROKEN; /* a chain that is longer than its queue */
}

bool vmsg_packed_ring_give(struct vmsg_packed_ring *r, const struct vmsg_dma *dma, uint16_t id,
                           uint32_t written)
{
    uint8_t *ring = ring_of(r, dma);
    uint8_t *p;

    if (!ring)
        return false;
    p = ring + (size_t)r->next_used * DESC_SIZE;
    vmsg_put_le16(p + ID_AT, id);
    vmsg_put_le32(p + LEN_AT, written);
    store16(p + FLAGS_AT, (uint16_t)((r->used_wrapped ? 0 : DESC_AVAIL | DESC_USED) |
                                     (written ? DESC_WRITE : 0)));
    advance(&r->next_used, &r->used_wrapped, r->taken, r->size);
    r->given = (uint16_t)(r->given + r->taken);
    return true;
}

/* The event suppression area at `addr`; NULL when it is out of bounds. */
static uint8_t *events_of(const struct vmsg_dma *dma, uint64_t addr)
{
    return addr % EVENTS_SIZE ? NULL : vmsg_dma_at(dma, addr, EVENTS_SIZE);
}

void vmsg_packed_ring_arm(const struct vmsg_packed_ring *r, const struct vmsg_dma *dma)
{
    uint8_t *events = events_of(dma, r->device);

    if (!events)
        return;
    if (r->event_idx)
        store16(events, (uint16_t)(r->next_avail | (r->avail_wrapped ? 0 : WRAP_BIT)));
    store16(events + 2, r->event_idx ? EVENTS_DESC : EVENTS_ENABLE);
    atomic_thread_fence(memory_order_seq_cst);
}

bool vmsg_packed_ring_wants_event(struct vmsg_packed_ring *r, const struct vmsg_dma *dma)
{
    const uint8_t *events = events_of(dma, r->driver);
    uint16_t given = r->given, where, flags, event;

    r->given = 0;
    atomic_thread_fence(memory_order_seq_cst);
    if (!events)
        return true;
    flags = load16(events + 2);
    if (flags != EVENTS_DESC || !r->event_idx)
        return flags != EVENTS_DISABLE;
    /* Core, "Event Suppression Structure Format": the place that the driver named was passed. */
    where = load16(events);
    event = where & (WRAP_BIT - 1);
    if ((where & WRAP_BIT) == (r->used_wrapped ? WRAP_BIT : 0))
        event = (uint16_t)(event - r->size);
    return (uint16_t)(r->next_used - event - 1) < given;
}
