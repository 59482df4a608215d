/*
 * SET_VQUEUE and RESET_VQUEUE: what they must do.
 *
 * SET_VQUEUE has no payload in its response, so each is judged by the GET_VQUEUE that follows
 * (vqueue_read.c). `pending` says what that read may show; `cur` is what was last read, `want` what
 * a valid SET_VQUEUE asked for.
 */
#include "harness/oracle/vq_params.h"

/* Bytes of a split ring's area (core virtio); a packed ring's are no larger. */
static uint64_t room_of(unsigned area, uint32_t size)
{
    static const uint8_t each[] = {16, 2, 8}, fixed[] = {0, 6, 6};

    return (uint64_t)each[area] * size + fixed[area];
}

/* Aligned as core virtio asks, and within DMA memory. Of memory that the harness does not know a
 * device may rightly say that the address is not in it. */
static bool address_good(const struct vmsg_oracle *o, uint64_t a, unsigned area, uint32_t size)
{
    uint64_t at = a - o->config.mem_base, room = room_of(area, size);

    return a && a % (area == 0 ? 16 : 4) == 0 && a >= o->config.mem_base &&
           at <= o->config.mem_size && room <= o->config.mem_size - at;
}

static bool areas_apart(const struct vq_params *p)
{
    for (unsigned i = 0; i < 3; i++)
        for (unsigned j = 0; j < 3; j++)
            if (i != j && p->addr[i] <= p->addr[j] && p->addr[j] - p->addr[i] < room_of(i, p->size))
                return false;
    return true;
}

/* Beyond doubt: what AMBIGUITIES 8 leaves open (odd sizes, misaligned addresses, any status) is
 * not demanded. */
static bool must_be_taken(const struct vmsg_oracle *o, const struct device *d,
                          const struct queue *q, uint32_t flags, const struct vq_params *want)
{
    uint32_t set_up = VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER | VIRTIO_S_FEATURES_OK;
    bool full = want->enabled;

    /* What a reset left to be read is not configured any more: AMBIGUITIES 9. */
    if (full && (flags & ~q->configured & VMSG_VQ_IGNORE_ALL))
        return false;
    if (!d->status_known || d->reset_pending || (d->status & set_up) != set_up ||
        d->status & (VIRTIO_S_NEEDS_RESET | VIRTIO_S_FAILED))
        return false;
    if ((d->status & VIRTIO_S_DRIVER_OK) && !q->quiesced)
        return false;
    if (full || !(flags & VMSG_VQ_IGNORE_SIZE))
        if (!want->size || want->size > q->max_size || (want->size & (want->size - 1)))
            return false;
    for (unsigned i = 0; i < 3; i++)
        if ((full || !(flags & vq_ignore_bits[i + 1])) &&
            !address_good(o, want->addr[i], i, want->size ? want->size : q->max_size))
            return false;
    return !full || areas_apart(want);
}

static struct vq_params wanted(const struct queue *q, const struct request *r, uint32_t flags)
{
    struct vq_params want = q->cur;

    if (!(flags & VMSG_VQ_IGNORE_SIZE))
        want.size = (uint32_t)r->f[VMSG_SET_VQUEUE_REQ_size];
    for (unsigned i = 0; i < 3; i++)
        if (!(flags & vq_ignore_bits[i + 1]))
            want.addr[i] = r->f[VMSG_SET_VQUEUE_REQ_desc_addr + i];
    if ((flags & VMSG_VQ_STATE_MASK) == VMSG_VQ_ENABLE)
        want.enabled = true;
    return want;
}

static enum vq_pending effect_of_set(struct vmsg_oracle *o, struct device *d, struct queue *q,
                                     const struct request *r)
{
    uint32_t flags = (uint32_t)r->f[VMSG_SET_VQUEUE_REQ_flags];
    uint32_t state = flags & VMSG_VQ_STATE_MASK;
    bool updates = ~flags & VMSG_VQ_IGNORE_ALL;

    q->want = wanted(q, r, flags);
    if (q->pending != VQ_KNOWN || r->due != DUE_ANSWER || d->reset_pending || d->reset_muddled)
        return VQ_UNKNOWN;
    if (d->state_hidden)
        return VQ_UNKNOWN;
    if (r->f[VMSG_SET_VQUEUE_REQ_reserved] || flags & VMSG_VQ_RESERVED ||
        state == VMSG_VQ_STATE_BAD) {
        q->blame = VMSG_DEV_SET_VQUEUE_2;
        return VQ_UNCHANGED;
    }
    if (q->cur.enabled && state == VMSG_VQ_KEEP_DISABLED) {
        q->blame = VMSG_DEV_SET_VQUEUE_3;
        return VQ_UNCHANGED;
    }
    if (q->cur.enabled && updates) {
        q->blame = VMSG_DEV_SET_VQUEUE_6;
        return VQ_UNCHANGED;
    }
    if (q->cur.enabled) {
        q->blame = VMSG_DEV_SET_VQUEUE_5; /* no update: every field is to be kept */
        return VQ_UNCHANGED;
    }
    if (!(flags & VMSG_VQ_IGNORE_SIZE) && q->max_known && q->want.size > q->max_size) {
        q->blame = VMSG_DEV_SET_VQUEUE_4; /* AMBIGUITIES 8: a size above the maximum */
        return VQ_UNCHANGED;
    }
    if (q->suspect_enable)
        return updates ? VQ_PROBE : VQ_UNKNOWN;
    return q->max_known && must_be_taken(o, d, q, flags, &q->want) ? VQ_APPLIED : VQ_EITHER;
}

void judge_set_vqueue(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m)
{
    uint32_t index = (uint32_t)r->f[VMSG_SET_VQUEUE_REQ_index];
    struct queue *q;

    (void)m;
    if (d->info_known && index >= max_virtqueues(d)) {
        d->oob_set_at = o->serial;
        return;
    }
    q = get_queue(o, d, index);
    if (!q)
        return;
    if (q->max_known && !q->max_size) {
        q->set_unavailable = true;
        d->oob_set_at = o->serial;
        return;
    }
    q->pending = effect_of_set(o, d, q, r);
    d->queues_set = d->set_up_in_reset = true;
    q->given = ~(uint32_t)r->f[VMSG_SET_VQUEUE_REQ_flags];
    q->set_answered_at = o->serial;
    if (q->pending != VQ_UNCHANGED) {
        q->ever_set = true;
        q->after_device_reset = q->misset = false;
        q->after_reset |= q->ring_reset;
        q->ring_reset = q->quiesced = false;
    }
}

void judge_reset_vqueue(struct vmsg_oracle *o, struct device *d, const struct request *r,
                        const struct vmsg *m)
{
    uint32_t index = (uint32_t)r->f[VMSG_RESET_VQUEUE_REQ_index];
    struct queue *q;
    bool known, negotiated;

    (void)m;
    if (d->info_known && index >= max_virtqueues(d)) {
        d->oob_reset_at = o->serial;
        return;
    }
    q = get_queue(o, d, index);
    if (!q)
        return;
    if (q->max_known && !q->max_size) {
        d->oob_reset_at = o->serial;
        return;
    }
    negotiated = feature_negotiated(d, VIRTIO_F_RING_RESET, &known);
    q->set_answered_at = o->serial;
    d->queues_set = true;
    if (q->pending != VQ_KNOWN || !known || d->reset_pending ||
        (negotiated && !feature_offered(d, VIRTIO_F_RING_RESET))) {
        q->pending = VQ_UNKNOWN;
        q->configured = 0;
        settle_debt(o, &q->owes_event); /* if it was reset, nothing is owed any more */
        settle_debt(o, &q->owes_buffers);
        return;
    }
    if (!negotiated) {
        q->blame = d->ring_reset_given && d->ring_reset_refused ? VMSG_DEV_DEVICE_FEATURE_BLOCKS_2
                                                                : VMSG_DEV_RESET_VQUEUE_2;
        q->pending = VQ_UNCHANGED;
        return;
    }
    q->pending = VQ_RESET;
    q->configured = 0;
    q->ring_reset = true;
    q->quiesced = q->cur.enabled;
    q->served |= q->used > 0;
    q->after_reset = q->early = q->misset = false;
    settle_debt(o, &q->owes_event);
    settle_debt(o, &q->owes_buffers);
    q->available = q->used = 0;
    q->corrupted = q->polled_event = false;
}
