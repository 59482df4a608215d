/* GET_DEVICE_FEATURES, SET_DRIVER_FEATURES and what was negotiated ("Device Feature Blocks"). */
#include "harness/peers/refdev.h"

#include <string.h>

static bool has_bit(const uint32_t *blocks, unsigned feature)
{
    return blocks[feature / 32] >> feature % 32 & 1;
}

bool vmsg_refdev_negotiated(const struct vmsg_refdev *d, unsigned feature)
{
    return has_bit(d->negotiated, feature);
}

void vmsg_refdev_forget_features(struct vmsg_refdev *d)
{
    memset(d->selected, 0, sizeof d->selected);
    memset(d->negotiated, 0, sizeof d->negotiated);
    d->n_far = 0;
    d->far_lost = false;
}

uint32_t vmsg_refdev_features(const struct vmsg_refdev *d, uint64_t block)
{
    uint32_t bits = d->model->features[block];

    if (block == VIRTIO_F_RING_PACKED / 32 && vmsg_quirky(d->ep, VMSG_QUIRK_PACKED))
        bits |= UINT32_C(1) << VIRTIO_F_RING_PACKED % 32;
    return bits;
}

/* The offered block, zero beyond those of the model. */
static uint32_t offered(const struct vmsg_refdev *d, uint64_t block)
{
    const struct vmsg_model *model = d->model;
    uint32_t bits;

    if (block >= model->num_feature_blocks)
        return vmsg_faulty(d->ep, VMSG_FAULT_FAR_BLOCKS_GARBAGE) ? 0xA5A5A5A5 : 0;
    bits = vmsg_refdev_features(d, block);
    if (vmsg_faulty(d->ep, VMSG_FAULT_OFFERS_SELECTED) && d->selected[block])
        bits = d->selected[block];
    if (vmsg_faulty(d->ep, VMSG_FAULT_OFFERS_NOTIF_CONFIG_DATA) && block == 1)
        bits |= UINT32_C(1) << VIRTIO_F_NOTIF_CONFIG_DATA % 32;
    return bits;
}

void vmsg_refdev_get_device_features(struct vmsg_refdev *d, const struct vmsg *m)
{
    uint64_t first = m->f[VMSG_GET_DEVICE_FEATURES_REQ_block_index];
    uint64_t n = m->f[VMSG_GET_DEVICE_FEATURES_REQ_num_blocks];
    bool oversize = vmsg_faulty(d->ep, VMSG_FAULT_FEATURES_OVERSIZE);
    size_t room = (oversize ? VMSG_MAX_SIZE_MOST : d->ep->host.max_msg_size) - VMSG_HEADER_SIZE -
                  m->def->response.fixed_size;
    uint64_t f[VMSG_GET_DEVICE_FEATURES_RESP_N_FIELDS];

    if (n == 0 && vmsg_quirky(d->ep, VMSG_QUIRK_FEATURES_EMPTY_DROPPED))
        return;
    if (vmsg_faulty(d->ep, VMSG_FAULT_FEATURES_NOT_PADDED) &&
        first < d->model->num_feature_blocks && first + n > d->model->num_feature_blocks)
        n = d->model->num_feature_blocks - first;
    if (n > room / 4)
        return; /* the answer does not fit ("Respecting Bus Limits") */
    for (uint64_t i = 0; i < n; i++)
        vmsg_put_le32(d->ep->tail + i * 4, offered(d, first + i));
    f[VMSG_GET_DEVICE_FEATURES_RESP_block_index] =
        vmsg_faulty(d->ep, VMSG_FAULT_FEATURES_NOT_ECHOED) ? 0 : first;
    f[VMSG_GET_DEVICE_FEATURES_RESP_num_blocks] = n;
    vmsg_refdev_reply(
        d, m,
        &(struct vmsg_body){
            .f = f, .tail = d->ep->tail, .tail_len = (size_t)n * 4, .oversize = oversize});
}

/* A block that the model does not have: remembered while it is not zero. */
static void select_far(struct vmsg_refdev *d, uint64_t block, uint32_t value)
{
    unsigned i = 0;

    while (i < d->n_far && d->far[i].index != block)
        i++;
    if (i < d->n_far)
        d->far[i].value = value;
    else if (value && d->n_far < VMSG_FAR_BLOCKS)
        d->far[d->n_far++] = (struct vmsg_far_block){block, value};
    else if (value)
        d->far_lost = true;
    if (i < d->n_far && d->far[i].value == 0)
        d->far[i] = d->far[--d->n_far];
}

static void select_block(struct vmsg_refdev *d, uint64_t block, uint32_t value)
{
    if (block < d->model->num_feature_blocks)
        d->selected[block] = value;
    else
        select_far(d, block, value);
}

void vmsg_refdev_set_driver_features(struct vmsg_refdev *d, const struct vmsg *m)
{
    uint64_t first = m->f[VMSG_SET_DRIVER_FEATURES_REQ_block_index];
    uint64_t n = m->f[VMSG_SET_DRIVER_FEATURES_REQ_num_blocks];

    if (n == 0 && vmsg_quirky(d->ep, VMSG_QUIRK_FEATURES_EMPTY_DROPPED))
        return;
    if (vmsg_faulty(d->ep, VMSG_FAULT_FEATURES_CLEARS_OTHERS))
        vmsg_refdev_forget_features(d);
    for (uint64_t i = 0; i < n; i++)
        select_block(d, first + i, vmsg_tail_u32(m, (uint32_t)i));
    if (vmsg_faulty(d->ep, VMSG_FAULT_FEATURES_SPILLS))
        select_block(d, first + n, 0);
    vmsg_refdev_reply(d, m, &(struct vmsg_body){0});
}

/* Only offered bits, VERSION_1 among them, and what a quirk insists on. */
bool vmsg_refdev_features_acceptable(const struct vmsg_refdev *d)
{
    const struct vmsg_model *model = d->model;

    if (!has_bit(d->selected, VIRTIO_F_VERSION_1))
        return false;
    if (vmsg_quirky(d->ep, VMSG_QUIRK_NEEDS_EVENT_IDX) && !has_bit(d->selected, VIRTIO_F_EVENT_IDX))
        return false;
    if (vmsg_faulty(d->ep, VMSG_FAULT_ACCEPTS_ANY_FEATURES))
        return true;
    for (uint32_t i = 0; i < model->num_feature_blocks; i++)
        if (d->selected[i] & ~vmsg_refdev_features(d, i))
            return false;
    return d->n_far == 0 && !d->far_lost;
}
