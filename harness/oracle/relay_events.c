/*
 * Events through a bus: once, unchanged, not held back, not answered. Spec: "Runtime
 * Notifications", "Message Ordering", "Error Signaling".
 */
#include "harness/oracle/relay.h"

/* Longer than any bus takes to pass on what it does not hold back on purpose. */
#define HELD_NS UINT64_C(250000000)

static bool is_notification(uint8_t msg_id)
{
    return msg_id == VMSG_ID_EVENT_AVAIL || msg_id == VMSG_ID_EVENT_USED ||
           msg_id == VMSG_ID_EVENT_CONFIG;
}

/* Must it arrive? Of available and used buffers nobody need be told where the ends poll. */
static bool is_due(const struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m)
{
    bool sender =
        m->def && (m->def->initiator == VMSG_SIDE_DRIVER) == (direction == VMSG_TO_DEVICE);

    return is_notification(m->msg_id) && m->defect == VMSG_WELL_FORMED && sender &&
           m->msg_size == m->delivered && m->delivered <= o->config.max_msg_size &&
           !(o->config.polling && m->msg_id != VMSG_ID_EVENT_CONFIG);
}

void relay_event_in(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m)
{
    struct relay *r = o->relay;
    struct relay_device *d = relay_device(r, m->dev_num);
    struct parcel *p = parcel_new(o, direction, m);

    if (!p)
        return;
    p->absent = !d->present && !d->doubtful;
    p->unknown = !m->def;
    p->firm = is_due(o, direction, m) && d->present && d->exposed && !d->doubtful;
    if (!parcel_is_over(r, d->latest, d->latest_serial)) {
        p->behind = d->latest;
        p->behind_serial = d->latest_serial;
    }
    if (m->msg_id == VMSG_ID_EVENT_AVAIL) {
        p->named = (uint32_t)m->f[VMSG_EVENT_AVAIL_REQ_vq_index];
        p->rest = (uint32_t)m->f[VMSG_EVENT_AVAIL_REQ_next_offset];
    }
    parcel_chain(r, p, BY_CONTENT);
    parcel_enter_lane(r, p);
    p->pending = p->firm || p->absent || p->unknown;
    if (p->firm)
        owe(o, &p->owed);
    else
        parcel_need_not_end(o, p);
    exercise(o, VMSG_BUS_ERROR_SIGNALING_6);
}

/* The oldest that went in with something else in it: where a changed payload comes from. */
static struct parcel *changed(struct relay *r, enum vmsg_direction direction, const struct vmsg *m)
{
    struct parcel *p = parcel_at(r, relay_device(r, m->dev_num)->lanes[direction].first);

    for (unsigned steps = 0; p && steps < RELAY_STEPS; p = parcel_at(r, p->next), steps++)
        if (p->msg_id == m->msg_id && (m->msg_id != VMSG_ID_EVENT_AVAIL ||
                                       p->named == (uint32_t)m->f[VMSG_EVENT_AVAIL_REQ_vq_index]))
            return p;
    return NULL;
}

/* It waited until the request was over that it could have passed, while what went in after it for
 * another device came through: the bus is not merely slow. */
static void judge_held(struct vmsg_oracle *o, const struct parcel *p)
{
    struct relay *r = o->relay;

    if (!p->behind || !p->firm) /* of equal ones that may be lost, this may be a later one */
        return;
    if (!parcel_is_over(r, p->behind, p->behind_serial)) {
        exercise(o, VMSG_BUS_ORDERING_5);
        exercise(o, VMSG_BUS_PROSE_EVENTS_ANY_TIME);
    } else if (o->now_ns - p->in_ns >= HELD_NS && relay_was_passed(r, p)) {
        blame(o, VMSG_BUS_ORDERING_5, p->dev,
              "%s (message %u) arrived %u ms later, when the request was over that was "
              "outstanding then; events are not held back behind requests",
              relay_name(p->msg_id), p->index, (unsigned)((o->now_ns - p->in_ns) / 1000000));
    }
}

static void arrived(struct vmsg_oracle *o, struct parcel *p)
{
    judge_held(o, p);
    exercise(o, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE);
    if (p->firm) {
        exercise(o, VMSG_BUS_RUNTIME_NOTIFICATIONS_3);
        if (o->config.synthesis)
            exercise(o, VMSG_BUS_RUNTIME_NOTIFICATIONS_4);
        if (o->config.polling)
            exercise(o, VMSG_BUS_RUNTIME_NOTIFICATIONS_6);
    }
    if (p->msg_id == VMSG_ID_EVENT_AVAIL && p->rest)
        exercise(o, VMSG_BUS_EVENT_AVAIL_1);
    relay_passes(o->relay, p->direction, p->dev, p->serial);
    parcel_done(o, p);
}

/* The same event came out before, not long ago. */
static bool came_before(struct relay *r, enum vmsg_direction direction, const struct vmsg *m)
{
    uint64_t hash = parcel_hash(m);

    for (uint32_t i = 0; i < r->done_at && i < 256; i++) {
        const struct parcel *p = parcel_at(r, r->done[(r->done_at - 1 - i) % RELAY_DONE]);

        if (p && p->is_event && p->direction == direction && p->dev == m->dev_num &&
            p->msg_id == m->msg_id && p->hash == hash)
            return true;
    }
    return false;
}

static void judge_twice(struct vmsg_oracle *o, const struct vmsg *m)
{
    blame(o, VMSG_BUS_RUNTIME_NOTIFICATIONS_3, m->dev_num,
          "%s arrived a second time; each notification is one event", relay_name(m->msg_id));
    if (o->config.synthesis)
        blame(o, VMSG_BUS_RUNTIME_NOTIFICATIONS_4, m->dev_num,
              "%s arrived a second time: it was both forwarded and synthesised",
              relay_name(m->msg_id));
}

static void judge_extra(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m)
{
    bool polled = o->config.polling && m->msg_id != VMSG_ID_EVENT_CONFIG;

    if (m->msg_id & VMSG_ID_IMPLEMENTATION)
        return;
    if (is_notification(m->msg_id) && polled)
        blame(o, VMSG_BUS_RUNTIME_NOTIFICATIONS_6, m->dev_num,
              "%s arrived that nobody sent, although the ends poll", relay_name(m->msg_id));
    else if (came_before(o->relay, direction, m))
        judge_twice(o, m);
    else if (!o->relay->overflown)
        blame(o, VMSG_BUS_RUNTIME_NOTIFICATIONS_3, m->dev_num,
              "%s arrived that the other side did not send", relay_name(m->msg_id));
}

void relay_event_out(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m)
{
    struct parcel *p = parcel_like(o->relay, m->dev_num, direction, m);

    if (p && p->absent && !relay_device(o->relay, p->dev)->present &&
        !relay_device(o->relay, p->dev)->doubtful && direction == VMSG_TO_DEVICE) {
        blame(o, VMSG_BUS_FORWARDING_1, p->dev,
              "%s (message %u) was forwarded to device %u, which does not exist",
              relay_name(p->msg_id), p->index, p->dev);
        parcel_done(o, p);
    } else if (p) {
        arrived(o, p);
    } else if (came_before(o->relay, direction, m)) {
        judge_extra(o, direction, m);
    } else if (m->msg_id == VMSG_ID_EVENT_AVAIL && (p = changed(o->relay, direction, m))) {
        blame(o, VMSG_BUS_EVENT_AVAIL_1, p->dev,
              "EVENT_AVAIL (message %u) went in with next_offset 0x%x and came out with 0x%x",
              p->index, p->rest, (unsigned)m->f[VMSG_EVENT_AVAIL_REQ_next_offset]);
        parcel_done(o, p);
    } else if ((p = changed(o->relay, direction, m))) {
        blame(o, VMSG_BUS_FORWARDING_3, p->dev, "%s (message %u) arrived with another payload",
              relay_name(p->msg_id), p->index);
        parcel_done(o, p);
    } else {
        judge_extra(o, direction, m);
    }
}

void relay_event_settle(struct vmsg_oracle *o, struct parcel *p)
{
    if (p->firm && relay_device(o->relay, p->dev)->present) {
        blame(o, VMSG_BUS_RUNTIME_NOTIFICATIONS_3, p->dev,
              "%s did not arrive at the other end; each notification is one event",
              relay_name(p->msg_id));
    } else if (p->absent) {
        exercise(o, VMSG_BUS_FORWARDING_1);
        exercise(o, VMSG_BUS_FORWARDING_5);
        exercise(o, VMSG_BUS_ERROR_SIGNALING_7);
    } else if (p->unknown) {
        exercise(o, VMSG_BUS_ERROR_SIGNALING_7);
    }
}
