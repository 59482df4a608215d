/*
 * Used buffers as the oracle has to know them. It is told of them where the harness has played by
 * the rules of core virtio, so that the SUT has no excuse; after a step that leaves a doubt it is
 * told nothing.
 */
#include "fuzz/execute_build.h"

#include "fuzz/log.h"

#include <stdio.h>
#include <string.h>

static unsigned place_of(const struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d)
{
    return (unsigned)(d - e->known.devices);
}

/* ---- devices: the ring that a STAGE step sets up ---- */

static bool is_watched(const struct vmsg_fuzz_executor *e, unsigned place)
{
    return e->rings[place].state == VMSG_FUZZ_RING_WATCHED;
}

static void watch(struct vmsg_fuzz_executor *e, unsigned place)
{
    struct vmsg_ring_watch w = {.kind = VMSG_WATCH_USED,
                                .dev_num = e->known.devices[place].number,
                                .offset = VMSG_FUZZ_QUEUE(place) + VMSG_FUZZ_QUEUE_DEVICE + 2};

    if (!vmsg_connection_watch(&e->connection, &w))
        return;
    e->rings[place].state = VMSG_FUZZ_RING_WATCHED;
    vmsg_fuzz_log_told(e->log, VMSG_FUZZ_TOLD_WATCHED, w.dev_num, 0,
                       e->connection.mem_base + w.offset);
}

/* What it owes for used buffers is forgiven: it may never come to that now. */
static void unwatch(struct vmsg_fuzz_executor *e, unsigned place)
{
    struct vmsg_connection *c = &e->connection;
    struct vmsg_note note = {
        .kind = VMSG_NOTE_NO_INTERRUPT, .dev_num = e->known.devices[place].number, .value = 1};
    char text[80];

    if (is_watched(e, place)) {
        vmsg_connection_unwatch_queue(c, note.dev_num, 0);
        snprintf(text, sizeof text, "used buffers of queue 0 of device %u are not judged any more",
                 note.dev_num);
        vmsg_connection_note(c, &note, text);
        vmsg_fuzz_log_told(e->log, VMSG_FUZZ_TOLD_UNWATCHED, note.dev_num, 0, 0);
    }
    e->rings[place].state = VMSG_FUZZ_RING_UNKNOWN;
}

static unsigned bit_of(const struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d)
{
    return 1u << place_of(e, d);
}

void vmsg_fuzz_muddle(struct vmsg_fuzz_executor *e)
{
    for (unsigned i = 0; i < e->known.n_devices; i++)
        unwatch(e, i);
    e->doubtful = (1u << e->known.n_devices) - 1;
    e->resetting = 0;
    e->far.perturbed = true;
}

void vmsg_fuzz_resets(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d)
{
    unwatch(e, place_of(e, d));
    e->resetting |= bit_of(e, d);
}

/* A device that is reset writes nowhere. */
void vmsg_fuzz_fenced(struct vmsg_fuzz_executor *e)
{
    for (unsigned i = 0; i < e->known.n_devices; i++)
        if (e->known.devices[i].status == 0 && e->resetting >> i & 1)
            e->doubtful &= ~(1u << i);
}

void vmsg_fuzz_sets_up(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d)
{
    struct vmsg_fuzz_ring *r = &e->rings[place_of(e, d)];

    *r = (struct vmsg_fuzz_ring){.state = VMSG_FUZZ_RING_UNKNOWN};
    if (vmsg_fuzz_clear_rings(e, d) && !e->doubtful && d->status == 0 &&
        e->target->role == VMSG_ROLE_DEVICE)
        r->state = VMSG_FUZZ_RING_EMPTY;
}

bool vmsg_fuzz_publishes(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d,
                         uint16_t used)
{
    struct vmsg_fuzz_ring *r = &e->rings[place_of(e, d)];

    return r->state != VMSG_FUZZ_RING_UNKNOWN && used == r->made++;
}

static void status_told(struct vmsg_fuzz_executor *e, unsigned place, uint32_t status)
{
    if (status & (VIRTIO_S_NEEDS_RESET | VIRTIO_S_FAILED))
        unwatch(e, place);
    else if (e->rings[place].state == VMSG_FUZZ_RING_EMPTY && status & VIRTIO_S_DRIVER_OK)
        watch(e, place);
}

void vmsg_fuzz_used_heard(struct vmsg_fuzz_executor *e, const struct vmsg *m)
{
    bool event = m->msg_id == VMSG_ID_EVENT_CONFIG;

    if (vmsg_is_bus(m) || m->defect || !m->def ||
        (!event && (!vmsg_is_response(m) || (m->msg_id != VMSG_ID_SET_DEVICE_STATUS &&
                                             m->msg_id != VMSG_ID_GET_DEVICE_STATUS))))
        return;
    for (unsigned i = 0; i < e->known.n_devices; i++)
        if (e->known.devices[i].number == m->dev_num)
            status_told(e, i, (uint32_t)m->f[event ? VMSG_EVENT_CONFIG_REQ_device_status : 0]);
}

/* Nothing that a device must discard, or may take for something else. */
static bool is_sound(const struct vmsg *m)
{
    return m->def && !m->defect && !m->extra && !m->trailing && !vmsg_is_response(m) &&
           !(m->type & ~(VMSG_TYPE_RESPONSE | VMSG_TYPE_BUS));
}

/* Does it leave the queue as it is, whatever state the device is in? */
static bool only_looks(const struct vmsg *m)
{
    if (vmsg_is_bus(m))
        return m->msg_id == VMSG_ID_PING || m->msg_id == VMSG_ID_GET_DEVICES;
    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_INFO:
    case VMSG_ID_GET_DEVICE_FEATURES:
    case VMSG_ID_GET_CONFIG:
    case VMSG_ID_GET_DEVICE_STATUS:
    case VMSG_ID_GET_VQUEUE:
    case VMSG_ID_GET_SHM:
        return true;
    case VMSG_ID_EVENT_AVAIL: /* of the queue that is watched */
        return m->f[VMSG_EVENT_AVAIL_REQ_vq_index] == 0 &&
               m->f[VMSG_EVENT_AVAIL_REQ_next_offset] == 0;
    }
    return false;
}

/* May the device have got a queue elsewhere, which could lie over one that is watched? */
static bool ends_with_the_device(const struct vmsg *m)
{
    return !vmsg_is_bus(m) && !vmsg_is_event(m) && m->msg_id != VMSG_ID_SET_VQUEUE;
}

void vmsg_fuzz_used_sent(struct vmsg_fuzz_executor *e, const struct vmsg *m)
{
    if (!vmsg_fuzz_plays_device(e) && is_sound(m) && only_looks(m))
        return;
    if (vmsg_fuzz_plays_device(e) || !is_sound(m) || !ends_with_the_device(m)) {
        vmsg_fuzz_muddle(e);
        return;
    }
    for (unsigned i = 0; i < e->known.n_devices; i++)
        if (e->known.devices[i].number == m->dev_num)
            unwatch(e, i);
}
