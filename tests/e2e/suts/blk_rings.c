/* The virtqueues of blk.c, from core virtio's "Split Virtqueues" and "Packed Virtqueues". */
#include "blk.h"

enum { NEXT = 1, WRITE = 2, TABLE = 4, AVAILABLE = 0x80, USED = 0x8000, DESCRIPTOR = 16 };

struct request {
    uint8_t head[16]; /* type, and the sector */
    uint8_t *status;
    uint32_t at, written;
};

static uint8_t *dma(struct bus *b, uint64_t address, uint64_t len)
{
    uint64_t at = address - b->host->mem_base;

    if (!b->host->mem || address < b->host->mem_base || at > b->host->mem_size ||
        len > b->host->mem_size - at)
        return NULL;
    return b->host->mem + at;
}

/* One part of a request: the header, data or the status byte. False: the request is broken. */
static bool serve_part(struct unit *u, struct request *r, uint8_t *buffer, uint32_t len,
                       bool writable)
{
    if (!writable && r->at < 16) { /* header first */
        if (len < 16)
            return false;
        memcpy(r->head, buffer, 16);
        r->at = 16;
        return true;
    }
    for (uint32_t i = 0; i < len; i++, ++r->at) {
        uint64_t byte = le64(r->head + 8) * SECTOR + (r->at - 16);

        if (writable)
            buffer[i] = byte < sizeof u->disk ? u->disk[byte] : 0;
        else if (byte < sizeof u->disk)
            u->disk[byte] = buffer[i];
    }
    r->written += writable ? len : 0;
    if (writable)
        r->status = buffer + len - 1;
    return true;
}

static bool serve_buffer(struct bus *b, struct unit *u, struct request *r, const uint8_t *desc,
                         uint32_t flags)
{
    uint32_t len = le32(desc + 8);
    uint8_t *buffer = dma(b, le64(desc), len);

    return buffer && len && serve_part(u, r, buffer, len, flags & WRITE);
}

static bool finish(struct request *r)
{
    uint32_t type = le32(r->head);

    if (r->status)
        *r->status = type == 0 || type == 1 || type == 4 ? 0 : 2;
    return r->status != NULL;
}

/* The table that a descriptor names, and how many entries it has; NULL: the request is broken. */
static const uint8_t *table_of(struct bus *b, struct unit *u, const uint8_t *desc, uint32_t *n)
{
    uint32_t len = le32(desc + 8);

    *n = len / DESCRIPTOR;
    if (!(u->selected[0] & INDIRECT) || len % DESCRIPTOR || !len)
        return NULL;
    return dma(b, le64(desc), len);
}

/* ---- split ---- */

static bool serve_chain(struct bus *b, struct unit *u, struct request *r, const uint8_t *table,
                        uint32_t size, uint32_t index, bool inner)
{
    for (uint32_t n = 0; n < size; n++) {
        const uint8_t *desc = table + DESCRIPTOR * (size_t)index;
        uint32_t flags, entries;

        if (index >= size)
            return false;
        flags = le16(desc + 12);
        if (flags & TABLE) {
            const uint8_t *within = table_of(b, u, desc, &entries);

            return within && !inner && !(flags & NEXT) &&
                   serve_chain(b, u, r, within, entries, 0, true);
        }
        if (!serve_buffer(b, u, r, desc, flags))
            return false;
        if (!(flags & NEXT))
            return finish(r);
        index = le16(desc + 14);
    }
    return false; /* a loop */
}

static void event_used(struct bus *b, struct unit *u, uint32_t index)
{
    put32(b->out + HEADER, index);
    transmit(b, 0, EVENT_USED, numbers[u->index], 0, 4);
}

static void serve_split(struct bus *b, struct unit *u, struct queue *q, uint32_t index)
{
    const uint8_t *table = dma(b, q->area[0], DESCRIPTOR * (uint64_t)q->size);
    uint8_t *avail = dma(b, q->area[1], 6 + 2 * (uint64_t)q->size);
    uint8_t *used = dma(b, q->area[2], 6 + 8 * (uint64_t)q->size);
    uint16_t end;
    uint32_t served = 0;

    if (!table || !avail || !used) {
        fail(b, u);
        return;
    }
    end = (uint16_t)le16(avail + 2);
    atomic_thread_fence(memory_order_acquire);
    if ((uint16_t)(end - q->seen) > q->size) {
        fail(b, u);
        return;
    }
    while (q->seen != end) {
        uint32_t head = le16(avail + 4 + 2 * (q->seen % q->size));
        uint8_t *element = used + 4 + 8 * (q->seen % q->size);
        struct request r = {0};

        if (!serve_chain(b, u, &r, table, q->size, head, false)) {
            fail(b, u);
            return;
        }
        put32(element, head);
        put32(element + 4, r.written);
        q->seen++;
        atomic_thread_fence(memory_order_release);
        put16(used + 2, q->seen);
        served++;
    }
    if (!served || le16(avail) & 1)
        return;
    event_used(b, u, index);
}

/* ---- packed ---- */

static bool is_available(uint32_t flags, bool first_turn)
{
    return !(flags & AVAILABLE) != first_turn && !(flags & USED) == first_turn;
}

static bool serve_table(struct bus *b, struct unit *u, struct request *r, const uint8_t *table,
                        uint32_t entries)
{
    for (uint32_t i = 0; i < entries; i++, table += DESCRIPTOR)
        if (!serve_buffer(b, u, r, table, le16(table + 14)))
            return false;
    return finish(r);
}

/* How many descriptors the request has that begins at q->seen; 0: it is broken. */
static uint32_t serve_sequence(struct bus *b, struct unit *u, struct queue *q, struct request *r,
                               const uint8_t *ring, uint16_t *id)
{
    for (uint32_t n = 1; n <= q->size; n++) {
        uint32_t at = (q->seen + n - 1) % (2 * q->size), entries;
        const uint8_t *desc = ring + DESCRIPTOR * (size_t)(at % q->size);
        uint32_t flags = le16(desc + 14);

        *id = (uint16_t)le16(desc + 12);
        if (!is_available(flags, at < q->size))
            return 0;
        if (flags & TABLE) {
            const uint8_t *within = table_of(b, u, desc, &entries);

            return within && n == 1 && !(flags & NEXT) && serve_table(b, u, r, within, entries);
        }
        if (!serve_buffer(b, u, r, desc, flags))
            return 0;
        if (!(flags & NEXT))
            return finish(r) ? n : 0;
    }
    return 0; /* longer than its queue */
}

/* Requests are used in the order in which they came, so each is given back where it began. */
static void serve_packed(struct bus *b, struct unit *u, struct queue *q, uint32_t index)
{
    uint8_t *ring = dma(b, q->area[0], DESCRIPTOR * (uint64_t)q->size);
    const uint8_t *driver = dma(b, q->area[1], 4);
    uint32_t done = 0, n;

    if (!ring || !driver) {
        fail(b, u);
        return;
    }
    for (;;) {
        bool first_turn = q->seen < q->size;
        uint8_t *desc = ring + DESCRIPTOR * (size_t)(q->seen % q->size);
        struct request r = {0};
        uint16_t id;

        if (!is_available(le16(desc + 14), first_turn))
            break;
        atomic_thread_fence(memory_order_acquire);
        n = serve_sequence(b, u, q, &r, ring, &id);
        if (!n) {
            fail(b, u);
            return;
        }
        put16(desc + 12, id);
        put32(desc + 8, r.written);
        atomic_thread_fence(memory_order_release);
        put16(desc + 14, first_turn ? AVAILABLE | USED : 0);
        q->seen = (uint16_t)((q->seen + n) % (2 * q->size));
        done++;
    }
    if (done && le16(driver + 2) != 1)
        event_used(b, u, index);
}

void serve(struct bus *b, struct unit *u, uint32_t index)
{
    struct queue *q = &u->queue[index];

    if (!(u->status & DRIVER_OK) || u->status & NEEDS_RESET || !q->enabled || !b->host->mem ||
        !q->size)
        return;
    if (u->selected[1] & PACKED)
        serve_packed(b, u, q, index);
    else
        serve_split(b, u, q, index);
}
