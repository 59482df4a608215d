/* Model "block": a ram disk of 64 KiB with four queues, one absent index among them, and a UUID. */
#include "harness/peers/model.h"
#include "harness/wire/wire.h"

#define BIT(n) (UINT32_C(1) << ((n) % 32))

enum { DISK_SIZE = 65536, SECTOR = 512, CONFIG_SIZE = 60 };
enum { F_BLK_SIZE = 6, F_FLUSH = 9, F_CONFIG_WCE = 11, F_MQ = 12 };
enum { T_IN = 0, T_OUT = 1, T_FLUSH = 4, T_GET_ID = 8 };
enum { S_OK = 0, S_IOERR = 1, S_UNSUPP = 2 };
enum { HEADER_SIZE = 16, ID_SIZE = 20 };

static const uint32_t features[] = {
    BIT(F_BLK_SIZE) | BIT(F_FLUSH) | BIT(F_CONFIG_WCE) | BIT(F_MQ) | BIT(VIRTIO_F_INDIRECT_DESC) |
        BIT(VIRTIO_F_EVENT_IDX),
    BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_NOTIFICATION_DATA) | BIT(VIRTIO_F_RING_RESET),
};

static const uint8_t config[CONFIG_SIZE] = {
    [0] = DISK_SIZE / SECTOR, /* capacity */
    [21] = SECTOR >> 8,       /* blk_size */
    [32] = 1,                 /* writeback */
    [34] = 4,                 /* num_queues */
};

/* writeback and the byte behind it; the discard and write-zeroes limits, as scratch space */
static const struct vmsg_span writable[] = {{32, 2}, {44, 16}};

static const struct vmsg_shm_region shm[] = {{1, UINT64_C(0x200000000), 0x10000}};

/* Index 3 is absent inside the range, so that "unavailable" differs from "out of range". */
static uint32_t queue_size(uint32_t index)
{
    return index == 3 ? 0 : 256;
}

/* Sectors between the disk and the data part of a buffer; false when they do not exist. */
static bool transfer(const struct vmsg_model_io *io, const struct vmsg_chain *chain, uint32_t type,
                     uint64_t sector)
{
    uint64_t len = type == T_IN ? chain->write_len - 1 : chain->read_len - HEADER_SIZE;

    if (len % SECTOR || len > io->storage_size || sector > io->storage_size / SECTOR ||
        sector * SECTOR > io->storage_size - len)
        return false;
    if (type == T_IN)
        vmsg_chain_write(chain, 0, io->storage + sector * SECTOR, (size_t)len);
    else
        vmsg_chain_read(chain, HEADER_SIZE, io->storage + sector * SECTOR, (size_t)len);
    return true;
}

static uint32_t get_id(const struct vmsg_model_io *io, const struct vmsg_chain *chain)
{
    static const char hex[] = "0123456789abcdef";
    char id[ID_SIZE];
    uint64_t room = chain->write_len - 1;

    for (unsigned i = 0; i < ID_SIZE; i++)
        id[i] = hex[io->uuid[i / 2] >> (i % 2 ? 0 : 4) & 0xF];
    return (uint32_t)vmsg_chain_write(chain, 0, id, room < ID_SIZE ? (size_t)room : ID_SIZE);
}

static uint32_t process(const struct vmsg_model_io *io, const struct vmsg_chain *chain)
{
    uint8_t header[HEADER_SIZE];
    uint8_t status = S_OK;
    uint32_t written = 0;
    uint32_t type;

    if (chain->write_len == 0 || vmsg_chain_read(chain, 0, header, HEADER_SIZE) < HEADER_SIZE)
        return 0; /* no header, or no room for the status */
    type = vmsg_le32(header);
    if (type == T_IN || type == T_OUT) {
        if (!transfer(io, chain, type, vmsg_le64(header + 8)))
            status = S_IOERR;
        else if (type == T_IN)
            written = (uint32_t)(chain->write_len - 1);
    } else if (type == T_GET_ID) {
        written = get_id(io, chain);
    } else if (type != T_FLUSH) {
        status = S_UNSUPP;
    }
    vmsg_chain_write(chain, chain->write_len - 1, &status, 1);
    return written + 1;
}

const struct vmsg_model vmsg_model_block = {
    .name = "block",
    .device_id = 2,
    .features = features,
    .num_feature_blocks = 2,
    .config_size = CONFIG_SIZE,
    .config = config,
    .config_init = CONFIG_SIZE,
    .writable = writable,
    .n_writable = 2,
    .spontaneous = {24, 8},
    .max_virtqueues = 5,
    .queue_size = queue_size,
    .shm = shm,
    .n_shm = 1,
    .has_uuid = true,
    .storage_size = DISK_SIZE,
    .process = process,
};
