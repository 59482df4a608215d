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

static void settle_contradiction(struct vmsg_oracle *o, struct contradiction *c)
{
    uint32_t index = o->index;

    if (!c->owed)
        return;
    o->index = c->index;
    blame(o, c->clause, 0,
          "the bitmap of the window %u+%u says that device %u is %s, which is not so; bits are "
          "packed least significant first from offset",
          c->offset, c->count, c->dev, c->now ? "present" : "absent");
    o->index = index;
    settle_debt(o, &c->owed);
}

/*
 * A device may have come or gone. If the bus reports that by EVENT_DEVICE the event may be under
 * way yet, in no order with responses ("Message Ordering"): the finding waits for it. Without
 * events and without a list of devices, it may have come by other means.
 */
static void contradicted(struct vmsg_oracle *o, uint32_t dev, uint32_t offset, uint32_t count,
                         bool reduced)
{
    bool events = o->config.bus_messages & VMSG_BUS_EVENT_DEVICE;
    struct contradiction *c = &o->contradictions[reduced];

    if (c->owed || (!events && !o->devices_known))
        return;
    if (o->relay && bit(o->present, dev))
        return; /* a bus that starts finds its devices one after the other */
    *c = (struct contradiction){
        .clause = reduced ? VMSG_BUS_GET_DEVICES_7 : VMSG_BUS_GET_DEVICES_1,
        .dev = dev,
        .offset = offset,
        .count = count,
        .index = o->index,
        .now = bit(o->present, dev),
    };
    owe(o, &c->owed);
    if (!events)
        settle_contradiction(o, c);
}

static void judge_bitmap(struct vmsg_oracle *o, const struct vmsg *m, uint32_t offset,
                         uint32_t count, bool reduced)
{
    uint32_t wrong = NONE;

    for (uint32_t i = 0; i < count && i / 8 < m->tail_len && offset + i < 65536; i++) {
        bool now = bit(m->tail, i), there;

        if (presence_known(o, offset + i, &there) && there != now && wrong == NONE)
            wrong = offset + i;
        set_bit(o->present_known, offset + i, true);
        set_bit(o->present, offset + i, now);
    }
    if (wrong != NONE)
        contradicted(o, wrong, offset, count, reduced);
    else
        exercise(o, reduced ? VMSG_BUS_GET_DEVICES_7 : VMSG_BUS_GET_DEVICES_1);
    for (uint32_t i = count; i % 8; i++)
        if (i / 8 < m->tail_len && bit(m->tail, i)) {
            blame(o, VMSG_BUS_GET_DEVICES_4, 0,
                  "bit %u of the bitmap is set, but count is %u; unused bits are zero", i, count);
            return;
        }
    if (count % 8)
        exercise(o, VMSG_BUS_GET_DEVICES_4);
}

/* Zeros that fill the message up to a round size, or that this SUT adds elsewhere, too. */
static bool may_be_padding(const struct vmsg_oracle *o, const struct vmsg *m)
{
    return all_zero(m->payload + m->payload_len - m->extra, m->extra) &&
           (o->pads || m->msg_size % 4 == 0 || m->msg_size == o->config.max_msg_size);
}

static void judge_bitmap_size(struct vmsg_oracle *o, const struct vmsg *m, uint32_t count)
{
    if (m->defect == VMSG_SHORT_TAIL || (m->extra && !may_be_padding(o, m)))
        blame(o, VMSG_BUS_GET_DEVICES_1, 0, "the bitmap for count %u has %u bytes; it must have %u",
              count, m->payload_len - m->layout->fixed_size, (count + 7) / 8);
    else
        exercise(o, VMSG_BUS_GET_DEVICES_1);
}

static void judge_next(struct vmsg_oracle *o, uint32_t offset, uint32_t next)
{
    /* What follows the last device number: nothing. Elsewhere the text leaves open when a response
     * is terminal; whatever makes progress gets here. */
    if (offset == UINT16_MAX) {
        exercise(o, VMSG_BUS_GET_DEVICES_5);
        if (next)
            blame(o, VMSG_BUS_GET_DEVICES_5, 0,
                  "next_offset is %u after a window at device 65535; a terminal response carries 0",
                  next);
        return;
    }
    if (next && next <= offset) {
        blame(o, VMSG_BUS_GET_DEVICES_6, 0,
              "next_offset is %u for a request at %u; it must be greater, or 0 at the end", next,
              offset);
        return;
    }
    exercise(o, VMSG_BUS_GET_DEVICES_6);
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
        blame(o, VMSG_BUS_BUS_MESSAGES_2, 0,
              "GET_DEVICES is supported but not as defined: offset %u came back as %u", offset,
              echoed);
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
    if (!asked && m->extra && !may_be_padding(o, m))
        blame(o, VMSG_BUS_GET_DEVICES_2, 0, "a window of 0 has a bitmap of %u bytes", m->extra);
    else if (!asked)
        exercise(o, VMSG_BUS_GET_DEVICES_2);
    else
        judge_bitmap_size(o, m, count);
    judge_bitmap(o, m, offset, count, count < asked);
    if (asked && all_zero(m->tail, m->tail_len)) /* in full, or cut short: both are legal */
        exercise(o, VMSG_BUS_GET_DEVICES_8);
    judge_next(o, offset, next);
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

void forgive_requests(struct vmsg_oracle *o, struct device *d)
{
    for (uint32_t i = d->first; i != NONE; i = request_at(o, i)->next) {
        struct request *r = request_at(o, i);

        request_forgive(o, r);
    }
}

/* A device that comes under this number next is another one. */
void forget_life(struct vmsg_oracle *o, struct device *d)
{
    device_was_reset(o, d);
    forget_device(o, d);
    d->life++;
    d->info_known = d->reset_reported = d->reset_muddled = false;
    d->offered_known = 0;
    d->accepted_set = 0;
    d->refuses_without_v1 = d->ring_reset_proved = false;
    d->config.gen_known = d->config.gen_unstable = false;
}

static void was_added(struct vmsg_oracle *o, struct device *d)
{
    bool again = d->present && !d->removed && !d->gone; /* "Duplicate ... events can occur" */

    d->present = true;
    d->removed = d->gone = d->comes = false;
    if (again)
        return;
    forgive_requests(o, d);
    forget_life(o, d);
    d->added = true;
}

static void was_removed(struct vmsg_oracle *o, struct device *d)
{
    forgive_requests(o, d);
    forget_life(o, d);
    d->present = d->added = false;
    d->gone = d->comes; /* told late: it may be back */
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
    if (state == VMSG_DEVICE_REMOVED && !device_exists(o, d) && !d->gone && !d->removed)
        blame(o, VMSG_BUS_EVENT_DEVICE_1, number,
              "EVENT_DEVICE names device %u, which does not exist", number);
    else
        exercise(o, VMSG_BUS_EVENT_DEVICE_1);
    if (o->owes_hotplug && number != o->hotplug_dev && !o->hotplug_other_named) {
        o->hotplug_other_named = true; /* another device may come and go, too: see settle_bus() */
        o->hotplug_other = number;
        o->hotplug_other_index = o->index;
    } else if (o->owes_hotplug && number == o->hotplug_dev) {
        exercise(o, VMSG_BUS_HOTPLUG_AND_REMOVAL_1);
        settle_debt(o, &o->owes_hotplug);
    }
    for (unsigned i = 0; i < 2; i++)
        if (o->contradictions[i].owed && number == o->contradictions[i].dev)
            settle_debt(o, &o->contradictions[i].owed);
    set_bit(o->present_known, number, false);
    if (state == VMSG_DEVICE_ADDED)
        was_added(o, d);
    else
        was_removed(o, d);
}

/* ---- overdue ---- */

void settle_bus(struct vmsg_oracle *o)
{
    settle_contradiction(o, &o->contradictions[0]);
    settle_contradiction(o, &o->contradictions[1]);
    if (!o->owes_hotplug)
        return;
    blame(o, VMSG_BUS_HOTPLUG_AND_REMOVAL_1, (uint16_t)o->hotplug_dev,
          "device %u was added or removed, but no EVENT_DEVICE came", o->hotplug_dev);
    if (o->relay)
        blame(o, VMSG_BUS_HOTPLUG_AND_REMOVAL_2, (uint16_t)o->hotplug_dev,
              "device %u was added or removed, and the driver side was not told", o->hotplug_dev);
    if (o->hotplug_other_named) {
        o->index = o->hotplug_other_index;
        blame(o, VMSG_BUS_EVENT_DEVICE_1, (uint16_t)o->hotplug_other,
              "EVENT_DEVICE names device %u; device %u is the one that was added or removed",
              o->hotplug_other, o->hotplug_dev);
    }
    settle_debt(o, &o->owes_hotplug);
}
