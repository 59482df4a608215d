/*
 * Requests through a bus: forwarded to the device that they name, in order, and ended once, by
 * their response or by a failure. Spec: "Transport Message Forwarding", "Error Signaling",
 * "Message Ordering", the token rules of "Common Message Format".
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
    if (p->firm && !p->lost)
        parcel_enter_lane(r, p);
    if (p->firm && !p->unknown) {
        p->pending = true;
        owe(o, &p->owed);
    } else {
        parcel_need_not_end(o, p);
    }
    relay_revalidated(o, p);
}

/* ---- out at the device end ---- */

/* An older request of the device that should have come out before this one. */
static void judge_order(struct vmsg_oracle *o, struct relay *r, const struct parcel *p)
{
    struct parcel *older = parcel_at(r, parcel_lane(r, p)->first);

    if (!p->queued)
        return;
    if (older == p) {
        exercise(o, VMSG_BUS_ORDERING_3);
        return;
    }
    blame(o, VMSG_BUS_ORDERING_3, p->dev,
          "%s (message %u) reached the device before %s (message %u), which was sent earlier",
          relay_name(p->msg_id), p->index, relay_name(older->msg_id), older->index);
    parcel_leave_lane(r, older); /* told once, however many pass it */
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
    if (p->state == PARCEL_OUT) /* an equal one did, before */
        relay_request_leaves_device(r, p);
    p->state = PARCEL_OUT;
    p->token_out = token;
    parcel_chain(r, p, BY_BUS);
    parcel_chain(r, p, BY_CONTENT_OUT);
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

static void came_out(struct vmsg_oracle *o, struct parcel *p, uint16_t token)
{
    struct relay *r = o->relay;
    struct relay_device *d = relay_device(r, p->dev);

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

/* Of equal ones, one that may be lost rather than one that would be out of order. */
static struct parcel *in_order(struct relay *r, struct parcel *p, const struct vmsg *m)
{
    struct parcel *q = NULL;

    if (!p || !p->queued || parcel_at(r, parcel_lane(r, p)->first) == p)
        return p;
    while ((q = parcel_equal(r, m->dev_num, VMSG_TO_DEVICE, m, q)))
        if (!q->queued)
            return q;
    return p;
}

void relay_request_out(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    struct parcel *p = in_order(r, parcel_like(r, m->dev_num, VMSG_TO_DEVICE, m), m);

    if (!p) {
        judge_unexpected(o, m);
        return;
    }
    if (p->absent && p->firm && !relay_device(r, p->dev)->present) {
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

/* ---- failures ---- */

/* A request that can be routed was failed instead. */
static void judge_failure(struct vmsg_oracle *o, struct parcel *p)
{
    struct relay_device *d = relay_device(o->relay, p->dev);
    bool waited = o->config.request_timeout_ms &&
                  o->now_ns - p->in_ns >= o->config.request_timeout_ms * UINT64_C(500000);

    if (p->absent || !d->present) {
        if (p->state == PARCEL_IN) {
            exercise(o, VMSG_BUS_FORWARDING_1);
            if (d->removed)
                exercise(o, VMSG_BUS_EVENT_DEVICE_3);
        }
        exercise(o, VMSG_BUS_FORWARDING_4);
        return;
    }
    if (p->state != PARCEL_IN) {
        exercise(o, VMSG_BUS_ERROR_SIGNALING_3); /* the device did not answer */
        return;
    }
    if (waited || p->lost || !d->exposed)
        return; /* lost on its way, and that was noticed; or not found yet */
    if (p->unknown && p->firm)
        blame(o, VMSG_BUS_ERROR_SIGNALING_5, p->dev,
              "the request with id 0x%02x (message %u) was failed instead of forwarded", p->msg_id,
              p->index);
    else if (p->firm && p->msg_id == VMSG_ID_GET_DEVICE_INFO && !d->revalidate)
        blame(o, d->announced ? VMSG_BUS_EVENT_DEVICE_2 : VMSG_BUS_DEVICE_DISCOVERY_2, p->dev,
              "GET_DEVICE_INFO (message %u) was failed although device %u is present%s", p->index,
              p->dev, d->announced ? " and was reported as added" : "");
}

/* "SUT contract", section 2: the form in which a bus tells the driver side. */
static void judge_form_of_failure(struct vmsg_oracle *o, const struct vmsg *m, uint16_t dev)
{
    const uint8_t *zeros = m->payload + 5;
    uint64_t error = m->f[VMSG_REQUEST_FAILED_REQ_error];

    if (error == 0 || error > INT32_MAX)
        blame(o, VMSG_BUS_ERROR_SIGNALING_2, dev,
              "a failure carries error 0x%x; it must be a positive errno", (unsigned)error);
    else if (!all_zero(zeros, 3))
        blame(o, VMSG_BUS_ERROR_SIGNALING_2, dev,
              "the reserved bytes of a failure are %02x %02x %02x; they must be zero", zeros[0],
              zeros[1], zeros[2]);
}

/*
 * The request that a failure ends. Of several that it can name, some by right without an end, it
 * may mean any: it is taken for such a one's, at best one that never had to have one, and nothing
 * is told of the others any more. *sure: it can mean no other.
 */
static struct parcel *failed_one(struct vmsg_oracle *o, uint16_t dev, uint16_t token,
                                 uint8_t msg_id, bool *sure)
{
    struct relay *r = o->relay;
    struct parcel *first = parcel_find(r, BY_SENDER, dev, token, msg_id, NULL), *open = NULL, *q;
    unsigned steps = RELAY_STEPS;

    for (q = first; q && steps--; q = parcel_find(r, BY_SENDER, dev, token, msg_id, q))
        if (!q->firm && (!open || (open->let_off && !q->let_off)))
            open = q;
    steps = RELAY_STEPS;
    for (q = open ? first : NULL; q && steps--;
         q = parcel_find(r, BY_SENDER, dev, token, msg_id, q))
        relay_forgive(o, q);
    *sure = !open || (open == first && !parcel_find(r, BY_SENDER, dev, token, msg_id, first));
    return open ? open : first;
}

/*
 * One that need not have been delivered, or of which it is doubtful whether it was, has failed; an
 * equal one was delivered. Or was that this one, and the other may come out yet?
 */
static void doubt_equals(struct vmsg_oracle *o, const struct parcel *p)
{
    struct relay *r = o->relay;
    struct parcel *q, *next;
    unsigned steps = RELAY_STEPS;

    if ((p->firm && !p->lost) || !p->links[BY_CONTENT / 2].linked)
        return;
    for (q = parcel_twin(r, BY_CONTENT_OUT, p, NULL); q && steps--; q = next) {
        next = parcel_twin(r, BY_CONTENT_OUT, p, q);
        relay_forgive(o, q);
        parcel_chain(r, q, BY_CONTENT);
    }
}

static void ended(struct vmsg_oracle *o, struct parcel *p)
{
    if (p->state == PARCEL_OUT)
        relay_request_leaves_device(o->relay, p);
    parcel_done(o, p);
}

void relay_failed(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    uint16_t dev = (uint16_t)m->f[VMSG_REQUEST_FAILED_REQ_dev_num];
    uint16_t token = (uint16_t)m->f[VMSG_REQUEST_FAILED_REQ_token];
    uint8_t msg_id = (uint8_t)m->f[VMSG_REQUEST_FAILED_REQ_msg_id];
    struct parcel *p, *done;
    bool sure;

    judge_form_of_failure(o, m, dev);
    if (msg_id & VMSG_ID_EVENT) {
        blame(o, VMSG_BUS_ERROR_SIGNALING_6, dev,
              "a failure names message id 0x%02x, an event; events end without an error", msg_id);
        return;
    }
    p = failed_one(o, dev, token, msg_id, &sure);
    if (!p && (done = parcel_find(r, BY_SENDER_ENDED, dev, token, msg_id, NULL))) {
        relay_completed_already(o, done);
    } else if (!p && !r->overflown) {
        blame(o, VMSG_BUS_ORDERING_1, dev,
              "a failure names a request to device %u with token %u and id 0x%02x, and none was "
              "sent",
              dev, token, msg_id);
    } else if (p) {
        judge_failure(o, p);
        doubt_equals(o, p);
        relay_completed(o);
        p->failed = true;
        if (sure)
            ended(o, p);
        else /* no failure names it any more, but it may come out and be answered */
            parcel_chain(r, p, BY_SENDER_ENDED);
    }
}

/* ---- nothing more comes ---- */

void relay_request_settle(struct vmsg_oracle *o, struct parcel *p)
{
    unsigned bound = o->config.request_timeout_ms;

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
