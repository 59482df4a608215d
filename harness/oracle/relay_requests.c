/*
 * Requests through a bus: forwarded to the device that they name, in order, and ended at last.
 * Spec: "Transport Message Forwarding", "Error Signaling", "Message Ordering", the token rules of
 * "Common Message Format".
 */
#include "harness/oracle/relay.h"

/* Header and size as they must be: what becomes of it is not left to the bus. */
static bool well_framed(const struct vmsg_oracle *o, const struct vmsg *m)
{
    return m->msg_size == m->delivered && m->delivered <= o->config.max_msg_size &&
           !(m->msg_id & VMSG_ID_IMPLEMENTATION) && m->msg_id > 1;
}

void relay_request_in(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    struct relay_device *d = relay_device(r, m->dev_num);
    struct parcel *p = parcel_new(o, VMSG_TO_DEVICE, m);

    if (!p)
        return;
    p->unknown = !m->def;
    p->firm = well_framed(o, m) && (m->defect == VMSG_WELL_FORMED || p->unknown);
    p->absent = !d->present;
    p->firm &= !d->doubtful;
    if (d->removed || d->given_again)
        p->firm &= !d->revalidate;
    /* "The next request towards the device": one that the bus may fail instead may be it, or not.
     */
    p->lost = r->drop_next;
    r->drop_next &= !p->firm || p->absent || !d->exposed;
    parcel_chain(r, p, BY_SENDER);
    parcel_chain(r, p, BY_CONTENT);
    if (p->firm && !p->lost && !p->absent)
        parcel_enter_lane(r, p);
    if (p->firm && !p->unknown) {
        p->pending = true;
        owe(o, &p->owed);
    } else {
        parcel_need_not_end(o, p);
    }
    relay_mix(o, p);
    relay_revalidated(o, p);
}

/* ---- out at the device end ---- */

/* Older requests of the device, which should have come out before this one. They may have been
 * failed, and that not be read yet: it is told when they do come out, or nothing more comes. */
static void pass_older(struct relay *r, const struct parcel *p)
{
    struct parcel *older;

    while ((older = parcel_at(r, parcel_lane(r, p)->first)) && older != p) {
        older->passed = true;
        older->passer = p->index;
        older->passer_id = p->msg_id;
        parcel_leave_lane(r, older);
    }
}

static void judge_passed(struct vmsg_oracle *o, const struct parcel *p)
{
    if (p->passed && !p->unclear)
        blame(o, VMSG_BUS_ORDERING_3, p->dev,
              "%s (message %u) reached the device before %s (message %u), which was sent earlier",
              relay_name(p->passer_id), p->passer, relay_name(p->msg_id), p->index);
}

static void judge_order(struct vmsg_oracle *o, struct relay *r, const struct parcel *p)
{
    judge_passed(o, p);
    if (!p->queued)
        return;
    if (parcel_at(r, parcel_lane(r, p)->first) == p)
        exercise(o, VMSG_BUS_ORDERING_3);
    else
        pass_older(r, p);
}

static struct parcel *changed(struct relay *r, const struct vmsg *m)
{
    struct parcel *p = parcel_at(r, relay_device(r, m->dev_num)->lanes[RELAY_REQUESTS].first);

    for (unsigned steps = 0; p && steps < RELAY_STEPS; p = parcel_at(r, p->next), steps++)
        if (p->msg_id == m->msg_id)
            return p;
    return NULL;
}

/* Did the bus put another device number into it? */
static struct parcel *misrouted(struct vmsg_oracle *o, const struct vmsg *m)
{
    for (size_t i = 0; i < o->config.n_devices && i < RELAY_STEPS; i++) {
        struct parcel *p = parcel_like(o->relay, o->config.devices[i], VMSG_TO_DEVICE, m);

        if (p && p->dev != m->dev_num)
            return p;
    }
    return NULL;
}

static void is_at_device(struct relay *r, struct parcel *p, uint16_t token)
{
    struct relay_device *d = relay_device(r, p->dev);

    parcel_came_out(r, p);
    p->state = PARCEL_OUT;
    p->token_out = token;
    parcel_chain(r, p, BY_BUS);
    d->outstanding++;
    r->outstanding++;
    d->latest = parcel_number(r, p);
    d->latest_serial = p->serial;
}

void relay_request_leaves_device(struct relay *r, const struct parcel *p)
{
    relay_device(r, p->dev)->outstanding--;
    r->outstanding--;
}

/* What came out was never put in as it is. */
static void judge_unexpected(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    struct parcel *p;

    if (m->msg_id & VMSG_ID_IMPLEMENTATION)
        return;
    if (parcel_find(r, BY_BUS, m->dev_num, m->token, m->msg_id, NULL) ||
        parcel_find(r, BY_BUS_ENDED, m->dev_num, m->token, m->msg_id, NULL)) {
        blame(o, VMSG_BUS_FORWARDING_2, m->dev_num,
              "%s reached device %u a second time; each request reaches it once",
              relay_name(m->msg_id), m->dev_num);
        return;
    }
    if (r->overflown)
        return;
    if ((p = misrouted(o, m))) {
        blame(o, VMSG_BUS_FORWARDING_2, p->dev, "%s (message %u) for device %u reached device %u",
              relay_name(p->msg_id), p->index, p->dev, m->dev_num);
        blame(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_1, p->dev,
              "%s (message %u) came out with dev_num %u; it went in with %u", relay_name(p->msg_id),
              p->index, m->dev_num, p->dev);
    } else if ((p = changed(r, m))) {
        blame(o, VMSG_BUS_FORWARDING_3, p->dev,
              "%s (message %u) reached the device with another payload", relay_name(p->msg_id),
              p->index);
    } else if (m->msg_id != VMSG_ID_GET_DEVICE_INFO) { /* which a bus may ask to confirm a device */
        blame(o, VMSG_BUS_FORWARDING_2, m->dev_num,
              "%s reached device %u, and no such request is under way; each reaches it once",
              relay_name(m->msg_id), m->dev_num);
        return;
    }
    if (p)
        is_at_device(r, p, m->token);
}

void relay_end_failed(struct vmsg_oracle *o, struct relay_device *d, uint64_t before)
{
    struct lane *lane = &d->lanes[RELAY_FAILED];
    struct parcel *p;

    while ((p = parcel_at(o->relay, lane->first)) && p->serial < before)
        parcel_done(o, p);
}

static void came_out(struct vmsg_oracle *o, struct parcel *p, uint16_t token)
{
    struct relay *r = o->relay;
    struct relay_device *d = relay_device(r, p->dev);

    if (!p->unclear)
        relay_end_failed(o, d, p->serial);
    is_at_device(r, p, token);
    relay_passes(r, VMSG_TO_DEVICE, p->dev, p->serial);
    exercise(o, VMSG_BUS_FORWARDING_2);
    exercise(o, VMSG_BUS_FORWARDING_3);
    exercise(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_1);
    if (p->unknown)
        exercise(o, VMSG_BUS_ERROR_SIGNALING_5);
    if (token != p->token)
        exercise(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_5);
    if (d->outstanding > 1)
        exercise(o, VMSG_BUS_ORDERING_2);
    if (r->outstanding > d->outstanding)
        exercise(o, VMSG_BUS_PROSE_INTERLEAVE_DEVICES);
}

/* Is it certain that the device is not there, for the bus as well? */
static bool is_away(struct relay *r, uint16_t dev)
{
    const struct relay_device *d = relay_device(r, dev);

    return !d->present && !d->doubtful;
}

void relay_request_out(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    struct parcel *p = parcel_like(r, m->dev_num, VMSG_TO_DEVICE, m);

    if (!p) {
        judge_unexpected(o, m);
        return;
    }
    if (p->unclear && p->failed) { /* then another one failed, and nobody knows whose this is */
        parcel_done(o, p);
        return;
    }
    if (p->absent && p->firm && !p->unclear && is_away(r, p->dev)) {
        enum vmsg_clause_no clause =
            relay_device(r, p->dev)->removed ? VMSG_BUS_EVENT_DEVICE_3 : VMSG_BUS_FORWARDING_1;
        blame(o, clause, p->dev, "%s (message %u) was forwarded to device %u, which %s",
              relay_name(p->msg_id), p->index, p->dev,
              relay_device(r, p->dev)->removed ? "was reported as removed before"
                                               : "does not exist");
    } else {
        exercise(o, VMSG_BUS_FORWARDING_1);
    }
    if (p->firm)
        judge_order(o, r, p);
    came_out(o, p, m->token);
}

/* ---- nothing more comes ---- */

void relay_request_settle(struct vmsg_oracle *o, struct parcel *p)
{
    unsigned bound = o->config.request_timeout_ms;

    if (p->firm && p->state == PARCEL_IN)
        judge_passed(o, p);
    if (!bound || !p->firm)
        return;
    if (p->absent) {
        blame(o, VMSG_BUS_FORWARDING_4, p->dev,
              "%s to device %u, which does not exist, was never completed by a failure",
              relay_name(p->msg_id), p->dev);
        return;
    }
    blame(o, VMSG_BUS_ERROR_SIGNALING_1, p->dev,
          "%s to device %u was neither answered nor failed, long after the declared %u ms",
          relay_name(p->msg_id), p->dev, bound);
    if (p->state == PARCEL_OUT)
        blame(o, VMSG_BUS_ERROR_SIGNALING_3, p->dev,
              "the device never answered %s, and the bus waits for it without end",
              relay_name(p->msg_id));
    if (p->state == PARCEL_ANSWERED)
        blame(o, VMSG_BUS_ORDERING_1, p->dev,
              "the device's response to %s did not reach the driver side", relay_name(p->msg_id));
}
