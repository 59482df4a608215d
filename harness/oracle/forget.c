/*
 * What is not known any more when a message may have taken effect without an answer that tells:
 * it was left unanswered, answered wrongly, failed on the way, or is an implementation's own.
 * One violation must not make the messages after it look like others.
 */
#include "harness/oracle/internal.h"

static void forget_config(struct config_state *c)
{
    config_restart(c);
    c->gen_read = false;
    c->claim = CLAIM_NONE;
    c->excuses++;
}

void forget_device(struct vmsg_oracle *o, struct device *d)
{
    d->reset_muddled |= d->reset_pending; /* complete or not, nobody knows */
    d->status_known = d->status_suspect = d->status_early = d->reset_pending = false;
    d->status = 0;
    d->idle = false;
    d->watch_status = d->watch_mismatch = d->held_event = false;
    d->needs_reset_noted = d->needs_reset_missed = false;
    d->selection_unknown = true;
    d->selected_known = 0;
    settle_debt(o, &d->owes_status_event);
    settle_debt(o, &d->config.owes_event);
    forget_config(&d->config);
    forget_queues(o, d);
}

static void forget_queue(struct vmsg_oracle *o, struct device *d, uint32_t index)
{
    struct queue *q = find_queue(d, index);

    d->set_up_in_reset = true;
    if (!q)
        return;
    q->pending = VQ_UNKNOWN;
    q->configured = 0;
    q->ever_set = d->queues_set = true;
    q->after_device_reset = q->quiesced = q->suspect_enable = false;
    settle_debt(o, &q->owes_event);
    settle_debt(o, &q->owes_buffers);
}

void forget_effects(struct vmsg_oracle *o, struct device *d, const struct request *r)
{
    if (r->bus)
        return;
    if (r->msg_id & VMSG_ID_IMPLEMENTATION) {
        forget_device(o, d);
        return;
    }
    if (r->due == DUE_SILENCE &&
        (r->msg_id == VMSG_ID_SET_VQUEUE || r->msg_id == VMSG_ID_RESET_VQUEUE)) {
        forget_queues(o, d); /* who knows which one its bytes were taken for */
        d->queues_set = d->set_up_in_reset = true;
        return;
    }
    switch (r->msg_id) {
    case VMSG_ID_SET_DRIVER_FEATURES:
        d->selection_unknown = d->set_up_in_reset = true;
        d->selected_known = 0;
        d->max_epoch++;
        config_restart(&d->config);
        break;
    case VMSG_ID_SET_CONFIG:
        forget_config(&d->config);
        break;
    case VMSG_ID_SET_DEVICE_STATUS:
        forget_device(o, d);
        d->reset_muddled |= r->f[VMSG_SET_DEVICE_STATUS_REQ_status] == 0; /* it may have begun */
        break;
    case VMSG_ID_SET_VQUEUE:
    case VMSG_ID_RESET_VQUEUE: /* f is zero when the index was cut off */
        forget_queue(o, d, (uint32_t)r->f[0]);
        break;
    default:
        break;
    }
}
