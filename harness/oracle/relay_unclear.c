/*
 * Requests through a bus that cannot be told apart. A hostile driver may have equal ones under way,
 * or several of one token, of which some need not be delivered, or must not be, or need no end.
 * Which of the equal ones comes out cannot be seen then, nor which of one token it is that ends.
 *
 * They are unclear from the moment when they are together until they end, and what can be counted
 * is all that is judged of them: no more come out than went in, no token has more ends than
 * requests, and each that must end does. Whatever follows from either reading is nobody's fault.
 */
#include "harness/oracle/relay.h"

static bool need_not_come_out(const struct parcel *p)
{
    return !p->firm || p->lost || p->absent;
}

static void make_unclear(struct relay *r, struct parcel *p)
{
    p->unclear = true;
    parcel_leave_lane(r, p);
}

/* With all that are equal to it and have not come out. */
static void make_equals_unclear(struct relay *r, struct parcel *p)
{
    struct parcel *q = NULL;

    if (p->unclear)
        return;
    make_unclear(r, p);
    while (p->state == PARCEL_IN && (q = parcel_next_like(r, BY_CONTENT, p, q)))
        make_unclear(r, q);
}

static void mix_content(struct vmsg_oracle *o, struct parcel *p)
{
    struct relay *r = o->relay;
    struct parcel *q = p->state == PARCEL_IN ? parcel_neighbour(r, BY_CONTENT, p) : NULL;

    if (q && q->unclear)
        make_unclear(r, p); /* as all the others are */
    else if (q && (need_not_come_out(p) || need_not_come_out(q)))
        make_equals_unclear(r, p);
}

/* It need not end any more. */
static void let_off(struct vmsg_oracle *o, struct parcel *p)
{
    if (!p->firm)
        return;
    p->firm = p->pending = false;
    settle_debt(o, &p->owed);
    parcel_need_not_end(o, p);
    if (p->is_event)
        return;
    parcel_leave_lane(o->relay, p);
    mix_content(o, p);
}

void relay_mix_token(struct vmsg_oracle *o, struct parcel *p)
{
    struct relay *r = o->relay;
    struct parcel *q = NULL;
    bool all_firm = true;

    while ((q = parcel_next_like(r, BY_SENDER, p, q)))
        all_firm &= q->firm;
    while ((q = parcel_next_like(r, BY_SENDER, p, q))) {
        make_equals_unclear(r, q);
        if (!all_firm)
            let_off(o, q);
    }
}

void relay_mix(struct vmsg_oracle *o, struct parcel *p)
{
    const struct parcel *q = parcel_neighbour(o->relay, BY_SENDER, p);

    mix_content(o, p);
    if (q && q->unclear && !q->firm) { /* as all the others are */
        make_equals_unclear(o->relay, p);
        let_off(o, p);
    } else if (q && q->firm != p->firm) {
        relay_mix_token(o, p);
    }
}

void relay_forgive(struct vmsg_oracle *o, struct parcel *p)
{
    let_off(o, p);
    if (!p->is_event)
        relay_mix(o, p);
}

void relay_forgive_under_way(struct vmsg_oracle *o, uint16_t dev)
{
    struct relay *r = o->relay;

    for (unsigned lane = 0; lane < RELAY_FAILED; lane++)
        for (uint32_t i = relay_device(r, dev)->lanes[lane].first, next; i; i = next) {
            struct parcel *p = parcel_at(r, i);

            next = p->next;
            if (p->direction == VMSG_TO_DEVICE)
                relay_forgive(o, p);
        }
}

/*
 * An unclear one that did not come out may still: then an equal one had, in its place. So may one
 * that was failed, where the ends are apart: what came out of the other end is not read yet.
 */
void relay_request_ends(struct vmsg_oracle *o, struct parcel *p, bool failed)
{
    bool under_way = failed && o->config.ends_apart && p->state == PARCEL_IN && !p->unclear;
    bool alone = under_way && !parcel_neighbour(o->relay, BY_CONTENT, p);

    if (under_way)
        make_equals_unclear(o->relay, p);
    if (p->unclear && p->state == PARCEL_IN) {
        let_off(o, p);
        p->failed = true;
        parcel_chain(o->relay, p, BY_SENDER_ENDED);
        if (alone)
            parcel_enter_lane(o->relay, p);
        return;
    }
    parcel_leave_lane(o->relay, p);
    p->failed = failed;
    if (p->state == PARCEL_OUT)
        relay_request_leaves_device(o->relay, p);
    parcel_done(o, p);
}
