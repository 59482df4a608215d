/* The parcels of the judge of buses: a pool, hash tables, and a lane a device and direction. */
#include "harness/oracle/relay.h"

#include <stdlib.h>
#include <string.h>

struct parcel *parcel_at(struct relay *r, uint32_t i)
{
    return i ? &r->parcels[i - 1] : NULL;
}

uint32_t parcel_number(const struct relay *r, const struct parcel *p)
{
    return (uint32_t)(p - r->parcels) + 1;
}

uint64_t parcel_hash(const struct vmsg *m)
{
    return hash_bytes(m->payload, m->payload_len);
}

/* ---- tables ---- */

static uint64_t key_of_token(uint16_t dev, uint16_t token, uint8_t msg_id)
{
    return (uint64_t)dev << 24 | (uint64_t)token << 8 | msg_id;
}

static uint64_t key_of_content(uint16_t dev, enum vmsg_direction direction, uint8_t msg_id,
                               uint32_t len, uint64_t hash)
{
    uint64_t who = (uint64_t)dev << 40 | (uint64_t)msg_id << 32 | (uint64_t)direction << 31 | len;

    return hash_bytes(&(uint64_t[]){who, hash}, 16);
}

static struct lane *bucket(struct relay *r, enum parcel_table table, uint64_t key)
{
    uint64_t mixed = key * UINT64_C(0x9E3779B97F4A7C15);

    return &r->buckets[table][(mixed >> 32) & (r->n_buckets - 1)];
}

static uint64_t key_in(const struct parcel *p, enum parcel_table table)
{
    if (table >= BY_CONTENT)
        return key_of_content(p->dev, p->direction, p->msg_id, p->len, p->hash);
    return key_of_token(p->dev, table >= BY_BUS ? p->token_out : p->token, p->msg_id);
}

static void append(struct relay *r, struct parcel *p, enum parcel_table table)
{
    struct parcel_link *link = &p->links[table / 2];
    struct lane *b = bucket(r, table, link->key);
    uint32_t i = parcel_number(r, p);

    link->next = 0;
    link->prev = b->last;
    if (b->last)
        parcel_at(r, b->last)->links[table / 2].next = i;
    else
        b->first = i;
    b->last = i;
}

void parcel_chain(struct relay *r, struct parcel *p, enum parcel_table table)
{
    parcel_unchain(r, p, table);
    p->links[table / 2] =
        (struct parcel_link){.key = key_in(p, table), .linked = true, .ended = table % 2 == 1};
    append(r, p, table);
}

/* What has one key stands in one old chain, so that its order is kept. */
static bool spread(struct relay *r, uint32_t n)
{
    uint32_t n_old = r->n_buckets;

    r->n_buckets = n;
    for (unsigned t = 0; t < PARCEL_TABLES; t++) {
        struct lane *old = r->buckets[t], *fresh = calloc(n, sizeof *fresh);

        if (!fresh) {
            r->out_of_memory = true;
            return false;
        }
        r->buckets[t] = fresh;
        for (uint32_t i = 0; i < n_old; i++)
            for (uint32_t at = old[i].first, next; at; at = next) {
                next = parcel_at(r, at)->links[t / 2].next;
                append(r, parcel_at(r, at), t);
            }
        free(old);
    }
    return true;
}

bool parcels_begin(struct relay *r)
{
    return spread(r, 256);
}

void parcels_end(struct relay *r)
{
    for (unsigned t = 0; t < PARCEL_TABLES; t++)
        free(r->buckets[t]);
    free(r->parcels);
}

void parcel_unchain(struct relay *r, struct parcel *p, enum parcel_table table)
{
    unsigned pair = table / 2;
    struct parcel_link *link = &p->links[pair];
    struct lane *b = bucket(r, pair * 2 + link->ended, link->key);

    if (!link->linked)
        return;
    if (link->prev)
        parcel_at(r, link->prev)->links[pair].next = link->next;
    else
        b->first = link->next;
    if (link->next)
        parcel_at(r, link->next)->links[pair].prev = link->prev;
    else
        b->last = link->prev;
    link->linked = false;
}

static struct parcel *find(struct relay *r, enum parcel_table table, uint64_t key,
                           const struct parcel *after)
{
    unsigned pair = table / 2;
    uint32_t i = after ? after->links[pair].next : bucket(r, table, key)->first;
    struct parcel *p;

    for (; (p = parcel_at(r, i)); i = p->links[pair].next)
        if (p->links[pair].key == key)
            return p;
    return NULL;
}

struct parcel *parcel_find(struct relay *r, enum parcel_table table, uint16_t dev, uint16_t token,
                           uint8_t msg_id, const struct parcel *after)
{
    return find(r, table, key_of_token(dev, token, msg_id), after);
}

struct parcel *parcel_next_like(struct relay *r, enum parcel_table table, const struct parcel *p,
                                const struct parcel *after)
{
    return find(r, table, p->links[table / 2].key, after);
}

struct parcel *parcel_neighbour(struct relay *r, enum parcel_table table, const struct parcel *p)
{
    unsigned pair = table / 2;
    struct parcel *q = parcel_at(r, bucket(r, table, p->links[pair].key)->last);

    while (q && (q == p || q->links[pair].key != p->links[pair].key))
        q = parcel_at(r, q->links[pair].prev);
    return q;
}

/* One that must come out rather than one that may or is to be failed, and that rather than one that
 * was to be lost. */
struct parcel *parcel_like(struct relay *r, uint16_t dev, enum vmsg_direction direction,
                           const struct vmsg *m)
{
    uint64_t key = key_of_content(dev, direction, m->msg_id, m->payload_len, parcel_hash(m));
    struct parcel *p = NULL, *may = NULL, *lost = NULL;

    while ((p = find(r, BY_CONTENT, key, p)) && (p->lost || !p->firm || p->absent)) {
        may = may || p->lost || (p->absent && p->firm) ? may : p;
        lost = lost ? lost : p;
    }
    return p ? p : may ? may : lost;
}

/* ---- lanes ---- */

struct lane *parcel_lane(struct relay *r, const struct parcel *p)
{
    unsigned of_requests = p->failed ? RELAY_FAILED : RELAY_REQUESTS;

    return &relay_device(r, p->dev)->lanes[p->is_event ? (unsigned)p->direction : of_requests];
}

void parcel_enter_lane(struct relay *r, struct parcel *p)
{
    struct lane *lane = parcel_lane(r, p);
    uint32_t i = parcel_number(r, p);

    p->queued = true;
    p->prev = lane->last;
    p->next = 0;
    if (lane->last)
        parcel_at(r, lane->last)->next = i;
    else
        lane->first = i;
    lane->last = i;
}

void parcel_came_out(struct relay *r, struct parcel *p)
{
    parcel_unchain(r, p, BY_CONTENT);
    parcel_leave_lane(r, p);
}

void parcel_leave_lane(struct relay *r, struct parcel *p)
{
    struct lane *lane = parcel_lane(r, p);

    if (!p->queued)
        return;
    p->queued = false;
    if (p->prev)
        parcel_at(r, p->prev)->next = p->next;
    else
        lane->first = p->next;
    if (p->next)
        parcel_at(r, p->next)->prev = p->prev;
    else
        lane->last = p->prev;
}

/* ---- the pool ---- */

static bool grow(struct relay *r)
{
    uint32_t room = r->room ? 2 * r->room : 256;
    struct parcel *more = realloc(r->parcels, room * sizeof *more);

    if (!more)
        return false;
    r->parcels = more;
    r->room = room;
    return r->n_buckets >= room || spread(r, room);
}

/* One that nobody looks at any more goes back to the pool. */
static void recycle(struct relay *r, uint32_t i)
{
    struct parcel *p = parcel_at(r, i);

    parcel_unchain(r, p, BY_SENDER);
    parcel_unchain(r, p, BY_BUS);
    p->serial = 0;
    p->next = r->free;
    r->free = i;
}

static struct parcel *take(struct vmsg_oracle *o)
{
    struct relay *r = o->relay;
    struct parcel *p = parcel_at(r, r->free);

    if (r->alive >= RELAY_MOST) {
        r->overflown = true;
        return NULL;
    }
    if (p) {
        r->free = p->next;
    } else {
        if (r->n == r->room && !grow(r)) {
            o->failed = true;
            return NULL;
        }
        p = &r->parcels[r->n++];
    }
    r->alive++;
    return p;
}

struct parcel *parcel_new(struct vmsg_oracle *o, enum vmsg_direction direction,
                          const struct vmsg *m)
{
    struct parcel *p = take(o);

    if (!p)
        return NULL;
    *p = (struct parcel){.state = PARCEL_IN,
                         .direction = direction,
                         .is_event = vmsg_is_event(m),
                         .msg_id = m->msg_id,
                         .dev = m->dev_num,
                         .token = m->token,
                         .len = m->payload_len,
                         .hash = parcel_hash(m),
                         .index = o->index,
                         .serial = o->serial,
                         .in_ns = o->now_ns};
    return p;
}

void parcel_done(struct vmsg_oracle *o, struct parcel *p)
{
    struct relay *r = o->relay;
    uint32_t *slot = &r->done[r->done_at++ % RELAY_DONE];

    parcel_came_out(r, p);
    settle_debt(o, &p->owed);
    p->pending = false;
    p->state = PARCEL_DONE;
    if (!p->is_event)
        parcel_chain(r, p, BY_SENDER_ENDED);
    if (p->links[BY_BUS / 2].linked)
        parcel_chain(r, p, BY_BUS_ENDED);
    r->alive--;
    if (*slot)
        recycle(r, *slot);
    *slot = parcel_number(r, p);
}

void parcel_forget(struct vmsg_oracle *o, struct parcel *p)
{
    parcel_came_out(o->relay, p);
    settle_debt(o, &p->owed);
    p->state = PARCEL_DONE;
    o->relay->alive--;
    recycle(o->relay, parcel_number(o->relay, p));
}

bool parcel_is_over(const struct relay *r, uint32_t place, uint64_t serial)
{
    const struct parcel *p = place ? &r->parcels[place - 1] : NULL;

    return p && (p->serial != serial || p->state == PARCEL_DONE);
}

/* What is let go may come out yet, and would look like an invention. */
void parcel_need_not_end(struct vmsg_oracle *o, struct parcel *p)
{
    struct relay *r = o->relay;
    unsigned at = r->open_at++ % RELAY_OPEN;
    struct parcel *old = parcel_at(r, r->open[at]);

    if (old && old->serial == r->open_serials[at] && old->state != PARCEL_DONE) {
        if (old->state == PARCEL_OUT)
            relay_request_leaves_device(r, old);
        parcel_forget(o, old);
        r->overflown = true;
    }
    r->open[at] = parcel_number(r, p);
    r->open_serials[at] = p->serial;
}
