/* The parcels of the judge of buses: a pool, two hash tables, and a lane a device and direction. */
#include "harness/oracle/relay.h"

#include <stdlib.h>
#include <string.h>

struct parcel *parcel_at(struct relay *r, uint32_t i)
{
    return i == NONE ? NULL : &r->parcels[i];
}

uint64_t parcel_hash(const struct vmsg *m)
{
    return hash_bytes(m->payload, m->payload_len);
}

static uint32_t number_of(const struct relay *r, const struct parcel *p)
{
    return (uint32_t)(p - r->parcels);
}

struct lane *parcel_lane(struct relay *r, const struct parcel *p)
{
    return &r->lanes[p->is_event ? (unsigned)p->direction : RELAY_REQUESTS][p->dev];
}

static uint32_t bucket(uint16_t dev, uint16_t token, uint8_t msg_id)
{
    uint32_t h = (uint32_t)dev * 0x9E3779B1u ^ (uint32_t)token * 0x85EBCA6Bu ^ msg_id * 0xC2B2AE35u;

    return (h ^ h >> 15) % RELAY_BUCKETS;
}

static uint32_t *head_of(struct relay *r, const struct parcel *p, unsigned table)
{
    return &r->buckets[table][bucket(p->dev, table ? p->token_out : p->token, p->msg_id)];
}

void parcel_chain(struct relay *r, struct parcel *p, unsigned table)
{
    uint32_t *head = head_of(r, p, table), i = number_of(r, p);

    p->chain[table] = *head;
    p->back[table] = NONE;
    if (*head != NONE)
        r->parcels[*head].back[table] = i;
    *head = i;
    p->chained[table] = true;
}

void parcel_unchain(struct relay *r, struct parcel *p, unsigned table)
{
    if (!p->chained[table])
        return;
    if (p->back[table] == NONE)
        *head_of(r, p, table) = p->chain[table];
    else
        r->parcels[p->back[table]].chain[table] = p->chain[table];
    if (p->chain[table] != NONE)
        r->parcels[p->chain[table]].back[table] = p->back[table];
    p->chained[table] = false;
}

struct parcel *parcel_find(struct relay *r, unsigned table, uint16_t dev, uint16_t token,
                           uint8_t msg_id, const struct parcel *after)
{
    uint32_t i = after ? after->chain[table] : r->buckets[table][bucket(dev, token, msg_id)];
    struct parcel *p;

    for (unsigned steps = 0; (p = parcel_at(r, i)) && steps < RELAY_STEPS; i = p->chain[table])
        if (p->dev == dev && p->msg_id == msg_id && !p->is_event &&
            (table ? p->token_out : p->token) == token)
            return p;
        else
            steps++;
    return NULL;
}

static void enter_lane(struct relay *r, struct parcel *p)
{
    struct lane *lane = parcel_lane(r, p);
    uint32_t i = number_of(r, p);

    p->prev = lane->last;
    p->next = NONE;
    if (lane->last == NONE)
        lane->first = i;
    else
        r->parcels[lane->last].next = i;
    lane->last = i;
}

void parcel_leave_lane(struct relay *r, struct parcel *p)
{
    struct lane *lane = parcel_lane(r, p);

    if (p->state != PARCEL_IN)
        return;
    if (p->prev == NONE)
        lane->first = p->next;
    else
        r->parcels[p->prev].next = p->next;
    if (p->next == NONE)
        lane->last = p->prev;
    else
        r->parcels[p->next].prev = p->prev;
}

static bool grow(struct relay *r)
{
    uint32_t room = r->room ? 2 * r->room : 256;
    struct parcel *more = realloc(r->parcels, room * sizeof *more);

    if (!more)
        return false;
    r->parcels = more;
    r->room = room;
    return true;
}

/* One that nobody looks at any more goes back to the pool. */
static void recycle(struct relay *r, uint32_t i)
{
    struct parcel *p = &r->parcels[i];

    parcel_unchain(r, p, 0);
    parcel_unchain(r, p, 1);
    p->next = r->free;
    r->free = i;
}

static struct parcel *take(struct vmsg_oracle *o)
{
    struct relay *r = o->relay;
    uint32_t i = r->free;

    if (r->alive >= RELAY_MOST) {
        r->overflown = true;
        return NULL;
    }
    if (i != NONE) {
        r->free = r->parcels[i].next;
    } else {
        if (r->n == r->room && !grow(r)) {
            o->failed = true;
            return NULL;
        }
        i = r->n++;
    }
    r->alive++;
    return &r->parcels[i];
}

struct parcel *parcel_new(struct vmsg_oracle *o, enum vmsg_direction direction,
                          const struct vmsg *m)
{
    struct relay *r = o->relay;
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
                         .in_ns = o->now_ns,
                         .completions = r->devices[m->dev_num].completions};
    enter_lane(r, p);
    return p;
}

void parcel_done(struct vmsg_oracle *o, struct parcel *p)
{
    struct relay *r = o->relay;
    uint32_t *slot = &r->done[r->done_at++ % RELAY_DONE];

    parcel_leave_lane(r, p);
    settle_debt(o, &p->was_owed);
    p->state = PARCEL_DONE;
    r->alive--;
    if (*slot != NONE)
        recycle(r, *slot);
    *slot = number_of(r, p);
}
