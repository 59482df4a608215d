/* The reference driver and configuration space: reading it stably, events, one access each. */
#include "harness/peers/driver_steps.h"

#include <string.h>

/* Configuration bytes that this driver looks at. */
static uint32_t wanted_size(const struct driver_device *d)
{
    uint32_t known = 60; /* struct virtio_blk_config up to the write zeroes fields */

    if (driver_faulty(d, VMSG_DRIVER_FAULT_ASSUMES_CONFIG_SIZE) && d->device_id == DRIVER_ID_BLOCK)
        return known;
    return d->config_size < DRIVER_CONFIG ? d->config_size : DRIVER_CONFIG;
}

/* Bytes of the chunk at config_at: what the response has room for. */
static uint32_t chunk(const struct driver_device *d)
{
    uint32_t fit = driver_config_room(d), left = wanted_size(d) - d->config_at;

    if (driver_quirky(d, VMSG_DRIVER_QUIRK_CONFIG_IN_PIECES))
        fit = 4;

    return left < fit ? left : fit;
}

uint32_t driver_config_room(const struct driver_device *d)
{
    uint32_t fixed = VMSG_HEADER_SIZE + 12; /* GET_CONFIG response, SET_CONFIG either way */

    return d->driver->host.max_msg_size - fixed;
}

/* Where to go when the configuration is known. */
static void read_done(struct driver_device *d)
{
    /* An event that overtook the answers asks for another read, unless they agree. */
    if (d->event_generation == d->generation)
        d->config_stale = false;
    if (d->initialising &&
        (driver_faulty(d, VMSG_DRIVER_FAULT_QUEUES_LATE) ||
         (driver_faulty(d, VMSG_DRIVER_FAULT_QUEUES_BEFORE_FEATURES) && d->queues[0].ready))) {
        driver_enter(d, DRIVER_DRIVER_OK);
    } else if (d->initialising) {
        driver_queue_first(d);
    } else if (d->op_retry) {
        d->op_retry = false;
        driver_enter(d, DRIVER_OP_SET_CONFIG);
    } else {
        driver_enter(d, DRIVER_RUNNING);
    }
}

void driver_config_read(struct driver_device *d)
{
    d->config_at = 0;
    d->config_tries = 0;
    d->config_stale = false;
    memset(d->config, 0, sizeof(d->config));
    if (wanted_size(d))
        driver_enter(d, DRIVER_READ_CONFIG);
    else
        read_done(d);
}

void driver_config_send(struct driver_device *d)
{
    uint64_t f[] = {
        [VMSG_GET_CONFIG_REQ_offset] = d->config_at, [VMSG_GET_CONFIG_REQ_length] = chunk(d)};

    driver_send(d, VMSG_ID_GET_CONFIG, f, NULL, 0);
}

bool driver_config_agrees(const struct driver_device *d, uint64_t offset, uint64_t length)
{
    bool op = d->step == DRIVER_OP_GET_CONFIG;

    return offset == (op ? d->op.offset : d->config_at) &&
           (length == 0 || length == (op ? d->op.length : chunk(d)));
}

/* Copy bytes of the space into what is kept of it. */
static void keep(struct driver_device *d, uint64_t offset, const uint8_t *data, uint64_t length)
{
    if (offset >= DRIVER_CONFIG || length == 0)
        return;
    if (length > DRIVER_CONFIG - offset)
        length = DRIVER_CONFIG - offset;
    memcpy(d->config + offset, data, length);
}

static void generation_seen(struct driver_device *d, uint32_t generation)
{
    d->generation = generation;
    if (generation > d->highest_generation)
        d->highest_generation = generation;
}

/* All chunks must be of one generation, else they are read again ("Configuration Semantics"). */
void driver_config_answer(struct driver_device *d, const struct vmsg *m)
{
    uint32_t generation = (uint32_t)m->f[VMSG_GET_CONFIG_RESP_generation];

    generation_seen(d, generation);
    if (m->f[VMSG_GET_CONFIG_RESP_length] == 0) {
        read_done(d); /* nothing to be had */
        return;
    }
    if (d->config_at == 0) {
        d->config_generation = generation;
    } else if (d->config_generation != generation &&
               !driver_faulty(d, VMSG_DRIVER_FAULT_CHANGES_IGNORED)) {
        d->config_at = 0;
        if (++d->config_tries < DRIVER_UNSTABLE)
            driver_enter(d, DRIVER_READ_CONFIG);
        else
            driver_recover(d);
        return;
    }
    keep(d, d->config_at, m->tail, m->tail_len);
    d->config_at += m->tail_len;
    if (d->config_at < wanted_size(d))
        driver_enter(d, DRIVER_READ_CONFIG);
    else
        read_done(d);
}

/* The profile is the bus instance's, never a device feature ("Configuration Semantics"). */
static bool driver_strict(const struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_PROFILE_BY_FEATURE))
        return driver_has_feature(d, VIRTIO_F_RING_RESET);
    return d->driver->host.transport_features & VMSG_F_STRICT_CONFIG_GENERATION;
}

/* An event without data that a faulty driver makes nothing of. */
static bool ignored(const struct driver_device *d, const struct vmsg *m)
{
    bool generic = !m->f[VMSG_EVENT_CONFIG_REQ_offset] && !m->f[VMSG_EVENT_CONFIG_REQ_length];

    if (!generic && m->tail_len)
        return false;
    if (driver_faulty(d, VMSG_DRIVER_FAULT_BASELINE_EVENTS_IGNORED))
        return !driver_strict(d);
    return driver_faulty(d, generic ? VMSG_DRIVER_FAULT_GENERIC_EVENT_IGNORED
                                    : VMSG_DRIVER_FAULT_RANGE_EVENT_IGNORED);
}

void driver_config_event(struct driver_device *d, const struct vmsg *m)
{
    uint64_t offset = m->f[VMSG_EVENT_CONFIG_REQ_offset];
    uint64_t length = m->f[VMSG_EVENT_CONFIG_REQ_length];

    /* Before and during reset there is no view of the device to bring up to date. */
    if (d->step <= DRIVER_RESET_POLL || d->step == DRIVER_FAILING || d->step == DRIVER_STOPPED)
        return;
    if (offset + length > d->config_size)
        return;
    generation_seen(d, (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_generation]);
    d->event_generation = d->generation;
    if (driver_needs_reset(d, (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_device_status])) {
        driver_recover(d);
        return;
    }
    if (ignored(d, m))
        return;
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_REREADS))
        d->config_stale = true;
    else if (length > 0 && m->tail_len == length && !d->initialising &&
             d->step != DRIVER_READ_CONFIG)
        keep(d, offset, m->tail, length);
    else
        d->config_stale = true;
    if (d->step == DRIVER_RUNNING)
        driver_idle(d);
}

void driver_op_get_config_send(struct driver_device *d)
{
    uint64_t f[] = {
        [VMSG_GET_CONFIG_REQ_offset] = d->op.offset, [VMSG_GET_CONFIG_REQ_length] = d->op.length};

    driver_send(d, VMSG_ID_GET_CONFIG, f, NULL, 0);
}

void driver_op_get_config_answer(struct driver_device *d, const struct vmsg *m)
{
    generation_seen(d, (uint32_t)m->f[VMSG_GET_CONFIG_RESP_generation]);
    keep(d, d->op.offset, m->tail, m->tail_len);
    driver_enter(d, DRIVER_RUNNING);
}

uint32_t driver_generation(struct driver_device *d)
{
    if (!driver_strict(d))
        return driver_faulty(d, VMSG_DRIVER_FAULT_BASELINE_GENERATION) ? 0x1000 + ++d->writes : 0;
    if (driver_faulty(d, VMSG_DRIVER_FAULT_OLD_GENERATION))
        return d->config_generation;
    if (driver_faulty(d, VMSG_DRIVER_FAULT_HIGHEST_GENERATION))
        return d->highest_generation;
    return d->generation;
}

void driver_op_set_config_send(struct driver_device *d)
{
    uint64_t f[] = {[VMSG_SET_CONFIG_REQ_generation] = driver_generation(d),
                    [VMSG_SET_CONFIG_REQ_offset] = d->op.offset,
                    [VMSG_SET_CONFIG_REQ_length] = d->op.length};

    driver_send(d, VMSG_ID_SET_CONFIG, f, d->op.data, d->op.length);
}

/* All bytes or none were applied; another length is no success, so the space is read again. */
void driver_op_set_config_answer(struct driver_device *d, const struct vmsg *m)
{
    uint64_t length = m->f[VMSG_SET_CONFIG_RESP_length];

    if (!driver_quirky(d, VMSG_DRIVER_QUIRK_READS_COUNT))
        generation_seen(d, (uint32_t)m->f[VMSG_SET_CONFIG_RESP_generation]);
    if (length == d->op.length) {
        keep(d, d->op.offset, d->op.data, d->op.length);
        driver_enter(d, DRIVER_RUNNING);
        return;
    }
    d->op_retry = length == 0 && driver_strict(d) && ++d->op_tries < DRIVER_ATTEMPTS;
    if (d->op_retry && driver_faulty(d, VMSG_DRIVER_FAULT_REJECTION_RETRIED))
        driver_enter(d, DRIVER_OP_SET_CONFIG);
    else
        driver_config_read(d);
}
