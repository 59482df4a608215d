/*
 * Feature blocks and their negotiation. Spec: "Device Feature Blocks", "Feature Negotiation".
 *
 * What the driver selected cannot be read back. Block-scoped update is seen through its effects:
 * RESET_VQUEUE works only with RING_RESET, and a device that refuses sets without VERSION_1
 * refuses one that lost it.
 */
#include "harness/oracle/internal.h"

static uint32_t feature_word(unsigned bit)
{
    return 1u << (bit % 32);
}

bool feature_offered(const struct device *d, unsigned bit)
{
    return (d->offered_known >> (bit / 32) & 1) && (d->offered[bit / 32] & feature_word(bit));
}

/* *known false: the stream does not tell. */
bool feature_negotiated(const struct device *d, unsigned bit, bool *known)
{
    *known = d->status_known && !d->selection_unknown;
    if (!d->status_known || !(d->status & VIRTIO_S_FEATURES_OK))
        return false;
    if (!(d->selected_known >> (bit / 32) & 1)) {
        /* Never written since a reset: not selected. */
        *known = d->reset_reported && !d->selection_unknown;
        return false;
    }
    return d->selected[bit / 32] & feature_word(bit);
}

static void judge_beyond(struct vmsg_oracle *o, struct device *d, uint64_t block, uint32_t value)
{
    /* The first two blocks hold the device types' and core's bits: a bit there is offered. */
    enum vmsg_clause_no clause =
        block < 2 ? VMSG_DEV_GET_DEVICE_INFO_2 : VMSG_DEV_DEVICE_FEATURE_BLOCKS_1;

    if (value)
        blame(o, clause, d->num,
              "feature block %u is 0x%08x, but num_feature_blocks is %u; blocks beyond are zero",
              (uint32_t)block, value,
              (uint32_t)d->info[VMSG_GET_DEVICE_INFO_RESP_num_feature_blocks]);
    else
        exercise(o, VMSG_DEV_DEVICE_FEATURE_BLOCKS_1);
}

static void judge_stable(struct vmsg_oracle *o, struct device *d, uint64_t block, uint32_t value)
{
    uint32_t mask;

    if (block >= FEATURE_BLOCKS)
        return;
    if (d->offered_known >> block & 1) {
        mask =
            block < SELECT_BLOCKS && (d->selected_known >> block & 1) ? d->selected[block] : value;
        if (value != d->offered[block])
            blame(o, VMSG_DEV_DEVICE_FEATURE_BLOCKS_3, d->num,
                  "feature block %u is 0x%08x now and was 0x%08x before%s; the offered set is "
                  "reported, whatever the driver selected",
                  (uint32_t)block, value, d->offered[block],
                  value == mask ? " (it is what the driver selected)" : "");
        else if (mask != value)
            exercise(o, VMSG_DEV_DEVICE_FEATURE_BLOCKS_3);
        return;
    }
    d->offered_known |= UINT64_C(1) << block;
    d->offered[block] = value;
}

void judge_get_features(struct vmsg_oracle *o, struct device *d, const struct request *r,
                        const struct vmsg *m)
{
    uint64_t first = r->f[VMSG_GET_DEVICE_FEATURES_REQ_block_index];
    uint64_t asked = r->f[VMSG_GET_DEVICE_FEATURES_REQ_num_blocks];
    uint64_t got = m->f[VMSG_GET_DEVICE_FEATURES_RESP_num_blocks];
    uint64_t blocks = d->info[VMSG_GET_DEVICE_INFO_RESP_num_feature_blocks];
    bool fits = !asks_too_much(o, d, r);

    if (!fits)
        exercise(o, VMSG_DEV_DEVICE_LIMITS_1);
    if (!judge_echo(o, d, "block_index", first, m->f[VMSG_GET_DEVICE_FEATURES_RESP_block_index],
                    VMSG_DEV_PROSE_RESPONSE_ECHO))
        return;
    if (fits && asked && !judge_echo(o, d, "num_blocks", asked, got, VMSG_DEV_PROSE_RESPONSE_ECHO))
        return;
    for (uint32_t i = 0; i < m->tail_len / 4 && i < got; i++) {
        uint64_t block = first + i;
        uint32_t value = vmsg_tail_u32(m, i);

        if (d->info_known && block >= blocks)
            judge_beyond(o, d, block, value);
        else if (block < 2)
            exercise(o, VMSG_DEV_GET_DEVICE_INFO_2);
        if (block == VIRTIO_F_NOTIF_CONFIG_DATA / 32) {
            exercise(o, VMSG_DEV_DEVICE_FEATURES_1);
            if (value & feature_word(VIRTIO_F_NOTIF_CONFIG_DATA))
                blame(o, VMSG_DEV_DEVICE_FEATURES_1, d->num,
                      "feature bit 39, NOTIF_CONFIG_DATA, is offered; this transport excludes it");
        }
        judge_stable(o, d, block, value);
    }
}

void judge_set_features(struct vmsg_oracle *o, struct device *d, const struct request *r,
                        const struct vmsg *m)
{
    uint64_t first = r->f[VMSG_SET_DRIVER_FEATURES_REQ_block_index];
    uint64_t n = r->f[VMSG_SET_DRIVER_FEATURES_REQ_num_blocks];
    bool covers_1 = first <= 1 && first + n > 1;

    (void)m;
    if (n == 0)
        return; /* no block is addressed, so none changes */
    /* Only between DRIVER and FEATURES_OK does core virtio ask the device to listen. */
    if (r->due == DUE_EITHER || !r->has_tail || !d->status_known || d->reset_pending ||
        (d->status & (VIRTIO_S_DRIVER | VIRTIO_S_FEATURES_OK)) != VIRTIO_S_DRIVER) {
        forget_effects(o, d, r);
        d->features_writes += 2;
        return;
    }
    config_restart(&d->config); /* some fields depend on features */
    d->max_epoch++;             /* and so do queues */
    if (d->selected_known & 2 && !covers_1)
        d->split = true;
    for (uint64_t i = first < SELECT_BLOCKS ? SELECT_BLOCKS - first : 0; i < n; i++)
        d->selected_far |= vmsg_le32(r->tail + 4 * i) != 0;
    for (uint64_t i = 0; i < n && first + i < SELECT_BLOCKS; i++) {
        d->selected[first + i] = vmsg_le32(r->tail + 4 * i);
        if (first + i == VIRTIO_F_RING_RESET / 32)
            d->ring_reset_given |= d->selected[first + i] & feature_word(VIRTIO_F_RING_RESET);
        d->selected_known |= 1u << (first + i);
    }
    d->features_writes++;
}

static uint64_t selected_hash(const struct device *d)
{
    uint32_t words[SELECT_BLOCKS];

    for (unsigned i = 0; i < SELECT_BLOCKS; i++)
        words[i] = d->selected_known >> i & 1 ? d->selected[i] : 0;
    return hash_bytes(words, sizeof words) | 1;
}

/* The lowest selected bit that the device is known not to offer; -1: there is none. */
static int selected_unoffered(const struct device *d)
{
    for (unsigned i = 0; i < SELECT_BLOCKS; i++)
        if ((d->selected_known >> i & 1) && (d->offered_known >> i & 1) &&
            i < d->info[VMSG_GET_DEVICE_INFO_RESP_num_feature_blocks])
            for (unsigned bit = 0; bit < 32; bit++)
                if (d->selected[i] & ~d->offered[i] & 1u << bit)
                    return (int)(32 * i + bit);
    return -1;
}

/* A SET_DEVICE_STATUS that newly sets FEATURES_OK was answered with `got`. */
void judge_features_ok(struct vmsg_oracle *o, struct device *d, uint32_t asked, uint32_t got)
{
    bool taken = got & VIRTIO_S_FEATURES_OK;
    bool v1 = d->selected_known & 2 && (d->selected[1] & feature_word(VIRTIO_F_VERSION_1));
    int unoffered = selected_unoffered(d);

    (void)asked;
    if (d->selection_unknown)
        return;
    if (unoffered >= 0) {
        d->status_suspect = taken; /* if a read shows it cleared, the answer was inaccurate */
        if (taken)
            blame(o, VMSG_DEV_DEVICE_FEATURES_2, d->num,
                  "FEATURES_OK stays set although the driver selected feature bit %d, which is not "
                  "offered; the device must clear it",
                  unoffered);
        else
            exercise(o, VMSG_DEV_DEVICE_FEATURES_2);
        return;
    }
    if (d->selected_far)
        return; /* in blocks that are not followed */
    if (taken && d->features_writes == 1)
        d->accepted_set = selected_hash(d);
    if (!taken && !v1)
        d->refuses_without_v1 = true;
    if (!d->split || !d->accepted_set || d->accepted_set != selected_hash(d))
        return;
    if (got & VIRTIO_S_NEEDS_RESET)
        return;
    if (!taken)
        blame(o, VMSG_DEV_DEVICE_FEATURE_BLOCKS_2, d->num,
              "a feature set that was accepted from one message is refused when its blocks come in "
              "several; SET_DRIVER_FEATURES changes only the blocks that it names");
    else if (d->refuses_without_v1)
        exercise(o, VMSG_DEV_DEVICE_FEATURE_BLOCKS_2);
}
