/*
 * EVENT_CONFIG and EVENT_USED, and what they owe. Spec: "Configuration Semantics Profiles",
 * "Device Notifications", "Finalizing Initialization".
 *
 * An EVENT_CONFIG is without cause only when everything that it could report is known, by reads
 * that nothing followed, to be as before.
 */
#include "harness/oracle/internal.h"

/* ---- EVENT_CONFIG ---- */

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

static void blame_causeless(struct vmsg_oracle *o, struct device *d, const struct config_event *e)
{
    if (d->watch_mismatch)
        blame(o, VMSG_DEV_PROFILES_5, d->num,
              "EVENT_CONFIG follows a SET_CONFIG that was rejected for its generation, and reports "
              "no change");
    else if (d->watch_status)
        blame(o, VMSG_DEV_PROFILES_9, d->num,
              "EVENT_CONFIG follows SET_DEVICE_STATUS and reports only status 0x%02x, which the "
              "driver wrote itself",
              e->status);
    else
        blame(o, VMSG_DEV_PROFILES_8, d->num,
              "EVENT_CONFIG reports status 0x%02x and generation %u, neither of which changed",
              e->status, e->gen);
}

static void hold(struct vmsg_oracle *o, struct device *d, const struct config_event *e)
{
    d->held_event = true;
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
    blame(o, VMSG_DEV_PROFILES_9, d->num,
          "EVENT_CONFIG came with SET_DEVICE_STATUS and reports only status 0x%02x, which the "
          "driver wrote itself",
          got);
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
    blame(
        o, VMSG_DEV_PROFILES_5, d->num,
        "EVENT_CONFIG came with a SET_CONFIG that was rejected for its generation, and reports no "
        "change");
    o->index = index;
}

static void judge_cause(struct vmsg_oracle *o, struct device *d, const struct config_event *e)
{
    bool own_write = d->config.write == WRITE_APPLIED || d->config.change || d->config.owes_event;

    if (!e->config_same || e->status & VIRTIO_S_NEEDS_RESET)
        return;
    if (d->status_sets_outstanding || d->config_sets_outstanding)
        hold(o, d, e);
    else if (e->status_same && !own_write && !d->reset_pending)
        blame_causeless(o, d, e);
}

static void judge_status_only(struct vmsg_oracle *o, struct device *d, const struct config_event *e)
{
    if (e->status_same || !d->status_known || !e->config_same || d->status_sets_outstanding)
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
        d->needs_reset_noted = false;
    }
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
    if (d->config.owes_event && !e.config_same)
        exercise(o, VMSG_DEV_PROFILES_7);
    if (!e.config_same)
        settle_debt(o, &d->config.owes_event);
    if (e.status & VIRTIO_S_NEEDS_RESET)
        settle_debt(o, &d->owes_status_event);
    learn_status(o, d, &e);
    d->config.event_since_shadow = true;
    generation_claimed(o, &d->config, true, false, e.gen);
}

/* A request was answered: what the watches waited for did not come. */
void events_answered(struct vmsg_oracle *o, struct device *d, const struct request *r)
{
    if (d->watch_status && r->msg_id != VMSG_ID_SET_DEVICE_STATUS) {
        d->watch_status = false;
        exercise(o, VMSG_DEV_PROFILES_9);
    }
    if (d->watch_mismatch && r->msg_id != VMSG_ID_SET_CONFIG) {
        d->watch_mismatch = false;
        exercise(o, VMSG_DEV_PROFILES_5);
    }
}

/* ---- EVENT_USED ---- */

static bool runs(const struct device *d)
{
    return !d->status_known || (d->status & VIRTIO_S_DRIVER_OK) || d->status_sets_outstanding;
}

static bool index_swapped(const struct device *d, uint32_t index)
{
    uint32_t swapped = index << 24 | (index & 0xff00) << 8 | (index >> 8 & 0xff00) | index >> 24;

    return index >= max_virtqueues(d) && swapped < max_virtqueues(d);
}

void judge_event_used(struct vmsg_oracle *o, struct device *d, const struct vmsg *m)
{
    uint32_t index = (uint32_t)m->f[VMSG_EVENT_USED_REQ_vq_index];
    struct queue *q;

    judge_padding(o, d, m);
    if (index >= max_virtqueues(d)) {
        if (index_swapped(d, index))
            blame(o, VMSG_DEV_ENDIANNESS_1, d->num,
                  "vq_index 0x%08x is big-endian; fields are little-endian", index);
        else
            blame(o, VMSG_DEV_PROSE_EVENT_USED_QUEUE, d->num,
                  "EVENT_USED names virtqueue %u; the device has %u", index, max_virtqueues(d));
        return;
    }
    exercise(o, VMSG_DEV_PROSE_EVENT_USED_QUEUE);
    if (!runs(d))
        blame(o, VMSG_DEV_FINAL_1, d->num,
              "EVENT_USED came while status is 0x%02x, without DRIVER_OK", d->status);
    q = get_queue(o, d, index);
    if (!q)
        return;
    if (q->quiesced)
        blame(o, VMSG_DEV_PROSE_RESET_VQUEUE_QUIESCED, d->num,
              "EVENT_USED for virtqueue %u came after the answer to its RESET_VQUEUE", index);
    if (q->owes_event) {
        exercise(o, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
        settle_debt(o, &q->owes_event);
    } else {
        q->polled_event = true;
    }
}

/* ---- facts from memory and the upper tester ---- */

static void note_available(struct vmsg_oracle *o, struct device *d, struct queue *q, uint32_t n)
{
    q->available += n;
    if (!runs(d)) {
        exercise(o, VMSG_DEV_FINAL_1);
        return;
    }
    if (!(d->status & VIRTIO_S_DRIVER_OK) || q->corrupted)
        return;
    exercise(o, VMSG_DEV_FINAL_2);
    if (q->used < q->available)
        owe(o, &q->owes_buffers);
}

static void note_used(struct vmsg_oracle *o, struct device *d, struct queue *q,
                      const struct vmsg_note *note)
{
    q->used += note->value;
    if (!runs(d)) {
        blame(o, VMSG_DEV_FINAL_1, d->num,
              "virtqueue %u has %u used buffers while status is 0x%02x, without DRIVER_OK",
              note->vq, q->used, d->status);
        return;
    }
    if (q->used >= q->available)
        settle_debt(o, &q->owes_buffers);
    if (q->quiesced)
        blame(o, VMSG_DEV_RESET_VQUEUE_3, d->num,
              "virtqueue %u used a buffer after its RESET_VQUEUE was answered", note->vq);
    if (o->config.polling) {
        exercise(o, VMSG_DEV_DEVICE_NOTIFICATIONS_2);
    } else if (q->no_interrupt) {
        q->polled_event = false; /* suppressed: AMBIGUITIES 11 */
    } else if (q->polled_event) {
        q->polled_event = false;
        exercise(o, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
    } else {
        owe(o, &q->owes_event);
    }
}

static void note_complete(struct vmsg_oracle *o, struct device *d, struct queue *q)
{
    if (!o->config.polling && (d->status & VIRTIO_S_DRIVER_OK) && !q->no_interrupt &&
        !o->config.mem_size)
        owe(o, &q->owes_event);
}

static void note_queue(struct vmsg_oracle *o, struct device *d, const struct vmsg_note *note)
{
    struct queue *q = get_queue(o, d, note->vq);

    if (!q)
        return;
    switch (note->kind) {
    case VMSG_NOTE_AVAILABLE:
        note_available(o, d, q, note->value);
        break;
    case VMSG_NOTE_USED:
        note_used(o, d, q, note);
        break;
    case VMSG_NOTE_NO_INTERRUPT:
        q->no_interrupt = note->value;
        break;
    case VMSG_NOTE_CORRUPTED:
        q->corrupted = d->corrupted = true;
        settle_debt(o, &q->owes_buffers);
        break;
    case VMSG_NOTE_COMPLETE:
        note_complete(o, d, q);
        break;
    default:
        break;
    }
}

static void note_hotplug(struct vmsg_oracle *o, struct device *d, bool add)
{
    d->gone = true; /* until it is announced, or for good */
    if (!add)
        d->present = false;
    if (!(o->config.bus_messages & VMSG_BUS_EVENT_DEVICE))
        return;
    owe(o, &o->owes_hotplug);
    o->hotplug_dev = d->num;
}

void vmsg_oracle_note(struct vmsg_oracle *o, const struct vmsg_note *note)
{
    struct device *d = o->failed ? NULL : get_device(o, note->dev_num);

    if (!d)
        return;
    o->index = note->index;
    switch (note->kind) {
    case VMSG_NOTE_CHANGE_CONFIG:
        config_change_noted(o, d, note);
        break;
    case VMSG_NOTE_NEEDS_RESET:
        d->needs_reset_noted = true;
        d->malformed_at = 0;
        if (d->status & VIRTIO_S_DRIVER_OK) {
            owe(o, &d->owes_status_event);
            d->owes_status_index = note->index;
        }
        break;
    case VMSG_NOTE_ADD:
    case VMSG_NOTE_REMOVE:
        note_hotplug(o, d, note->kind == VMSG_NOTE_ADD);
        break;
    case VMSG_NOTE_RESET_TIMEOUT:
        reset_timed_out(o, d);
        break;
    default:
        note_queue(o, d, note);
        break;
    }
}

/* ---- overdue ---- */

static void settle_queue(struct vmsg_oracle *o, struct device *d, struct queue *q, uint32_t index)
{
    if (q->owes_event)
        blame(o, VMSG_DEV_DEVICE_NOTIFICATIONS_1, d->num,
              "virtqueue %u has used buffers, but no EVENT_USED came; polling-only is not selected",
              index);
    if (q->owes_buffers && !(d->status & VIRTIO_S_NEEDS_RESET))
        blame(o, VMSG_DEV_FINAL_2, d->num,
              "virtqueue %u was given %u buffers after DRIVER_OK and used %u", index, q->available,
              q->used);
    settle_debt(o, &q->owes_event);
    settle_debt(o, &q->owes_buffers);
}

static void settle_device(struct vmsg_oracle *o, struct device *d)
{
    if (d->config.owes_event) {
        o->index = d->config.owes_index;
        blame(o, VMSG_DEV_PROFILES_7, d->num,
              "the configuration changed, but no EVENT_CONFIG came for it");
    }
    if (d->owes_status_event) {
        o->index = d->owes_status_index;
        blame(o, VMSG_DEV_PROFILES_8, d->num,
              "DEVICE_NEEDS_RESET was set while DRIVER_OK is, but no EVENT_CONFIG reported it");
    }
    settle_debt(o, &d->config.owes_event);
    settle_debt(o, &d->owes_status_event);
    for (uint32_t p = 0; d->pages && p < 256; p++)
        for (uint32_t i = 0; d->pages[p] && i < 256; i++)
            settle_queue(o, d, &d->pages[p][i], p * 256 + i);
}

void settle_events(struct vmsg_oracle *o)
{
    if (o->owes_hotplug)
        blame(o, VMSG_BUS_HOTPLUG_AND_REMOVAL_1, (uint16_t)o->hotplug_dev,
              "device %u was added or removed, but no EVENT_DEVICE came", o->hotplug_dev);
    settle_debt(o, &o->owes_hotplug);
    if (o->owed)
        each_device(o, settle_device);
}
