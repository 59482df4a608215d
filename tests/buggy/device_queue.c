/* The buggy device's queues as messages see them. */
#include "tests/buggy/device.h"

#include <stdlib.h>
#include <string.h>

void buggy_drop_queue(struct buggy *b, struct queue *q)
{
    free(q->shadow);
    if (b->bug != BUG_QUEUE_FREED_TWICE)
        q->shadow = NULL;
    q->enabled = false;
    q->size = 0;
    q->desc = q->driver = q->device = 0;
    q->next = 0;
}

static struct queue *queue_at(struct buggy *b, struct device *d, uint32_t index)
{
    if (b->bug == BUG_QUEUE_INDEX_EQUAL)
        return index <= N_QUEUES ? &d->queues[index] : NULL;
    if (b->bug == BUG_QUEUE_INDEX_SIGNED)
        return (int32_t)index < N_QUEUES ? &d->queues[(int32_t)index] : NULL;
    return index < N_QUEUES ? &d->queues[index] : NULL;
}

void buggy_get_vqueue(struct buggy *b, struct device *d, const uint8_t *p)
{
    const struct queue *q = queue_at(b, d, (uint32_t)get(p, 4));
    uint8_t a[40] = {0};

    memcpy(a, p, 4);
    if (q) {
        put(a + 4, QUEUE_MAX, 4);
        put(a + 8, q->size, 4);
        put(a + 12, q->enabled, 4);
        put(a + 16, q->desc, 8);
        put(a + 24, q->driver, 8);
        put(a + 32, q->device, 8);
    }
    buggy_answer(b, a, sizeof a);
}

void buggy_set_vqueue(struct buggy *b, struct device *d, const uint8_t *p)
{
    struct queue *at = queue_at(b, d, (uint32_t)get(p, 4)), q;
    uint32_t flags = (uint32_t)get(p + 4, 4), size = (uint32_t)get(p + 8, 4);
    unsigned op = flags & 3, ignored = flags & 0x3C;

    buggy_answer(b, NULL, 0);
    if (!at || get(p + 12, 4) || flags >> 6 || op == 3)
        return;
    q = *at;
    if (q.enabled && (op == 0 || ignored != 0x3C))
        return;
    if (!(flags & 0x04))
        q.size = size;
    if (!(flags & 0x08))
        q.desc = get(p + 16, 8);
    if (!(flags & 0x10))
        q.driver = get(p + 24, 8);
    if (!(flags & 0x20))
        q.device = get(p + 32, 8);
    q.enabled |= op == 1;
    if (q.size > QUEUE_MAX || (q.size & (q.size - 1)) ||
        (b->bug != BUG_QUEUE_SIZE_ZERO && q.enabled && !q.size) ||
        (b->bug != BUG_QUEUE_SIZE_ZERO && !size && !(flags & 0x04)))
        return;
    if (!q.shadow)
        q.shadow = calloc(QUEUE_MAX, sizeof *q.shadow);
    *at = q;
}

void buggy_reset_vqueue(struct buggy *b, struct device *d, const uint8_t *p)
{
    struct queue *q = get(p, 4) < N_QUEUES ? &d->queues[get(p, 4)] : NULL;

    if (q && q->shadow && d->status & S_FEATURES_OK && d->features[1] & F_RING_RESET)
        buggy_drop_queue(b, q);
    buggy_answer(b, NULL, 0);
}
