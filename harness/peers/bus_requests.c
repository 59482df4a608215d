/* The reference bus's table of requests under way: found by device and token, ended in time. */
#include "harness/peers/bus_state.h"

#include <stdlib.h>

static uint32_t bucket(uint16_t dev, uint16_t ours)
{
    uint32_t h = dev * 0x9E3779B1u ^ ours * 0x85EBCA6Bu;

    return (h ^ h >> 16) % BUS_BUCKETS;
}

static uint32_t take(struct vmsg_bus *bus)
{
    uint32_t i = bus->free;

    if (i != BUS_NONE) {
        bus->free = bus->requests[i].next;
        return i;
    }
    if (bus->n == bus->room) {
        uint32_t room = bus->room ? 2 * bus->room : 64;
        struct bus_request *more;

        if (room > BUS_MOST || !(more = realloc(bus->requests, room * sizeof *more)))
            return BUS_NONE;
        bus->requests = more;
        bus->room = room;
    }
    return bus->n++;
}

static bool token_free(struct vmsg_bus *bus, uint16_t dev, uint16_t ours)
{
    for (uint32_t i = bus->buckets[bucket(dev, ours)]; i; i = bus->requests[i - 1].chain)
        if (bus->requests[i - 1].dev == dev && bus->requests[i - 1].ours == ours)
            return false;
    return true;
}

/* One that no request to this device has. */
static uint16_t own_token(struct vmsg_bus *bus, const struct vmsg *m)
{
    uint16_t token;

    if (bus_quirky(bus, VMSG_BUS_QUIRK_KEEPS_TOKENS) && token_free(bus, m->dev_num, m->token))
        return m->token;
    do
        token = (uint16_t)(bus->first_token + m->dev_num + ++bus->tokens[m->dev_num]);
    while (!token_free(bus, m->dev_num, token));
    return token;
}

struct bus_request *bus_request_add(struct vmsg_bus *bus, const struct vmsg *m)
{
    uint32_t i = bus->outstanding[m->dev_num] == UINT16_MAX ? BUS_NONE : take(bus), *head;
    struct bus_request *r;

    if (i == BUS_NONE)
        return NULL;
    r = &bus->requests[i];
    *r = (struct bus_request){.dev = m->dev_num,
                              .token = m->token,
                              .ours = own_token(bus, m),
                              .msg_id = m->msg_id,
                              .deadline = bus->now + bus->timeout_ns,
                              .prev = bus->last,
                              .next = BUS_NONE};
    if (bus->last == BUS_NONE)
        bus->first = i;
    else
        bus->requests[bus->last].next = i;
    bus->last = i;
    head = &bus->buckets[bucket(r->dev, r->ours)];
    r->chain = *head;
    *head = i + 1;
    bus->outstanding[r->dev]++;
    return r;
}

struct bus_request *bus_request_find(struct vmsg_bus *bus, uint16_t dev, uint16_t ours,
                                     uint8_t msg_id)
{
    for (uint32_t i = bus->buckets[bucket(dev, ours)]; i; i = bus->requests[i - 1].chain) {
        struct bus_request *r = &bus->requests[i - 1];

        if (r->dev == dev && r->ours == ours)
            return r->msg_id == msg_id && !r->lost ? r : NULL;
    }
    return NULL;
}

void bus_request_over(struct vmsg_bus *bus, struct bus_request *r)
{
    uint32_t i = (uint32_t)(r - bus->requests), *at = &bus->buckets[bucket(r->dev, r->ours)];
    uint16_t dev = r->dev;

    while (*at != i + 1)
        at = &bus->requests[*at - 1].chain;
    *at = r->chain;
    if (r->prev == BUS_NONE)
        bus->first = r->next;
    else
        bus->requests[r->prev].next = r->next;
    if (r->next == BUS_NONE)
        bus->last = r->prev;
    else
        bus->requests[r->next].prev = r->prev;
    r->next = bus->free;
    bus->free = i;
    bus->outstanding[dev]--;
    if (bus_quirky(bus, VMSG_BUS_QUIRK_ONE_AT_A_TIME))
        bus_release(bus, true, dev, 1);
    if (!bus->outstanding[dev])
        bus_release(bus, false, dev, UINT32_MAX);
}

void bus_fail(struct vmsg_bus *bus, uint16_t dev, uint16_t token, uint8_t msg_id, uint32_t error)
{
    uint64_t f[VMSG_REQUEST_FAILED_REQ_N_FIELDS] = {
        [VMSG_REQUEST_FAILED_REQ_dev_num] = dev,
        [VMSG_REQUEST_FAILED_REQ_token] = token,
        [VMSG_REQUEST_FAILED_REQ_msg_id] = msg_id,
        [VMSG_REQUEST_FAILED_REQ_error] =
            bus_quirky(bus, VMSG_BUS_QUIRK_ODD_ERRORS) ? 4000u + msg_id : error};

    bus_say(bus, false, VMSG_ID_REQUEST_FAILED, false, 0, f, NULL, 0);
}

static void give_up(struct vmsg_bus *bus, struct bus_request *r, uint32_t error)
{
    bus_forget_waiting(bus, r);
    if (!bus_faulty(bus, VMSG_BUS_FAULT_LOSES_REQUESTS))
        bus_fail(bus, r->dev, r->token, r->msg_id, error);
    if (bus_faulty(bus, VMSG_BUS_FAULT_LATE_RESPONSES) && !r->lost) {
        r->over = true;
        r->deadline = UINT64_MAX;
    } else {
        bus_request_over(bus, r);
    }
}

void bus_overdue(struct vmsg_bus *bus)
{
    uint32_t i = bus->first;

    while (i != BUS_NONE) {
        struct bus_request *r = &bus->requests[i];
        uint32_t next = r->next;

        if (!r->over && r->deadline > bus->now)
            return;
        if (!r->over)
            give_up(bus, r, BUS_E_TIMEOUT);
        i = next;
    }
}

uint64_t bus_requests_deadline(const struct vmsg_bus *bus)
{
    uint32_t i = bus->first;

    if (bus_faulty(bus, VMSG_BUS_FAULT_WAITS_FOR_EVER))
        return UINT64_MAX;
    while (i != BUS_NONE && bus->requests[i].over)
        i = bus->requests[i].next;
    return i == BUS_NONE ? UINT64_MAX : bus->requests[i].deadline;
}

void bus_fail_all(struct vmsg_bus *bus, uint16_t dev)
{
    uint32_t i = bus->first;

    while (i != BUS_NONE) {
        struct bus_request *r = &bus->requests[i];

        i = r->next;
        if (r->dev == dev && !r->over)
            give_up(bus, r, BUS_E_NODEV);
    }
}
