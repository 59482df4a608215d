/* The reference driver's steps: identification, status and features; the table of all steps. */
#include "harness/peers/driver_steps.h"

static void send_status(struct driver_device *d, uint32_t status)
{
    uint64_t f[] = {[VMSG_SET_DEVICE_STATUS_REQ_status] = status};

    d->status = status;
    driver_send(d, VMSG_ID_SET_DEVICE_STATUS, f, NULL, 0);
}

static void info_send(struct driver_device *d)
{
    driver_send(d, VMSG_ID_GET_DEVICE_INFO, NULL, NULL, 0);
}

/* Device id 0 is a place without a device (core virtio, "Device Types"). */
static void info_answer(struct driver_device *d, const struct vmsg *m)
{
    d->info_known = true;
    d->device_id = (uint32_t)m->f[VMSG_GET_DEVICE_INFO_RESP_device_id];
    d->n_blocks = (uint32_t)m->f[VMSG_GET_DEVICE_INFO_RESP_num_feature_blocks];
    d->config_size = (uint32_t)m->f[VMSG_GET_DEVICE_INFO_RESP_config_size];
    d->max_queues = (uint32_t)m->f[VMSG_GET_DEVICE_INFO_RESP_max_virtqueues];
    d->admin_start = (uint32_t)m->f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_start];
    d->admin_count = (uint32_t)m->f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_count];
    if (d->n_blocks > DRIVER_BLOCKS)
        d->n_blocks = DRIVER_BLOCKS;
    if (d->device_id == 0) {
        driver_enter(d, DRIVER_STOPPED);
        return;
    }
    driver_informed(d);
    driver_reset(d, DRIVER_THEN_INIT);
}

static void reset_send(struct driver_device *d)
{
    send_status(d, 0);
}

static void status_send(struct driver_device *d)
{
    driver_send(d, VMSG_ID_GET_DEVICE_STATUS, NULL, NULL, 0);
}

static void acknowledge_send(struct driver_device *d)
{
    send_status(d, VIRTIO_S_ACKNOWLEDGE);
}

static void driver_status_send(struct driver_device *d)
{
    send_status(d, d->status | VIRTIO_S_DRIVER);
}

static void features_ok_send(struct driver_device *d)
{
    send_status(d, d->status | VIRTIO_S_FEATURES_OK);
}

static void driver_ok_send(struct driver_device *d)
{
    send_status(d, d->status | VIRTIO_S_DRIVER_OK);
    driver_ok_sent(d);
}

static void failing_send(struct driver_device *d)
{
    send_status(d, d->status | VIRTIO_S_FAILED);
}

static void failing_answer(struct driver_device *d, const struct vmsg *m)
{
    driver_enter(d, DRIVER_STOPPED);
}

#define BIT(feature) (UINT32_C(1) << (feature) % 32)

/* VIRTIO_F_NOTIF_CONFIG_DATA never ("Device Features"). */
static uint32_t wanted_high(const struct driver_device *d)
{
    const unsigned access_platform = 33;
    uint32_t bits = BIT(VIRTIO_F_VERSION_1) | BIT(access_platform) |
                    BIT(VIRTIO_F_NOTIFICATION_DATA) | BIT(VIRTIO_F_RING_RESET);

    if (driver_quirky(d, VMSG_DRIVER_QUIRK_PACKED) ||
        driver_faulty(d, VMSG_DRIVER_FAULT_OFFSET_NO_WRAP))
        bits |= BIT(VIRTIO_F_RING_PACKED);
    if (driver_faulty(d, VMSG_DRIVER_FAULT_NOTIF_CONFIG_DATA))
        bits |= BIT(VIRTIO_F_NOTIF_CONFIG_DATA);
    return bits;
}

/* Is there a fault that would not show while the event index excuses it? */
static bool shuns_event_index(const struct driver_device *d)
{
    return driver_faulty(d, VMSG_DRIVER_FAULT_NEVER_NOTIFIES) ||
           driver_faulty(d, VMSG_DRIVER_FAULT_MINDS_TOKENS) ||
           driver_faulty(d, VMSG_DRIVER_FAULT_USED_IGNORED);
}

static uint32_t wanted_low(const struct driver_device *d)
{
    const unsigned blk_flush = 9, blk_config_wce = 11;
    uint32_t bits = BIT(VIRTIO_F_INDIRECT_DESC) | BIT(VIRTIO_F_EVENT_IDX);

    if (driver_quirky(d, VMSG_DRIVER_QUIRK_PLAIN_RINGS))
        bits = 0;
    if (shuns_event_index(d))
        bits &= ~BIT(VIRTIO_F_EVENT_IDX);
    if (d->device_id == DRIVER_ID_BLOCK)
        bits |= BIT(blk_flush) | BIT(blk_config_wce);
    return bits;
}

/* What this driver can use. */
static uint32_t wanted(const struct driver_device *d, uint32_t block)
{
    return block == 0 ? wanted_low(d) : block == 1 ? wanted_high(d) : 0;
}

/* Start a pass over the feature blocks; devices without any go straight to FEATURES_OK. */
static void enter_features(struct driver_device *d, enum driver_step step)
{
    d->block = 0;
    driver_enter(d, d->n_blocks ? step : DRIVER_FEATURES_OK);
}

static void running(struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_QUEUES_LATE) && !d->queues[0].ready) {
        driver_queue_first(d);
        return;
    }
    d->initialising = false;
    if (!d->io_fruitless) /* else the device fails at every first buffer: that has an end */
        d->recoveries = 0;
    d->io_left = driver_quirky(d, VMSG_DRIVER_QUIRK_NO_IO) ? 0 : DRIVER_IO;
    d->polls = 0;
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_RESTARTS) && !d->restarted) {
        d->restarted = true;
        driver_start(d);
        return;
    }
    driver_runs(d);
    driver_enter(d, DRIVER_RUNNING);
}

/* The next step once the device has taken DRIVER. */
static void begin_features(struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_FEATURES_UNREAD)) {
        for (uint32_t b = 0; b < d->n_blocks; b++)
            d->features[b] = wanted(d, b);
        enter_features(d, DRIVER_SET_FEATURES);
        return;
    }
    enter_features(d, DRIVER_GET_FEATURES);
}

/* After every write of the status, and the read that confirms FEATURES_OK. */
static void progress_answer(struct driver_device *d, const struct vmsg *m)
{
    uint32_t status = (uint32_t)m->f[VMSG_SET_DEVICE_STATUS_RESP_status];

    if (driver_faulty(d, VMSG_DRIVER_FAULT_REFUSAL_IGNORED))
        status |= VIRTIO_S_FEATURES_OK;
    if ((d->status & ~status) == VIRTIO_S_FEATURES_OK) {
        driver_give_up(d); /* the device refuses the features */
        return;
    }
    if (driver_needs_reset(d, status) || (d->status & ~status)) {
        driver_recover(d);
        return;
    }
    switch (d->step) {
    case DRIVER_ACKNOWLEDGE:
        if (driver_faulty(d, VMSG_DRIVER_FAULT_SKIPS_DRIVER))
            begin_features(d);
        else
            driver_enter(d, DRIVER_DRIVER);
        return;
    case DRIVER_DRIVER:
        begin_features(d);
        return;
    case DRIVER_FEATURES_OK:
        driver_enter(d, DRIVER_FEATURES_CHECK);
        return;
    case DRIVER_FEATURES_CHECK:
        driver_config_read(d);
        return;
    default: /* DRIVER_DRIVER_OK */
        running(d);
    }
}

static void op_status_answer(struct driver_device *d, const struct vmsg *m)
{
    uint32_t status = (uint32_t)m->f[VMSG_GET_DEVICE_STATUS_RESP_status];

    if (driver_needs_reset(d, status) && d->op_from == DRIVER_RUNNING)
        driver_recover(d);
    else
        driver_enter(d, d->op_from);
}

/* Blocks from d->block that one message can carry beside its 16 bytes. */
static uint32_t blocks_now(const struct driver_device *d)
{
    uint32_t fit = (d->driver->host.max_msg_size - 16) / 4, left = d->n_blocks - d->block;

    if (driver_quirky(d, VMSG_DRIVER_QUIRK_FEATURES_ONE_BY_ONE))
        return 1;
    if (driver_faulty(d, VMSG_DRIVER_FAULT_FEATURES_OVERSIZE) && d->step == DRIVER_SET_FEATURES)
        return left;
    return left < fit ? left : fit;
}

static void get_features_send(struct driver_device *d)
{
    uint64_t f[] = {[VMSG_GET_DEVICE_FEATURES_REQ_block_index] = d->block,
                    [VMSG_GET_DEVICE_FEATURES_REQ_num_blocks] = blocks_now(d)};

    d->asked_blocks = blocks_now(d);
    driver_send(d, VMSG_ID_GET_DEVICE_FEATURES, f, NULL, 0);
}

/* Blocks that the device left out count as zero. */
static void get_features_answer(struct driver_device *d, const struct vmsg *m)
{
    uint32_t n = blocks_now(d);

    for (uint32_t i = 0; i < n; i++)
        d->features[d->block + i] = vmsg_tail_u32(m, i) & wanted(d, d->block + i);
    d->block += n;
    if (d->block < d->n_blocks)
        driver_enter(d, DRIVER_GET_FEATURES);
    else
        enter_features(d, DRIVER_SET_FEATURES);
}

/* The block of `b` as it is written. */
static uint32_t selected(const struct driver_device *d, uint32_t b)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_BLOCKS_SWAPPED) && d->n_blocks > 1)
        return d->features[b ^ (b < 2)];
    if (driver_faulty(d, VMSG_DRIVER_FAULT_FEATURES_UNOFFERED) && b == 0)
        return d->features[b] | 1u << 1;
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_FEATURES_TWICE) && !d->again)
        return 0;
    return d->features[b];
}

static void set_features_send(struct driver_device *d)
{
    uint32_t n = blocks_now(d);
    uint64_t f[] = {[VMSG_SET_DRIVER_FEATURES_REQ_block_index] = d->block,
                    [VMSG_SET_DRIVER_FEATURES_REQ_num_blocks] = n};
    uint8_t tail[4 * DRIVER_BLOCKS];

    for (uint32_t i = 0; i < n; i++)
        vmsg_put_le32(tail + (size_t)4 * i, selected(d, d->block + i));
    driver_send(d, VMSG_ID_SET_DRIVER_FEATURES, f, tail, (size_t)4 * n);
}

static void set_features_answer(struct driver_device *d, const struct vmsg *m)
{
    d->block += blocks_now(d);
    if (d->block < d->n_blocks) {
        driver_enter(d, DRIVER_SET_FEATURES);
    } else if (driver_quirky(d, VMSG_DRIVER_QUIRK_FEATURES_TWICE) && !d->again) {
        d->again = true;
        enter_features(d, DRIVER_SET_FEATURES);
    } else if (driver_faulty(d, VMSG_DRIVER_FAULT_QUEUES_BEFORE_FEATURES)) {
        driver_queue_first(d);
    } else {
        d->again = false;
        driver_enter(d, DRIVER_FEATURES_OK);
    }
}

const struct driver_step_ops *driver_step_ops(enum driver_step step)
{
    static const struct driver_step_ops table[DRIVER_STEPS] = {
        [DRIVER_INFO] = {info_send, info_answer},
        [DRIVER_RESET] = {reset_send, driver_reset_answer},
        [DRIVER_RESET_POLL] = {status_send, driver_reset_answer},
        [DRIVER_ACKNOWLEDGE] = {acknowledge_send, progress_answer},
        [DRIVER_DRIVER] = {driver_status_send, progress_answer},
        [DRIVER_GET_FEATURES] = {get_features_send, get_features_answer},
        [DRIVER_SET_FEATURES] = {set_features_send, set_features_answer},
        [DRIVER_FEATURES_OK] = {features_ok_send, progress_answer},
        [DRIVER_FEATURES_CHECK] = {status_send, progress_answer},
        [DRIVER_READ_CONFIG] = {driver_config_send, driver_config_answer},
        [DRIVER_QUEUE_GET] = {driver_queue_get_send, driver_queue_get_answer},
        [DRIVER_QUEUE_RESET] = {driver_queue_reset_send, driver_queue_reset_answer},
        [DRIVER_QUEUE_SET] = {driver_queue_set_send, driver_queue_set_answer},
        [DRIVER_QUEUE_ENABLE] = {driver_queue_enable_send, driver_queue_set_answer},
        [DRIVER_QUEUE_CHECK] = {driver_queue_get_send, driver_queue_check_answer},
        [DRIVER_DRIVER_OK] = {driver_ok_send, progress_answer},
        [DRIVER_OP_STATUS] = {status_send, op_status_answer},
        [DRIVER_OP_GET_CONFIG] = {driver_op_get_config_send, driver_op_get_config_answer},
        [DRIVER_OP_SET_CONFIG] = {driver_op_set_config_send, driver_op_set_config_answer},
        [DRIVER_FAILING] = {failing_send, failing_answer},
    };

    return &table[step];
}
