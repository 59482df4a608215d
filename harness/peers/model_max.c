/*
 * Model "max": every limit of the transport at its largest. 65,536 queues with the admin range at
 * the top, 16 feature blocks, a large configuration space, several shared memory regions.
 */
#include "harness/peers/model.h"
#include "harness/wire/wire.h"

#define BIT(n) (UINT32_C(1) << ((n) % 32))

enum { F_ADMIN_VQ = 41 };

/* A console by type; the blocks from 4 on hold bits that no device type defines. */
static const uint32_t features[VMSG_MODEL_BLOCKS_MAX] = {
    [0] = BIT(0) | BIT(VIRTIO_F_INDIRECT_DESC) | BIT(VIRTIO_F_EVENT_IDX),
    [1] = BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_NOTIFICATION_DATA) | BIT(VIRTIO_F_RING_RESET) |
          BIT(F_ADMIN_VQ),
    [4] = 0x00000001,
    [9] = 0x5A5A5A5A,
    [15] = 0x80000000,
};

static const uint8_t config[] = {80, 0, 25, 0}; /* columns and rows */

static const struct vmsg_span writable[] = {{16, 4080}};

static const struct vmsg_shm_region shm[] = {
    {0, UINT64_C(0x300000000), 0x1000},
    {1, UINT64_C(0x310000000), 0x100000},
    {7, UINT64_C(0x7FFFFF0000000000), UINT64_C(0x10000000000)},
};

static uint32_t queue_size(uint32_t index)
{
    return index < 16 ? 1024 : 128;
}

/* Consumes what it is sent and has a greeting for whoever wants to read. */
static uint32_t process(const struct vmsg_model_io *io, const struct vmsg_chain *chain)
{
    static const char greeting[] = "vmsg";

    return (uint32_t)vmsg_chain_write(chain, 0, greeting, sizeof greeting - 1);
}

const struct vmsg_model vmsg_model_max = {
    .name = "max",
    .device_id = 3,
    .features = features,
    .num_feature_blocks = VMSG_MODEL_BLOCKS_MAX,
    .config_size = VMSG_MODEL_CONFIG_MAX,
    .config = config,
    .config_init = sizeof config,
    .writable = writable,
    .n_writable = 1,
    .spontaneous = {8, 8},
    .max_virtqueues = 65536,
    .admin_start = 65504,
    .admin_count = 32,
    .queue_size = queue_size,
    .shm = shm,
    .n_shm = 3,
    .process = process,
};
