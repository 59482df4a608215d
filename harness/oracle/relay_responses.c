/*
 * Responses through a bus: to the request that they answer, once, with its token and unchanged.
 * Spec: "Error Signaling", "Message Ordering", the token rules of "Common Message Format".
 */
#include "harness/oracle/relay.h"

/* Its request was failed already: it must not come out. */
static void came_late(struct relay *r, const struct vmsg *m)
{
    struct parcel *p = NULL;

    while ((p = parcel_find(r, BY_BUS_ENDED, m->dev_num, m->token, m->msg_id, p)))
        if (p->failed && !p->late) {
            p->late = true;
            p->answer_hash = parcel_hash(m);
            p->answer_len = m->payload_len;
            return;
        }
}

/* The one at the device with the bus's token; what its device may drop may be there for good. */
static struct parcel *at_device(struct relay *r, const struct vmsg *m)
{
    struct parcel *p = NULL, *oldest = NULL;

    while ((p = parcel_find(r, BY_BUS, m->dev_num, m->token, m->msg_id, p)) && !p->firm)
        oldest = oldest ? oldest : p;
    return p ? p : oldest;
}

void relay_response_in(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    struct parcel *p = at_device(r, m);

    if (!p) {
        came_late(r, m);
        return;
    }
    if (m->defect != VMSG_WELL_FORMED || m->msg_size != m->delivered ||
        m->delivered > o->config.max_msg_size)
        relay_forgive(o, p);
    p->state = PARCEL_ANSWERED;
    p->answer_hash = parcel_hash(m);
    p->answer_len = m->payload_len;
    p->answered = o->serial;
    parcel_chain(r, p, BY_BUS_ENDED);
    relay_request_leaves_device(r, p);
}

void relay_completed(struct vmsg_oracle *o)
{
    exercise(o, VMSG_BUS_ERROR_SIGNALING_1);
    exercise(o, VMSG_BUS_ERROR_SIGNALING_2);
    exercise(o, VMSG_BUS_ORDERING_1);
}

static void delivered(struct vmsg_oracle *o, struct parcel *p)
{
    struct relay *r = o->relay;
    struct relay_device *d = relay_device(r, p->dev);

    relay_completed(o);
    exercise(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_1);
    exercise(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_6);
    if (d->outstanding)
        exercise(o, VMSG_BUS_ORDERING_4);
    if (p->msg_id == VMSG_ID_GET_DEVICE_INFO) {
        exercise(o, VMSG_BUS_DEVICE_DISCOVERY_2);
        if (d->announced) {
            exercise(o, VMSG_BUS_EVENT_DEVICE_2);
            exercise(o, VMSG_BUS_HOTPLUG_AND_REMOVAL_2);
        }
    }
    d->exposed = d->reached = true;
    relay_passes(r, VMSG_TO_DRIVER, p->dev, p->answered);
    r->answered = p->answered > r->answered ? p->answered : r->answered;
    /* A fence for the bus messages that were sent before it. */
    o->answered_at = p->serial > o->answered_at ? p->serial : o->answered_at;
    parcel_done(o, p);
}

/* Of several that the response can answer, the one whose response went in like this; one
 * that must be answered rather than one that may. */
static struct parcel *answered_by(struct relay *r, uint16_t dev, const struct vmsg *m,
                                  enum parcel_state state, bool same)
{
    enum parcel_table table = state == PARCEL_DONE ? BY_SENDER_ENDED : BY_SENDER;
    uint64_t hash = parcel_hash(m);
    struct parcel *p = NULL, *may = NULL;

    while ((p = parcel_find(r, table, dev, m->token, m->msg_id, p)))
        if (p->state == state &&
            (!same || (p->answer_hash == hash && p->answer_len == m->payload_len))) {
            if (p->firm)
                return p;
            may = may ? may : p;
        }
    return may;
}

bool relay_is_due(struct relay *r, const struct vmsg *m)
{
    return answered_by(r, m->dev_num, m, PARCEL_ANSWERED, true);
}

/* Whose response is it, when the token names none that is due one? Of the first parcels. */
static struct parcel *same_response(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    uint64_t hash = parcel_hash(m);

    for (uint32_t i = 0; i < r->n && i < 4 * RELAY_STEPS; i++) {
        struct parcel *p = &r->parcels[i];

        if (p->state == PARCEL_ANSWERED && p->msg_id == m->msg_id && p->answer_hash == hash &&
            p->answer_len == m->payload_len)
            return p;
    }
    return NULL;
}

void relay_completed_already(struct vmsg_oracle *o, const struct parcel *p)
{
    blame(o, VMSG_BUS_ERROR_SIGNALING_2, p->dev,
          "%s (message %u) was completed already, by %s; a request ends once",
          relay_name(p->msg_id), p->index, p->failed ? "a failure" : "its response");
}

static void judge_stray_response(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    struct parcel *p;

    if ((p = answered_by(r, m->dev_num, m, PARCEL_DONE, true))) {
        relay_completed_already(o, p);
    } else if ((p = same_response(o, m))) {
        bool device = p->dev != m->dev_num;

        blame(o, device ? VMSG_BUS_COMMON_MESSAGE_FORMAT_1 : VMSG_BUS_COMMON_MESSAGE_FORMAT_6,
              p->dev,
              "the response to %s (message %u) arrived with dev_num %u and token %u; its request "
              "has dev_num %u and token %u",
              relay_name(p->msg_id), p->index, m->dev_num, m->token, p->dev, p->token);
        delivered(o, p);
    } else if ((p = answered_by(r, m->dev_num, m, PARCEL_ANSWERED, false))) {
        blame(o, VMSG_BUS_FORWARDING_3, p->dev,
              "the response to %s (message %u) arrived with another payload", relay_name(p->msg_id),
              p->index);
        delivered(o, p);
    } else if ((p = parcel_find(r, BY_SENDER_ENDED, m->dev_num, m->token, m->msg_id, NULL))) {
        relay_completed_already(o, p);
    } else if ((p = answered_by(r, m->dev_num, m, PARCEL_OUT, false)) ||
               (p = answered_by(r, m->dev_num, m, PARCEL_IN, false))) {
        blame(o, VMSG_BUS_FORWARDING_2, p->dev,
              "%s (message %u) was answered without its device, which has not responded",
              relay_name(p->msg_id), p->index);
        if (p->state == PARCEL_OUT)
            relay_request_leaves_device(r, p);
        parcel_done(o, p);
    } else if (!r->overflown) {
        blame(o, VMSG_BUS_ORDERING_1, m->dev_num,
              "a response to %s with token %u arrived, and no such request was sent",
              relay_name(m->msg_id), m->token);
    }
}

/* One that the response names, of which it cannot be told where it is. */
static struct parcel *unclear_one(struct relay *r, const struct vmsg *m)
{
    struct parcel *p = NULL;
    unsigned steps = RELAY_STEPS;

    while (steps-- && (p = parcel_find(r, BY_SENDER, m->dev_num, m->token, m->msg_id, p)))
        if (p->unclear)
            return p;
    return NULL;
}

void relay_response_out(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    struct parcel *p = answered_by(r, m->dev_num, m, PARCEL_ANSWERED, true);

    if (p)
        delivered(o, p);
    else if ((p = unclear_one(r, m)))
        relay_request_ends(o, p, false);
    else if (!(m->msg_id & VMSG_ID_IMPLEMENTATION))
        judge_stray_response(o, m);
}
