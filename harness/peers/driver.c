/* The reference driver from outside: creation, dispatch of messages and time. */
#include "harness/peers/driver_state.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* "0,5": start nothing yet, only note the numbers. False when the list is malformed. */
static bool parse_devices(struct vmsg_driver *drv, const char *list)
{
    const char *p = list;

    while (*p) {
        char *end;
        unsigned long n;

        if (!isdigit((unsigned char)*p))
            return false;
        n = strtoul(p, &end, 10);
        if (n > UINT16_MAX || (*end && *end != ',') || (*end == ',' && !end[1]))
            return false;
        driver_add(drv, (uint16_t)n);
        p = *end ? end + 1 : end;
    }
    return true;
}

/* Why this driver cannot be, NULL: it can. */
static const char *config_refusal(const struct vmsg_peer_config *config,
                                  const struct vmsg_sut_host *host)
{
    if (config->fault)
        return "the reference driver has no faults; leave the fault out";
    if (config->quirks[0])
        return "the reference driver has no quirks; leave the quirk out";
    if (host->max_msg_size < VMSG_MAX_SIZE_LEAST || host->max_msg_size > VMSG_MAX_SIZE_MOST)
        return "the maximum message size must be 52 to 65535 bytes";
    if (host->mem && (((uintptr_t)host->mem | host->mem_base) & 15))
        return "DMA memory and its base address must be aligned to 16 bytes";
    return NULL;
}

struct vmsg_driver *vmsg_driver_new(const struct vmsg_peer_config *config,
                                    const struct vmsg_sut_host *host, const char *devices,
                                    char *err, size_t err_size)
{
    const char *refusal = config_refusal(config, host);
    struct vmsg_driver *drv;

    if (refusal) {
        snprintf(err, err_size, "%s", refusal);
        return NULL;
    }
    drv = calloc(1, sizeof(*drv));
    if (!drv) {
        snprintf(err, err_size, "out of memory; free some");
        return NULL;
    }
    drv->host = *host;
    drv->polling = config->polling;
    drv->two_step = config->seed & 1;
    drv->next_token = (uint16_t)(1 + config->seed * 40503u);
    drv->enumerate = !devices || !*devices;
    if (!drv->enumerate && !parse_devices(drv, devices)) {
        snprintf(err, err_size, "\"%s\" is not a list of device numbers; write it like 0,5",
                 devices);
        free(drv);
        return NULL;
    }
    return drv;
}

void vmsg_driver_free(struct vmsg_driver *drv)
{
    free(drv);
}

/* Anything that is not a well-formed message for a driver is dropped in silence. */
void vmsg_driver_receive(struct vmsg_driver *drv, const void *msg, size_t len)
{
    struct driver_device *d;
    struct vmsg m;

    vmsg_decode(&m, msg, len);
    if (m.defect != VMSG_WELL_FORMED)
        return;
    if (vmsg_is_bus(&m)) {
        driver_bus_receive(drv, &m);
        return;
    }
    d = driver_find(drv, m.dev_num);
    if (!d)
        return;
    if (vmsg_is_response(&m))
        driver_answer(d, &m);
    else if (m.msg_id == VMSG_ID_EVENT_CONFIG)
        driver_config_event(d, &m);
    else if (m.msg_id == VMSG_ID_EVENT_USED)
        driver_used(d, (uint32_t)m.f[VMSG_EVENT_USED_REQ_vq_index]);
}

static void start(struct vmsg_driver *drv)
{
    drv->started = true;
    if (drv->enumerate)
        driver_enumerate(drv);
    for (unsigned i = 0; i < DRIVER_DEVICES; i++) {
        if (drv->devices[i].in_use && drv->devices[i].step == DRIVER_STOPPED)
            driver_start(&drv->devices[i]);
    }
}

void vmsg_driver_tick(struct vmsg_driver *drv, uint64_t now_ns)
{
    drv->now = now_ns;
    if (!drv->started)
        start(drv);
    if (driver_timer_due(&drv->bus_request.timer, now_ns))
        driver_bus_attempt_failed(drv);
    for (unsigned i = 0; i < DRIVER_DEVICES; i++) {
        struct driver_device *d = &drv->devices[i];

        if (!d->in_use)
            continue;
        if (driver_timer_due(&d->request.timer, now_ns))
            driver_attempt_failed(d);
        else if (driver_timer_due(&d->poll, now_ns))
            driver_poll(d);
    }
}

uint64_t vmsg_driver_deadline(const struct vmsg_driver *drv)
{
    uint64_t first = driver_timer_deadline(&drv->bus_request.timer, drv->now);

    if (!drv->started)
        return 0;
    for (unsigned i = 0; i < DRIVER_DEVICES; i++) {
        const struct driver_device *d = &drv->devices[i];
        uint64_t request = driver_timer_deadline(&d->request.timer, drv->now);
        uint64_t poll = driver_timer_deadline(&d->poll, drv->now);

        if (d->in_use && request < first)
            first = request;
        if (d->in_use && poll < first)
            first = poll;
    }
    return first;
}
