/* The buggy device's identity, features and status. */
#include "tests/buggy/device.h"

#include <stdlib.h>
#include <string.h>

void buggy_get_info(struct buggy *b)
{
    uint8_t a[44] = {0};

    put(a, 4, 4);
    put(a + 4, 0x6262, 4);
    put(a + 24, BLOCKS, 4);
    put(a + 28, CONFIG, 4);
    put(a + 32, N_QUEUES, 4);
    buggy_answer(b, a, sizeof a);
}

void buggy_get_features(struct buggy *b, const uint8_t *p)
{
    uint64_t first = get(p, 4), count = get(p + 4, 4), i;
    uint64_t room = (b->host->max_msg_size - HEADER - 8) / 4;
    uint8_t *a;

    if (count > room)
        return;
    a = malloc(8 + 4 * count);
    memcpy(a, p, 8);
    for (i = 0; i < count; i++)
        put(a + 8 + 4 * i, first + i == 1 ? F_VERSION_1 | F_RING_RESET : 0, 4);
    if (b->bug == BUG_FEATURES_OFF_BY_ONE && count > 16)
        put(a + 8 + 4 * i, 0, 4);
    buggy_answer(b, a, 8 + 4 * count);
    free(a);
}

void buggy_set_features(struct buggy *b, struct device *d, const uint8_t *p, size_t n)
{
    uint64_t first = get(p, 4), count = get(p + 4, 4);

    if (b->bug == BUG_FEATURES_TRUSTS_COUNT ? count > 64 : count > (n - 8) / 4)
        return;
    for (uint64_t i = 0; i < count && !(d->status & S_FEATURES_OK); i++) {
        uint32_t word = (uint32_t)get(p + 8 + 4 * i, 4);

        if (first + i < BLOCKS)
            d->features[first + i] = word;
        else
            d->stray |= word != 0;
    }
    buggy_answer(b, NULL, 0);
}

void buggy_reset(struct buggy *b, struct device *d)
{
    for (unsigned i = 0; i < N_QUEUES; i++) {
        if (d->queues[i].shadow)
            buggy_drop_queue(b, &d->queues[i]);
        d->queues[i] = (struct queue){0};
    }
    free(d->negotiated);
    d->negotiated = NULL;
    d->status = 0;
    d->stray = false;
    memset(d->features, 0, sizeof d->features);
}

void buggy_set_status(struct buggy *b, struct device *d, uint32_t wanted)
{
    uint8_t a[4];

    if (wanted == 0) {
        buggy_reset(b, d);
    } else {
        if (d->features[0] || d->features[1] & ~(uint32_t)(F_VERSION_1 | F_RING_RESET) || d->stray)
            wanted &= ~(uint32_t)S_FEATURES_OK;
        d->status |= wanted & 0x8F;
        if (d->status & S_FEATURES_OK && !d->negotiated)
            d->negotiated = calloc(1, 32);
        if (wanted & S_FAILED && b->bug == BUG_STATUS_AFTER_FAILED)
            free(d->negotiated);
    }
    put(a, d->status, 4);
    buggy_answer(b, a, sizeof a);
}
