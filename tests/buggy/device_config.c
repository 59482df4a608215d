/* The buggy device's configuration space and shared memory regions. */
#include "tests/buggy/device.h"

#include <string.h>

void buggy_get_config(struct buggy *b, struct device *d, const uint8_t *p)
{
    uint32_t offset = (uint32_t)get(p, 4), length = (uint32_t)get(p + 4, 4);
    uint8_t a[12 + CONFIG] = {0};
    bool outside = b->bug == BUG_CONFIG_SUM_WRAPS ? offset + length > CONFIG || length > CONFIG
                                                  : (uint64_t)offset + length > CONFIG;

    if (outside)
        length = 0;
    put(a, d->generation, 4);
    put(a + 4, offset, 4);
    put(a + 8, length, 4);
    if (b->bug == BUG_CONFIG_ODD_LENGTH && length > 8)
        for (uint32_t i = 0; i != length; i += 4)
            a[12 + i % CONFIG] = ((volatile uint8_t *)d->config)[(offset + i) % CONFIG];
    if (length)
        memcpy(a + 12, d->config + offset, length);
    buggy_answer(b, a, 12 + length);
}

void buggy_set_config(struct buggy *b, struct device *d, const uint8_t *p, size_t n)
{
    uint32_t offset = (uint32_t)get(p + 4, 4), length = (uint32_t)get(p + 8, 4);
    uint8_t a[12 + CONFIG] = {0};
    bool ejects, strict = b->host->transport_features & 1;

    if (length > n - 12)
        return;
    if (b->bug == BUG_CONFIG_WRITE_BOUND ? length > CONFIG || offset > CONFIG
                                         : (uint64_t)offset + length > CONFIG)
        length = 0;
    if (strict && get(p, 4) != d->generation)
        length = 0;
    if (length) {
        memcpy(d->config + offset, p + 12, length);
        d->generation++;
    }
    ejects = length && d->number == 0 && (uint64_t)offset + length == CONFIG;
    put(a, d->generation, 4);
    put(a + 4, offset, 4);
    put(a + 8, length, 4);
    memcpy(a + 12, p + 12, length);
    buggy_answer(b, a, 12 + length);
    if (ejects)
        buggy_eject(b);
}

void buggy_get_shm(struct buggy *b, const uint8_t *p)
{
    static const uint64_t *const regions[256] = {NULL};
    uint8_t a[24] = {0};
    uint32_t id = (uint32_t)get(p, 4);

    memcpy(a, p, 4);
    if (id && id < 256 && (regions[id] || b->bug == BUG_SHM_NULL))
        put(a + 8, *(const volatile uint64_t *)regions[id], 8);
    buggy_answer(b, a, sizeof a);
}
