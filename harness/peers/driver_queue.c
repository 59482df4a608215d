/* The reference driver sets up virtqueues: query, configure, confirm. */
#include "harness/peers/driver_steps.h"

#include <stddef.h>

static bool is_admin(const struct driver_device *d, uint32_t index)
{
    return index >= d->admin_start && index - d->admin_start < d->admin_count;
}

static void queue_done(struct driver_device *d);

static struct driver_queue *current(struct driver_device *d)
{
    return &d->queues[d->queue];
}

/* How many queues there are for this driver. */
static uint32_t queues(const struct driver_device *d)
{
    uint32_t most = d->max_queues < DRIVER_QUEUES ? d->max_queues : DRIVER_QUEUES;

    if (driver_faulty(d, VMSG_DRIVER_FAULT_MAX_QUEUES_IGNORED))
        return DRIVER_QUEUES;
    if (most && (driver_quirky(d, VMSG_DRIVER_QUIRK_ONE_QUEUE) ||
                 driver_faulty(d, VMSG_DRIVER_FAULT_NOTIFIES_UNSET)))
        return 1;
    return most;
}

/* DRIVER_OK, or what a driver that mixes up the steps takes for the next one. */
static void all_queues_done(struct driver_device *d)
{
    driver_queues_done(d);
    driver_enter(d, d->status & VIRTIO_S_FEATURES_OK ? DRIVER_DRIVER_OK : DRIVER_FEATURES_OK);
}

static void set_up(struct driver_device *d, uint32_t max_size)
{
    if (driver_ring_setup(d, d->queue, max_size))
        driver_enter(d, DRIVER_QUEUE_SET);
    else
        queue_done(d);
}

/* Query the next queue from d->queue on; when there is none, go on to DRIVER_OK. */
static void next_queue(struct driver_device *d)
{
    bool needed = d->device_id == DRIVER_ID_BLOCK || d->device_id == DRIVER_ID_ENTROPY;

    while (d->queue < queues(d) && is_admin(d, d->queue))
        d->queue++;
    if (d->queue < queues(d) && driver_faulty(d, VMSG_DRIVER_FAULT_BLIND_QUEUES))
        set_up(d, DRIVER_RING_SIZE);
    else if (d->queue < queues(d))
        driver_enter(d, DRIVER_QUEUE_GET);
    else if (needed && !d->queues[0].ready)
        driver_give_up(d);
    else
        all_queues_done(d);
}

void driver_queue_first(struct driver_device *d)
{
    driver_queue_begin(d, 0, false);
    next_queue(d);
}

void driver_queue_begin(struct driver_device *d, uint32_t index, bool force_reset)
{
    d->queue = index;
    d->queue_tries = 0;
    d->queue_force_reset = force_reset;
}

/* This queue is set up, or cannot be. */
static void queue_done(struct driver_device *d)
{
    if (!d->initialising) {
        driver_enter(d, DRIVER_RUNNING);
        return;
    }
    driver_queue_begin(d, d->queue + 1, false);
    next_queue(d);
}

void driver_queue_get_send(struct driver_device *d)
{
    uint64_t f[] = {[VMSG_GET_VQUEUE_REQ_index] = d->queue};

    driver_send(d, VMSG_ID_GET_VQUEUE, f, NULL, 0);
}

/* An enabled queue is to be configured anew, or one is to be reset all the same. */
static void reconfigure(struct driver_device *d, uint32_t max_size)
{
    bool negotiated = driver_has_feature(d, VIRTIO_F_RING_RESET);

    if (driver_faulty(d, negotiated ? VMSG_DRIVER_FAULT_CHANGES_WITHOUT_RESET
                                    : VMSG_DRIVER_FAULT_CHANGES_ENABLED)) {
        set_up(d, max_size);
        return;
    }
    negotiated |= driver_faulty(d, VMSG_DRIVER_FAULT_RESETS_UNNEGOTIATED);
    if (negotiated && d->queue_tries++ < DRIVER_ATTEMPTS) {
        driver_before_queue_reset(d);
        driver_enter(d, DRIVER_QUEUE_RESET);
    } else {
        queue_done(d);
    }
}

/* An enabled queue is reset before anything of it may change ("SET_VQUEUE"). */
void driver_queue_get_answer(struct driver_device *d, const struct vmsg *m)
{
    bool enabled = m->f[VMSG_GET_VQUEUE_RESP_flags] & 1;
    uint32_t max_size = (uint32_t)m->f[VMSG_GET_VQUEUE_RESP_max_size];

    if (max_size == 0 && !driver_faulty(d, VMSG_DRIVER_FAULT_ABSENT_QUEUES))
        queue_done(d);
    else if (enabled || d->queue_force_reset)
        reconfigure(d, max_size);
    else
        set_up(d, max_size);
}

void driver_queue_reset_send(struct driver_device *d)
{
    uint64_t f[] = {[VMSG_RESET_VQUEUE_REQ_index] = d->queue};

    current(d)->ready = false;
    driver_send(d, VMSG_ID_RESET_VQUEUE, f, NULL, 0);
    driver_queue_reset_sent(d);
}

void driver_queue_reset_answer(struct driver_device *d, const struct vmsg *m)
{
    d->queue_force_reset = false;
    driver_enter(d, DRIVER_QUEUE_GET);
}

void driver_queue_set_send(struct driver_device *d)
{
    const struct driver_queue *q = current(d);
    uint64_t state = d->driver->two_step ? VMSG_VQ_KEEP_DISABLED : VMSG_VQ_ENABLE;
    uint64_t f[] = {
        [VMSG_SET_VQUEUE_REQ_index] = d->queue,
        [VMSG_SET_VQUEUE_REQ_flags] =
            driver_faulty(d, VMSG_DRIVER_FAULT_STATE_UNDEFINED) ? VMSG_VQ_STATE_BAD : state,
        [VMSG_SET_VQUEUE_REQ_size] = q->size,
        [VMSG_SET_VQUEUE_REQ_reserved] = driver_faulty(d, VMSG_DRIVER_FAULT_SET_RESERVED),
        [VMSG_SET_VQUEUE_REQ_desc_addr] = q->desc_addr,
        [VMSG_SET_VQUEUE_REQ_driver_addr] = q->driver_addr,
        [VMSG_SET_VQUEUE_REQ_device_addr] = q->device_addr};

    driver_send(d, VMSG_ID_SET_VQUEUE, f, NULL, 0);
}

/* Enable what was configured and confirmed. */
void driver_queue_enable_send(struct driver_device *d)
{
    uint64_t f[VMSG_SET_VQUEUE_REQ_N_FIELDS] = {
        [VMSG_SET_VQUEUE_REQ_index] = d->queue,
        [VMSG_SET_VQUEUE_REQ_flags] = VMSG_VQ_ENABLE | VMSG_VQ_IGNORE_SIZE | VMSG_VQ_IGNORE_DESC |
                                      VMSG_VQ_IGNORE_DRIVER | VMSG_VQ_IGNORE_DEVICE};

    driver_send(d, VMSG_ID_SET_VQUEUE, f, NULL, 0);
}

void driver_queue_set_answer(struct driver_device *d, const struct vmsg *m)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_UNCONFIRMED)) {
        current(d)->ready = true;
        queue_done(d);
        return;
    }
    driver_enter(d, DRIVER_QUEUE_CHECK);
}

/* SET_VQUEUE's response says nothing; only GET_VQUEUE tells whether it was accepted. */
void driver_queue_check_answer(struct driver_device *d, const struct vmsg *m)
{
    struct driver_queue *q = current(d);
    bool enabled = m->f[VMSG_GET_VQUEUE_RESP_flags] & 1;
    bool agrees = m->f[VMSG_GET_VQUEUE_RESP_cur_size] == q->size &&
                  m->f[VMSG_GET_VQUEUE_RESP_desc_addr] == q->desc_addr &&
                  m->f[VMSG_GET_VQUEUE_RESP_driver_addr] == q->driver_addr &&
                  m->f[VMSG_GET_VQUEUE_RESP_device_addr] == q->device_addr;

    if ((agrees && enabled) || driver_faulty(d, VMSG_DRIVER_FAULT_REFUSAL_UNSEEN)) {
        q->ready = true;
        queue_done(d);
    } else if (enabled || d->queue_tries++ >= DRIVER_ATTEMPTS) {
        queue_done(d);
    } else {
        driver_enter(d, agrees ? DRIVER_QUEUE_ENABLE : DRIVER_QUEUE_SET);
    }
}

const char *driver_queue_refusal(const struct driver_device *d, uint32_t index, bool reset)
{
    if (index >= d->max_queues)
        return "the device has no such virtqueue; ask for one below its max_virtqueues";
    if (index >= DRIVER_QUEUES)
        return "this driver uses the first 4 virtqueues only; ask for one of them";
    if (is_admin(d, index))
        return "that is an administration virtqueue, which this driver does not use";
    if ((reset || d->queues[index].ready) && !driver_has_feature(d, VIRTIO_F_RING_RESET) &&
        !driver_faulty(d, VMSG_DRIVER_FAULT_RESETS_UNNEGOTIATED) &&
        !driver_faulty(d, VMSG_DRIVER_FAULT_CHANGES_ENABLED))
        return "VIRTIO_F_RING_RESET was not negotiated; reset the device instead";
    return NULL;
}
