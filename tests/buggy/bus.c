/* The buggy bus: what comes is sorted; see bus.h. */
#include "tests/buggy/bus.h"

#include <stdlib.h>
#include <string.h>

void bus_tell(struct end *to, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
              const uint8_t *payload, size_t n)
{
    uint8_t *m = malloc(HEADER + n);

    put_header(m, type, id, dev, token, HEADER + n);
    if (n)
        memcpy(m + HEADER, payload, n);
    to->send(to->ctx, m, HEADER + n);
    free(m);
}

bool bus_is_present(const struct bus *b, uint32_t number)
{
    return number < b->numbers && b->present[number] == PRESENT;
}

struct bus *bus_new(uint32_t max_msg_size, uint64_t timeout_ns, struct end driver,
                    struct end device)
{
    struct bus *b = calloc(1, sizeof *b);

    if (!b)
        return NULL;
    b->bug = buggy_chosen();
    b->max_msg_size = max_msg_size;
    b->timeout_ns = timeout_ns;
    b->driver = driver;
    b->device = device;
    b->n_slots = SLOTS_FIRST;
    b->slots = calloc(b->n_slots, sizeof *b->slots);
    b->numbers = b->bug == BUG_BUS_DEVICE_NUMBER ? NUMBERS_FEW : NUMBERS;
    b->present = calloc(1, b->numbers);
    return b;
}

void bus_free(struct bus *b)
{
    for (unsigned i = 0; i < b->n_slots; i++)
        if (b->slots[i].busy && b->bug != BUG_BUS_REMOVED)
            free(b->slots[i].request);
    free(b->slots);
    free(b->present);
    free(b);
}

void bus_start(struct bus *b)
{
    bus_ask(b, 0);
}

static void sort(struct bus *b, bool from_device, uint8_t *m, size_t n)
{
    bool response = m[0] & RESPONSE;

    if (m[0] & BUS)
        bus_take(b, from_device, m, n);
    else if (m[1] & 0x40 && !response && bus_is_present(b, (uint32_t)get(m + 2, 2)))
        (from_device ? &b->driver : &b->device)
            ->send(from_device ? b->driver.ctx : b->device.ctx, m, n);
    else if (!(m[1] & 0x40) && !response && !from_device)
        bus_carry(b, m, n);
    else if (response && from_device)
        bus_complete(b, m, n);
}

void bus_receive(struct bus *b, bool from_device, const void *msg, size_t len)
{
    uint8_t *delivered = malloc(len ? len : 1), *m;
    size_t size = 0;

    if (len)
        memcpy(delivered, msg, len);
    if (len >= HEADER || b->bug == BUG_BUS_SHORT_HEADER)
        size = get(delivered + 6, 2);
    if (size >= HEADER && size <= b->max_msg_size &&
        (size <= len || b->bug == BUG_BUS_SIZE_TRUSTED)) {
        m = malloc(size);
        memcpy(m, delivered, size);
        sort(b, from_device, m, size);
        free(m);
    }
    free(delivered);
}

void bus_tick(struct bus *b, uint64_t now)
{
    b->now = now;
    bus_fail_overdue(b);
}
