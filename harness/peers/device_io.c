/*
 * Virtqueue I/O: when a queue is looked at, what is done with its buffers, and when EVENT_USED
 * follows ("Finalizing Initialization", "Driver Notifications", "Device Notifications").
 */
#include "harness/peers/refdev.h"

#include <stdlib.h>

enum { COALESCE_NS = 100000 };

static void send_event_used(struct vmsg_refdev *d, uint32_t index)
{
    uint64_t f[] = {index};

    vmsg_refdev_event(d, VMSG_ID_EVENT_USED, &(struct vmsg_body){.f = f});
    if (vmsg_faulty(d->ep, VMSG_FAULT_EVENT_USED_UNKNOWN)) {
        f[0] = d->model->max_virtqueues + index;
        vmsg_refdev_event(d, VMSG_ID_EVENT_USED, &(struct vmsg_body){.f = f});
    }
}

static bool packed(const struct vmsg_refdev *d)
{
    return vmsg_refdev_negotiated(d, VIRTIO_F_RING_PACKED);
}

/* Buffers were used and the driver wants to know. */
static void notify(struct vmsg_refdev *d, uint32_t index, struct vmsg_queue *q)
{
    struct vmsg_endpoint *ep = d->ep;

    if (ep->polling && !vmsg_quirky(ep, VMSG_QUIRK_POLLING_EVENTS))
        return;
    if (vmsg_faulty(ep, VMSG_FAULT_NO_EVENT_USED) ||
        (vmsg_faulty(ep, VMSG_FAULT_PACKED_NO_EVENT_USED) && packed(d)))
        return;
    if (!vmsg_quirky(ep, VMSG_QUIRK_COALESCES_USED)) {
        send_event_used(d, index);
        return;
    }
    q->used_due = true;
    if (!ep->used_due)
        ep->used_at = ep->now_ns + COALESCE_NS;
    ep->used_due = true;
}

static void flush_device(struct vmsg_refdev *d)
{
    struct vmsg_queue *q;

    for (uint32_t i = 0; (q = vmsg_queue_next_running(&d->queues, &i)); i++) {
        if (q->used_due)
            send_event_used(d, i);
        q->used_due = false;
    }
}

void vmsg_endpoint_flush_used(struct vmsg_endpoint *ep)
{
    if (!ep->used_due)
        return;
    ep->used_due = false;
    for (unsigned i = 0; i < ep->n_devices; i++)
        if (ep->devices[i]->present)
            flush_device(ep->devices[i]);
}

static bool may_process(const struct vmsg_refdev *d)
{
    bool ok = d->status & VIRTIO_S_DRIVER_OK || vmsg_faulty(d->ep, VMSG_FAULT_IO_BEFORE_DRIVER_OK);

    return ok && !d->stopped && !d->reset_pending && d->ep->dma.bytes &&
           !vmsg_faulty(d->ep, VMSG_FAULT_IO_NEVER) &&
           !(vmsg_faulty(d->ep, VMSG_FAULT_INDIRECT_NEVER) &&
             vmsg_refdev_negotiated(d, VIRTIO_F_INDIRECT_DESC));
}

/* ---- either kind of ring ---- */

static enum vmsg_ring_take take(struct vmsg_refdev *d, struct vmsg_queue *q)
{
    struct vmsg_endpoint *ep = d->ep;

    return packed(d) ? vmsg_packed_ring_take(&q->packed, &ep->dma, &ep->chain)
                     : vmsg_split_ring_take(&q->ring, &ep->dma, &ep->chain);
}

static bool give(struct vmsg_refdev *d, struct vmsg_queue *q, uint32_t written)
{
    struct vmsg_endpoint *ep = d->ep;

    if (vmsg_faulty(ep, VMSG_FAULT_PACKED_NEVER_WRAPS))
        q->packed.used_wrapped = false;
    return packed(d) ? vmsg_packed_ring_give(&q->packed, &ep->dma, ep->chain.head, written)
                     : vmsg_split_ring_give(&q->ring, &ep->dma, ep->chain.head, written);
}

static void arm(struct vmsg_refdev *d, const struct vmsg_queue *q)
{
    if (packed(d))
        vmsg_packed_ring_arm(&q->packed, &d->ep->dma);
    else
        vmsg_split_ring_arm(&q->ring, &d->ep->dma);
}

static bool wants_event(struct vmsg_refdev *d, struct vmsg_queue *q)
{
    return packed(d) ? vmsg_packed_ring_wants_event(&q->packed, &d->ep->dma)
                     : vmsg_split_ring_wants_event(&q->ring, &d->ep->dma);
}

/* ---- what is done with it ---- */

/* Few who look at a device use it: its storage is made for the first request. */
static uint8_t *storage(struct vmsg_refdev *d)
{
    size_t size = d->model->storage_size;

    if (!d->storage)
        d->storage = calloc(1, size ? size : 1);
    return d->storage;
}

/* Process at most `limit` buffers; returns how many were, or -1 when the ring is broken. */
static int drain(struct vmsg_refdev *d, struct vmsg_queue *q, unsigned limit)
{
    struct vmsg_endpoint *ep = d->ep;
    struct vmsg_model_io io = {storage(d), d->model->storage_size, d->uuid, &ep->rng};
    unsigned done;

    if (!io.storage)
        return 0; /* out of memory: the buffers stay */
    for (done = 0; done < limit; done++) {
        enum vmsg_ring_take taken = take(d, q);

        if (taken == VMSG_RING_EMPTY)
            break;
        if (taken == VMSG_RING_BROKEN)
            return -1;
        if (!give(d, q, d->model->process(&io, &ep->chain)))
            return -1;
    }
    return (int)done;
}

/* A driver in another process may add buffers while we look: once more after asking to be told. */
static int drain_all(struct vmsg_refdev *d, struct vmsg_queue *q)
{
    int first = drain(d, q, q->ring.size);
    int second;

    if (first < 0)
        return -1;
    arm(d, q);
    second = drain(d, q, q->ring.size);
    if (second > 0)
        arm(d, q);
    return second < 0 ? -1 : first + second;
}

static int process_queue(struct vmsg_refdev *d, uint32_t index, struct vmsg_queue *q, bool one)
{
    int done;

    q->ring.indirect = q->packed.indirect = vmsg_refdev_negotiated(d, VIRTIO_F_INDIRECT_DESC);
    q->ring.event_idx = q->packed.event_idx = vmsg_refdev_negotiated(d, VIRTIO_F_EVENT_IDX);
    done = one ? drain(d, q, 1) : drain_all(d, q);
    if (done < 0) {
        d->broken = d->ep->chain.broken ? d->ep->chain.broken : "its descriptors make no chain";
        d->broken_vq = index;
        vmsg_refdev_fail(d); /* the ring cannot be followed: an unrecoverable error */
    } else if (done > 0 &&
               (wants_event(d, q) || vmsg_quirky(d->ep, VMSG_QUIRK_IGNORES_SUPPRESSION)))
        notify(d, index, q);
    return done;
}

void vmsg_refdev_poll(struct vmsg_refdev *d, unsigned limit)
{
    if (limit > VMSG_QUEUES_MAX)
        d->look_at = 0;
    while (limit-- > 0 && may_process(d)) {
        struct vmsg_queue *q = vmsg_queue_next_running(&d->queues, &d->look_at);

        if (!q) {
            d->look_at = 0;
            return;
        }
        process_queue(d, d->look_at++, q, false);
    }
}

/* next_offset is a hint that the ring repeats, so the ring alone is read. */
void vmsg_refdev_event_avail(struct vmsg_refdev *d, const struct vmsg *m)
{
    uint32_t index = (uint32_t)m->f[VMSG_EVENT_AVAIL_REQ_vq_index];

    if (vmsg_faulty(d->ep, VMSG_FAULT_ANSWERS_EVENT)) {
        struct vmsg_header h = {VMSG_TYPE_RESPONSE, m->msg_id, d->dev_num, m->token, 0};

        vmsg_endpoint_send_bare(d->ep, &h, 0);
    }
    if (vmsg_quirky(d->ep, VMSG_QUIRK_EVENTS_DROPPED))
        return;
    if (index < d->model->max_virtqueues && vmsg_queue_peek(&d->queues, index)->running &&
        may_process(d))
        process_queue(d, index, vmsg_queue_touch(&d->queues, index), false);
}

const char *vmsg_refdev_complete(struct vmsg_refdev *d, uint32_t index)
{
    struct vmsg_queue *q;

    if (!(d->status & VIRTIO_S_DRIVER_OK) || d->stopped)
        return "the device is not in operation";
    if (!vmsg_refdev_queue_max(d, index) || !vmsg_queue_peek(&d->queues, index)->enabled)
        return "the queue is not enabled";
    q = vmsg_queue_touch(&d->queues, index);
    if (!d->ep->dma.bytes)
        notify(d, index, q);
    else if (may_process(d) && process_queue(d, index, q, true) == 0)
        return "no buffer is available on the queue";
    return NULL;
}
