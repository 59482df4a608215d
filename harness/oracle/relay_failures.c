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

/* Of those that it can name, the oldest whose response is not there; NULL: none. *n: how many. */
static struct parcel *failed_one(struct relay *r, uint16_t dev, uint16_t token, uint8_t msg_id,
                                 unsigned *n)
{
    struct parcel *best = NULL, *q = NULL;

    for (*n = 0; *n < RELAY_STEPS && (q = parcel_find(r, BY_SENDER, dev, token, msg_id, q)); ++*n)
        if (!best || (best->state == PARCEL_ANSWERED && q->state != PARCEL_ANSWERED))
            best = q;
    return best;
}

void relay_failed(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    uint16_t dev = (uint16_t)m->f[VMSG_REQUEST_FAILED_REQ_dev_num];
    uint16_t token = (uint16_t)m->f[VMSG_REQUEST_FAILED_REQ_token];
    uint8_t msg_id = (uint8_t)m->f[VMSG_REQUEST_FAILED_REQ_msg_id];
    struct parcel *p, *done;
    unsigned n;

    judge_form_of_failure(o, m, dev);
    if (msg_id & VMSG_ID_EVENT) {
        blame(o, VMSG_BUS_ERROR_SIGNALING_6, dev,
              "a failure names message id 0x%02x, an event; events end without an error", msg_id);
        return;
    }
    p = failed_one(r, dev, token, msg_id, &n);
    if (!p && (done = parcel_find(r, BY_SENDER_ENDED, dev, token, msg_id, NULL))) {
        relay_completed_already(o, done);
    } else if (!p && !r->overflown) {
        blame(o, VMSG_BUS_ORDERING_1, dev,
              "a failure names a request to device %u with token %u and id 0x%02x, and none was "
              "sent",
              dev, token, msg_id);
    } else if (p) {
        if (n > 1 && !p->unclear)
            relay_mix_token(o, p);
        if (!p->unclear)
            judge_failure(o, p);
        relay_completed(o);
        relay_request_ends(o, p, true);
    }
}
