/*
 * What a driver does with its virtqueues: buffers, notifications, and what it makes of EVENT_USED.
 * Spec: "Finalizing Initialization", "Driver Notifications", "Device Notifications", EVENT_AVAIL,
 * EVENT_USED.
 */
#include "harness/oracle/drv.h"

static void remember_debtor(struct drv_view *v, struct drv_queue *q)
{
    if (q->debtor)
        return;
    q->debtor = true;
    q->next_debtor = v->debtors;
    v->debtors = q;
}

/* ---- is it time for I/O? ---- */

static void judge_queue_ready(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                              const char *what)
{
    if (!q->set) {
        blame(o, VMSG_DRV_FINAL_3, v->num,
              "%s on queue %u, which no answered SET_VQUEUE has configured", what, q->index);
        return;
    }
    exercise(o, VMSG_DRV_FINAL_3);
    if (q->verified) {
        exercise(o, VMSG_DRV_OVERVIEW_3);
        exercise(o, VMSG_DRV_SET_VQUEUE_9);
        return;
    }
    blame(o, VMSG_DRV_OVERVIEW_3, v->num, "%s on queue %u, whose parameters %s", what, q->index,
          q->refused ? "GET_VQUEUE did not confirm" : "were not confirmed");
    blame(o, VMSG_DRV_SET_VQUEUE_9, v->num,
          "%s on queue %u, but %s after SET_VQUEUE; its response says nothing", what, q->index,
          q->refused ? "GET_VQUEUE showed other parameters" : "GET_VQUEUE was not used");
    q->verified = true; /* told once */
}

/* What memory shows may be later than messages that are not read yet: then `asked` is not known. */
static void judge_time(struct vmsg_oracle *o, struct drv_view *v, const char *what, bool seen)
{
    if (v->driver_ok_told) {
        exercise(o, VMSG_DRV_FINAL_2);
        exercise(o, VMSG_DRV_OVERVIEW_4);
        return;
    }
    if (v->reset != DRV_RESET_DONE && v->queues_enabled == 0)
        return; /* what was on its way when the device was reset */
    if (drv_crosses_stray(v, VMSG_ID_SET_DEVICE_STATUS)) {
        v->doubtful = true; /* it may have been taken for the answer to what is still on its way */
        return;
    }
    blame(o, VMSG_DRV_FINAL_2, v->num, "%s before the device reported DRIVER_OK", what);
    if (!v->driver_ok_asked && !seen)
        blame(o, VMSG_DRV_OVERVIEW_4, v->num, "%s before DRIVER_OK was written", what);
}

/* ---- next_offset ---- */

/* How far the value stands behind `position`; more than half of what it can say: it is ahead. What
 * was sent long ago may be read when the ring has gone round since. */
#define LAG_MOST 0x4000u
static uint32_t lag_split(uint32_t value, uint32_t position)
{
    return (position - value) & 0x7FFF;
}

/* Core's next_off of a split ring is 15 bits of the available index; bit 15 stands in next_wrap by
 * core, nowhere by this chapter, and may have stayed where it was. */
static bool split_encoding(uint32_t value, uint32_t position)
{
    uint32_t low = value & 0x7FFFFFFF;

    return low <= 0xFFFF && lag_split(low, position) == 0;
}

/*
 * Another place than the ring had when its buffers were announced, and no buffer was seen since:
 * the memory is not looked at any more. Behind it a split ring's notification may just be late.
 */
static bool is_unseen(const struct drv_view *v, const struct drv_queue *q, uint32_t value)
{
    if (!q->position_known || !q->announced)
        return false;
    if (drv_negotiated(v, VIRTIO_F_RING_PACKED))
        return value != q->position;
    return lag_split(value & 0x7FFFFFFF, q->position) >= LAG_MOST;
}

static bool offset_possible(const struct drv_view *v, const struct drv_queue *q, uint32_t value)
{
    uint32_t low = value & 0x7FFFFFFF;

    if (drv_negotiated(v, VIRTIO_F_RING_PACKED))
        return low < (q->size ? q->size : 32768);
    if (low > 0xFFFF)
        return false;
    return !q->position_known || lag_split(low, q->position) < LAG_MOST;
}

static void judge_offset(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                         uint32_t value)
{
    if (!drv_negotiated(v, VIRTIO_F_NOTIFICATION_DATA)) {
        if (value)
            blame(o, VMSG_DRV_EVENT_AVAIL_2, v->num,
                  "next_offset is 0x%x although VIRTIO_F_NOTIFICATION_DATA was not negotiated; it "
                  "is zero then",
                  value);
        else
            exercise(o, VMSG_DRV_EVENT_AVAIL_2);
        return;
    }
    if (is_unseen(v, q, value))
        q->position_known = q->position_announced = false;
    if (!offset_possible(v, q, value))
        blame(o, VMSG_DRV_EVENT_AVAIL_2, v->num,
              "next_offset 0x%x of queue %u is ahead of its ring, or no place in it (the ring is "
              "at 0x%x, size %u)",
              value, q->index, q->position, q->size);
    else
        exercise(o, VMSG_DRV_EVENT_AVAIL_2);
}

/* Another queue of the device has buffers that nobody announced. */
static bool others_wait(const struct drv_view *v, const struct drv_queue *q)
{
    for (const struct drv_queue *other = v->debtors; other; other = other->next_debtor)
        if (other != q && other->life == v->life && other->available && !other->announced)
            return true;
    return false;
}

static bool is_no_queue(const struct drv_view *v, const struct drv_queue *q)
{
    return (v->info_told && q->index >= v->info[VMSG_GET_DEVICE_INFO_RESP_max_virtqueues]) ||
           (q->queried && q->max_size == 0);
}

void drv_avail(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    uint32_t index = (uint32_t)m->f[VMSG_EVENT_AVAIL_REQ_vq_index];
    struct drv_queue *q;

    if (drv_swapped(o, v, index, 0xFFFF, "vq_index in EVENT_AVAIL"))
        return;
    q = drv_queue(o, v, index);
    drv_config_used(o, v);
    judge_time(o, v, "EVENT_AVAIL was sent", false);
    if (!q->set && (others_wait(v, q) || is_no_queue(v, q))) {
        blame(o, VMSG_DRV_EVENT_AVAIL_1, v->num,
              "EVENT_AVAIL names queue %u, which is none that was set up; the queue with new "
              "buffers is to be named",
              index);
        return;
    }
    judge_queue_ready(o, v, q, "EVENT_AVAIL was sent");
    exercise(o, VMSG_DRV_EVENT_AVAIL_1);
    if (q->set && !q->muddled) /* else it is one mistake, whatever the driver believes negotiated */
        judge_offset(o, v, q, (uint32_t)m->f[VMSG_EVENT_AVAIL_REQ_next_offset]);
    q->last_offset = (uint32_t)m->f[VMSG_EVENT_AVAIL_REQ_next_offset];
    q->last_offset_index = o->index;
    if (q->available && !q->announced)
        exercise(o, VMSG_DRV_DRIVER_NOTIFICATIONS_3);
    q->announced = true;
    q->awaited = false;
    remember_debtor(v, q);
}

/* ---- what memory shows ---- */

static void became_available(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                             const struct vmsg_note *note)
{
    if (v->was_removed && !v->queues_set)
        return; /* the memory is the driver's again, for whatever it likes */
    judge_time(o, v, "buffers were made available", true);
    if (v->driver_ok_told || q->set)
        judge_queue_ready(o, v, q, "buffers were made available");
    else
        blame(o, VMSG_DRV_FINAL_3, v->num,
              "buffers were made available on queue %u before SET_VQUEUE was answered", q->index);
    if (q->used_at_event && q->used_at_event >= q->available) {
        exercise(o, o->config.polling ? VMSG_DRV_DEVICE_NOTIFICATIONS_4
                                      : VMSG_DRV_DEVICE_NOTIFICATIONS_3);
        if (q->last_used_token)
            exercise(o, VMSG_DRV_HEADER_5);
    }
    q->available += note->value;
    q->position = note->position;
    q->position_known = true;
    /* With the event index, several buffers may be known by the notification of the first. */
    q->position_announced =
        !drv_negotiated(v, VIRTIO_F_EVENT_IDX) || (note->value == 1 && !note->unwanted);
    q->available_index = note->index;
    q->announced = false;
    q->awaited |= !note->unwanted;
    remember_debtor(v, q);
}

/*
 * The driver's user wants to make another buffer available and is told that there is no room,
 * although all of them are used and that was announced: the queue was not looked at.
 */
static void refused(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q)
{
    if (!q->available || q->used < q->available || !q->used_at_event)
        return;
    if (q->used_at_event < q->used && !drv_negotiated(v, VIRTIO_F_EVENT_IDX))
        return; /* with the event index a driver is told of what it asks for, after it has looked */
    if (o->config.polling)
        blame(o, VMSG_DRV_DEVICE_NOTIFICATIONS_4, v->num,
              "all %llu buffers of queue %u are used, and the driver does not take them back "
              "without an EVENT_USED",
              (unsigned long long)q->used, q->index);
    else if (q->last_used_token)
        blame(o, VMSG_DRV_HEADER_5, v->num,
              "all %llu buffers of queue %u are used and EVENT_USED said so, with token %u: the "
              "driver did not look; the token does not matter",
              (unsigned long long)q->used, q->index, q->last_used_token);
    else
        blame(o, VMSG_DRV_DEVICE_NOTIFICATIONS_3, v->num,
              "all %llu buffers of queue %u are used and EVENT_USED said so, but the driver did "
              "not take them back",
              (unsigned long long)q->used, q->index);
}

void drv_queue_note(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg_note *note)
{
    struct drv_queue *q = drv_queue(o, v, note->vq);

    if (o->drv->swapped)
        return; /* its messages were not understood */
    switch (note->kind) {
    case VMSG_NOTE_AVAILABLE:
        if (v->under_way || q->muddled)
            break; /* before the driver had read that the device is gone */
        became_available(o, v, q, note);
        break;
    case VMSG_NOTE_USED:
        q->used += note->value;
        if (o->config.polling)
            q->used_at_event = q->used;
        break;
    case VMSG_NOTE_REFUSED:
        refused(o, v, q);
        break;
    case VMSG_NOTE_BROKEN_RING:
        if (!q->areas_blamed && !q->muddled)
            blame(o, VMSG_DRV_MANDATORY_1, v->num,
                  "the ring of queue %u cannot be followed: %.*s; virtqueues are laid out as core "
                  "virtio has it",
                  q->index, (int)note->data_len, (const char *)note->data);
        break;
    default:
        break;
    }
}

void drv_used(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    struct drv_queue *q = drv_queue(o, v, (uint32_t)m->f[VMSG_EVENT_USED_REQ_vq_index]);

    if (q->used_at_event == q->used)
        return; /* nothing new */
    q->used_at_event = q->used;
    q->last_used_token = m->token;
}

/* ---- at the end ---- */

static void settle_queue_avail(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q)
{
    bool packed = drv_negotiated(v, VIRTIO_F_RING_PACKED);

    if (!q->available || !v->driver_ok_told || q->muddled)
        return;
    if (!q->announced) {
        if (o->config.polling) {
            exercise(o, VMSG_DRV_DRIVER_NOTIFICATIONS_2);
        } else if (q->awaited) {
            o->index = q->available_index;
            blame(o, VMSG_DRV_DRIVER_NOTIFICATIONS_3, v->num,
                  "buffers were made available on queue %u, and no EVENT_AVAIL followed", q->index);
        }
        q->announced = true; /* told once */
        return;
    }
    if (!drv_negotiated(v, VIRTIO_F_NOTIFICATION_DATA) || !q->position_announced)
        return;
    if (packed ? q->last_offset == q->position : split_encoding(q->last_offset, q->position))
        return;
    o->index = q->last_offset_index;
    blame(o, VMSG_DRV_EVENT_AVAIL_2, v->num,
          "next_offset 0x%x was the last of queue %u, whose ring ends at 0x%x", q->last_offset,
          q->index, q->position);
}

static bool awaits_notification(const struct drv_view *v)
{
    for (const struct drv_queue *q = v->debtors; q; q = q->next_debtor)
        if (q->life == v->life && q->available && !q->announced && q->awaited)
            return true;
    return false;
}

bool drv_owes_notification(const struct vmsg_oracle *o)
{
    for (unsigned p = 0; p < DRV_VIEW_PAGE && !o->config.polling; p++)
        for (unsigned i = 0; o->drv->views[p] && i < DRV_VIEW_PAGE; i++) {
            const struct drv_view *v = o->drv->views[p][i];

            if (v && v->driver_ok_told && awaits_notification(v))
                return true;
        }
    return false;
}

void drv_avail_settle(struct vmsg_oracle *o, struct drv_view *v)
{
    struct drv_queue *next;

    for (struct drv_queue *q = v->debtors; q; q = next) {
        next = q->next_debtor;
        if (q->life == v->life && !o->drv->swapped)
            settle_queue_avail(o, v, q);
        q->debtor = false;
        q->next_debtor = NULL;
    }
    v->debtors = NULL;
}
