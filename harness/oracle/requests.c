/*
 * Outstanding requests: a table by device, token and message id, and per device the order of
 * sending. Constant time, also with many requests of one token: a chain has the oldest first, and
 * what was passed by a fence stands in chains of its own. The table doubles when it is full, so
 * its cost is shared by what filled it.
 */
#include "harness/oracle/internal.h"

#include <stdlib.h>
#include <string.h>

static uint32_t mix(uint64_t key)
{
    return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

static struct chain *bucket_of(struct vmsg_oracle *o, const struct request *r)
{
    return r->overtaken ? &o->ghost_buckets[mix(key_of(r)) % GHOSTS]
                        : &o->buckets[mix(key_of(r)) & (o->n_buckets - 1)];
}

struct chain request_chain(const struct vmsg_oracle *o, uint64_t key, bool ghosts)
{
    if (ghosts)
        return o->ghost_buckets[mix(key) % GHOSTS];
    return o->n_buckets ? o->buckets[mix(key) & (o->n_buckets - 1)] : NO_CHAIN;
}

static void link_hash(struct vmsg_oracle *o, struct request *r)
{
    struct chain *b = bucket_of(o, r);
    uint32_t i = (uint32_t)(r - o->requests);

    r->next_hash = NONE;
    r->prev_hash = b->last;
    if (b->last != NONE)
        o->requests[b->last].next_hash = i;
    else
        b->first = i;
    b->last = i;
    b->n++;
}

static void unlink_hash(struct vmsg_oracle *o, struct request *r)
{
    struct chain *b = bucket_of(o, r);

    if (r->prev_hash != NONE)
        o->requests[r->prev_hash].next_hash = r->next_hash;
    else
        b->first = r->next_hash;
    if (r->next_hash != NONE)
        o->requests[r->next_hash].prev_hash = r->prev_hash;
    else
        b->last = r->prev_hash;
    b->n--;
}

/* Requests with one key stand in one old chain, so that their order is kept. */
static void rehash(struct vmsg_oracle *o, const struct chain *old, uint32_t n_old)
{
    for (uint32_t b = 0; b < o->n_buckets; b++)
        o->buckets[b] = NO_CHAIN;
    for (uint32_t b = 0; b < n_old; b++)
        for (uint32_t i = old[b].first, next; i != NONE; i = next) {
            next = o->requests[i].next_hash;
            link_hash(o, &o->requests[i]);
        }
}

static bool grow(struct vmsg_oracle *o)
{
    uint32_t n = o->n_requests ? o->n_requests * 2 : 64, n_old = o->n_buckets;
    struct request *requests = realloc(o->requests, n * sizeof *requests);
    struct chain *old = o->buckets, *buckets;

    if (!requests)
        return false;
    o->requests = requests;
    buckets = malloc(2 * n * sizeof *buckets);
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
    rehash(o, old, n_old);
    free(old);
    return true;
}

/* The device's count of outstanding requests of this kind, where one is kept. */
static uint32_t *writes_outstanding(struct device *d, const struct request *r)
{
    if (r->bus)
        return NULL;
    switch (r->msg_id) {
    case VMSG_ID_SET_DEVICE_STATUS:
        return &d->status_sets_outstanding;
    case VMSG_ID_SET_CONFIG:
        return &d->config_sets_outstanding;
    case VMSG_ID_SET_VQUEUE:
        return &d->vqueue_sets_outstanding;
    default:
        return NULL;
    }
}

static void link_to_device(struct vmsg_oracle *o, struct device *d, struct request *r)
{
    uint32_t i = (uint32_t)(r - o->requests);
    uint32_t *writes = writes_outstanding(d, r);

    r->prev = d->last;
    r->next = NONE;
    if (d->last != NONE)
        o->requests[d->last].next = i;
    else
        d->first = i;
    d->last = i;
    d->n_outstanding++;
    if (writes)
        ++*writes;
}

static void unlink_from_device(struct vmsg_oracle *o, struct request *r)
{
    struct device *d = request_device(o, r);
    uint32_t *writes = writes_outstanding(d, r);

    if (r->prev != NONE)
        o->requests[r->prev].next = r->next;
    else
        d->first = r->next;
    if (r->next != NONE)
        o->requests[r->next].prev = r->prev;
    else
        d->last = r->prev;
    d->n_outstanding--;
    if (writes)
        --*writes;
}

/* Traffic of which nobody sees the answers must not fill the memory. */
static bool make_room(struct vmsg_oracle *o, struct device *d)
{
    if (o->n_used >= MOST_REQUESTS) {
        o->lost_track = true;
        if (d->first == NONE)
            return false;
        forget_effects(o, d, request_at(o, d->first));
        request_remove(o, request_at(o, d->first));
    }
    if (o->free_request == NONE && !grow(o)) {
        o->failed = true;
        return false;
    }
    return true;
}

/* All that is not set with every request, by name: clearing the whole of it cost a tenth of judging
 * a message. */
static void forget_last_use(struct request *r)
{
    r->overtaken = r->malformed = r->has_tail = r->doubtful = false;
    r->due = DUE_ANSWER;
    r->n_blame = 0;
    for (unsigned i = 0; i < MAX_BLAME; i++)
        r->blame[i] = (enum vmsg_clause_no)0;
    r->hash = r->tail_hash = 0;
    r->tail_len = 0;
}

struct request *request_add(struct vmsg_oracle *o, struct device *d, const struct vmsg *m)
{
    struct request *r;

    if (!make_room(o, d))
        return NULL;
    r = &o->requests[o->free_request];
    o->free_request = r->next_hash;
    forget_last_use(r);
    r->index = o->index;
    r->serial = o->serial;
    r->dev_num = m->dev_num;
    r->token = m->token;
    r->msg_id = m->msg_id;
    r->bus = vmsg_is_bus(m);
    r->used = true;
    r->piped = d->n_outstanding > 0;
    r->readable = m->delivered >= VMSG_HEADER_SIZE;
    link_hash(o, r);
    link_to_device(o, d, r);
    o->n_used++;
    return r;
}

/* Those before it only become fewer: what is in reach now stays so. */
bool request_in_reach(struct vmsg_oracle *o, const struct request *r)
{
    return bucket_of(o, r)->n <= STEPS;
}

void request_forgive(struct vmsg_oracle *o, struct request *r)
{
    if (r->due == DUE_ANSWER && !r->overtaken)
        o->due--;
    r->due = DUE_EITHER;
}

void request_unclear(struct vmsg_oracle *o, struct request *r)
{
    request_forgive(o, r);
    r->doubtful = true;
}

void request_remove(struct vmsg_oracle *o, struct request *r)
{
    unlink_hash(o, r);
    if (!r->overtaken)
        unlink_from_device(o, r);
    if (r->due == DUE_ANSWER && !r->overtaken)
        o->due--;
    r->used = false;
    r->next_hash = o->free_request;
    o->free_request = (uint32_t)(r - o->requests);
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
    unlink_hash(o, r);
    r->overtaken = true;
    link_hash(o, r);
    if (old && old->used && old->serial == *serial) {
        if (old->due == DUE_ANSWER)
            request_unanswered(o, old);
        request_remove(o, old);
    }
    *slot = (uint32_t)(r - o->requests);
    *serial = r->serial;
    o->ghost_at++;
}

static uint64_t recent_key(bool bus, uint16_t dev, uint16_t token, uint8_t msg_id)
{
    return request_key(bus, dev, token, msg_id) | UINT64_C(1) << 63;
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
