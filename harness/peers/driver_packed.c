/* The driver side of a packed virtqueue (core virtio, "Packed Virtqueues"). */
#include "harness/peers/driver_ring.h"

#include <endian.h>

#define AVAIL         (1u << 7)
#define USED          (1u << 15)
#define WRAP_BIT      0x8000u
#define WRAP_OF_PLACE (UINT32_C(1) << 31)

enum { LEN_AT = 8, ID_AT = 12, FLAGS_AT = 14 };
enum { EVENTS_ENABLE = 0, EVENTS_DISABLE = 1, EVENTS_DESC = 2 };

static uint16_t load16(const uint8_t *p)
{
    return le16toh(__atomic_load_n((const uint16_t *)(const void *)p, __ATOMIC_ACQUIRE));
}

static void store16(uint8_t *p, uint16_t value)
{
    __atomic_store_n((uint16_t *)(void *)p, htole16(value), __ATOMIC_RELEASE);
}

static uint8_t *descriptor(const struct driver_queue *q, uint16_t at)
{
    return q->page + (size_t)DRIVER_DESCRIPTOR * at;
}

static void advance(uint16_t *at, bool *wrapped, unsigned n, uint16_t size)
{
    unsigned next = *at + n;

    *wrapped ^= next >= size;
    *at = (uint16_t)(next >= size ? next - size : next);
}

/* All but the flags. */
static void put_fields(uint8_t *p, uint64_t addr, uint32_t len, unsigned id)
{
    vmsg_put_le64(p, addr);
    vmsg_put_le32(p + LEN_AT, len);
    vmsg_put_le16(p + ID_AT, (uint16_t)id);
}

static void put_table(const struct driver_queue *q, uint8_t *table,
                      const struct driver_piece *pieces, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint8_t *p = table + (size_t)DRIVER_DESCRIPTOR * i;

        put_fields(p, q->page_addr + pieces[i].offset, pieces[i].len, 0);
        vmsg_put_le16(p + FLAGS_AT, pieces[i].writable ? DRIVER_DESC_WRITE : 0);
    }
}

/* The device may look at the first descriptor at any time, so its flags are written last. */
static void put_in_ring(const struct driver_queue *q, unsigned slot,
                        const struct driver_piece *pieces, unsigned n, unsigned more_flags)
{
    uint16_t at = q->avail_idx, first_flags = 0;
    bool wrapped = q->avail_wrapped;

    for (unsigned i = 0; i < n; i++) {
        unsigned flags = (wrapped ? USED : AVAIL) | more_flags |
                         (i + 1 < n ? DRIVER_DESC_NEXT : 0) |
                         (pieces[i].writable ? DRIVER_DESC_WRITE : 0);

        put_fields(descriptor(q, at), q->page_addr + pieces[i].offset, pieces[i].len, slot);
        if (i)
            store16(descriptor(q, at) + FLAGS_AT, (uint16_t)flags);
        else
            first_flags = (uint16_t)flags;
        advance(&at, &wrapped, 1, q->size);
    }
    store16(descriptor(q, q->avail_idx) + FLAGS_AT, first_flags);
}

static void put(struct driver_queue *q, unsigned slot, const struct driver_piece *pieces,
                unsigned n)
{
    uint32_t table = DRIVER_INDIRECT_AT + slot * DRIVER_TABLE;
    const struct driver_piece whole = {table, n * DRIVER_DESCRIPTOR, false};

    if (q->page && q->indirect) {
        put_table(q, q->page + table, pieces, n);
        put_in_ring(q, slot, &whole, 1, DRIVER_DESC_INDIRECT);
    } else if (q->page) {
        put_in_ring(q, slot, pieces, n, 0);
    }
    advance(&q->avail_idx, &q->avail_wrapped, q->chain, q->size);
}

static uint32_t place(const struct driver_queue *q)
{
    return q->avail_idx | (q->avail_wrapped ? 0 : WRAP_OF_PLACE);
}

/* Core, "Event Suppression Structure Format". */
static bool wants_notice(const struct driver_queue *q, uint32_t before)
{
    uint16_t old = (uint16_t)before, where, event, flags;

    if (!q->page)
        return true;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    flags = load16(q->page + DRIVER_USED_AT + 2);
    if (flags != EVENTS_DESC || !q->event_idx)
        return flags != EVENTS_DISABLE;
    where = load16(q->page + DRIVER_USED_AT);
    event = where & (WRAP_BIT - 1);
    if ((where & WRAP_BIT) == (q->avail_wrapped ? WRAP_BIT : 0))
        event = (uint16_t)(event - q->size);
    if (old > q->avail_idx)
        old = (uint16_t)(old - q->size);
    return (uint16_t)(q->avail_idx - event - 1) < (uint16_t)(q->avail_idx - old);
}

static int take(struct driver_queue *q, unsigned *slot)
{
    uint16_t flags;

    if (!q->page)
        return 0;
    flags = load16(descriptor(q, q->used_idx) + FLAGS_AT);
    /* Used: both bits equal the device's wrap counter. */
    if ((bool)(flags & AVAIL) == q->used_wrapped || (bool)(flags & USED) == q->used_wrapped)
        return 0;
    *slot = vmsg_le16(descriptor(q, q->used_idx) + ID_AT);
    advance(&q->used_idx, &q->used_wrapped, q->chain, q->size);
    return 1;
}

static void arm(struct driver_queue *q, bool quiet)
{
    uint8_t *events = q->page ? q->page + DRIVER_AVAIL_AT : NULL;

    if (!events)
        return;
    if (q->event_idx)
        store16(events, (uint16_t)(q->used_idx | (q->used_wrapped ? 0 : WRAP_BIT)));
    store16(events + 2, quiet ? EVENTS_DISABLE : q->event_idx ? EVENTS_DESC : EVENTS_ENABLE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

const struct driver_ring_ops driver_packed = {put, wants_notice, take, arm, place};
