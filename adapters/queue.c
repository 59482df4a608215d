/*
 * The queue of arrivals: one growing buffer, so that the hot path allocates nothing.
 */
#include "adapters/queue.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    uint32_t stored;
    uint32_t endpoint;
    uint64_t full;
    enum vmsg_arrival kind;
};

void vmsg_queue_init(struct vmsg_queue *q, size_t limit)
{
    *q = (struct vmsg_queue){.limit = limit};
}

bool vmsg_queue_has_room(const struct vmsg_queue *q, size_t stored)
{
    size_t used = q->tail - q->head;
    return stored <= q->limit && used + sizeof(struct entry) <= q->limit - stored;
}

/* Make `need` bytes fit after tail: by moving what is queued to the front, or by growing. */
static bool make_room(struct vmsg_queue *q, size_t need)
{
    size_t used = q->tail - q->head;
    if (q->cap - q->tail >= need)
        return true;
    if (q->head >= q->cap / 2 && q->cap - used >= need) {
        memmove(q->bytes, q->bytes + q->head, used);
    } else {
        size_t cap = q->cap ? q->cap : 4096;
        while (cap - used < need)
            cap *= 2;
        uint8_t *bytes = malloc(cap);
        if (!bytes)
            return false;
        if (used)
            memcpy(bytes, q->bytes + q->head, used);
        free(q->bytes);
        q->bytes = bytes;
        q->cap = cap;
    }
    q->head = 0;
    q->tail = used;
    return true;
}

bool vmsg_queue_push(struct vmsg_queue *q, enum vmsg_arrival kind, unsigned endpoint,
                     const void *bytes, size_t stored, size_t full)
{
    struct entry e = {.stored = (uint32_t)stored, .endpoint = endpoint, .full = full, .kind = kind};
    if (!vmsg_queue_has_room(q, stored) || !make_room(q, sizeof e + stored))
        return false;
    memcpy(q->bytes + q->tail, &e, sizeof e);
    if (stored)
        memcpy(q->bytes + q->tail + sizeof e, bytes, stored);
    q->tail += sizeof e + stored;
    return true;
}

bool vmsg_queue_pop(struct vmsg_queue *q, enum vmsg_arrival *kind, void *buf, size_t cap,
                    size_t *len, unsigned *endpoint)
{
    struct entry e;
    if (vmsg_queue_is_empty(q))
        return false;
    memcpy(&e, q->bytes + q->head, sizeof e);
    size_t wanted = e.full < cap ? (size_t)e.full : cap;
    size_t kept = e.stored < wanted ? e.stored : wanted;
    if (kept)
        memcpy(buf, q->bytes + q->head + sizeof e, kept);
    if (wanted > kept)
        memset((uint8_t *)buf + kept, 0, wanted - kept);
    *kind = e.kind;
    *len = (size_t)e.full;
    *endpoint = e.endpoint;
    q->head += sizeof e + e.stored;
    if (q->head == q->tail)
        q->head = q->tail = 0;
    return true;
}

void vmsg_queue_clear(struct vmsg_queue *q)
{
    q->head = q->tail = 0;
}

void vmsg_queue_free(struct vmsg_queue *q)
{
    free(q->bytes);
    *q = (struct vmsg_queue){.limit = q->limit};
}
