/*
 * SET_VQUEUE: one decision, then one change. A request is first checked as a whole; what passes
 * is applied as a whole, so that nothing is ever half done.
 */
#include "harness/peers/refdev.h"

enum { DESC_ALIGN = 16, DRIVER_ALIGN = 2, DRIVER_ALIGN_PACKED = 4, DEVICE_ALIGN = 4 };

/* The request, with the names of the text. */
struct request {
    uint64_t index;
    uint32_t flags, size, reserved;
    uint64_t desc, driver, device;
};

static struct request read_request(const struct vmsg_refdev *d, const struct vmsg *m)
{
    struct request r = {
        .index = m->f[VMSG_SET_VQUEUE_REQ_index],
        .flags = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_flags],
        .size = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_size],
        .reserved = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_reserved],
        .desc = m->f[VMSG_SET_VQUEUE_REQ_desc_addr],
        .driver = m->f[VMSG_SET_VQUEUE_REQ_driver_addr],
        .device = m->f[VMSG_SET_VQUEUE_REQ_device_addr],
    };

    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_RANGE_WRAPS))
        r.index %= d->model->max_virtqueues;
    return r;
}

static uint32_t state_op(const struct request *r)
{
    return r->flags & VMSG_VQ_STATE_MASK;
}

static bool well_formed(const struct vmsg_refdev *d, struct request *r)
{
    if (r->reserved && !vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_TAKES_RESERVED))
        return false;
    if (r->flags & VMSG_VQ_RESERVED && !vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_TAKES_FLAGS))
        return false;
    if (state_op(r) != VMSG_VQ_STATE_BAD)
        return true;
    r->flags = (r->flags & ~VMSG_VQ_STATE_MASK) | VMSG_VQ_ENABLE;
    return vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_TAKES_STATE_3);
}

static bool size_good(const struct vmsg_refdev *d, const struct request *r)
{
    uint32_t max = vmsg_refdev_queue_max(d, r->index);

    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_UNAVAILABLE) && max == 0)
        max = VMSG_CHAIN_MAX;
    if (r->flags & VMSG_VQ_IGNORE_SIZE)
        return true;
    if (r->size == 0 || r->size > max)
        return false;
    return (r->size & (r->size - 1)) == 0 || vmsg_quirky(d->ep, VMSG_QUIRK_VQ_ANY_SIZE);
}

static bool addresses_good(const struct vmsg_refdev *d, const struct request *r)
{
    bool packed = vmsg_refdev_negotiated(d, VIRTIO_F_RING_PACKED);
    uint64_t driver_align = packed ? DRIVER_ALIGN_PACKED : DRIVER_ALIGN;

    if (vmsg_quirky(d->ep, VMSG_QUIRK_VQ_ANY_ALIGNMENT))
        return true;
    return (r->flags & VMSG_VQ_IGNORE_DESC || r->desc % DESC_ALIGN == 0) &&
           (r->flags & VMSG_VQ_IGNORE_DRIVER || r->driver % driver_align == 0) &&
           (r->flags & VMSG_VQ_IGNORE_DEVICE || r->device % DEVICE_ALIGN == 0);
}

/* Which fields the queue has once the request is applied. */
static uint8_t fields_after(const struct vmsg_queue *q, const struct request *r)
{
    uint8_t given = 0;

    if (!(r->flags & VMSG_VQ_IGNORE_SIZE))
        given |= VMSG_Q_SIZE;
    if (!(r->flags & VMSG_VQ_IGNORE_DESC))
        given |= VMSG_Q_DESC;
    if (!(r->flags & VMSG_VQ_IGNORE_DRIVER))
        given |= VMSG_Q_DRIVER;
    if (!(r->flags & VMSG_VQ_IGNORE_DEVICE))
        given |= VMSG_Q_DEVICE;
    return q->configured | given;
}

static void apply_fields(const struct vmsg_refdev *d, struct vmsg_queue *q, const struct request *r)
{
    uint32_t ignored = r->flags;

    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_DROPS_ADDRESS) && q->configured & VMSG_Q_DRIVER)
        ignored |= VMSG_VQ_IGNORE_DRIVER;
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_IGNORED_SIZE) && !q->enabled)
        ignored &= ~VMSG_VQ_IGNORE_SIZE;
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_IGNORED_ADDRESS) && !q->enabled)
        ignored &= VMSG_VQ_IGNORE_SIZE;
    q->configured = fields_after(q, r);
    if (!(ignored & VMSG_VQ_IGNORE_SIZE))
        q->size = r->size;
    if (!(ignored & VMSG_VQ_IGNORE_DESC))
        q->desc = r->desc;
    if (!(ignored & VMSG_VQ_IGNORE_DRIVER))
        q->driver = r->driver;
    if (!(ignored & VMSG_VQ_IGNORE_DEVICE))
        q->device = r->device;
}

static void start_ring(struct vmsg_refdev *d, uint32_t index, struct vmsg_queue *q)
{
    struct vmsg_split_ring fresh = {
        .desc = q->desc,
        .avail = q->driver,
        .used = q->device,
        .size = q->size,
    };
    struct vmsg_packed_ring packed = {
        .desc = q->desc,
        .driver = q->driver,
        .device = q->device,
        .size = q->size,
    };

    if (q->keeps_ring) {
        fresh.stale = true;
        fresh.last_avail = q->ring.last_avail;
        fresh.used_idx = fresh.signalled = q->ring.used_idx;
        packed.next_avail = q->packed.next_avail % q->size;
        packed.next_used = q->packed.next_used % q->size;
        packed.avail_wrapped = q->packed.avail_wrapped;
        packed.used_wrapped = q->packed.used_wrapped;
    }
    q->ring = fresh;
    q->packed = packed;
    vmsg_queue_run(&d->queues, index, fresh.size > 0);
}

static void enable(struct vmsg_refdev *d, uint32_t index, struct vmsg_queue *q)
{
    if (q->enabled)
        return;
    q->enabled = true;
    start_ring(d, index, q);
}

/* What faults do with a request that must change nothing. */
static void misapply(struct vmsg_refdev *d, struct vmsg_queue *q, struct request r)
{
    bool size_bad = !size_good(d, &r);
    bool complete = q->configured == VMSG_Q_ALL;

    if (q->enabled && state_op(&r) == VMSG_VQ_KEEP_DISABLED) {
        q->enabled = !vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_DISABLES);
        return;
    }
    if (q->enabled) {
        if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_LIVE_SIZE) && !(r.flags & VMSG_VQ_IGNORE_SIZE))
            q->size = r.size;
        r.flags |= VMSG_VQ_IGNORE_SIZE;
        if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_LIVE_ADDRESS))
            apply_fields(d, q, &r);
        return;
    }
    if (size_bad && vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_PARTIAL_SIZE)) {
        r.flags |= VMSG_VQ_IGNORE_SIZE;
        apply_fields(d, q, &r);
    } else if (size_bad && complete && vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_PARTIAL_ENABLE)) {
        if (state_op(&r) == VMSG_VQ_ENABLE)
            enable(d, (uint32_t)r.index, q);
    } else if (!size_bad && !addresses_good(d, &r) &&
               vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_PARTIAL_ADDRESS)) {
        r.flags |= VMSG_VQ_IGNORE_ALL & ~VMSG_VQ_IGNORE_SIZE;
        apply_fields(d, q, &r);
    }
}

/* Everything that the text or good sense lets a device refuse, for an available queue. */
static bool acceptable(const struct vmsg_refdev *d, const struct vmsg_queue *q,
                       const struct request *r)
{
    if (q->enabled)
        return state_op(r) != VMSG_VQ_KEEP_DISABLED &&
               (r->flags & VMSG_VQ_IGNORE_ALL) == VMSG_VQ_IGNORE_ALL;
    if (q->blocked || !size_good(d, r) || !addresses_good(d, r))
        return false;
    if (!(d->status & VIRTIO_S_FEATURES_OK) && vmsg_quirky(d->ep, VMSG_QUIRK_VQ_NEEDS_FEATURES_OK))
        return false;
    return state_op(r) != VMSG_VQ_ENABLE || fields_after(q, r) == VMSG_Q_ALL;
}

static void apply(struct vmsg_refdev *d, struct vmsg_queue *q, const struct request *r)
{
    uint32_t op = state_op(r);
    bool turn_on = op == VMSG_VQ_ENABLE;

    apply_fields(d, q, r);
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_FIELDS_ONLY))
        turn_on = false;
    if (q->configured == VMSG_Q_ALL) {
        if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_ENABLES_ON_KEEP) && op == VMSG_VQ_KEEP)
            turn_on = true;
        if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_ENABLES_ON_ZERO) && op == VMSG_VQ_KEEP_DISABLED)
            turn_on = true;
    }
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_KEEP_DISABLES) && op == VMSG_VQ_KEEP)
        q->enabled = false;
    if (turn_on)
        enable(d, (uint32_t)r->index, q);
}

/* True when the request changed the queue as it asked. */
static bool process(struct vmsg_refdev *d, struct request *r)
{
    struct vmsg_queue *q;

    if (!well_formed(d, r))
        return false;
    if (!vmsg_refdev_queue_max(d, r->index) &&
        !(vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_UNAVAILABLE) && r->index < d->model->max_virtqueues))
        return false;
    q = vmsg_queue_touch(&d->queues, (uint32_t)r->index);
    if (!q)
        return false;
    if (q->leftover)
        *q = (struct vmsg_queue){0};
    if (acceptable(d, q, r)) {
        apply(d, q, r);
        return true;
    }
    misapply(d, q, *r);
    return false;
}

void vmsg_refdev_set_vqueue(struct vmsg_refdev *d, const struct vmsg *m)
{
    static const uint8_t error[] = {22, 0, 0, 0};
    struct request r = read_request(d, m);
    bool reserved_used =
        r.reserved || r.flags & VMSG_VQ_RESERVED || state_op(&r) == VMSG_VQ_STATE_BAD;
    struct vmsg_body body = {0};
    bool done = process(d, &r);

    if (reserved_used && vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_REFUSAL_SILENT))
        return;
    if (!done && vmsg_faulty(d->ep, VMSG_FAULT_SET_VQ_REFUSAL_ERROR)) {
        body.tail = error;
        body.tail_len = sizeof error;
    }
    vmsg_refdev_reply(d, m, &body);
}
