/* The reference driver's device state machine: entering steps, retries, reset and recovery. */
#include "harness/peers/driver_state.h"
#include "harness/peers/driver_steps.h"

#include <string.h>

void driver_enter(struct driver_device *d, enum driver_step step)
{
    d->step = step;
    d->request = (struct driver_request){0};
    d->poll.set = false;
    if (step == DRIVER_RESET_WAIT)
        driver_timer_set(&d->poll, DRIVER_RESET_POLL_NS);
    else if (step == DRIVER_RUNNING || step == DRIVER_STOPPED)
        driver_idle(d);
    else
        driver_step_ops(step)->send(d);
}

void driver_start(struct driver_device *d)
{
    d->initialising = true;
    d->info_known = false;
    d->recoveries = 0;
    d->op_retry = false;
    driver_found(d);
    driver_enter(d, DRIVER_INFO);
}

/* After this nothing of the device's state may be assumed, generations included. */
static void forget_state(struct driver_device *d)
{
    d->status = 0;
    d->config_stale = false;
    d->generation = 0;
    d->io_left = 0;
    d->io_fruitful = false;
    d->op_retry = false;
    memset(d->features, 0, sizeof(d->features));
    memset(d->queues, 0, sizeof(d->queues));
}

void driver_reset(struct driver_device *d, enum driver_after_reset after)
{
    bool by_bits = driver_faulty(d, VMSG_DRIVER_FAULT_RESETS_BY_BITS) &&
                   d->status & VIRTIO_S_DRIVER_OK && after == DRIVER_THEN_INIT;

    forget_state(d);
    if (by_bits || (driver_faulty(d, VMSG_DRIVER_FAULT_NO_RESET) && !d->began)) {
        d->began = d->initialising = true;
        driver_enter(d, DRIVER_ACKNOWLEDGE);
        return;
    }
    d->after_reset = after;
    d->initialising = after == DRIVER_THEN_INIT;
    d->resets = 0;
    d->polls = 0;
    driver_enter(d, DRIVER_RESET);
}

void driver_recover(struct driver_device *d)
{
    d->io_fruitless = d->queues[0].busy && !d->io_fruitful;
    if (d->recoveries++ >= DRIVER_RECOVERIES) {
        driver_give_up(d);
        return;
    }
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_FAILED_FIRST))
        driver_stray(d, VMSG_ID_SET_DEVICE_STATUS, (uint64_t[]){d->status | VIRTIO_S_FAILED}, NULL,
                     0);
    driver_reset(d, DRIVER_THEN_INIT);
}

bool driver_needs_reset(const struct driver_device *d, uint32_t status)
{
    return status & VIRTIO_S_NEEDS_RESET &&
           !driver_faulty(d, VMSG_DRIVER_FAULT_NEEDS_RESET_IGNORED);
}

void driver_give_up(struct driver_device *d)
{
    memset(d->queues, 0, sizeof(d->queues));
    d->initialising = false;
    driver_enter(d, DRIVER_FAILING);
}

/* The status never became 0, or nobody answers. */
static void reset_failed(struct driver_device *d)
{
    d->polls = 0;
    if (++d->resets < DRIVER_ATTEMPTS)
        driver_enter(d, DRIVER_RESET);
    else if (d->after_reset == DRIVER_THEN_FORGET)
        d->in_use = false;
    else
        driver_enter(d, DRIVER_STOPPED);
}

static void reset_done(struct driver_device *d)
{
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_RESETS_TWICE) && !d->again) {
        d->again = true;
        driver_enter(d, DRIVER_RESET);
        return;
    }
    d->again = false;
    switch (d->after_reset) {
    case DRIVER_THEN_INIT:
        driver_enter(d, d->info_known ? DRIVER_ACKNOWLEDGE : DRIVER_INFO);
        return;
    case DRIVER_THEN_STOP:
        driver_enter(d, DRIVER_STOPPED);
        return;
    case DRIVER_THEN_FORGET:
        d->in_use = false;
        return;
    }
}

/* "SET_DEVICE_STATUS": 0 in the response completes a reset, anything else means polling. */
void driver_reset_answer(struct driver_device *d, const struct vmsg *m)
{
    uint64_t status = m->f[VMSG_SET_DEVICE_STATUS_RESP_status];
    bool polled = d->step == DRIVER_RESET_POLL;
    bool enough = polled || !driver_quirky(d, VMSG_DRIVER_QUIRK_CONFIRMS_RESET);

    if ((status == 0 && enough) || driver_faulty(d, VMSG_DRIVER_FAULT_RESET_NOT_AWAITED) ||
        (polled && driver_faulty(d, VMSG_DRIVER_FAULT_POLLS_ONCE)))
        reset_done(d);
    else if (polled && ++d->polls >= DRIVER_POLLS &&
             !driver_faulty(d, VMSG_DRIVER_FAULT_POLLS_FOR_EVER))
        reset_failed(d);
    else
        driver_enter(d, DRIVER_RESET_WAIT);
}

/* The bounded policy is used up: recovery by reset, "Error Signaling". */
static void exhausted(struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_GIVES_UP_SILENTLY)) {
        driver_enter(d, DRIVER_STOPPED);
        return;
    }
    switch (d->step) {
    case DRIVER_RESET_POLL:
        reset_failed(d);
        return;
    case DRIVER_RESET:
        d->resets = DRIVER_ATTEMPTS;
        reset_failed(d);
        return;
    case DRIVER_FAILING:
        driver_enter(d, DRIVER_STOPPED);
        return;
    default:
        driver_recover(d);
    }
}

/* Whether the request is sent once more. */
static bool tries_again(const struct driver_device *d)
{
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_ONE_ATTEMPT))
        return false;
    return d->request.attempts < DRIVER_ATTEMPTS ||
           driver_faulty(d, VMSG_DRIVER_FAULT_RETRIES_FOR_EVER);
}

void driver_attempt_failed(struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_WAITS_FOR_EVER))
        return;
    d->request.active = false;
    d->request.timer.set = false;
    /* Whether a SET_VQUEUE that got no answer was applied, GET_VQUEUE tells; writing it again
     * might update a queue that is enabled by now. */
    if (d->step == DRIVER_QUEUE_SET || d->step == DRIVER_QUEUE_ENABLE) {
        if (++d->queue_tries < DRIVER_ATTEMPTS)
            driver_enter(d, DRIVER_QUEUE_CHECK);
        else
            driver_recover(d);
    } else if (tries_again(d)) {
        driver_step_ops(d->step)->send(d);
    } else {
        exhausted(d);
    }
}

void driver_poll(struct driver_device *d)
{
    if (d->step == DRIVER_RESET_WAIT)
        driver_enter(d, DRIVER_RESET_POLL);
    else if (d->step == DRIVER_RUNNING)
        driver_io(d);
}

/* Repeated request values must agree; a response that echoes others answers something else. */
static bool echo_agrees(const struct driver_device *d, const struct vmsg *m)
{
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_IGNORES_ECHOES))
        return true;
    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_FEATURES:
        return m->f[VMSG_GET_DEVICE_FEATURES_RESP_block_index] == d->block;
    case VMSG_ID_GET_CONFIG:
        return driver_config_agrees(d, m->f[VMSG_GET_CONFIG_RESP_offset],
                                    m->f[VMSG_GET_CONFIG_RESP_length]);
    case VMSG_ID_SET_CONFIG:
        return m->f[VMSG_SET_CONFIG_RESP_offset] == d->op.offset;
    case VMSG_ID_GET_VQUEUE:
        return m->f[VMSG_GET_VQUEUE_RESP_index] == d->queue;
    default:
        return true;
    }
}

/* A quirk takes what the driver could fill up with zeros for malformed. */
static bool too_short(const struct driver_device *d, const struct vmsg *m)
{
    return driver_quirky(d, VMSG_DRIVER_QUIRK_SHORT_MALFORMED) &&
           m->msg_id == VMSG_ID_GET_DEVICE_FEATURES &&
           m->f[VMSG_GET_DEVICE_FEATURES_RESP_num_blocks] < d->asked_blocks;
}

void driver_answer(struct driver_device *d, const struct vmsg *m)
{
    if (!driver_request_is(d->driver, &d->request, m->msg_id, m->token) || !echo_agrees(d, m) ||
        too_short(d, m))
        return;
    d->request.active = false;
    d->request.timer.set = false;
    driver_step_ops(d->step)->answer(d, m);
}
