/*
 * Bus messages that the SUT answers or sends: GET_DEVICES, PING, EVENT_DEVICE. Spec: "Bus
 * Messages".
 */
#include "harness/oracle/internal.h"

/* ---- GET_DEVICES ---- */

static bool bit(const uint8_t *map, uint32_t i)
{
    return map[i / 8] >> (i % 8) & 1;
}

static void set_bit(uint8_t *map, uint32_t i, bool on)
{
    if (on)
        map[i / 8] |= (uint8_t)(1u << (i % 8));
    else
        map[i / 8] &= (uint8_t) ~(1u << (i % 8));
}

/* Is device n known to be there, or known not to? */
static bool presence_known(struct vmsg_oracle *o, uint32_t n, bool *there)
{
    const struct device *d = find_device(o, (uint16_t)n);

    if (d && (d->gone || d->removed || d->added))
        return false;
    if (bit(o->present_known, n)) {
        *there = bit(o->present, n);
        return true;
    }
    *there = d && (d->present || d->info_known);
    return *there || o->devices_known;
}

static void judge_bitmap(struct vmsg_oracle *o, const struct vmsg *m, uint32_t offset,
                         uint32_t count, bool reduced)
{
    enum vmsg_clause_no clause = reduced ? VMSG_BUS_GET_DEVICES_7 : VMSG_BUS_GET_DEVICES_1;
    uint32_t wrong = NONE;

    for (uint32_t i = 0; i < count && i / 8 < m->tail_len && offset + i < 65536; i++) {
        bool now = bit(m->tail, i), there;

        if (presence_known(o, offset + i, &there) && there != now && wrong == NONE)
            wrong = offset + i;
        set_bit(o->present_known, offset + i, true);
        set_bit(o->present, offset + i, now);
    }
    if (wrong != NONE)
        blame(o, clause, 0,
              "the bitmap of the window %u+%u says that device %u is %s, which is not so; bits are "
              "packed least significant first from offset",
              offset, count, wrong, bit(o->present, wrong) ? "present" : "absent");
    else
        exercise(o, clause);
    for (uint32_t i = count; i % 8; i++)
        if (i / 8 < m->tail_len && bit(m->tail, i)) {
            blame(o, VMSG_BUS_GET_DEVICES_4, 0,
                  "bit %u of the bitmap is set, but count is %u; unused bits are zero", i, count);
            return;
        }
    if (count % 8)
        exercise(o, VMSG_BUS_GET_DEVICES_4);
}

static void judge_bitmap_size(struct vmsg_oracle *o, const struct vmsg *m, uint32_t count)
{
    const uint8_t *extra = m->payload + m->payload_len - m->extra;

    if (m->defect == VMSG_SHORT_TAIL || (m->extra && !(o->pads && all_zero(extra, m->extra))))
        blame(o, VMSG_BUS_GET_DEVICES_1, 0, "the bitmap for count %u has %u bytes; it must have %u",
              count, m->payload_len - m->layout->fixed_size, (count + 7) / 8);
    else
        exercise(o, VMSG_BUS_GET_DEVICES_1);
}

static void judge_next(struct vmsg_oracle *o, uint32_t offset, uint32_t asked, uint32_t count,
                       uint32_t next)
{
    if (next && next <= offset) {
        blame(o, VMSG_BUS_GET_DEVICES_6, 0,
              "next_offset is %u for a request at %u; it must be greater, or 0 at the end", next,
              offset);
        return;
    }
    exercise(o, VMSG_BUS_GET_DEVICES_6);
    /* A window up to the last device number leaves nothing to continue with. */
    if (asked && offset + count >= 65536 && next)
        blame(o, VMSG_BUS_GET_DEVICES_5, 0,
              "next_offset is %u after a window that ends at device 65535; a terminal response "
              "carries 0",
              next);
    else if (!next || offset + asked >= 65536)
        exercise(o, VMSG_BUS_GET_DEVICES_5);
}

void judge_get_devices(struct vmsg_oracle *o, const struct request *r, const struct vmsg *m)
{
    uint32_t offset = (uint32_t)r->f[VMSG_GET_DEVICES_REQ_offset];
    uint32_t asked = (uint32_t)r->f[VMSG_GET_DEVICES_REQ_count];
    uint32_t echoed = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_offset];
    uint32_t count = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_count];
    uint32_t next = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_next_offset];

    exercise(o, VMSG_BUS_BUS_MESSAGES_2);
    if (echoed != offset) {
        blame(o, VMSG_BUS_GET_DEVICES_7, 0, "offset came back as %u, the request had %u", echoed,
              offset);
        return;
    }
    if (count > asked) {
        blame(o, asked ? VMSG_BUS_GET_DEVICES_3 : VMSG_BUS_GET_DEVICES_2, 0,
              "count is %u for a request of %u; it must not be more", count, asked);
        if (!asked)
            blame(o, VMSG_BUS_GET_DEVICES_3, 0, "count is %u for a request of 0", count);
        return;
    }
    exercise(o, VMSG_BUS_GET_DEVICES_3);
    if (!asked && m->extra && !(o->pads && all_zero(m->payload + 6, m->extra)))
        blame(o, VMSG_BUS_GET_DEVICES_2, 0, "a window of 0 has a bitmap of %u bytes", m->extra);
    else if (!asked)
        exercise(o, VMSG_BUS_GET_DEVICES_2);
    else
        judge_bitmap_size(o, m, count);
    judge_bitmap(o, m, offset, count, count < asked);
    if (asked && !count)
        exercise(o, VMSG_BUS_GET_DEVICES_8);
    judge_next(o, offset, asked, count, next);
}

/* ---- PING ---- */

void judge_ping(struct vmsg_oracle *o, const struct request *r, const struct vmsg *m)
{
    uint32_t asked = (uint32_t)r->f[VMSG_PING_REQ_data];
    uint32_t got = (uint32_t)m->f[VMSG_PING_RESP_data];

    exercise(o, VMSG_BUS_BUS_MESSAGES_2);
    exercise(o, VMSG_BUS_PING_1);
    if (asked != got)
        blame(o, VMSG_BUS_PING_1, 0, "data came back as 0x%08x, the request had 0x%08x", got,
              asked);
}

/* ---- EVENT_DEVICE ---- */

/* Requests in flight to a device that goes may stay unanswered. */
static void forgive_requests(struct vmsg_oracle *o, struct device *d)
{
    for (uint32_t i = d->first; i != NONE; i = request_at(o, i)->next) {
        struct request *r = request_at(o, i);

        if (r->due == DUE_ANSWER) {
            r->due = DUE_EITHER;
            o->due--;
        }
    }
}

static void was_added(struct vmsg_oracle *o, struct device *d)
{
    device_was_reset(o, d);
    d->present = d->added = true;
    d->removed = d->gone = false;
    d->info_known = d->status_known = d->reset_reported = false;
    d->offered_known = 0;
}

static void was_removed(struct vmsg_oracle *o, struct device *d)
{
    forgive_requests(o, d);
    device_was_reset(o, d);
    d->present = d->added = d->gone = false;
    d->info_known = d->status_known = false;
    d->removed = true;
}

void judge_event_device(struct vmsg_oracle *o, const struct vmsg *m)
{
    uint16_t number = (uint16_t)m->f[VMSG_EVENT_DEVICE_REQ_device_number];
    uint32_t state = (uint32_t)m->f[VMSG_EVENT_DEVICE_REQ_device_bus_state];
    struct device *d = get_device(o, number);

    if (!d)
        return;
    if (state >= 0x8000)
        return;
    if (state != VMSG_DEVICE_ADDED && state != VMSG_DEVICE_REMOVED) {
        blame(o, VMSG_BUS_PROSE_DEVICE_STATE_VALUES, number,
              "device_bus_state 0x%04x is reserved; 1, 2 and 0x8000 up are defined", state);
        return;
    }
    exercise(o, VMSG_BUS_PROSE_DEVICE_STATE_VALUES);
    exercise(o, VMSG_BUS_BUS_MESSAGES_2);
    if ((o->owes_hotplug && number != o->hotplug_dev) ||
        (state == VMSG_DEVICE_REMOVED && !device_exists(o, d) && !d->gone)) {
        blame(o, VMSG_BUS_EVENT_DEVICE_1, number, "EVENT_DEVICE names device %u, which %s", number,
              o->owes_hotplug ? "is not the one that was added or removed" : "does not exist");
    } else {
        exercise(o, VMSG_BUS_EVENT_DEVICE_1);
    }
    if (o->owes_hotplug) {
        exercise(o, VMSG_BUS_HOTPLUG_AND_REMOVAL_1);
        settle_debt(o, &o->owes_hotplug);
    }
    set_bit(o->present_known, number, false);
    if (state == VMSG_DEVICE_ADDED)
        was_added(o, d);
    else
        was_removed(o, d);
}
