/* The driver side of a split virtqueue (core virtio, "Split Virtqueues"). */
#include "harness/peers/driver_ring.h"

#include <endian.h>

#define NO_INTERRUPT 1u
#define NO_NOTIFY    1u

/* Fields that are shared with another processor: whole, and ordered against the data. */
static uint16_t load16(const uint8_t *p)
{
    return le16toh(__atomic_load_n((const uint16_t *)(const void *)p, __ATOMIC_ACQUIRE));
}

static void store16(uint8_t *p, uint16_t value)
{
    __atomic_store_n((uint16_t *)(void *)p, htole16(value), __ATOMIC_RELEASE);
}

/* Where the driver names the used buffer, and the device the available one, to be told of. */
static uint8_t *used_event(const struct driver_queue *q)
{
    return q->page + DRIVER_AVAIL_AT + 4 + (size_t)2 * q->size;
}

static const uint8_t *avail_event(const struct driver_queue *q)
{
    return q->page + DRIVER_USED_AT + 4 + (size_t)8 * q->size;
}

static void put_descriptor(uint8_t *p, uint64_t addr, uint32_t len, unsigned flags, unsigned next)
{
    vmsg_put_le64(p, addr);
    vmsg_put_le32(p + 8, len);
    vmsg_put_le16(p + 12, (uint16_t)flags);
    vmsg_put_le16(p + 14, flags & DRIVER_DESC_NEXT ? (uint16_t)next : 0);
}

/* The pieces as a chain from entry `first` of a table. */
static void put_chain(const struct driver_queue *q, uint8_t *table, unsigned first,
                      const struct driver_piece *pieces, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        put_descriptor(table + (size_t)DRIVER_DESCRIPTOR * (first + i),
                       q->page_addr + pieces[i].offset, pieces[i].len,
                       (i + 1 < n ? DRIVER_DESC_NEXT : 0) |
                           (pieces[i].writable ? DRIVER_DESC_WRITE : 0),
                       first + i + 1);
}

static void put(struct driver_queue *q, unsigned slot, const struct driver_piece *pieces,
                unsigned n)
{
    uint32_t table = DRIVER_INDIRECT_AT + slot * DRIVER_TABLE;
    unsigned head = slot * q->chain;

    if (!q->page) {
        q->avail_idx++;
        return;
    }
    if (q->indirect) {
        put_chain(q, q->page + table, 0, pieces, n);
        put_descriptor(q->page + (size_t)DRIVER_DESCRIPTOR * head, q->page_addr + table,
                       n * DRIVER_DESCRIPTOR, DRIVER_DESC_INDIRECT, 0);
    } else {
        put_chain(q, q->page, head, pieces, n);
    }
    vmsg_put_le16(q->page + DRIVER_AVAIL_AT + 4 + (size_t)2 * (q->avail_idx % q->size),
                  (uint16_t)head);
    q->avail_idx++;
    store16(q->page + DRIVER_AVAIL_AT + 2, q->avail_idx);
}

/* Core, "Available Buffer Notification Suppression". */
static bool wants_notice(const struct driver_queue *q, uint32_t before)
{
    uint16_t put = (uint16_t)(q->avail_idx - before);

    if (!q->page)
        return true;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!q->event_idx)
        return !(load16(q->page + DRIVER_USED_AT) & NO_NOTIFY);
    return (uint16_t)(q->avail_idx - load16(avail_event(q)) - 1) < put;
}

static int take(struct driver_queue *q, unsigned *slot)
{
    uint32_t id;

    if (!q->page || load16(q->page + DRIVER_USED_AT + 2) == q->used_idx)
        return 0;
    id = vmsg_le32(q->page + DRIVER_USED_AT + 4 + (size_t)8 * (q->used_idx % q->size));
    if (id % q->chain)
        return -1;
    *slot = id / q->chain;
    q->used_idx++;
    return 1;
}

static void arm(struct driver_queue *q, bool quiet)
{
    if (!q->page)
        return;
    if (q->event_idx)
        store16(used_event(q), (uint16_t)(quiet ? q->used_idx - 1 : q->used_idx));
    else
        store16(q->page + DRIVER_AVAIL_AT, quiet ? NO_INTERRUPT : 0);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* The available index; next_wrap stays zero, as the chapter has it for split virtqueues. */
static uint32_t place(const struct driver_queue *q)
{
    return q->avail_idx;
}

const struct driver_ring_ops driver_split = {put, wants_notice, take, arm, place};
