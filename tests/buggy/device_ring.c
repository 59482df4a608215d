/* The buggy device's rings: buffers are filled and given back. */
#include "tests/buggy/device.h"

#include <string.h>

static uint8_t *at(struct buggy *b, uint64_t address, uint64_t n)
{
    uint64_t offset = address - b->host->mem_base;

    if (address < b->host->mem_base || offset > b->host->mem_size || n > b->host->mem_size - offset)
        return NULL;
    return b->host->mem + offset;
}

static void give_up(struct buggy *b, struct device *d)
{
    uint8_t a[16] = {0};

    d->status |= S_NEEDS_RESET;
    put(a, d->status, 4);
    put(a + 4, d->generation, 4);
    buggy_transmit(b, 0, EVENT_CONFIG, d->number, 0, a, sizeof a);
}

/* Bytes written into a chain, -1 when it is broken. */
static long fill(struct buggy *b, struct queue *q, const uint8_t *table, uint16_t head)
{
    uint32_t index = head, steps = 0;
    long written = 0;

    for (;;) {
        const uint8_t *desc = table + (size_t)index * 16;
        uint8_t *buffer;
        uint32_t n;
        uint16_t flags;

        if (b->bug == BUG_RING_INDEX && index >= q->size)
            q->shadow[index] = 1;
        if (index >= q->size || (b->bug != BUG_RING_LOOP && steps++ == q->size))
            return -1;
        n = (uint32_t)get(desc + 8, 4);
        flags = (uint16_t)get(desc + 12, 2);
        buffer = at(b, get(desc, 8), n);
        if (b->bug == BUG_RING_ADDRESS && !buffer)
            buffer = b->host->mem + (get(desc, 8) - b->host->mem_base);
        if (!buffer)
            return -1;
        if (flags & 2) {
            memset(buffer, 0x11, n);
            written += n;
        }
        if (!(flags & 1))
            return written;
        index = (uint32_t)get(desc + 14, 2);
    }
}

void buggy_serve(struct buggy *b, struct device *d, uint32_t index)
{
    struct queue *q = index < N_QUEUES ? &d->queues[index] : NULL;
    uint8_t *table, *avail, *used, a[4];
    uint16_t available, served = 0;

    if (!q || !q->enabled || !b->host->mem || !(d->status & S_DRIVER_OK) ||
        d->status & S_NEEDS_RESET)
        return;
    table = at(b, q->desc, 16 * (uint64_t)q->size);
    avail = at(b, q->driver, 4 + 2 * (uint64_t)q->size);
    used = at(b, q->device, 4 + 8 * (uint64_t)q->size);
    available = avail ? (uint16_t)get(avail + 2, 2) : 0;
    if (!table || !avail || !used ||
        (b->bug != BUG_QUEUE_SIZE_ZERO && (uint16_t)(available - q->next) > q->size)) {
        give_up(b, d);
        return;
    }
    for (; q->next != available; q->next++, served++) {
        uint16_t slot = (uint16_t)(q->next % (volatile uint32_t){q->size});
        uint16_t head = (uint16_t)get(avail + 4 + 2 * slot, 2);
        long written = fill(b, q, table, head);

        if (written < 0) {
            give_up(b, d);
            return;
        }
        put(used + 4 + 8 * slot, head, 4);
        put(used + 8 + 8 * slot, (uint64_t)written, 4);
        put(used + 2, q->next + 1u, 2);
    }
    put(a, index, 4);
    if (served)
        buggy_transmit(b, 0, EVENT_USED, d->number, 0, a, sizeof a);
}
