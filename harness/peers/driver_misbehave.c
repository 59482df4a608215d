/*
 * What the reference driver does beside its own business when it has a fault or a quirk: messages
 * that nobody waits for, at the points of its life that the functions are named after.
 */
#include "harness/peers/driver_steps.h"

#define FUTURE_REQUEST_ID 0x20
#define IMPLEMENTATION_ID 0x90
#define KEEP_ALL_PARAMETERS                                                                        \
    (VMSG_VQ_IGNORE_SIZE | VMSG_VQ_IGNORE_DESC | VMSG_VQ_IGNORE_DRIVER | VMSG_VQ_IGNORE_DEVICE)

/* ---- messages to discard ---- */

static void retransmit(struct vmsg_driver *drv, const struct vmsg *m)
{
    struct driver_device *d = driver_find(drv, m->dev_num);

    if (d && d->request.active)
        driver_step_ops(d->step)->send(d);
}

void driver_discarded(struct vmsg_driver *drv, const struct vmsg *m)
{
    bool readable = m->delivered >= VMSG_HEADER_SIZE;
    bool unknown = m->defect == VMSG_UNKNOWN_ID, bus = readable && vmsg_is_bus(m);

    if (!readable)
        return;
    if (bus && unknown && !vmsg_is_response(m) && !vmsg_is_event(m) &&
        drv->fault == VMSG_DRIVER_FAULT_ANSWERS_BUS_UNKNOWN)
        driver_emit_odd(drv, VMSG_TYPE_BUS | VMSG_TYPE_RESPONSE, m->msg_id, 0);
    if (bus)
        return;
    if (unknown && vmsg_is_event(m) && drv->fault == VMSG_DRIVER_FAULT_RETRANSMITS_UNKNOWN)
        retransmit(drv, m);
    if (!unknown && drv->fault == VMSG_DRIVER_FAULT_RETRANSMITS_MALFORMED)
        retransmit(drv, m);
    if (m->defect == VMSG_WELL_FORMED && !vmsg_is_event(m) &&
        drv->fault == VMSG_DRIVER_FAULT_ANSWERS_REQUESTS)
        driver_emit_odd(drv, VMSG_TYPE_RESPONSE, m->msg_id, m->dev_num);
}

/* ---- initialisation ---- */

void driver_found(struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_INFO_LATE))
        driver_stray(d, VMSG_ID_GET_VQUEUE, (uint64_t[]){0}, NULL, 0);
}

void driver_informed(struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_FEATURES_EARLY))
        driver_stray(d, VMSG_ID_GET_DEVICE_FEATURES, (uint64_t[]){0, 1}, NULL, 0);
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_STATUS_FIRST))
        driver_stray(d, VMSG_ID_GET_DEVICE_STATUS, NULL, NULL, 0);
}

/* A queue that is none, set up without much thought. */
static void set_up_unasked(struct driver_device *d, uint32_t index)
{
    uint64_t page = d->driver->host.mem ? d->driver->host.mem_base : 0x10000000;
    uint64_t f[] = {index, VMSG_VQ_ENABLE, 16, 0, page, page + 256, page + 320};

    driver_stray(d, VMSG_ID_GET_VQUEUE, (uint64_t[]){index}, NULL, 0);
    driver_stray(d, VMSG_ID_SET_VQUEUE, f, NULL, 0);
}

void driver_queues_done(struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_ADMIN_BY_START) && d->admin_start && !d->admin_count)
        set_up_unasked(d, d->admin_start);
    if (driver_faulty(d, VMSG_DRIVER_FAULT_ADMIN_ON_TOP) && d->admin_count)
        set_up_unasked(d, d->max_queues);
    if (driver_faulty(d, VMSG_DRIVER_FAULT_NOTIFIES_EARLY))
        driver_notify(d, 0);
}

void driver_ok_sent(struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_DRIVER_OK_NOT_AWAITED))
        driver_notify(d, 0);
}

/* ---- a running device ---- */

static void probe_more(struct driver_device *d)
{
    driver_stray(d, VMSG_ID_GET_DEVICE_INFO, NULL, NULL, 0);
    driver_stray(d, VMSG_ID_GET_DEVICE_FEATURES, (uint64_t[]){0, 2}, NULL, 0);
    for (uint64_t shmid = 0; shmid < 4; shmid++)
        driver_stray(d, VMSG_ID_GET_SHM, &shmid, NULL, 0);
    for (uint64_t index = 0; index < d->max_queues && index < 2 * DRIVER_QUEUES; index++)
        driver_stray(d, VMSG_ID_GET_VQUEUE, &index, NULL, 0);
}

void driver_runs(struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_NOTIFIES_UNSET))
        driver_notify(d, 1);
    if (driver_faulty(d, VMSG_DRIVER_FAULT_FUTURE_REQUEST))
        driver_emit_odd(d->driver, 0, FUTURE_REQUEST_ID, d->dev_num);
    if (driver_faulty(d, VMSG_DRIVER_FAULT_RESERVED_ID))
        driver_emit_odd(d->driver, 0, 0, d->dev_num);
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_IMPLEMENTATION_IDS))
        driver_emit_odd(d->driver, 0, IMPLEMENTATION_ID, d->dev_num);
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_PROBES_MORE))
        probe_more(d);
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_WRITES_NOTHING) && d->config_size)
        driver_stray(d, VMSG_ID_SET_CONFIG, (uint64_t[]){driver_generation(d), 0, 0}, NULL, 0);
}

void driver_event_came(struct driver_device *d, const struct vmsg *m)
{
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_STATUS_OFTEN) && d->step == DRIVER_RUNNING)
        driver_stray(d, VMSG_ID_GET_DEVICE_STATUS, NULL, NULL, 0);
    if (driver_faulty(d, VMSG_DRIVER_FAULT_SENDS_EVENT_USED) && m->msg_id == VMSG_ID_EVENT_USED)
        driver_post(d->driver, m->def, false, d->dev_num, 0, m->f);
}

/* ---- resetting a queue ---- */

void driver_before_queue_reset(struct driver_device *d)
{
    if (driver_faulty(d, VMSG_DRIVER_FAULT_DISABLES_BY_SET))
        driver_stray(
            d, VMSG_ID_SET_VQUEUE,
            (uint64_t[]){d->queue, VMSG_VQ_KEEP_DISABLED | KEEP_ALL_PARAMETERS, 0, 0, 0, 0, 0},
            NULL, 0);
    if (driver_faulty(d, VMSG_DRIVER_FAULT_RESETS_UNSEEN))
        driver_stray(d, VMSG_ID_RESET_VQUEUE, (uint64_t[]){DRIVER_QUEUES}, NULL, 0);
}

void driver_queue_reset_sent(struct driver_device *d)
{
    const struct driver_queue *q = &d->queues[d->queue];
    uint64_t f[] = {d->queue,     VMSG_VQ_KEEP_DISABLED, q->size,       0,
                    q->desc_addr, q->driver_addr,        q->device_addr};

    if (driver_faulty(d, VMSG_DRIVER_FAULT_QUEUE_RESET_NOT_AWAITED))
        driver_stray(d, VMSG_ID_SET_VQUEUE, f, NULL, 0);
}
