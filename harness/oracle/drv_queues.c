/* How a driver sets up virtqueues. Spec: "Initialization Flow", GET_VQUEUE, SET_VQUEUE,
 * RESET_VQUEUE; areas and alignments are core virtio's. */
#include "harness/oracle/drv.h"

#include <string.h>

#define IGNORE_ADDRESSES (VMSG_VQ_IGNORE_DESC | VMSG_VQ_IGNORE_DRIVER | VMSG_VQ_IGNORE_DEVICE)

void drv_queues_end(struct vmsg_oracle *o, struct drv_view *v)
{
    if (v->met_absent) {
        exercise(o, VMSG_DRV_GET_VQUEUE_1);
        exercise(o, VMSG_DRV_SET_VQUEUE_3);
    }
    if (v->met_refused) {
        exercise(o, VMSG_DRV_OVERVIEW_3);
        exercise(o, VMSG_DRV_SET_VQUEUE_9);
    }
    v->met_absent = v->met_refused = false;
}

void drv_queues_reset(struct drv_view *v)
{
    v->life++;
    v->debtors = NULL; /* what they hold begins anew with the life */
    v->queues_enabled = 0;
}

static uint32_t max_queues(const struct drv_view *v)
{
    return v->info_told ? (uint32_t)v->info[VMSG_GET_DEVICE_INFO_RESP_max_virtqueues] : UINT32_MAX;
}

/* ---- the place: is there such a queue? ---- */

static bool judge_place(struct vmsg_oracle *o, struct drv_view *v, const struct drv_queue *q)
{
    uint32_t most = max_queues(v);
    uint32_t start = (uint32_t)v->info[VMSG_GET_DEVICE_INFO_RESP_admin_vq_start];
    uint32_t count = (uint32_t)v->info[VMSG_GET_DEVICE_INFO_RESP_admin_vq_count];

    if (q->index < most) {
        if (v->info_told && count)
            exercise(o, VMSG_DRV_GET_DEVICE_INFO_3);
        else if (v->info_told)
            exercise(o, VMSG_DRV_GET_DEVICE_INFO_2);
        return true;
    }
    if (count && (q->index - most < count || (q->index >= start && q->index - start < count)))
        blame(o, VMSG_DRV_GET_DEVICE_INFO_3, v->num,
              "queue %u was set up as an administration queue; these count within max_virtqueues, "
              "which is %u",
              q->index, most);
    else if (!count && start && q->index >= start)
        blame(o, VMSG_DRV_GET_DEVICE_INFO_2, v->num,
              "queue %u was set up although admin_vq_count is 0: there are no administration "
              "queues",
              q->index);
    else
        blame(o, VMSG_DRV_GET_DEVICE_INFO_1, v->num,
              "queue %u was set up although max_virtqueues is %u", q->index, most);
    return false;
}

static void judge_queried(struct vmsg_oracle *o, struct drv_view *v, const struct drv_queue *q)
{
    if (!q->queried) {
        blame(o, VMSG_DRV_GET_VQUEUE_1, v->num,
              "queue %u was set up without a GET_VQUEUE before; it tells whether there is one",
              q->index);
        blame(o, VMSG_DRV_SET_VQUEUE_3, v->num,
              "queue %u was set up without a GET_VQUEUE before; it tells whether there is one",
              q->index);
    } else if (q->max_size == 0) {
        blame(o, VMSG_DRV_GET_VQUEUE_1, v->num,
              "queue %u was set up although its max_size is 0: it is not available", q->index);
    } else {
        exercise(o, VMSG_DRV_GET_VQUEUE_1);
        exercise(o, VMSG_DRV_SET_VQUEUE_3);
    }
}

/* ---- the fields ---- */

static bool judge_flags(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    uint32_t flags = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_flags];
    uint32_t reserved = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_reserved];

    if (drv_swapped(o, v, flags, 0x3F, "flags in SET_VQUEUE"))
        return false;
    if (reserved || flags & VMSG_VQ_RESERVED)
        blame(o, VMSG_DRV_SET_VQUEUE_1, v->num,
              "SET_VQUEUE has reserved 0x%x and flags 0x%x; reserved fields and bits are zero",
              reserved, flags);
    else
        exercise(o, VMSG_DRV_SET_VQUEUE_1);
    if ((flags & VMSG_VQ_STATE_MASK) == VMSG_VQ_STATE_BAD)
        blame(o, VMSG_DRV_SET_VQUEUE_2, v->num, "SET_VQUEUE has state operation 3, which is none");
    else
        exercise(o, VMSG_DRV_SET_VQUEUE_2);
    return true;
}

static void judge_size(struct vmsg_oracle *o, struct drv_view *v, const struct drv_queue *q,
                       const struct vmsg *m)
{
    uint32_t size = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_size];

    if (m->f[VMSG_SET_VQUEUE_REQ_flags] & VMSG_VQ_IGNORE_SIZE || !q->queried || !q->max_size)
        return;
    if (size <= q->max_size) {
        exercise(o, VMSG_DRV_GET_VQUEUE_2);
        exercise(o, VMSG_DRV_SET_VQUEUE_5);
        return;
    }
    blame(o, VMSG_DRV_GET_VQUEUE_2, v->num,
          "size %u was asked for of queue %u, whose max_size is %u", size, q->index, q->max_size);
    blame(o, VMSG_DRV_SET_VQUEUE_5, v->num,
          "size %u was asked for of queue %u, whose max_size is %u", size, q->index, q->max_size);
}

/* Bytes of an area; core virtio, "Split Virtqueues" and "Packed Virtqueues". */
static uint64_t area(const struct drv_view *v, unsigned which, uint32_t size)
{
    if (which == 0)
        return UINT64_C(16) * size;
    if (drv_negotiated(v, VIRTIO_F_RING_PACKED))
        return 4;
    return which == 1 ? 6 + UINT64_C(2) * size : 6 + UINT64_C(8) * size;
}

static void judge_address(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                          unsigned which, uint64_t address, uint32_t size)
{
    static const char *const names[] = {"desc_addr", "driver_addr", "device_addr"};
    bool packed = drv_negotiated(v, VIRTIO_F_RING_PACKED);
    unsigned align = which == 0 ? 16 : which == 1 && !packed ? 2 : 4;
    uint64_t base = o->config.mem_base, room = o->config.mem_size, len = area(v, which, size);
    bool outside = room && (address < base || len > room || address - base > room - len);

    q->areas_blamed |= address % align || outside;
    if (address % align)
        blame(o, VMSG_DRV_SET_VQUEUE_6, v->num, "%s 0x%llx of queue %u is not aligned to %u bytes",
              names[which], (unsigned long long)address, q->index, align);
    else if (outside)
        blame(o, VMSG_DRV_SET_VQUEUE_6, v->num,
              "%s 0x%llx of queue %u does not point into the DMA memory (0x%llx, %llu bytes)",
              names[which], (unsigned long long)address, q->index, (unsigned long long)base,
              (unsigned long long)room);
    else
        exercise(o, VMSG_DRV_SET_VQUEUE_6);
}

static void judge_addresses(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                            const struct vmsg *m)
{
    static const uint32_t ignore[] = {VMSG_VQ_IGNORE_DESC, VMSG_VQ_IGNORE_DRIVER,
                                      VMSG_VQ_IGNORE_DEVICE};
    uint32_t flags = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_flags];
    uint32_t size =
        flags & VMSG_VQ_IGNORE_SIZE ? q->size : (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_size];

    for (unsigned i = 0; i < 3; i++)
        if (!(flags & ignore[i]))
            judge_address(o, v, q, i, m->f[VMSG_SET_VQUEUE_REQ_desc_addr + i], size);
}

/* ---- the state ---- */

/* Something is to be changed on a queue that the driver enabled. */
static void judge_enabled(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                          uint32_t flags)
{
    bool updates = (flags & VMSG_VQ_IGNORE_ALL) != VMSG_VQ_IGNORE_ALL;
    bool negotiated = drv_negotiated(v, VIRTIO_F_RING_RESET);

    if (q->muddled)
        return;
    if (updates && q->resetting) {
        blame(o, VMSG_DRV_RESET_VQUEUE_3, v->num,
              "SET_VQUEUE of queue %u was sent before its RESET_VQUEUE was answered", q->index);
        return;
    }
    if (!q->enabled || q->resetting)
        return;
    if ((flags & VMSG_VQ_STATE_MASK) == VMSG_VQ_KEEP_DISABLED)
        blame(o, VMSG_DRV_SET_VQUEUE_4, v->num,
              "state operation 0 was used on queue %u, which is enabled; it disables nothing",
              q->index);
    if (!updates)
        return;
    q->muddled = true;
    blame(o, VMSG_DRV_SET_VQUEUE_7, v->num,
          "size or addresses of queue %u were to be changed while it is enabled", q->index);
    if (negotiated)
        blame(o, VMSG_DRV_SET_VQUEUE_8, v->num,
              "queue %u was to be configured anew without a RESET_VQUEUE, which was negotiated",
              q->index);
}

static void judge_enabling(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                           uint32_t flags)
{
    if ((flags & VMSG_VQ_STATE_MASK) != VMSG_VQ_ENABLE || q->enabled)
        return;
    drv_features_agreed(o, v, "a queue is enabled");
    if (v->late_first_queue && v->driver_ok_asked) {
        blame(o, VMSG_DRV_FINAL_1, v->num,
              "queue %u, the first, is set up after DRIVER_OK was written", q->index);
        v->late_first_queue = false;
    }
}

static void set_asked(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                      const struct vmsg *m)
{
    uint32_t flags = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_flags];

    if (!judge_flags(o, v, m))
        return;
    if (judge_place(o, v, q))
        judge_queried(o, v, q);
    v->queues_set = true;
    q->asking = true;
    q->want_serial = o->serial;
    memcpy(q->want, m->f, sizeof q->want);
    judge_size(o, v, q, m);
    judge_addresses(o, v, q, m);
    judge_enabled(o, v, q, flags);
    judge_enabling(o, v, q, flags);
    drv_config_used(o, v);
}

static void reset_queue_asked(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q)
{
    if (!drv_negotiated(v, VIRTIO_F_RING_RESET))
        blame(o, VMSG_DRV_RESET_VQUEUE_1, v->num,
              "RESET_VQUEUE of queue %u was sent without VIRTIO_F_RING_RESET", q->index);
    else
        exercise(o, VMSG_DRV_RESET_VQUEUE_1);
    if (!q->queried)
        blame(o, VMSG_DRV_RESET_VQUEUE_2, v->num,
              "RESET_VQUEUE of queue %u was sent without a GET_VQUEUE before", q->index);
    else
        exercise(o, VMSG_DRV_RESET_VQUEUE_2);
    q->resetting = true;
}

void drv_queue_asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    struct drv_queue *q;

    if (drv_swapped(o, v, m->f[0], 0xFFFF, "the queue index"))
        return;
    q = drv_queue(o, v, (uint32_t)m->f[0]);
    if (m->msg_id != VMSG_ID_GET_VQUEUE)
        q->changed = o->serial;
    if (m->msg_id == VMSG_ID_SET_VQUEUE)
        set_asked(o, v, q, m);
    else if (m->msg_id == VMSG_ID_RESET_VQUEUE)
        reset_queue_asked(o, v, q);
}

/* ---- what it is told ---- */

static void set_told(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                     const uint64_t *f, uint64_t serial)
{
    uint32_t flags = (uint32_t)f[VMSG_SET_VQUEUE_REQ_flags];
    bool was = q->enabled;

    q->asking = serial < q->want_serial;
    q->told_serial = serial;
    memcpy(q->given, f, sizeof q->given);
    if (was && !(flags & VMSG_VQ_STATE_MASK) && (flags & VMSG_VQ_IGNORE_ALL) == VMSG_VQ_IGNORE_ALL)
        return; /* nothing was asked for */
    if (was) {
        exercise(o, VMSG_DRV_SET_VQUEUE_4);
        exercise(o, VMSG_DRV_SET_VQUEUE_7);
    } else {
        if (!(flags & VMSG_VQ_IGNORE_SIZE))
            q->size = (uint32_t)f[VMSG_SET_VQUEUE_REQ_size];
        for (unsigned i = 0; i < 3; i++)
            if (!(flags & VMSG_VQ_IGNORE_DESC << i))
                q->addr[i] = f[VMSG_SET_VQUEUE_REQ_desc_addr + i];
    }
    q->set = true;
    q->verified = q->refused = false;
    if ((flags & VMSG_VQ_STATE_MASK) == VMSG_VQ_ENABLE && !was) {
        q->enabled = true;
        v->queues_enabled++;
    }
}

static void reset_told(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q)
{
    if (!drv_negotiated(v, VIRTIO_F_RING_RESET)) { /* it did nothing, whatever the driver thinks */
        q->resetting = false;
        q->muddled = true;
        return;
    }
    exercise(o, VMSG_DRV_RESET_VQUEUE_3);
    if (q->enabled) { /* it could have been changed as it was */
        exercise(o, VMSG_DRV_SET_VQUEUE_4);
        exercise(o, VMSG_DRV_SET_VQUEUE_7);
        exercise(o, VMSG_DRV_SET_VQUEUE_8);
    }
    if (q->enabled && v->queues_enabled)
        v->queues_enabled--;
    *q = (struct drv_queue){.life = q->life,
                            .told_serial = o->serial,
                            .queried = q->queried,
                            .max_size = q->max_size,
                            .changed = q->changed,
                            .index = q->index,
                            .debtor = q->debtor,
                            .next_debtor = q->next_debtor};
}

/* A response got lost, but GET_VQUEUE shows that its request was carried out: that tells as much.
 */
static void take_lost_response(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                               const struct vmsg *m)
{
    bool enabled = m->f[VMSG_GET_VQUEUE_RESP_flags] & 1;
    const uint64_t *want = q->want;
    bool as_wanted = m->f[VMSG_GET_VQUEUE_RESP_cur_size] == want[VMSG_SET_VQUEUE_REQ_size];

    for (unsigned i = 0; i < 3; i++)
        as_wanted &=
            m->f[VMSG_GET_VQUEUE_RESP_desc_addr + i] == want[VMSG_SET_VQUEUE_REQ_desc_addr + i];
    if ((want[VMSG_SET_VQUEUE_REQ_flags] & VMSG_VQ_IGNORE_ALL) == VMSG_VQ_IGNORE_ALL)
        as_wanted = enabled; /* the state alone was asked for */
    if (q->resetting && !enabled)
        reset_told(o, v, q);
    else if (q->asking && as_wanted)
        set_told(o, v, q, want, q->want_serial);
}

/* Does GET_VQUEUE show what was asked for? Its response may come after that of a later one, and
 * tells nothing then of what was asked for meanwhile. */
static void get_told(struct vmsg_oracle *o, struct drv_view *v, struct drv_queue *q,
                     const struct drv_request *r, const struct vmsg *m)
{
    bool enabled = m->f[VMSG_GET_VQUEUE_RESP_flags] & 1, same, stale = r->serial < q->changed;
    uint32_t max_size = (uint32_t)m->f[VMSG_GET_VQUEUE_RESP_max_size];

    if (!stale)
        take_lost_response(o, v, q, m);
    q->queried = true;
    if (!(q->set || q->asking) || max_size > q->max_size)
        q->max_size = max_size; /* once it is being set up, a device may not think otherwise */
    v->met_absent |= q->max_size == 0;
    v->doubtful |= stale && enabled != q->enabled; /* it may be believed, too */
    if (!q->set || stale)
        return;
    same = m->f[VMSG_GET_VQUEUE_RESP_cur_size] == q->size &&
           memcmp(&m->f[VMSG_GET_VQUEUE_RESP_desc_addr], q->addr, sizeof q->addr) == 0;
    if (q->enabled && !enabled && v->queues_enabled)
        v->queues_enabled--;
    q->refused = !same || (q->enabled && !enabled);
    v->doubtful |= q->verified && q->refused; /* the device takes back what it confirmed */
    v->met_refused |= q->refused;
    q->verified = !q->refused;
    q->enabled = enabled;
}

void drv_queue_told(struct vmsg_oracle *o, struct drv_view *v, const struct drv_request *r,
                    const struct vmsg *m)
{
    struct drv_queue *q = drv_queue(o, v, (uint32_t)r->f[0]);

    if (r->msg_id == VMSG_ID_SET_VQUEUE) {
        /* GET_VQUEUE, or the answer to another attempt, may have told it before. */
        if (r->life == v->life && r->serial > q->told_serial &&
            memcmp(r->f, q->given, sizeof q->given) != 0)
            set_told(o, v, q, r->f, r->serial);
    } else if (r->msg_id == VMSG_ID_GET_VQUEUE) {
        get_told(o, v, q, r, m);
    } else if (r->serial > q->told_serial) {
        reset_told(o, v, q);
    } else { /* it was told by another attempt; a driver that waits for a newer one may be misled */
        v->doubtful |= q->resetting;
    }
}
