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
static const char *host_refusal(const struct vmsg_sut_host *host)
{
    if (host->max_msg_size < VMSG_MAX_SIZE_LEAST || host->max_msg_size > VMSG_MAX_SIZE_MOST)
        return "the maximum message size must be 52 to 65535 bytes";
    if (host->mem && (((uintptr_t)host->mem | host->mem_base) & 15))
        return "DMA memory and its base address must be aligned to 16 bytes";
    return NULL;
}

/* Both ways of "Initialization Flow": confirm before enabling, or after. */
static bool how_to_enable(const struct vmsg_driver *drv, uint64_t seed)
{
    bool one = drv->quirks >> VMSG_DRIVER_QUIRK_ONE_STEP & 1 ||
               drv->fault == VMSG_DRIVER_FAULT_UNCONFIRMED;

    return !one && (drv->quirks >> VMSG_DRIVER_QUIRK_TWO_STEPS & 1 || seed & 1);
}

struct vmsg_driver *vmsg_driver_new(const struct vmsg_peer_config *config,
                                    const struct vmsg_sut_host *host, const char *devices,
                                    char *err, size_t err_size)
{
    const char *refusal = host_refusal(host);
    enum vmsg_fault_no fault;
    struct vmsg_driver *drv;
    uint64_t quirks;

    if (refusal) {
        snprintf(err, err_size, "%s", refusal);
        return NULL;
    }
    if (!vmsg_faults_select(config, &fault, &quirks, err, err_size))
        return NULL;
    drv = calloc(1, sizeof(*drv));
    if (!drv) {
        snprintf(err, err_size, "out of memory; free some");
        return NULL;
    }
    drv->host = *host;
    drv->fault = fault;
    drv->quirks = quirks;
    drv->polling = config->polling;
    drv->timeout_ns =
        DRIVER_MS * (config->request_timeout_ms ? config->request_timeout_ms : DRIVER_TIMEOUT_MS);
    drv->two_step = how_to_enable(drv, config->seed);
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

static void event(struct driver_device *d, const struct vmsg *m)
{
    if (m->msg_id == VMSG_ID_EVENT_CONFIG) {
        driver_event_came(d, m);
        driver_config_event(d, m);
    } else if (m->msg_id == VMSG_ID_EVENT_USED) {
        driver_event_came(d, m);
        if (!(driver_faulty(d, VMSG_DRIVER_FAULT_MINDS_TOKENS) && m->token))
            driver_used(d, (uint32_t)m->f[VMSG_EVENT_USED_REQ_vq_index]);
    } else {
        driver_discarded(d->driver, m); /* what only a driver sends */
    }
}

/* Anything that is not a well-formed message for a driver is dropped in silence. */
void vmsg_driver_receive(struct vmsg_driver *drv, const void *msg, size_t len)
{
    struct driver_device *d;
    struct vmsg m;

    vmsg_decode(&m, msg, len);
    if (m.defect != VMSG_WELL_FORMED) {
        driver_discarded(drv, &m);
        return;
    }
    if (vmsg_is_bus(&m)) {
        driver_bus_receive(drv, &m);
        return;
    }
    d = driver_find(drv, m.dev_num);
    if (!d ||
        (vmsg_is_event(&m) && m.extra && driver_quirky(d, VMSG_DRIVER_QUIRK_LONG_EVENTS_DROPPED)))
        return;
    if (vmsg_is_response(&m))
        driver_answer(d, &m);
    else
        event(d, &m);
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
    if (!drv->started && drv->quirks >> VMSG_DRIVER_QUIRK_SLOW_START & 1 && !drv->late_start.set)
        driver_timer_set(&drv->late_start, DRIVER_SLOW_START_NS);
    if (!drv->started && (!drv->late_start.set || driver_timer_due(&drv->late_start, now_ns)))
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
        return drv->late_start.set ? driver_timer_deadline(&drv->late_start, drv->now) : 0;
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
