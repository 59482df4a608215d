/*
 * EVENT_USED, and the work on virtqueues that it reports. Spec: "Device Notifications",
 * "Finalizing Initialization", RESET_VQUEUE.
 */
#include "harness/oracle/internal.h"

/* DRIVER_OK that was set and cleared again is no reset: buffers may still be used, and events be
 * under way (AMBIGUITIES 10). */
static bool runs(const struct device *d)
{
    return !d->status_known || !d->idle || d->status_sets_outstanding || d->reset_pending;
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
    q = find_queue(d, index);
    if (!q)
        return; /* never touched: nothing to remember, and a SUT must not fill the memory */
    if (q->quiesced && !d->vqueue_sets_outstanding)
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
    if (!(d->status & VIRTIO_S_DRIVER_OK) || q->corrupted || q->misset ||
        (q->pending == VQ_KNOWN && !q->cur.enabled))
        return;
    exercise(o, VMSG_DEV_FINAL_2);
    if (q->used < q->available)
        owe_queue(o, d, q, &q->owes_buffers);
}

static void note_used(struct vmsg_oracle *o, struct device *d, struct queue *q,
                      const struct vmsg_note *note)
{
    uint32_t excused = note->value < q->excused ? note->value : q->excused;

    q->used += note->value;
    q->used_seen = note->index;
    q->excused -= excused;
    if (!runs(d)) {
        blame(o, VMSG_DEV_FINAL_1, d->num,
              "virtqueue %u has %u used buffers while status is 0x%02x, without DRIVER_OK",
              note->vq, q->used, d->status);
        return;
    }
    if (q->used >= q->available)
        settle_debt(o, &q->owes_buffers);
    if (q->quiesced && !d->vqueue_sets_outstanding)
        blame(o, VMSG_DEV_RESET_VQUEUE_3, d->num,
              "virtqueue %u used a buffer after its RESET_VQUEUE was answered", note->vq);
    if (o->config.polling) {
        exercise(o, VMSG_DEV_DEVICE_NOTIFICATIONS_2);
    } else if (q->no_interrupt || excused == note->value) {
        q->polled_event = false; /* suppressed: AMBIGUITIES 11 */
    } else if (q->polled_event) {
        q->polled_event = false;
        exercise(o, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
    } else {
        owe_queue(o, d, q, &q->owes_event);
    }
}

/* What the device uses while it is told not to notify is seen later, maybe after the telling. */
static void note_no_interrupt(struct vmsg_oracle *o, struct queue *q, bool on)
{
    if (on)
        settle_debt(o, &q->owes_event);
    else if (q->no_interrupt)
        q->excused = q->used < q->available ? q->available - q->used : 0;
    q->no_interrupt = on;
}

static void note_complete(struct vmsg_oracle *o, struct device *d, struct queue *q)
{
    q->used_seen = o->index;
    if (!o->config.polling && (d->status & VIRTIO_S_DRIVER_OK) && !q->no_interrupt &&
        !o->config.mem_size)
        owe_queue(o, d, q, &q->owes_event);
}

static void settle_event_used(struct vmsg_oracle *o, struct device *d, struct queue *q)
{
    if (q->owes_event) {
        uint32_t index = o->index;

        o->index = q->used_seen;
        blame(o, VMSG_DEV_DEVICE_NOTIFICATIONS_1, d->num,
              "virtqueue %u has used buffers, but no EVENT_USED came; polling-only is not selected",
              q->index);
        o->index = index;
    }
    settle_debt(o, &q->owes_event);
}

void note_queue(struct vmsg_oracle *o, struct device *d, const struct vmsg_note *note)
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
        note_no_interrupt(o, q, note->value);
        break;
    case VMSG_NOTE_CORRUPTED:
        q->corrupted = d->corrupted = true;
        settle_debt(o, &q->owes_buffers);
        break;
    case VMSG_NOTE_OVERDUE:
        settle_event_used(o, d, q);
        break;
    case VMSG_NOTE_COMPLETE:
        note_complete(o, d, q);
        break;
    default:
        break;
    }
}

void settle_queue(struct vmsg_oracle *o, struct device *d, struct queue *q)
{
    settle_event_used(o, d, q);
    if (q->owes_buffers && q->after_reset && q->served)
        blame(o, VMSG_DEV_RESET_VQUEUE_3, d->num,
              "virtqueue %u used buffers, but after RESET_VQUEUE and a new setup it used %u of %u; "
              "its internal state must be reset",
              q->index, q->used, q->available);
    else if (q->owes_buffers && !(d->status & VIRTIO_S_NEEDS_RESET))
        blame(o, VMSG_DEV_FINAL_2, d->num,
              "virtqueue %u was given %u buffers after DRIVER_OK and used %u", q->index,
              q->available, q->used);
    settle_debt(o, &q->owes_buffers);
}
