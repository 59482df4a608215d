/* GET_VQUEUE and RESET_VQUEUE. */
#include "harness/peers/refdev.h"

uint32_t vmsg_refdev_queue_max(const struct vmsg_refdev *d, uint64_t index)
{
    return index < d->model->max_virtqueues ? d->model->queue_size((uint32_t)index) : 0;
}

/* The fields of an available queue as a fault reports them. */
static void break_queue(const struct vmsg_refdev *d, const struct vmsg_queue *q, uint64_t *f)
{
    if (vmsg_faulty(d->ep, VMSG_FAULT_VQ_SIZE_UNCONFIGURED) && q->size == 0)
        f[VMSG_GET_VQUEUE_RESP_cur_size] = f[VMSG_GET_VQUEUE_RESP_max_size];
    if (vmsg_faulty(d->ep, VMSG_FAULT_VQ_SIZE_MAX) && q->size)
        f[VMSG_GET_VQUEUE_RESP_cur_size] = f[VMSG_GET_VQUEUE_RESP_max_size];
    if (vmsg_faulty(d->ep, VMSG_FAULT_VQ_MAX_VARIES) && q->size)
        f[VMSG_GET_VQUEUE_RESP_max_size] = q->size;
    if (vmsg_faulty(d->ep, VMSG_FAULT_VQ_ENABLED_HIDDEN))
        f[VMSG_GET_VQUEUE_RESP_flags] = 0;
    if (vmsg_faulty(d->ep, VMSG_FAULT_VQ_HIGH_FLAGS))
        f[VMSG_GET_VQUEUE_RESP_flags] |= 2;
}

/* Which queue to describe: an index that is not available has none, but for the faults. */
static uint64_t described(const struct vmsg_refdev *d, uint64_t index)
{
    if (vmsg_faulty(d->ep, VMSG_FAULT_VQ_RANGE_WRAPS) && index >= d->model->max_virtqueues)
        return index % d->model->max_virtqueues;
    return index;
}

void vmsg_refdev_get_vqueue(struct vmsg_refdev *d, const struct vmsg *m)
{
    uint64_t index = m->f[VMSG_GET_VQUEUE_REQ_index];
    uint64_t at = described(d, index);
    uint32_t max = vmsg_refdev_queue_max(d, at);
    bool stored = vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_UNAVAILABLE);
    uint64_t f[VMSG_GET_VQUEUE_RESP_N_FIELDS] = {[VMSG_GET_VQUEUE_RESP_index] = index};

    if (max || (stored && at < d->model->max_virtqueues)) {
        const struct vmsg_queue *q = vmsg_queue_peek(&d->queues, (uint32_t)at);

        f[VMSG_GET_VQUEUE_RESP_max_size] = max;
        f[VMSG_GET_VQUEUE_RESP_cur_size] = q->size;
        f[VMSG_GET_VQUEUE_RESP_flags] = q->enabled;
        f[VMSG_GET_VQUEUE_RESP_desc_addr] = q->desc;
        f[VMSG_GET_VQUEUE_RESP_driver_addr] = q->driver;
        f[VMSG_GET_VQUEUE_RESP_device_addr] = q->device;
        break_queue(d, q, f);
        if (q->leftover)
            *vmsg_queue_touch(&d->queues, (uint32_t)at) = (struct vmsg_queue){0};
    } else if (vmsg_faulty(d->ep, VMSG_FAULT_VQ_UNAVAILABLE_MAX)) {
        f[VMSG_GET_VQUEUE_RESP_max_size] = 16;
    }
    if (vmsg_faulty(d->ep, VMSG_FAULT_GET_VQUEUE_NOT_ECHOED))
        f[VMSG_GET_VQUEUE_RESP_index] = 0;
    vmsg_refdev_reply(d, m, &(struct vmsg_body){.f = f});
}

static void reset_queue(struct vmsg_refdev *d, uint32_t index)
{
    struct vmsg_queue *q = vmsg_queue_touch(&d->queues, index);
    struct vmsg_queue clean = {0};

    if (!q)
        return;
    if (vmsg_faulty(d->ep, VMSG_FAULT_RESET_KEEPS_QUEUES) && d->status == 0) {
        vmsg_queue_run(&d->queues, index, false);
        q->leftover = true;
        return;
    }
    if (vmsg_quirky(d->ep, VMSG_QUIRK_VQ_KEEPS_ADDRESSES)) {
        clean.desc = q->desc;
        clean.driver = q->driver;
        clean.device = q->device;
    }
    clean.running = q->running;
    if (!vmsg_faulty(d->ep, VMSG_FAULT_RESET_VQ_KEEPS_RUNNING))
        vmsg_queue_run(&d->queues, index, clean.running = false);
    clean.keeps_ring = vmsg_faulty(d->ep, VMSG_FAULT_RESET_VQ_KEEPS_RING);
    if (clean.running || clean.keeps_ring) {
        clean.ring = q->ring;
        clean.packed = q->packed;
    }
    clean.blocked = vmsg_faulty(d->ep, VMSG_FAULT_RESET_VQ_BLOCKS_SETUP);
    *q = clean;
}

void vmsg_refdev_reset_all_queues(struct vmsg_refdev *d)
{
    for (uint32_t page = 0; page < VMSG_QUEUE_PAGES; page++)
        for (uint32_t i = 0; d->queues.pages[page] && i < VMSG_QUEUE_PAGE; i++)
            reset_queue(d, page * VMSG_QUEUE_PAGE + i);
}

void vmsg_refdev_reset_vqueue(struct vmsg_refdev *d, const struct vmsg *m)
{
    uint64_t index = m->f[VMSG_RESET_VQUEUE_REQ_index];
    bool agreed = d->status & VIRTIO_S_FEATURES_OK || vmsg_quirky(d->ep, VMSG_QUIRK_FEATURES_STAY);
    bool negotiated = agreed && vmsg_refdev_negotiated(d, VIRTIO_F_RING_RESET);

    if (!negotiated && vmsg_faulty(d->ep, VMSG_FAULT_RESET_VQ_REFUSAL_SILENT))
        return;
    if (vmsg_faulty(d->ep, VMSG_FAULT_RESET_VQ_NOT_NEGOTIATED))
        negotiated = true;
    if (vmsg_faulty(d->ep, VMSG_FAULT_RESET_VQ_RANGE_WRAPS))
        index %= d->model->max_virtqueues;
    if (negotiated && vmsg_refdev_queue_max(d, index) &&
        !vmsg_faulty(d->ep, VMSG_FAULT_RESET_VQ_NOTHING))
        reset_queue(d, (uint32_t)index);
    vmsg_refdev_reply(d, m, &(struct vmsg_body){0});
}
