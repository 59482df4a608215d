/*
 * EVENT_CONFIG. Spec: "Configuration Semantics Profiles".
 *
 * An EVENT_CONFIG is without cause only when everything that it could report is known, by reads
 * that nothing followed, to be as before.
 */
#include "harness/oracle/internal.h"

struct config_event {
    uint32_t status, gen, offset, length;
    bool has_data; /* all of its range */
    bool status_same;
    bool config_same; /* proved */
};

static struct config_event read_event(const struct device *d, const struct vmsg *m)
{
    const struct config_state *c = &d->config;
    struct config_event e = {
        .status = (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_device_status],
        .gen = (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_generation],
        .offset = (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_offset],
        .length = (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_length],
    };
    bool none = d->info_known && !d->info[VMSG_GET_DEVICE_INFO_RESP_config_size];
    bool gen_same = c->gen_read && !c->gen_unstable && e.gen == c->gen;

    e.has_data = e.length && m->tail_len == e.length;
    e.status_same = d->status_known && e.status == d->status;
    e.config_same =
        none || (gen_same && (!e.has_data || config_same(c, e.offset, m->tail, e.length)));
    return e;
}

/* May an EVENT_AVAIL since the last answer have caused an event? Not where writes do, without one.
 */
static bool is_kicked(const struct device *d)
{
    return d->kicked_at > d->answered_at && !d->event_by_write;
}

static void blame_status_write(struct vmsg_oracle *o, struct device *d, const char *how,
                               uint32_t status)
{
    d->event_by_write = true;
    blame(
        o, VMSG_DEV_PROFILES_9, d->num,
        "EVENT_CONFIG %s SET_DEVICE_STATUS and reports only status 0x%02x, which the driver wrote "
        "itself",
        how, status);
}

static void blame_mismatch(struct vmsg_oracle *o, struct device *d, const char *how)
{
    d->event_by_write = true;
    blame(
        o, VMSG_DEV_PROFILES_5, d->num,
        "EVENT_CONFIG %s a SET_CONFIG that was rejected for its generation, and reports no change",
        how);
}

/* The write that an event seems to follow has done nothing, but a notification was sent, too. */
static void blame_kicked(struct vmsg_oracle *o, struct device *d, uint32_t status, uint32_t gen)
{
    blame(
        o, VMSG_DEV_PROFILES_8, d->num,
        "EVENT_CONFIG follows EVENT_AVAIL and reports status 0x%02x and generation %u, neither of "
        "which the device changed",
        status, gen);
}

static void blame_causeless(struct vmsg_oracle *o, struct device *d, const struct config_event *e)
{
    /* The discarded message or what came before it? When nothing else causes such events, the
     * discarded ones do: settle_causeless(). */
    if (d->discarded_at <= d->answered_at) {
        d->event_otherwise = true;
    } else if (!d->event_discarding) {
        d->event_discarding = true;
        d->event_discarding_index = o->index;
    }
    if (is_kicked(d))
        blame_kicked(o, d, e->status, e->gen);
    else if (d->watch_mismatch)
        blame_mismatch(o, d, "follows");
    else if (d->watch_status)
        blame_status_write(o, d, "follows", e->status);
    else
        blame(o, VMSG_DEV_PROFILES_8, d->num,
              "EVENT_CONFIG reports status 0x%02x and generation %u, neither of which changed",
              e->status, e->gen);
}

static void hold(struct vmsg_oracle *o, struct device *d, const struct config_event *e)
{
    d->held_event = true;
    d->held_kicked = is_kicked(d);
    d->held_status = e->status;
    d->held_gen = e->gen;
    d->held_index = o->index;
}

/* The write that was outstanding when an event came was answered: was it the event's only cause? */
void held_event_status(struct vmsg_oracle *o, struct device *d, uint32_t got)
{
    uint32_t index = o->index;

    if (!d->held_event)
        return;
    d->held_event = false;
    if (d->held_status != got || got & VIRTIO_S_NEEDS_RESET)
        return;
    o->index = d->held_index;
    if (d->held_kicked)
        blame_kicked(o, d, got, d->held_gen);
    else
        blame_status_write(o, d, "came with", got);
    o->index = index;
}

void held_event_write(struct vmsg_oracle *o, struct device *d, uint32_t gen)
{
    uint32_t index = o->index;

    if (!d->held_event)
        return;
    d->held_event = false;
    if (!d->watch_mismatch || d->held_gen != gen || d->held_status != d->status)
        return;
    o->index = d->held_index;
    if (d->held_kicked)
        blame_kicked(o, d, d->held_status, gen);
    else
        blame_mismatch(o, d, "came with");
    o->index = index;
}

static void judge_cause(struct vmsg_oracle *o, struct device *d, const struct config_event *e)
{
    struct config_state *c = &d->config;
    bool announces = c->write == WRITE_APPLIED || c->owes_event;

    if (!e->config_same || e->status & VIRTIO_S_NEEDS_RESET || d->reset_pending || announces)
        return;
    if (e->status_same && c->excuses)
        c->excuses--; /* late, of a write or change that reads have shown already */
    else if (d->status_sets_outstanding || d->config_sets_outstanding)
        hold(o, d, e);
    else if (e->status_same)
        blame_causeless(o, d, e);
}

static void judge_status_only(struct vmsg_oracle *o, struct device *d, const struct config_event *e)
{
    if (e->status_same || !d->status_known || !e->config_same || d->status_sets_outstanding ||
        d->reset_pending)
        return;
    exercise(o, VMSG_DEV_PROFILES_8);
    if (e->offset || e->length)
        blame(
            o, VMSG_DEV_PROFILES_10, d->num,
            "EVENT_CONFIG reports only a status change, but offset is %u and length %u; both must "
            "be 0",
            e->offset, e->length);
    else
        exercise(o, VMSG_DEV_PROFILES_10);
}

static void learn_status(struct vmsg_oracle *o, struct device *d, const struct config_event *e)
{
    uint32_t changed = e->status ^ d->status;

    if (!d->status_known || d->status_sets_outstanding)
        return;
    if (changed == VIRTIO_S_NEEDS_RESET || (d->reset_pending && !e->status))
        status_learned(o, d, e->status);
    if (e->status & VIRTIO_S_NEEDS_RESET && (d->needs_reset_noted || d->corrupted)) {
        exercise(o, VMSG_DEV_GET_DEVICE_STATUS_2);
        d->needs_reset_noted = d->needs_reset_missed = false;
    }
}

/* The event that a change owes may also come when a read has shown the change. */
static void settle_change(struct vmsg_oracle *o, struct config_state *c,
                          const struct config_event *e)
{
    if (c->owes_event && (!e->config_same || c->owes_seen)) {
        exercise(o, VMSG_DEV_PROFILES_7);
        settle_debt(o, &c->owes_event);
    }
    if (c->change_announced)
        c->change_length = 0; /* another change */
    c->change_announced = true;
    c->change_gen = e->gen;
    c->event_since_write = true;
    if (!c->shadow_valid || e->gen != c->shadow_gen) /* else it is late, of what was read already */
        c->event_since_shadow = true;
}

void judge_event_config(struct vmsg_oracle *o, struct device *d, const struct vmsg *m)
{
    struct config_event e = read_event(d, m);

    if (d->status_known && status_swapped(o, d, e.status, d->status))
        return;
    judge_padding(o, d, m);
    judge_cause(o, d, &e);
    judge_status_only(o, d, &e);
    if (e.status_same && !e.offset && !e.length)
        exercise(o, VMSG_DEV_PROFILES_6);
    settle_change(o, &d->config, &e);
    if (e.status & VIRTIO_S_NEEDS_RESET) {
        settle_debt(o, &d->owes_status_event);
        d->needs_reset_told = true;
    }
    learn_status(o, d, &e);
    generation_claimed(o, &d->config, true, false, e.gen);
}

void event_of_nobody(struct vmsg_oracle *o, const struct vmsg *m)
{
    for (unsigned i = 0; i < 8 && i < o->recent_devs_at; i++) {
        struct device *d = find_device(o, o->recent_devs[i]);
        struct queue *q;

        if (!d || d->num == m->dev_num)
            continue;
        if (m->msg_id == VMSG_ID_EVENT_CONFIG) {
            settle_debt(o, &d->config.owes_event);
            settle_debt(o, &d->owes_status_event);
        } else if ((q = find_queue(d, (uint32_t)m->f[VMSG_EVENT_USED_REQ_vq_index]))) {
            if (!q->owes_event)
                q->polled_event = true;
            settle_debt(o, &q->owes_event);
        }
    }
}

/* An event that came now, with the status that is known, would be one without cause. */
static bool announces_nothing(const struct device *d)
{
    const struct config_state *c = &d->config;

    if (d->info_known && !d->info[VMSG_GET_DEVICE_INFO_RESP_config_size])
        return true;
    return c->gen_read && !c->gen_unstable && !c->owes_event && c->write != WRITE_APPLIED;
}

/* A request was answered: what the watches waited for did not come. */
void events_answered(struct vmsg_oracle *o, struct device *d, const struct request *r)
{
    if (!d->status_sets_outstanding && !d->config_sets_outstanding)
        d->held_event = false; /* what it was held for was never answered */
    if (d->watch_status && r->msg_id != VMSG_ID_SET_DEVICE_STATUS) {
        d->watch_status = false;
        if (announces_nothing(d))
            exercise(o, VMSG_DEV_PROFILES_9);
    }
    if (d->watch_mismatch && r->msg_id != VMSG_ID_SET_CONFIG) {
        d->watch_mismatch = false;
        exercise(o, VMSG_DEV_PROFILES_5);
    }
}

void settle_causeless(struct vmsg_oracle *o, struct device *d)
{
    if (d->event_discarding && !d->event_otherwise) {
        o->index = d->event_discarding_index;
        blame(o, VMSG_DEV_ERROR_SIGNALING_1, d->num,
              "EVENT_CONFIG reports no change, and follows a message that must be discarded; such "
              "a message causes no traffic");
    }
    d->event_discarding = d->event_otherwise = false;
}
