/*
 * What a GET_VQUEUE shows, held against what SET_VQUEUE, RESET_VQUEUE and device resets let it
 * show. Spec: GET_VQUEUE, SET_VQUEUE, RESET_VQUEUE.
 */
#include "harness/oracle/vq_params.h"

/* The message that reached elsewhere but changed this queue, if any came since its last read. */
static bool blame_stray(struct vmsg_oracle *o, struct device *d, const struct queue *q,
                        const struct vq_params *now)
{
    char text[160];
    enum vmsg_clause_no clause;

    if (d->oob_set_at > q->read_serial)
        clause = VMSG_DEV_SET_VQUEUE_1;
    else if (d->oob_reset_at > q->read_serial)
        clause = VMSG_DEV_RESET_VQUEUE_1;
    else if (d->discarded_at > q->read_serial)
        clause = now->enabled ? VMSG_DEV_ERROR_SIGNALING_1 : VMSG_DEV_ERROR_SIGNALING_2;
    else
        return false;
    blame(o, clause, d->num, "%s changed a virtqueue, which now reads %s",
          clause == VMSG_DEV_SET_VQUEUE_1     ? "SET_VQUEUE of an index that does not exist"
          : clause == VMSG_DEV_RESET_VQUEUE_1 ? "RESET_VQUEUE of an index that does not exist"
                                              : "a message that must be discarded",
          vq_describe(text, sizeof text, now));
    return true;
}

static void judge_untouched(struct vmsg_oracle *o, struct device *d, const struct queue *q,
                            const struct vq_params *now)
{
    char was[160], is[160];

    if (d->oob_set_at > q->read_serial)
        exercise(o, VMSG_DEV_SET_VQUEUE_1);
    if (d->oob_reset_at > q->read_serial)
        exercise(o, VMSG_DEV_RESET_VQUEUE_1);
    exercise(o, VMSG_DEV_GET_VQUEUE_1);
    if (d->status & VIRTIO_S_NEEDS_RESET)
        return; /* what an error does to a queue is the device's affair */
    if (vq_same(&q->cur, now) || blame_stray(o, d, q, now))
        return;
    if (now->enabled != q->cur.enabled && vq_same_parts(&q->cur, now))
        blame(o, VMSG_DEV_GET_VQUEUE_3, d->num,
              "the queue reads as %s, it was %s and nothing "
              "changed it",
              now->enabled ? "enabled" : "disabled", q->cur.enabled ? "enabled" : "disabled");
    else
        blame(o, VMSG_DEV_GET_VQUEUE_1, d->num,
              "the queue reads %s; it was %s and nothing changed it",
              vq_describe(is, sizeof is, now), vq_describe(was, sizeof was, &q->cur));
}

static const char *rule_of(enum vmsg_clause_no clause)
{
    switch (clause) {
    case VMSG_DEV_SET_VQUEUE_2:
        return "SET_VQUEUE with reserved bits or fields in use";
    case VMSG_DEV_SET_VQUEUE_3:
        return "SET_VQUEUE with state operation 0 on an enabled queue";
    case VMSG_DEV_SET_VQUEUE_5:
        return "SET_VQUEUE with all ignore bits set, of an enabled queue,";
    case VMSG_DEV_SET_VQUEUE_6:
        return "SET_VQUEUE that updates an enabled queue";
    case VMSG_DEV_DEVICE_FEATURE_BLOCKS_2:
        return "RESET_VQUEUE after RING_RESET was selected and taken back";
    case VMSG_DEV_RESET_VQUEUE_2:
        return "RESET_VQUEUE without negotiated RING_RESET";
    default:
        return "SET_VQUEUE that cannot be applied";
    }
}

/* Applied in full, if wrongly. State operations 0 and 3 have no other meaning on such a queue. */
static bool taken_whole(const struct queue *q, const struct vq_params *now)
{
    uint32_t state = ~q->given & VMSG_VQ_STATE_MASK;

    if (state == VMSG_VQ_KEEP_DISABLED || state == VMSG_VQ_STATE_BAD)
        return vq_same_parts(&q->want, now);
    return vq_same(&q->want, now);
}

static void judge_unchanged(struct vmsg_oracle *o, struct device *d, const struct request *r,
                            struct queue *q, const struct vq_params *now)
{
    char was[160], is[160];
    bool set = q->blame != VMSG_DEV_RESET_VQUEUE_2 && q->blame != VMSG_DEV_DEVICE_FEATURE_BLOCKS_2;

    if (vq_same(&q->cur, now)) {
        exercise(o, q->blame);
        d->ring_reset_refused |= !set && q->cur.enabled;
        if (set && !vq_same(&q->cur, &q->want))
            exercise(o, VMSG_DEV_SET_VQUEUE_4);
        if (q->cur.enabled && set)
            exercise(o, VMSG_DEV_SET_VQUEUE_7);
        return;
    }
    (void)r;
    if (q->blame == VMSG_DEV_SET_VQUEUE_5 && vq_same_parts(&q->cur, now)) {
        blame(o, VMSG_DEV_SET_VQUEUE_7, d->num, "SET_VQUEUE disabled an enabled queue");
        return;
    }
    blame(o, q->blame, d->num, "%s must do nothing, but the queue was %s and is %s",
          rule_of(q->blame), vq_describe(was, sizeof was, &q->cur),
          vq_describe(is, sizeof is, now));
    if (!set)
        return;
    if (q->blame != VMSG_DEV_SET_VQUEUE_4 && q->blame != VMSG_DEV_SET_VQUEUE_5 &&
        !taken_whole(q, now))
        blame(o, VMSG_DEV_SET_VQUEUE_4, d->num,
              "SET_VQUEUE was applied in part; it is atomic: all or nothing");
    if (q->cur.enabled && !now->enabled)
        blame(o, VMSG_DEV_SET_VQUEUE_7, d->num,
              "SET_VQUEUE disabled an enabled queue; only a reset may");
}

static void judge_applied(struct vmsg_oracle *o, struct device *d, const struct request *r,
                          struct queue *q, const struct vq_params *now)
{
    bool applied = false, kept = false, touched = false;
    char is[160], wanted_text[160];

    if (vq_same(&q->want, now)) {
        exercise(o, VMSG_DEV_SET_VQUEUE_4);
        exercise(o, VMSG_DEV_SET_VQUEUE_5);
        exercise(o, VMSG_DEV_SET_VQUEUE_7);
        exercise(o, VMSG_DEV_GET_VQUEUE_1);
        return;
    }
    vq_describe(is, sizeof is, now);
    vq_describe(wanted_text, sizeof wanted_text, &q->want);
    (void)r;
    q->misset = true;
    if (vq_same(&q->cur, now) && q->after_reset) {
        blame(o, VMSG_DEV_RESET_VQUEUE_3, d->num,
              "the queue is %s after RESET_VQUEUE and a valid SET_VQUEUE for %s; it must be "
              "possible to set it up again",
              is, wanted_text);
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        bool given = q->given & vq_ignore_bits[i];
        uint64_t before = vq_part(&q->cur, i), want = vq_part(&q->want, i), seen = vq_part(now, i);

        if (!given) {
            touched |= seen != before;
        } else if (want != before) {
            applied |= seen == want;
            kept |= seen == before;
        }
        if (i == 0 && given && seen != want && seen != before)
            blame(o, VMSG_DEV_GET_VQUEUE_1, d->num, "cur_size is %u, SET_VQUEUE set %u",
                  (uint32_t)seen, (uint32_t)want);
        else if (given && seen != want && (seen != before || vq_same(&q->cur, now)))
            blame(o, VMSG_DEV_SET_VQUEUE_5, d->num,
                  "%s is 0x%llx after a valid SET_VQUEUE of 0x%llx", vq_part_names[i],
                  (unsigned long long)seen, (unsigned long long)want);
    }
    if (touched)
        blame(o, VMSG_DEV_SET_VQUEUE_5, d->num,
              "a field with its ignore bit set was changed: the queue is %s, %s was asked for", is,
              wanted_text);
    if (applied && kept) {
        blame(o, VMSG_DEV_SET_VQUEUE_4, d->num,
              "SET_VQUEUE was applied in part: the queue is %s, %s was asked for", is, wanted_text);
        blame(o, VMSG_DEV_SET_VQUEUE_5, d->num,
              "a field with its ignore bit clear was not applied: the queue is %s", is);
    }
    if (now->enabled == q->want.enabled)
        return;
    if (now->enabled) {
        blame(o, VMSG_DEV_SET_VQUEUE_7, d->num,
              "the queue is enabled although SET_VQUEUE did not ask for it");
    } else if (vq_same_parts(&q->want, now)) {
        q->suspect_enable = true; /* not enabled, or not reported: an update will tell */
    } else if (vq_same(&q->cur, now) && vq_same_parts(&q->cur, &q->want)) {
        q->suspect_enable = true;
    }
}

/* A device may have a size for a queue that was given none. It reads as 0 until the queue is
 * configured, and shows then that it was kept. */
static void learn_own_size(struct queue *q, const struct vq_params *now)
{
    bool given = (q->given | q->configured) & VMSG_VQ_IGNORE_SIZE;

    if (!given && !q->cur.size && now->size <= q->max_size)
        q->want.size = now->size;
}

/* Nothing at all is right here, too. */
static void judge_either(struct vmsg_oracle *o, struct device *d, const struct request *r,
                         struct queue *q, const struct vq_params *now)
{
    char is[160];
    bool stray = false, other = false;

    if (vq_same(&q->want, now)) {
        judge_applied(o, d, r, q, now);
        return;
    }
    if (vq_same(&q->cur, now)) {
        exercise(o, VMSG_DEV_SET_VQUEUE_4);
        return;
    }
    for (unsigned i = 0; i < VQ_PARTS; i++)
        stray |= !(q->given & vq_ignore_bits[i]) && vq_part(now, i) != vq_part(&q->cur, i);
    q->misset = true;
    for (unsigned i = 1; i < VQ_PARTS; i++)
        other |= vq_part(now, i) != vq_part(&q->cur, i) && vq_part(now, i) != vq_part(&q->want, i);
    blame(o, stray || other ? VMSG_DEV_SET_VQUEUE_5 : VMSG_DEV_SET_VQUEUE_4, d->num,
          stray   ? "a field with its ignore bit set was changed: the queue is %s"
          : other ? "an address has a value that nobody gave it: the queue is %s"
                  : "SET_VQUEUE was applied in part: the queue is %s; it is all or nothing",
          vq_describe(is, sizeof is, now));
}

static void judge_queue_reset(struct vmsg_oracle *o, struct device *d, struct queue *q,
                              const struct vq_params *now)
{
    if (!now->enabled) {
        exercise(o, VMSG_DEV_RESET_VQUEUE_3);
        if (q->quiesced && d->status & VIRTIO_S_DRIVER_OK)
            exercise(o, VMSG_DEV_PROSE_RESET_VQUEUE_QUIESCED);
        if (d->split)
            exercise(o, VMSG_DEV_DEVICE_FEATURE_BLOCKS_2);
        else
            d->ring_reset_proved = true;
        return;
    }
    q->quiesced = false;
    if (d->split && d->ring_reset_proved)
        blame(
            o, VMSG_DEV_DEVICE_FEATURE_BLOCKS_2, d->num,
            "RESET_VQUEUE works when features come in one message, not when they come in several; "
            "SET_DRIVER_FEATURES changes only the blocks that it names");
    else
        blame(o, VMSG_DEV_RESET_VQUEUE_3, d->num,
              "the queue is still enabled after RESET_VQUEUE with RING_RESET negotiated");
}

/* First read in this life of the device. */
static void judge_first(struct vmsg_oracle *o, struct device *d, struct queue *q,
                        const struct vq_params *now)
{
    bool addresses = now->addr[0] || now->addr[1] || now->addr[2];

    if (q->after_device_reset) {
        exercise(o, VMSG_DEV_SET_DEVICE_STATUS_4);
        if (now->enabled)
            blame(o, VMSG_DEV_SET_DEVICE_STATUS_4, d->num,
                  "status 0 was reported, but a virtqueue is still enabled");
    }
    if (q->ever_set || q->set_answered_at)
        return;
    /* Old addresses with a disabled queue are a reset's leftover: AMBIGUITIES 9. */
    d->sizes_odd |= now->size && !addresses;
    if (now->size && !addresses)
        blame(o, VMSG_DEV_GET_VQUEUE_1, d->num,
              "cur_size is %u for a queue that was never configured; it must be 0", now->size);
    else
        exercise(o, VMSG_DEV_GET_VQUEUE_1);
}

static void judge_probe(struct vmsg_oracle *o, struct device *d, struct queue *q,
                        const struct vq_params *now)
{
    q->suspect_enable = false;
    d->state_hidden = vq_same_parts(&q->cur, now);
    if (d->state_hidden)
        blame(o, VMSG_DEV_GET_VQUEUE_3, d->num,
              "the queue reads as disabled after it was enabled, but refuses updates as an enabled "
              "one; flags bit 0 must report the state");
    else
        blame(o, VMSG_DEV_SET_VQUEUE_7, d->num,
              "SET_VQUEUE with state operation 1 does not enable the queue");
}

static bool judge_sentinel(struct vmsg_oracle *o, struct device *d, struct queue *q, uint32_t index,
                           const struct vmsg *m, bool beyond)
{
    static const struct {
        uint8_t field;
        const char *name;
    } zero[] = {
        {VMSG_GET_VQUEUE_RESP_max_size, "max_size"},
        {VMSG_GET_VQUEUE_RESP_cur_size, "cur_size"},
        {VMSG_GET_VQUEUE_RESP_flags, "flags"},
        {VMSG_GET_VQUEUE_RESP_desc_addr, "desc_addr"},
        {VMSG_GET_VQUEUE_RESP_driver_addr, "driver_addr"},
        {VMSG_GET_VQUEUE_RESP_device_addr, "device_addr"},
    };

    if (!beyond && m->f[VMSG_GET_VQUEUE_RESP_max_size])
        return false;
    exercise(o, VMSG_DEV_GET_VQUEUE_2);
    if (d->oob_set_at)
        exercise(o, VMSG_DEV_SET_VQUEUE_1);
    if (d->oob_reset_at)
        exercise(o, VMSG_DEV_RESET_VQUEUE_1);
    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
        if (m->f[zero[i].field]) {
            blame(o, VMSG_DEV_GET_VQUEUE_2, d->num,
                  "%s is 0x%llx for queue %u, which %s; all is zero there", zero[i].name,
                  (unsigned long long)m->f[zero[i].field], index,
                  beyond ? "does not exist" : "is not available");
            if (!beyond && q && q->set_unavailable)
                blame(o, VMSG_DEV_SET_VQUEUE_1, d->num,
                      "queue %u is not available, but took what SET_VQUEUE asked for", index);
            break;
        }
    if (q)
        q->pending = VQ_UNKNOWN; /* whenever it becomes available */
    return true;
}

/* A read that was sent before the SET_VQUEUE was answered, and shows nothing of it: the next read
 * tells whether it came too early or the SET_VQUEUE had no effect. */
static bool reads_early(struct vmsg_oracle *o, struct device *d, const struct request *r,
                        struct queue *q, const struct vq_params *now)
{
    uint32_t index = o->index;

    if (q->pending != VQ_APPLIED || d->status & VIRTIO_S_NEEDS_RESET)
        return false;
    if (q->early && vq_same(&q->want, now)) {
        o->index = q->early_index;
        blame(o, VMSG_DEV_ORDERING_1, d->num,
              "the queue reads as before the SET_VQUEUE that was sent first; requests are "
              "processed in receive order");
        o->index = index;
    }
    q->early = vq_same(&q->cur, now) && !vq_same(&q->want, now) && r->serial < q->set_answered_at;
    q->early_index = index;
    return q->early;
}

static void judge_pending(struct vmsg_oracle *o, struct device *d, const struct request *r,
                          struct queue *q, const struct vq_params *now)
{
    switch (q->pending) {
    case VQ_UNKNOWN:
        judge_first(o, d, q, now);
        break;
    case VQ_KNOWN:
        judge_untouched(o, d, q, now);
        break;
    case VQ_UNCHANGED:
        judge_unchanged(o, d, r, q, now);
        break;
    case VQ_APPLIED:
        learn_own_size(q, now);
        if (!(d->status & VIRTIO_S_NEEDS_RESET)) {
            judge_applied(o, d, r, q, now);
            break;
        }
        /* fall through */
    case VQ_EITHER:
        learn_own_size(q, now);
        judge_either(o, d, r, q, now);
        break;
    case VQ_RESET:
        judge_queue_reset(o, d, q, now);
        break;
    case VQ_PROBE:
        judge_probe(o, d, q, now);
        break;
    }
}

/* Which fields the driver gave since the last reset, where the read proves that they were taken;
 * whether the queue was enabled is another question. */
static void remember_configured(struct queue *q, const struct vq_params *now)
{
    bool taken = q->pending == VQ_APPLIED || (q->pending == VQ_EITHER && !vq_same(&q->cur, now));

    if (taken && vq_same_parts(&q->want, now))
        q->configured |= q->given & VMSG_VQ_IGNORE_ALL;
}

/* Core's sizes end at 32,768: a maximum in the top byte is a small one in the other byte order. */
static bool size_swapped(struct vmsg_oracle *o, const struct device *d, uint32_t max)
{
    uint32_t swapped = max << 24 | (max & 0xff00) << 8 | (max >> 8 & 0xff00) | max >> 24;

    if (max < 0x01000000 || swapped > 32768)
        return false;
    blame(o, VMSG_DEV_ENDIANNESS_1, d->num,
          "max_size 0x%08x is big-endian; fields are little-endian", max);
    return true;
}

void judge_get_vqueue(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m)
{
    uint32_t index = (uint32_t)r->f[VMSG_GET_VQUEUE_REQ_index];
    uint32_t flags = (uint32_t)m->f[VMSG_GET_VQUEUE_RESP_flags];
    uint32_t max = (uint32_t)m->f[VMSG_GET_VQUEUE_RESP_max_size];
    bool beyond = d->info_known && index >= max_virtqueues(d);
    struct vq_params now = {
        .size = (uint32_t)m->f[VMSG_GET_VQUEUE_RESP_cur_size],
        .addr = {m->f[VMSG_GET_VQUEUE_RESP_desc_addr], m->f[VMSG_GET_VQUEUE_RESP_driver_addr],
                 m->f[VMSG_GET_VQUEUE_RESP_device_addr]},
        .enabled = flags & 1,
    };
    struct queue *q;

    if (!judge_echo(o, d, "index", index, m->f[VMSG_GET_VQUEUE_RESP_index],
                    beyond ? VMSG_DEV_GET_VQUEUE_2 : VMSG_DEV_PROSE_RESPONSE_ECHO))
        return;
    if (!beyond && size_swapped(o, d, max))
        return;
    q = get_queue(o, d, index);
    if (q && q->max_known && !beyond && max != q->max_size)
        blame(o, VMSG_DEV_GET_VQUEUE_1, d->num,
              "max_size of queue %u is %u now and was %u before; it must be accurate", index, max,
              q->max_size);
    if (q && !q->max_known) {
        q->max_known = true;
        q->max_size = max;
    }
    if (judge_sentinel(o, d, q, index, m, beyond) || !q)
        return;
    exercise(o, VMSG_DEV_GET_VQUEUE_3);
    if (flags & ~1u)
        blame(o, VMSG_DEV_GET_VQUEUE_3, d->num, "flags is 0x%08x; bits 31 to 1 must be zero",
              flags);
    if (d->reset_pending || d->reset_muddled)
        return; /* half done, maybe: neither judged nor learned */
    if (d->sizes_odd)
        q->cur.size = q->want.size = now.size;
    if (reads_early(o, d, r, q, &now))
        return;
    judge_pending(o, d, r, q, &now);
    remember_configured(q, &now);
    q->cur = now;
    q->pending = VQ_KNOWN;
    q->after_device_reset = false;
    q->read_serial = o->serial;
}
