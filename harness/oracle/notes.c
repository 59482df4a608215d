/* Facts beside the stream, and what is overdue when nothing more comes. */
#include "harness/oracle/drv.h"
#include "harness/oracle/internal.h"
#include "harness/oracle/relay.h"

void hotplug_owed(struct vmsg_oracle *o, uint16_t dev)
{
    if (!(o->config.bus_messages & VMSG_BUS_EVENT_DEVICE))
        return;
    owe(o, &o->owes_hotplug);
    o->hotplug_dev = dev;
    o->hotplug_other_named = false;
}

static void note_hotplug(struct vmsg_oracle *o, struct device *d, bool add, bool sure)
{
    d->gone = true; /* until it is announced, or for good */
    d->comes = add;
    forgive_requests(o, d); /* it may get them before or after */
    forget_life(o, d);
    if (!add)
        d->present = false;
    if (sure)
        hotplug_owed(o, d->num);
}

/* Has a change of hotplug to be told? To a bus the device may have been there, or not, already:
 * then it does not come or go. What a bus has not found yet nobody misses. */
static bool is_news(const struct vmsg_oracle *o, const struct vmsg_note *note)
{
    const struct relay_device *d;

    if (!o->relay || o->failed)
        return true;
    d = relay_device(o->relay, note->dev_num);
    return !d->doubtful && (note->kind == VMSG_NOTE_ADD || d->exposed);
}

void vmsg_oracle_note(struct vmsg_oracle *o, const struct vmsg_note *note)
{
    struct device *d;
    bool sure = is_news(o, note); /* before it is taken note of */

    if (o->drv && !o->failed)
        drv_note(o, note);
    if (o->relay && !o->failed)
        relay_note(o, note);
    if (!(o->config.judged & (VMSG_JUDGE_DEVICE | VMSG_JUDGE_BUS)) || o->failed ||
        !(d = get_device(o, note->dev_num)))
        return;
    o->index = note->index;
    switch (note->kind) {
    case VMSG_NOTE_CHANGE_CONFIG:
        config_change_noted(o, d, note);
        break;
    case VMSG_NOTE_NEEDS_RESET:
        d->needs_reset_noted = true;
        d->needs_reset_missed = false;
        d->malformed_at = d->discarded_at = 0;
        if (d->status & VIRTIO_S_DRIVER_OK && !d->reset_pending) {
            owe(o, &d->owes_status_event);
            d->owes_status_index = note->index;
        }
        break;
    case VMSG_NOTE_ADD:
    case VMSG_NOTE_REMOVE:
        note_hotplug(o, d, note->kind == VMSG_NOTE_ADD, sure);
        break;
    case VMSG_NOTE_RESET_TIMEOUT:
        reset_timed_out(o, d);
        break;
    default:
        /* What a device owes is not the bus's debt; of one that comes or goes nobody knows. */
        if (!o->relay && !d->gone)
            note_queue(o, d, note);
        break;
    }
}

/* ---- overdue ---- */

static const char *changed_with(enum vmsg_clause_no clause)
{
    switch (clause) {
    case VMSG_DEV_SET_CONFIG_2:
        return " with a SET_CONFIG of length 0, which is a no-op";
    case VMSG_DEV_SET_CONFIG_3:
        return " as a SET_CONFIG asked that was answered with length 0";
    default:
        return "";
    }
}

static void settle_device(struct vmsg_oracle *o, struct device *d)
{
    if (d->config.owes_event) {
        o->index = d->config.owes_index;
        blame(o, d->config.owes_clause, d->num,
              "the configuration changed%s, but no EVENT_CONFIG came for it",
              changed_with(d->config.owes_clause));
    }
    if (d->needs_reset_missed) {
        o->index = d->needs_reset_index;
        blame(o, VMSG_DEV_GET_DEVICE_STATUS_2, d->num,
              "the device met an unrecoverable error, but status is 0x%02x without "
              "DEVICE_NEEDS_RESET",
              d->status);
    }
    d->needs_reset_noted = d->needs_reset_missed = false;
    settle_causeless(o, d);
    settle_early_status(o, d);
    if (d->owes_status_event) {
        o->index = d->owes_status_index;
        blame(o, VMSG_DEV_PROFILES_8, d->num,
              "DEVICE_NEEDS_RESET was set while DRIVER_OK is, but no EVENT_CONFIG reported it");
    }
    settle_debt(o, &d->config.owes_event);
    settle_debt(o, &d->owes_status_event);
    for (struct queue *q = d->debtors; q; q = q->next_debtor) {
        settle_queue(o, d, q);
        q->debtor = false;
    }
    d->debtors = NULL;
}

void settle_events(struct vmsg_oracle *o)
{
    settle_bus(o);
    each_device(o, settle_device);
}
