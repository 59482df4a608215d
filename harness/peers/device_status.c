/* GET_DEVICE_STATUS, SET_DEVICE_STATUS, reset and unrecoverable errors. */
#include "harness/peers/refdev.h"
#include "harness/peers/rng.h"

enum { RESET_READS = 3 };

#define DRIVER_BITS                                                                                \
    (VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER | VIRTIO_S_DRIVER_OK | VIRTIO_S_FEATURES_OK |          \
     VIRTIO_S_FAILED)

static void reply_status(struct vmsg_refdev *d, const struct vmsg *m, uint32_t status)
{
    uint64_t f[] = {status};

    vmsg_refdev_reply(d, m, &(struct vmsg_body){.f = f});
}

void vmsg_refdev_reset(struct vmsg_refdev *d)
{
    d->reset_pending = VMSG_NO_RESET;
    d->status = 0;
    d->stopped = false;
    d->look_at = 0;
    vmsg_refdev_forget_features(d);
    if (vmsg_quirky(d->ep, VMSG_QUIRK_GENERATION_RESETS))
        d->generation = d->first_generation;
    if (vmsg_quirky(d->ep, VMSG_QUIRK_VQ_KEEPS_ADDRESSES) ||
        vmsg_faulty(d->ep, VMSG_FAULT_RESET_KEEPS_QUEUES))
        vmsg_refdev_reset_all_queues(d);
    else
        vmsg_queue_table_clear(&d->queues);
}

void vmsg_refdev_fail(struct vmsg_refdev *d)
{
    bool quiet = d->status == 0 && vmsg_quirky(d->ep, VMSG_QUIRK_QUIET_WHILE_INACTIVE);

    d->stopped = true;
    if (d->status & VIRTIO_S_NEEDS_RESET || vmsg_faulty(d->ep, VMSG_FAULT_NEEDS_RESET_NOT_SET))
        return;
    d->status |= VIRTIO_S_NEEDS_RESET;
    if (!quiet && !vmsg_faulty(d->ep, VMSG_FAULT_NEEDS_RESET_SILENT))
        vmsg_refdev_event_status(d);
}

void vmsg_refdev_get_status(struct vmsg_refdev *d, const struct vmsg *m)
{
    uint32_t status;

    if (d->reset_pending == VMSG_RESET_BY_READS && --d->reset_reads == 0)
        vmsg_refdev_reset(d);
    status = d->status;
    if (vmsg_faulty(d->ep, VMSG_FAULT_STATUS_HIDES_FEATURES_OK))
        status &= ~VIRTIO_S_FEATURES_OK;
    if (vmsg_faulty(d->ep, VMSG_FAULT_STATUS_HIDES_NEEDS_RESET) && status & VIRTIO_S_NEEDS_RESET)
        status &= ~(VIRTIO_S_NEEDS_RESET | VIRTIO_S_DRIVER_OK);
    if (vmsg_faulty(d->ep, VMSG_FAULT_RESET_ZERO_TOO_EARLY) && d->status_before_reset) {
        status = d->status_before_reset;
        d->status_before_reset = 0;
    }
    reply_status(d, m, status);
    if (vmsg_faulty(d->ep, VMSG_FAULT_STATUS_EVENT_UNPROVOKED))
        vmsg_refdev_event_config(d, 0, 0, false);
}

static void start_reset(struct vmsg_refdev *d)
{
    if (vmsg_faulty(d->ep, VMSG_FAULT_RESET_NEVER_COMPLETES) || d->reset_pending)
        return;
    if (d->status && vmsg_quirky(d->ep, VMSG_QUIRK_RESET_AFTER_READS)) {
        d->reset_pending = VMSG_RESET_BY_READS;
        d->reset_reads = RESET_READS;
        return;
    }
    if (d->status && vmsg_quirky(d->ep, VMSG_QUIRK_RESET_AFTER_TIME)) {
        d->reset_pending = VMSG_RESET_BY_TIME;
        d->reset_at = d->ep->now_ns + UINT64_C(1000000) * (1 + vmsg_rng_next(&d->ep->rng) % 5);
        return;
    }
    d->status_before_reset = d->status & ~VIRTIO_S_NEEDS_RESET;
    vmsg_refdev_reset(d);
}

/* The bits of a nonzero write that the device takes over. */
static uint32_t resulting_status(const struct vmsg_refdev *d, uint32_t wanted)
{
    uint32_t status = wanted & DRIVER_BITS;

    if (vmsg_quirky(d->ep, VMSG_QUIRK_STATUS_KEEPS_UNDEFINED))
        status = wanted & ~VIRTIO_S_NEEDS_RESET;
    if (vmsg_quirky(d->ep, VMSG_QUIRK_STATUS_NEVER_CLEARS))
        status |= d->status;
    return status | (d->status & VIRTIO_S_NEEDS_RESET);
}

/* FEATURES_OK appears: negotiate, or clear the bit ("Feature Negotiation"). */
static uint32_t negotiate(struct vmsg_refdev *d, uint32_t status)
{
    if (vmsg_refdev_features_acceptable(d)) {
        for (unsigned i = 0; i < d->model->num_feature_blocks; i++)
            d->negotiated[i] = d->selected[i] & vmsg_refdev_features(d, i);
        return status;
    }
    status &= ~VIRTIO_S_FEATURES_OK;
    if (vmsg_quirky(d->ep, VMSG_QUIRK_REFUSAL_NEEDS_RESET)) {
        status |= VIRTIO_S_NEEDS_RESET;
        d->stopped = true;
    }
    return status;
}

static void write_status(struct vmsg_refdev *d, uint32_t wanted)
{
    uint32_t status = resulting_status(d, wanted);

    if (status & ~d->status & VIRTIO_S_FEATURES_OK)
        status = negotiate(d, status);
    if (!(status & VIRTIO_S_FEATURES_OK) && !vmsg_quirky(d->ep, VMSG_QUIRK_STATUS_SKIPS))
        status &= ~VIRTIO_S_DRIVER_OK;
    d->status = status;
}

/* Messages that revision 1 does not let a device send, at the moment of DRIVER_OK. */
static void misbehave_at_driver_ok(struct vmsg_refdev *d)
{
    static const uint64_t zeros[2];
    struct vmsg_header h = {.dev_num = d->dev_num};

    if (vmsg_faulty(d->ep, VMSG_FAULT_FUTURE_EVENT)) {
        h.msg_id = 0x43;
        vmsg_endpoint_send_bare(d->ep, &h, 4);
    }
    if (vmsg_faulty(d->ep, VMSG_FAULT_SENDS_RESERVED_ID)) {
        h.msg_id = 0;
        vmsg_endpoint_send_bare(d->ep, &h, 0);
    }
    if (vmsg_faulty(d->ep, VMSG_FAULT_SENDS_DRIVER_REQUEST))
        vmsg_refdev_event(d, VMSG_ID_GET_DEVICE_STATUS, &(struct vmsg_body){0});
    if (vmsg_faulty(d->ep, VMSG_FAULT_SENDS_EVENT_AVAIL))
        vmsg_refdev_event(d, VMSG_ID_EVENT_AVAIL, &(struct vmsg_body){.f = zeros});
}

void vmsg_refdev_set_status(struct vmsg_refdev *d, const struct vmsg *m)
{
    uint32_t wanted = (uint32_t)m->f[VMSG_SET_DEVICE_STATUS_REQ_status];
    bool was_ok = d->status & VIRTIO_S_DRIVER_OK;
    uint32_t told;

    if (wanted == 0)
        start_reset(d);
    else if (!d->reset_pending)
        write_status(d, wanted);
    told = d->status;
    if (vmsg_faulty(d->ep, VMSG_FAULT_STATUS_ECHOES_REQUEST) && wanted)
        told = wanted;
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_STATUS_INACCURATE) && told)
        told |= VIRTIO_S_FAILED;
    reply_status(d, m, told);
    if (vmsg_faulty(d->ep, VMSG_FAULT_STATUS_WRITE_CAUSES_EVENT))
        vmsg_refdev_event_config(d, 0, 0, false);
    if (was_ok || !(d->status & VIRTIO_S_DRIVER_OK))
        return;
    misbehave_at_driver_ok(d);
    vmsg_refdev_poll(d, VMSG_QUEUES_MAX +
                            1); /* buffers may be waiting ("Finalizing Initialization") */
}
