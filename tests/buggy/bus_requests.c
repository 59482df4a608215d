/* The buggy bus's requests: each ends with one response or one failure. */
#include "tests/buggy/bus.h"

#include <stdlib.h>
#include <string.h>

/* A token names its slot in these bits; the others tell requests of one slot apart. */
enum { SLOT_BITS = 8 };

static void fail(struct bus *b, uint16_t dev, uint16_t token, uint8_t id, uint32_t error)
{
    uint8_t p[12] = {0};

    put(p, dev, 2);
    put(p + 2, token, 2);
    put(p + 4, id, 1);
    put(p + 8, error, 4);
    bus_tell(&b->driver, BUS, REQUEST_FAILED, 0, 0, p, sizeof p);
}

/* One that is free; SLOTS_MOST: there is none. */
static unsigned free_slot(struct bus *b)
{
    unsigned i = 0;

    while (i < b->n_slots && b->slots[i].busy)
        i++;
    if (i < b->n_slots || i == SLOTS_MOST || b->bug == BUG_BUS_SLOTS)
        return i;
    b->slots = realloc(b->slots, 2 * i * sizeof *b->slots);
    memset(b->slots + i, 0, i * sizeof *b->slots);
    b->n_slots = 2 * i;
    return i;
}

void bus_carry(struct bus *b, uint8_t *m, size_t n)
{
    uint16_t dev = (uint16_t)get(m + 2, 2), theirs = (uint16_t)get(m + 4, 2);
    unsigned slot = free_slot(b);
    struct pending *p;

    if (!bus_is_present(b, dev) || slot == SLOTS_MOST) {
        fail(b, dev, theirs, m[1], slot == SLOTS_MOST ? E_BUSY : E_NO_DEVICE);
        return;
    }
    p = calloc(1, sizeof *p);
    *p = (struct pending){.dev = dev, .theirs = theirs, .id = m[1], .due = b->now + b->timeout_ns};
    p->token = (uint16_t)(++b->sequence << SLOT_BITS | slot);
    b->slots[slot] = (struct slot){p, true};
    b->open++;
    put(m + 4, p->token, 2);
    b->device.send(b->device.ctx, m, n);
}

static void release(struct bus *b, unsigned slot)
{
    free(b->slots[slot].request);
    if (b->bug != BUG_BUS_ANSWERED_TWICE)
        b->slots[slot].request = NULL;
    b->slots[slot].busy = false;
    b->open--;
}

void bus_complete(struct bus *b, uint8_t *m, size_t n)
{
    uint16_t token = (uint16_t)get(m + 4, 2);
    unsigned slot = token & ((1u << SLOT_BITS) - 1);
    const struct pending *p;

    if (slot >= b->n_slots && b->bug != BUG_BUS_TOKEN_INDEX)
        return;
    p = b->slots[slot].request;
    if (!p || p->token != token || p->id != m[1] || p->dev != get(m + 2, 2))
        return;
    put(m + 4, p->theirs, 2);
    release(b, slot);
    b->driver.send(b->driver.ctx, m, n);
}

void bus_fail_removed(struct bus *b, uint16_t number)
{
    for (unsigned i = 0; i < b->n_slots; i++) {
        struct pending *p = b->slots[i].busy ? b->slots[i].request : NULL;

        if (!p || p->dev != number)
            continue;
        if (b->bug == BUG_BUS_REMOVED) {
            free(p);
            continue;
        }
        fail(b, p->dev, p->theirs, p->id, E_NO_DEVICE);
        release(b, i);
    }
}

void bus_fail_overdue(struct bus *b)
{
    for (unsigned i = 0; i < b->n_slots; i++) {
        struct pending *p = b->slots[i].busy ? b->slots[i].request : NULL;

        if (!p || p->due > b->now)
            continue;
        fail(b, p->dev, p->theirs, p->id, E_TIMED_OUT);
        release(b, i);
    }
}

uint64_t bus_due(const struct bus *b)
{
    uint64_t due = UINT64_MAX;

    for (unsigned i = 0; i < b->n_slots; i++)
        if (b->slots[i].busy && b->slots[i].request->due < due)
            due = b->slots[i].request->due;
    return due;
}
