/*
 * Requests that a bus ends by a failure: which one a failure ends, and whether it may. Spec: "Error
 * Signaling", "Message Ordering"; the form is that of the SUT contract, section 2.
 *
 * A failure names a device, a token and an id. A hostile driver may have several such requests
 * under way, or equal ones under several tokens, of which some need not be delivered; then it
 * cannot be seen which one ended, and nobody is blamed for what follows from either reading.
 */
#include "harness/oracle/relay.h"

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

/* ---- which one ---- */

static bool is_doubtful(const struct parcel *p)
{
    return !p->firm || p->lost || p->absent;
}

/* How likely a failure ends it, 0 most: one that never had to have an end, one that still may have
 * any, one that must; and rather none whose response is there. */
static unsigned unlikely(const struct parcel *p)
{
    return (p->state == PARCEL_ANSWERED ? 3u : 0) + (p->firm ? 2u : p->let_off ? 1u : 0);
}

/*
 * The request that a failure ends, NULL: none. Of several some of which need no end, nothing is
 * told any more. *sure: it can mean no other.
 */
static struct parcel *failed_one(struct vmsg_oracle *o, uint16_t dev, uint16_t token,
                                 uint8_t msg_id, bool *sure)
{
    struct relay *r = o->relay;
    struct parcel *best = NULL, *q = NULL;
    unsigned steps = RELAY_STEPS, n = 0;
    bool all_firm = true;

    for (; steps-- && (q = parcel_find(r, BY_SENDER, dev, token, msg_id, q)); n++) {
        all_firm &= q->firm;
        if (!best || unlikely(q) < unlikely(best))
            best = q;
    }
    *sure = n <= 1;
    for (q = NULL, steps = RELAY_STEPS;
         !*sure && steps-- && (q = parcel_find(r, BY_SENDER, dev, token, msg_id, q));)
        if (!all_firm || q == best)
            relay_forgive(o, q);
    return best;
}

/* Of two equal requests, either of which need not have come out, the other one did rather than the
 * one that failed. */
static struct parcel *not_delivered(struct vmsg_oracle *o, struct parcel *p)
{
    struct relay *r = o->relay;
    struct parcel *q = NULL;
    unsigned steps = RELAY_STEPS;

    if (p->state != PARCEL_OUT && p->state != PARCEL_ANSWERED)
        return p;
    while (steps-- && (q = parcel_twin(r, BY_CONTENT, p, q)))
        if (q->state == PARCEL_IN && !(q->firm && q->absent) && /* which never come out */
            (is_doubtful(p) || is_doubtful(q))) {
            parcel_doubt(o, p);
            parcel_change_places(r, p, q);
            return q;
        }
    return p;
}

/* Or did this one come out, and the other may yet? */
static void doubt_equals(struct vmsg_oracle *o, const struct parcel *p)
{
    struct relay *r = o->relay;
    struct parcel *q, *next;
    unsigned steps = RELAY_STEPS;

    if (!p->links[BY_CONTENT / 2].linked || p->links[BY_CONTENT / 2].ended)
        return;
    for (q = parcel_twin(r, BY_CONTENT_OUT, p, NULL); q && steps--; q = next) {
        next = parcel_twin(r, BY_CONTENT_OUT, p, q);
        if (!is_doubtful(p) && !is_doubtful(q))
            continue;
        parcel_doubt(o, p);
        relay_forgive(o, q);
        parcel_chain(r, q, BY_CONTENT);
    }
}

static void ended(struct vmsg_oracle *o, struct parcel *p)
{
    if (p->state == PARCEL_OUT)
        relay_request_leaves_device(o->relay, p);
    p->failed = true;
    parcel_done(o, p);
}

/* No failure names it any more, but it may come out and be answered: then another one failed. */
static void may_have_ended(struct vmsg_oracle *o, struct parcel *p)
{
    p->failed = true;
    parcel_doubt(o, p);
    parcel_chain(o->relay, p, BY_SENDER_ENDED);
}

void relay_another_failed(struct vmsg_oracle *o, struct parcel *p)
{
    struct parcel *q = NULL, *best = NULL;
    unsigned steps = RELAY_STEPS;

    while (steps-- && (q = parcel_find(o->relay, BY_SENDER, p->dev, p->token, p->msg_id, q)))
        if (!best || unlikely(q) < unlikely(best))
            best = q;
    p->failed = false;
    if (best)
        may_have_ended(o, best);
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
        if (sure)
            judge_failure(o, p);
        p = not_delivered(o, p);
        doubt_equals(o, p);
        relay_completed(o);
        (sure ? ended : may_have_ended)(o, p);
    }
}
