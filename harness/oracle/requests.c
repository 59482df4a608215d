/*
 * Outstanding requests: a table by device and token, and per device the order of sending.
 * Constant time; the table doubles when it is full, so its cost is shared by what filled it.
 */
#include "harness/oracle/internal.h"

#include <stdlib.h>
#include <string.h>

static uint64_t request_key(bool bus, uint16_t dev, uint16_t token)
{
    return (uint64_t)bus << 32 | (uint64_t)dev << 16 | token;
}

static uint32_t bucket_of(const struct vmsg_oracle *o, uint64_t key)
{
    return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (o->n_buckets - 1);
}

struct request *request_at(struct vmsg_oracle *o, uint32_t i)
{
    return i == NONE ? NULL : &o->requests[i];
}

struct device *request_device(struct vmsg_oracle *o, const struct request *r)
{
    return r->bus ? &o->bus : find_device(o, r->dev_num);
}

static void rehash(struct vmsg_oracle *o)
{
    memset(o->buckets, 0xff, o->n_buckets * sizeof *o->buckets);
    for (uint32_t i = 0; i < o->n_requests; i++) {
        struct request *r = &o->requests[i];
        uint32_t b;

        if (!r->used)
            continue;
        b = bucket_of(o, request_key(r->bus, r->dev_num, r->token));
        r->next_hash = o->buckets[b];
        o->buckets[b] = i;
    }
}

static bool grow(struct vmsg_oracle *o)
{
    uint32_t n = o->n_requests ? o->n_requests * 2 : 64;
    struct request *requests = realloc(o->requests, n * sizeof *requests);
    uint32_t *buckets;

    if (!requests)
        return false;
    o->requests = requests;
    buckets = realloc(o->buckets, 2 * n * sizeof *buckets);
    if (!buckets)
        return false;
    o->buckets = buckets;
    o->n_buckets = 2 * n;
    for (uint32_t i = n; i-- > o->n_requests;) {
        requests[i].used = false;
        requests[i].next_hash = o->free_request;
        o->free_request = i;
    }
    o->n_requests = n;
    rehash(o);
    return true;
}

struct request *request_add(struct vmsg_oracle *o, struct device *d, const struct vmsg *m)
{
    uint32_t i, b;
    struct request *r;

    if (o->free_request == NONE && !grow(o)) {
        o->failed = true;
        return NULL;
    }
    i = o->free_request;
    r = &o->requests[i];
    o->free_request = r->next_hash;
    *r = (struct request){
        .index = o->index,
        .serial = o->serial,
        .dev_num = m->dev_num,
        .token = m->token,
        .msg_id = m->msg_id,
        .bus = vmsg_is_bus(m),
        .used = true,
        .piped = d->n_outstanding > 0,
        .readable = m->delivered >= VMSG_HEADER_SIZE,
        .prev = d->last,
        .next = NONE,
    };
    b = bucket_of(o, request_key(r->bus, r->dev_num, r->token));
    r->next_hash = o->buckets[b];
    o->buckets[b] = i;
    if (d->last != NONE)
        o->requests[d->last].next = i;
    else
        d->first = i;
    d->last = i;
    d->n_outstanding++;
    o->n_used++;
    return r;
}

static void unlink_from_device(struct vmsg_oracle *o, struct request *r)
{
    struct device *d = request_device(o, r);

    if (r->prev != NONE)
        o->requests[r->prev].next = r->next;
    else
        d->first = r->next;
    if (r->next != NONE)
        o->requests[r->next].prev = r->prev;
    else
        d->last = r->prev;
    d->n_outstanding--;
}

void request_remove(struct vmsg_oracle *o, struct request *r)
{
    uint32_t i = (uint32_t)(r - o->requests);
    uint32_t *link = &o->buckets[bucket_of(o, request_key(r->bus, r->dev_num, r->token))];

    while (*link != i)
        link = &o->requests[*link].next_hash;
    *link = r->next_hash;
    if (!r->overtaken)
        unlink_from_device(o, r);
    if (r->due == DUE_ANSWER && !r->overtaken)
        o->due--;
    r->used = false;
    r->next_hash = o->free_request;
    o->free_request = i;
    o->n_used--;
}

/*
 * A fence passed this request: it leaves the device's order but can still be matched by a late
 * response, until GHOSTS others were passed.
 */
void request_ghost(struct vmsg_oracle *o, struct request *r)
{
    uint32_t *slot = &o->ghosts[o->ghost_at % GHOSTS];
    uint64_t *serial = &o->ghost_serials[o->ghost_at % GHOSTS];
    struct request *old = *serial ? &o->requests[*slot] : NULL;

    if (r->due == DUE_ANSWER)
        o->due--;
    unlink_from_device(o, r);
    r->overtaken = true;
    if (old && old->used && old->serial == *serial) {
        if (old->due == DUE_ANSWER)
            request_unanswered(o, old);
        request_remove(o, old);
    }
    *slot = (uint32_t)(r - o->requests);
    *serial = r->serial;
    o->ghost_at++;
}

/* The oldest match: the chain has the newest first. */
struct request *request_find(struct vmsg_oracle *o, bool bus, uint16_t dev, uint16_t token,
                             int msg_id)
{
    struct request *found = NULL;

    if (!o->n_buckets)
        return NULL;
    for (uint32_t i = o->buckets[bucket_of(o, request_key(bus, dev, token))]; i != NONE;
         i = o->requests[i].next_hash) {
        struct request *r = &o->requests[i];

        if (r->bus == bus && r->dev_num == dev && r->token == token && r->readable &&
            (msg_id < 0 || r->msg_id == msg_id) && (!found || r->serial < found->serial))
            found = r;
    }
    return found;
}

static uint64_t recent_key(bool bus, uint16_t dev, uint16_t token, uint8_t msg_id)
{
    return request_key(bus, dev, token) << 8 | msg_id | UINT64_C(1) << 63;
}

void remember_answered(struct vmsg_oracle *o, const struct request *r)
{
    o->recent[o->recent_at++ % RECENT] = recent_key(r->bus, r->dev_num, r->token, r->msg_id);
}

bool was_answered(struct vmsg_oracle *o, bool bus, uint16_t dev, uint16_t token, uint8_t msg_id)
{
    uint64_t key = recent_key(bus, dev, token, msg_id);

    for (unsigned i = 0; i < RECENT; i++)
        if (o->recent[i] == key)
            return true;
    return false;
}
