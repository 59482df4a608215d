/* What a driver reads and selects of features. Spec: "Device Features", GET_DEVICE_FEATURES,
 * SET_DRIVER_FEATURES. */
#include "harness/oracle/drv.h"

#include <string.h>

void drv_features_reset(struct drv_view *v)
{
    memset(v->selected, 0, sizeof v->selected);
    v->features_written = 0;
}

void drv_features_told(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    uint64_t first = m->f[VMSG_GET_DEVICE_FEATURES_RESP_block_index];

    v->features_read = true;
    for (uint32_t i = 0; i < m->tail_len / 4 && first + i < DRV_BLOCKS; i++) {
        v->offered[first + i] = vmsg_tail_u32(m, i);
        v->offered_known |= UINT64_C(1) << (first + i);
    }
    (void)o;
}

bool drv_features_offered(const struct drv_view *v)
{
    bool no_blocks = v->info_told && !v->info[VMSG_GET_DEVICE_INFO_RESP_num_feature_blocks];
    uint32_t any = !v->features_read && !no_blocks;

    for (unsigned i = 0; i < DRV_BLOCKS; i++)
        any |= v->offered[i];
    return any != 0;
}

/* What was not told counts as zero: "padding with zeros as needed". */
static uint32_t offered(const struct drv_view *v, uint64_t block)
{
    return block < DRV_BLOCKS ? v->offered[block] : 0;
}

/* Do the bits make sense in another block? Then blocks were mixed up. */
static bool fits_elsewhere(const struct drv_view *v, uint64_t block, uint32_t bits)
{
    for (uint64_t b = 0; b < DRV_BLOCKS; b++)
        if (b != block && v->offered_known >> b & 1 && bits && !(bits & ~v->offered[b]))
            return true;
    return false;
}

static void not_offered(struct vmsg_oracle *o, const struct drv_view *v, uint64_t block,
                        uint32_t bits, uint32_t wrong)
{
    bool beyond = v->info_told && block >= v->info[VMSG_GET_DEVICE_INFO_RESP_num_feature_blocks];

    if (!v->features_read)
        blame(o, VMSG_DRV_DEVICE_FEATURES_1, v->num,
              "features 0x%08x of block %llu were selected without any GET_DEVICE_FEATURES", bits,
              (unsigned long long)block);
    else if (beyond || fits_elsewhere(v, block, bits))
        blame(o, VMSG_DRV_GET_DEVICE_FEATURES_1, v->num,
              "features 0x%08x were selected in block %llu, where the device offers 0x%08x; blocks "
              "begin at the index that was asked for, and what is missing is zero",
              bits, (unsigned long long)block, offered(v, block));
    else
        blame(o, VMSG_DRV_SET_DRIVER_FEATURES_1, v->num,
              "features 0x%08x of block %llu were selected, which the device does not offer", wrong,
              (unsigned long long)block);
}

static void judge_block(struct vmsg_oracle *o, struct drv_view *v, uint64_t block, uint32_t bits)
{
    uint32_t notif = block == VIRTIO_F_NOTIF_CONFIG_DATA / 32
                         ? UINT32_C(1) << VIRTIO_F_NOTIF_CONFIG_DATA % 32
                         : 0;
    uint32_t wrong = bits & ~offered(v, block) & ~notif;

    if (bits & notif)
        blame(o, VMSG_DRV_DEVICE_FEATURES_2, v->num,
              "VIRTIO_F_NOTIF_CONFIG_DATA was selected; this transport does not have it");
    else if (notif && offered(v, block) & notif)
        exercise(o, VMSG_DRV_DEVICE_FEATURES_2);
    if (wrong) {
        not_offered(o, v, block, bits, wrong);
    } else if (v->features_read) {
        exercise(o, VMSG_DRV_DEVICE_FEATURES_1);
        exercise(o, VMSG_DRV_SET_DRIVER_FEATURES_1);
        exercise(o, VMSG_DRV_GET_DEVICE_FEATURES_1);
    }
    if (block < DRV_BLOCKS)
        v->selected[block] = bits;
}

void drv_features_asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    uint64_t first = m->f[VMSG_SET_DRIVER_FEATURES_REQ_block_index];

    if (drv_swapped(o, v, m->f[1], 0xFFFF, "the number of blocks"))
        return;
    if (m->msg_id == VMSG_ID_GET_DEVICE_FEATURES)
        return;
    if (!(v->asked & VIRTIO_S_DRIVER))
        blame(o, VMSG_DRV_PROSE_STATUS_PROGRESSION, v->num,
              "features were selected before DRIVER was written, which comes first");
    for (uint32_t i = 0; i < m->tail_len / 4; i++)
        judge_block(o, v, first + i, vmsg_tail_u32(m, i));
    if (v->features_written++)
        exercise(o, VMSG_DRV_SET_DRIVER_FEATURES_2);
}
