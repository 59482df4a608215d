/* The reference driver on the bus: enumeration, hotplug, liveness, failed requests. */
#include "harness/peers/driver_state.h"

struct driver_device *driver_find(struct vmsg_driver *drv, uint16_t dev_num)
{
    for (unsigned i = 0; i < DRIVER_DEVICES; i++) {
        if (drv->devices[i].in_use && drv->devices[i].dev_num == dev_num)
            return &drv->devices[i];
    }
    return NULL;
}

struct driver_device *driver_add(struct vmsg_driver *drv, uint16_t dev_num)
{
    struct driver_device *d = driver_find(drv, dev_num);

    for (unsigned i = 0; i < DRIVER_DEVICES && !d; i++) {
        if (drv->devices[i].in_use)
            continue;
        d = &drv->devices[i];
        *d = (struct driver_device){
            .driver = drv, .in_use = true, .dev_num = dev_num, .step = DRIVER_STOPPED};
    }
    return d;
}

/* Slots of the window at drv->window: what a response's bitmap has room for. */
static uint32_t window_count(const struct vmsg_driver *drv)
{
    uint32_t fixed = VMSG_HEADER_SIZE + 6, left = 65536 - drv->window;
    uint32_t fit = (drv->host.max_msg_size - fixed) * 8;

    if (drv->quirks >> VMSG_DRIVER_QUIRK_NARROW_WINDOWS & 1)
        fit = 64;

    if (left > UINT16_MAX)
        left = UINT16_MAX;
    return left < fit ? left : fit;
}

static void send_window(struct vmsg_driver *drv)
{
    uint64_t f[] = {[VMSG_GET_DEVICES_REQ_offset] = drv->window,
                    [VMSG_GET_DEVICES_REQ_count] = window_count(drv)};

    driver_send_bus(drv, VMSG_ID_GET_DEVICES, f);
}

void driver_enumerate(struct vmsg_driver *drv)
{
    drv->window = 0;
    drv->bus_request = (struct driver_request){0};
    send_window(drv);
}

void driver_bus_attempt_failed(struct vmsg_driver *drv)
{
    drv->bus_request.active = false;
    if (drv->bus_request.attempts < DRIVER_ATTEMPTS)
        send_window(drv);
}

/* Start the devices of the window, then ask on where the answer suggests ("GET_DEVICES"). */
static void devices_answer(struct vmsg_driver *drv, const struct vmsg *m)
{
    uint32_t offset = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_offset];
    uint32_t next = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_next_offset];
    uint32_t count = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_count];

    if (!driver_request_is(drv, &drv->bus_request, m->msg_id, m->token) || offset != drv->window ||
        count > window_count(drv))
        return;
    drv->bus_request = (struct driver_request){0};
    for (uint32_t i = 0; i < count; i++) {
        struct driver_device *d;

        if (!(m->tail[i / 8] >> (i % 8) & 1) || driver_find(drv, (uint16_t)(offset + i)))
            continue;
        d = driver_add(drv, (uint16_t)(offset + i));
        if (!d)
            return;
        driver_start(d);
    }
    if (next > offset) {
        drv->window = next;
        send_window(drv);
    }
}

/* Duplicates and unknown states change nothing. */
static void device_event(struct vmsg_driver *drv, const struct vmsg *m)
{
    uint16_t dev_num = (uint16_t)m->f[VMSG_EVENT_DEVICE_REQ_device_number];
    uint64_t state = m->f[VMSG_EVENT_DEVICE_REQ_device_bus_state];
    struct driver_device *d;

    if (state == VMSG_DEVICE_ADDED) {
        d = driver_add(drv, dev_num);
        if (d && d->step == DRIVER_STOPPED)
            driver_start(d);
    } else if (state == VMSG_DEVICE_REMOVED) {
        d = driver_find(drv, dev_num);
        if (d)
            d->in_use = false;
    }
}

/* The bus completes a request with a failure (SUT contract, `exec:` in full). */
static void request_failed(struct vmsg_driver *drv, const struct vmsg *m)
{
    struct driver_device *d = driver_find(drv, (uint16_t)m->f[VMSG_REQUEST_FAILED_REQ_dev_num]);

    if (d && driver_request_is(drv, &d->request, (uint8_t)m->f[VMSG_REQUEST_FAILED_REQ_msg_id],
                               (uint16_t)m->f[VMSG_REQUEST_FAILED_REQ_token]))
        driver_attempt_failed(d);
}

void driver_bus_receive(struct vmsg_driver *drv, const struct vmsg *m)
{
    if (m->dev_num != 0)
        return; /* malformed: a bus message is for no device */
    if (m->msg_id == VMSG_ID_GET_DEVICES && vmsg_is_response(m))
        devices_answer(drv, m);
    else if (m->msg_id == VMSG_ID_PING && !vmsg_is_response(m))
        driver_post(drv, m->def, true, 0, m->token, m->f);
    else if (m->msg_id == VMSG_ID_EVENT_DEVICE)
        device_event(drv, m);
    else if (m->msg_id == VMSG_ID_REQUEST_FAILED)
        request_failed(drv, m);
}
