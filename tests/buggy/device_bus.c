/* Bus messages to the buggy device. */
#include "tests/buggy/device.h"

static void get_devices(struct buggy *b, const uint8_t *p)
{
    uint32_t offset = (uint32_t)get(p, 2), count = (uint32_t)get(p + 2, 2);
    uint32_t step = count < 64 ? count : 64, next = offset + (step ? step : 1);
    uint8_t a[14] = {0};

    if (b->bug == BUG_DEVICES_LOOP && offset)
        for (volatile uint32_t i = 0; i < offset; i += step)
            ;
    for (uint32_t i = 0; i < step; i++)
        for (unsigned k = 0; k < N_DEVICES; k++)
            if (b->devices[k] && b->devices[k]->number == offset + i)
                a[6 + i / 8] |= (uint8_t)(1u << i % 8);
    put(a, offset, 2);
    put(a + 2, next < N_DEVICES ? next : 0, 2);
    put(a + 4, step, 2);
    buggy_answer(b, a, 6 + (step + 7) / 8);
}

static uint32_t by_recursion(uint32_t v)
{
    volatile uint8_t frame[64];

    frame[v % 64] = (uint8_t)v;
    return v ? 1 + by_recursion(v - 1) + (frame[v % 64] & 0) : 0;
}

static void ping(struct buggy *b, const uint8_t *p)
{
    uint32_t v = (uint32_t)get(p, 4);
    uint8_t a[4];

    put(a, b->bug == BUG_PING_RECURSION ? by_recursion(v) : v, 4);
    buggy_answer(b, a, sizeof a);
}

void buggy_bus_message(struct buggy *b, const uint8_t *p, size_t n)
{
    if (b->m[0] & RESPONSE)
        return;
    if (b->m[1] == GET_DEVICES && n >= 4)
        get_devices(b, p);
    else if (b->m[1] == PING && n >= 4)
        ping(b, p);
}
