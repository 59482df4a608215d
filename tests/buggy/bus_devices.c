/* The buggy bus's devices: which there are, who asks for them, and hotplug. */
#include "tests/buggy/bus.h"

#include <stdlib.h>

static uint32_t room(const struct bus *b)
{
    return 8 * (b->max_msg_size - HEADER - 6); /* bits of a bitmap */
}

void bus_ask(struct bus *b, uint32_t from)
{
    uint32_t count = NUMBERS - from < room(b) ? NUMBERS - from : room(b);
    uint8_t p[4];

    put(p, from, 2);
    put(p + 2, count, 2);
    bus_tell(&b->device, BUS, GET_DEVICES, 0, 0, p, sizeof p);
}

/* The answer to the question above; the driver is told of what it does not know. */
static void learn(struct bus *b, const uint8_t *p, size_t n)
{
    uint32_t from = (uint32_t)get(p, 2), next = (uint32_t)get(p + 2, 2);
    uint32_t count = (uint32_t)get(p + 4, 2);

    if (b->bug != BUG_BUS_WINDOW_TRUSTED && (count + 7) / 8 > n - 6)
        count = 8 * (uint32_t)(n - 6);
    for (uint32_t i = 0; i < count && from + i < b->numbers; i++)
        if (p[6 + i / 8] >> i % 8 & 1 && b->present[from + i] == ABSENT)
            b->present[from + i] = PRESENT;
    if (next <= from)
        return;
    if (b->bug == BUG_BUS_WINDOW_LOOP)
        for (volatile uint32_t at = from; at < next; at += count)
            ; /* past what was looked at */
    bus_ask(b, next);
}

static uint32_t next_after(const struct bus *b, uint32_t at)
{
    while (at < b->numbers && !bus_is_present(b, at))
        at++;
    return at < b->numbers ? at : 0;
}

static void answer_window(struct bus *b, const uint8_t *p, uint16_t token)
{
    uint32_t from = (uint32_t)get(p, 2), count = (uint32_t)get(p + 2, 2);
    uint8_t *a = calloc(1, 6 + room(b) / 8);

    if (count > NUMBERS - from)
        count = NUMBERS - from;
    if (count > room(b) && b->bug != BUG_BUS_WINDOW_COUNT)
        count = room(b);
    put(a, from, 2);
    put(a + 2, next_after(b, from + (count ? count : 1)), 2);
    put(a + 4, count, 2);
    for (uint32_t i = 0; i < count; i++)
        a[6 + i / 8] |= (uint8_t)((unsigned)bus_is_present(b, from + i) << i % 8);
    bus_tell(&b->driver, BUS | RESPONSE, GET_DEVICES, 0, token, a, 6 + (count + 7) / 8);
    free(a);
}

static void hotplug(struct bus *b, const uint8_t *p)
{
    uint32_t number = (uint32_t)get(p, 2), state = (uint32_t)get(p + 2, 2);

    if ((state != 1 && state != 2) || (number >= b->numbers && b->bug != BUG_BUS_DEVICE_NUMBER))
        return;
    b->present[number] = state == 1 ? PRESENT : GONE;
    bus_tell(&b->driver, BUS, EVENT_DEVICE, 0, 0, p, 4);
    if (state == 2)
        bus_fail_removed(b, (uint16_t)number);
}

void bus_take(struct bus *b, bool from_device, const uint8_t *m, size_t n)
{
    struct end *from = from_device ? &b->device : &b->driver;
    uint16_t token = (uint16_t)get(m + 4, 2);
    const uint8_t *p = m + HEADER;

    if (get(m + 2, 2) != 0 || n < HEADER + 4)
        return;
    if (m[0] & RESPONSE) {
        if (from_device && m[1] == GET_DEVICES && n >= HEADER + 6)
            learn(b, p, n - HEADER);
    } else if (m[1] == PING) {
        bus_tell(from, BUS | RESPONSE, PING, 0, token, p, 4);
    } else if (m[1] == GET_DEVICES && !from_device) {
        answer_window(b, p, token);
    } else if (m[1] == EVENT_DEVICE && from_device) {
        hotplug(b, p);
    }
}
