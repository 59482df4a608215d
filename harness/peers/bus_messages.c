/* The reference bus's own messages: discovery at both ends, PING, hotplug. */
#include "harness/peers/bus_state.h"

#include <string.h>

#define SHOWN_BY_FAULT 77u

/* ---- GET_DEVICES ---- */

static uint32_t room_for_slots(const struct vmsg_bus *bus)
{
    return (bus->max_msg_size - VMSG_HEADER_SIZE - 6) * 8;
}

void bus_enumerate(struct vmsg_bus *bus, uint32_t offset)
{
    uint32_t count = 65536 - offset, room = room_for_slots(bus);
    uint64_t f[] = {offset, count < room ? count : room};
    uint16_t token = bus_quirky(bus, VMSG_BUS_QUIRK_TOKENS_ZERO) ? 0 : ++bus->own_token;

    if (f[1] > UINT16_MAX)
        f[1] = UINT16_MAX;
    bus->peer_token = token;
    bus->asked_from = offset;
    bus->ask_again = bus->now + bus->timeout_ns;
    bus_say(bus, true, VMSG_ID_GET_DEVICES, false, token, f, NULL, 0);
}

/* What was reported as removed is reported when it is back. */
static void is_there(struct vmsg_bus *bus, uint16_t dev)
{
    if (bus->gone[dev / 8] >> dev % 8 & 1)
        bus_device_appears(bus, dev);
    else
        bus_set(bus->present, dev, true);
}

/* The peer's answer. */
static void found(struct vmsg_bus *bus, const struct vmsg *m)
{
    uint32_t offset = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_offset];
    uint32_t next = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_next_offset];

    if (m->token != bus->peer_token)
        return;
    bus->ask_again = 0;
    for (uint32_t i = 0; i < m->tail_len * 8 && offset + i < 65536; i++)
        if (m->tail[i / 8] >> i % 8 & 1)
            is_there(bus, (uint16_t)(offset + i));
    if (next > offset)
        bus_enumerate(bus, next);
}

static bool is_shown(const struct vmsg_bus *bus, uint32_t dev)
{
    if (bus_faulty(bus, VMSG_BUS_FAULT_SHOWS_ABSENT) && dev == SHOWN_BY_FAULT)
        return true;
    if (bus_faulty(bus, VMSG_BUS_FAULT_HIDES_DEVICE) && dev > bus->lowest)
        return false;
    return bus_has(bus, (uint16_t)dev);
}

struct window {
    uint32_t offset, asked, count, next;
};

/* The lowest device from there on, 65,536 when there is none. */
static uint32_t next_present(const struct vmsg_bus *bus, uint32_t from)
{
    uint64_t these = 1;

    while (from < 65536 && !bus_has(bus, (uint16_t)from)) {
        if (from % 64 == 0)
            memcpy(&these, bus->present + from / 8, sizeof these);
        from += from % 64 || these ? 1 : 64;
    }
    return from;
}

/* The same of those that the answers show. */
static uint32_t first_from(const struct vmsg_bus *bus, uint32_t from)
{
    uint32_t dev = next_present(bus, from);

    if (from <= SHOWN_BY_FAULT && dev > SHOWN_BY_FAULT && is_shown(bus, SHOWN_BY_FAULT))
        return SHOWN_BY_FAULT;
    return dev < 65536 && is_shown(bus, dev) ? dev : 65536;
}

static void fill(struct vmsg_bus *bus, const struct window *w)
{
    memset(bus->bitmap, 0, (w->count + 7) / 8);
    for (uint32_t i = 0; i < w->count && w->offset + i < 65536; i++)
        if (is_shown(bus, w->offset + i))
            bus->bitmap[i / 8] |=
                (uint8_t)(bus_faulty(bus, VMSG_BUS_FAULT_BITS_REVERSED) ? 0x80u >> i % 8
                                                                        : 1u << i % 8);
    if (bus_faulty(bus, VMSG_BUS_FAULT_UNUSED_BITS) && w->count % 8)
        bus->bitmap[w->count / 8] |= (uint8_t)(0xFFu << w->count % 8);
}

/* Without the absent slots at the end, where a quirk leaves them out. */
static void shorten(const struct vmsg_bus *bus, struct window *w)
{
    uint32_t last = w->count;

    while (last && !is_shown(bus, w->offset + last - 1))
        last--;
    if (bus_quirky(bus, VMSG_BUS_QUIRK_SHORT_WINDOWS) && last)
        w->count = last;
    if (bus_quirky(bus, VMSG_BUS_QUIRK_EMPTY_WINDOWS) && !last)
        w->count = 0;
}

static void size_window(const struct vmsg_bus *bus, struct window *w)
{
    uint32_t room = room_for_slots(bus), left = 65536 - w->offset;

    w->count = w->asked < left ? w->asked : left;
    if (w->count > room && !bus_faulty(bus, VMSG_BUS_FAULT_OVERSIZE))
        w->count = room;
    if (bus_faulty(bus, VMSG_BUS_FAULT_WINDOW_ROUNDED) && w->count)
        w->count = (w->count + 7) & ~7u;
    if (bus_faulty(bus, VMSG_BUS_FAULT_WINDOW_OF_NONE) && !w->count)
        w->count = 8;
    shorten(bus, w);
}

/* Where the driver side should go on: at the next device, if there is one. */
static void suggest_next(const struct vmsg_bus *bus, struct window *w)
{
    uint32_t from = w->offset + w->asked, device;

    if (w->asked > w->count)
        from = w->offset + w->count;
    device = first_from(bus, from > w->offset ? from : w->offset + 1);
    w->next = device < 65536 ? device : 0;
    if (bus_faulty(bus, VMSG_BUS_FAULT_NEVER_TERMINAL) && !w->next)
        w->next = UINT16_MAX;
    if (bus_faulty(bus, VMSG_BUS_FAULT_NEXT_BACKWARDS))
        w->next = w->offset;
}

static void answer_get_devices(struct vmsg_bus *bus, const struct vmsg *m)
{
    struct window w = {.offset = (uint32_t)m->f[VMSG_GET_DEVICES_REQ_offset],
                       .asked = (uint32_t)m->f[VMSG_GET_DEVICES_REQ_count]};

    bus->lowest = next_present(bus, 0);
    if (bus_faulty(bus, VMSG_BUS_FAULT_OFFSET_WRONG))
        w.offset &= ~7u;
    if (bus_faulty(bus, VMSG_BUS_FAULT_WINDOW_MOVED) && first_from(bus, w.offset) < 65536)
        w.offset = first_from(bus, w.offset);
    size_window(bus, &w);
    suggest_next(bus, &w);
    fill(bus, &w);
    bus_say(bus, false, VMSG_ID_GET_DEVICES, true, m->token,
            (uint64_t[]){w.offset, w.next, w.count}, bus->bitmap, (w.count + 7) / 8);
}

/* ---- hotplug ---- */

static void announce(struct vmsg_bus *bus, uint16_t dev, unsigned state)
{
    bool added = state == VMSG_DEVICE_ADDED;

    bus_set(bus->gone, dev, !added);
    if (bus_faulty(bus, added ? VMSG_BUS_FAULT_ARRIVAL_UNTOLD : VMSG_BUS_FAULT_REMOVAL_UNTOLD))
        return;
    if (added && bus_faulty(bus, VMSG_BUS_FAULT_STATE_UNDEFINED))
        state = 3;
    if (added && bus_faulty(bus, VMSG_BUS_FAULT_OTHER_NUMBER))
        dev++;
    bus_say(bus, false, VMSG_ID_EVENT_DEVICE, false, 0, (uint64_t[]){dev, state}, NULL, 0);
}

void bus_device_appears(struct vmsg_bus *bus, uint16_t dev)
{
    if (bus_has(bus, dev))
        return;
    if (!bus_faulty(bus, VMSG_BUS_FAULT_ADDED_EARLY))
        bus_set(bus->present, dev, true);
    announce(bus, dev, VMSG_DEVICE_ADDED);
}

void bus_device_goes(struct vmsg_bus *bus, uint16_t dev)
{
    if (!bus_has(bus, dev))
        return;
    if (!bus_faulty(bus, VMSG_BUS_FAULT_REMOVED_REACHABLE)) {
        bus_set(bus->present, dev, false);
        bus_fail_all(bus, dev);
    }
    announce(bus, dev, VMSG_DEVICE_REMOVED);
}

/* ---- all of them ---- */

static void pong(struct vmsg_bus *bus, bool far, const struct vmsg *m)
{
    uint64_t data = m->f[VMSG_PING_REQ_data];

    if (bus_faulty(bus, VMSG_BUS_FAULT_PING_CHANGED))
        data ^= 1;
    if (bus_faulty(bus, VMSG_BUS_FAULT_RESERVED_ID) && !far)
        bus_to_driver(bus, (const uint8_t[]){VMSG_TYPE_BUS, 0, 0, 0, 0, 0, 8, 0}, 8);
    if (bus_faulty(bus, VMSG_BUS_FAULT_ASKS_DRIVER) && !far)
        bus_say(bus, false, VMSG_ID_GET_DEVICES, false, ++bus->own_token, (uint64_t[]){0, 8}, NULL,
                0);
    bus_say(bus, far, VMSG_ID_PING, true, m->token, &data, NULL, 0);
}

void bus_message(struct vmsg_bus *bus, bool far, const struct vmsg *m)
{
    bool response = vmsg_is_response(m);

    if (m->dev_num)
        return;
    if (m->defect == VMSG_UNKNOWN_ID && !response && !vmsg_is_event(m) && !far &&
        bus_faulty(bus, VMSG_BUS_FAULT_ANSWERS_UNKNOWN)) {
        uint8_t out[VMSG_HEADER_SIZE] = {VMSG_TYPE_BUS | VMSG_TYPE_RESPONSE, m->msg_id};

        vmsg_put_le16(out + 4, m->token);
        vmsg_put_le16(out + 6, sizeof out);
        bus_to_driver(bus, out, sizeof out);
    }
    if (m->defect != VMSG_WELL_FORMED)
        return;
    if (m->msg_id == VMSG_ID_PING && !response)
        pong(bus, far, m);
    else if (m->msg_id == VMSG_ID_GET_DEVICES && !far && !response)
        answer_get_devices(bus, m);
    else if (m->msg_id == VMSG_ID_GET_DEVICES && far && response)
        found(bus, m);
    else if (m->msg_id == VMSG_ID_EVENT_DEVICE && far && !response) {
        uint16_t dev = (uint16_t)m->f[VMSG_EVENT_DEVICE_REQ_device_number];
        uint64_t state = m->f[VMSG_EVENT_DEVICE_REQ_device_bus_state];

        if (state == VMSG_DEVICE_ADDED)
            bus_device_appears(bus, dev);
        else if (state == VMSG_DEVICE_REMOVED)
            bus_device_goes(bus, dev);
    }
}
