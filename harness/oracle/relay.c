/* The judge of buses: its memory, and where each message goes; see relay.h. */
#include "harness/oracle/relay.h"

#include <stdlib.h>
#include <string.h>

bool relay_new(struct vmsg_oracle *o)
{
    struct relay *r = calloc(1, sizeof *r);

    o->relay = r;
    if (!r || !parcels_begin(r))
        return false;
    for (size_t i = 0; i < o->config.n_devices; i++) {
        struct relay_device *d = relay_device(r, o->config.devices[i]);

        d->present = d->named = true;
    }
    return !r->out_of_memory;
}

void relay_free(struct vmsg_oracle *o)
{
    struct relay *r = o->relay;

    if (!r)
        return;
    for (unsigned i = 0; i < RELAY_PAGES; i++)
        free(r->pages[i]);
    parcels_end(r);
    free(r);
}

struct relay_device *relay_device(struct relay *r, uint16_t dev)
{
    struct relay_device **page = &r->pages[dev / RELAY_PAGE];

    if (!*page)
        *page = calloc(RELAY_PAGE, sizeof **page);
    if (*page)
        return *page + dev % RELAY_PAGE;
    r->out_of_memory = true;
    return &r->nobody;
}

void relay_each_device(struct relay *r,
                       void (*look)(void *ctx, uint16_t dev, struct relay_device *d), void *ctx)
{
    for (unsigned i = 0; i < RELAY_PAGES; i++)
        for (unsigned k = 0; r->pages[i] && k < RELAY_PAGE; k++)
            look(ctx, (uint16_t)(i * RELAY_PAGE + k), &r->pages[i][k]);
}

const char *relay_name(uint8_t msg_id)
{
    const struct vmsg_def *def = vmsg_def_by_id(VMSG_NS_TRANSPORT, msg_id);

    return def ? def->name : msg_id & VMSG_ID_EVENT ? "the event" : "the request";
}

void relay_passes(struct relay *r, enum vmsg_direction direction, uint16_t dev, uint64_t serial)
{
    struct passer *latest = r->passers[direction];

    if (latest[0].dev != dev) {
        latest[1] = latest[0];
        latest[0] = (struct passer){.dev = dev};
    }
    if (serial > latest[0].serial)
        latest[0].serial = serial;
}

bool relay_was_passed(const struct relay *r, const struct parcel *p)
{
    const struct passer *latest = r->passers[p->direction];

    return latest[latest[0].dev == p->dev].serial > p->serial;
}

static bool readable(const struct vmsg *m)
{
    return m->delivered >= VMSG_HEADER_SIZE;
}

/* Into the bus, from the harness. */
static void goes_in(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m)
{
    if (vmsg_is_event(m) && !vmsg_is_response(m))
        relay_event_in(o, direction, m);
    else if (direction == VMSG_TO_DEVICE && !vmsg_is_response(m))
        relay_request_in(o, m);
    else if (direction == VMSG_TO_DRIVER && vmsg_is_response(m) && !vmsg_is_event(m))
        relay_response_in(o, m);
}

/* The direction bit is not what the message is: unless it went in so, the bus did it. */
static void judge_direction_bit(struct vmsg_oracle *o, enum vmsg_direction direction,
                                const struct vmsg *m)
{
    if (vmsg_is_event(m)) {
        if (!parcel_like(o->relay, m->dev_num, direction, m))
            return;
        blame(o, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE, m->dev_num,
              "event id 0x%02x went in as an event and came out with the response bit set",
              m->msg_id);
        relay_event_out(o, direction, m);
    } else if (direction == VMSG_TO_DEVICE) {
        if (!parcel_like(o->relay, m->dev_num, direction, m))
            return;
        blame(o, VMSG_ANY_PROSE_RESPONSE_TYPE, m->dev_num,
              "a request with id 0x%02x reached its device with the response bit set", m->msg_id);
        relay_request_out(o, m);
    } else if (relay_is_due(o->relay, m)) {
        blame(o, VMSG_ANY_PROSE_RESPONSE_TYPE, m->dev_num,
              "the response with id 0x%02x and token %u arrived without the response bit",
              m->msg_id, m->token);
        relay_response_out(o, m);
    }
}

/* Out of the bus, to the harness. What went in against the rules may come out as it is. */
static void comes_out(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m)
{
    relay_judge_frame(o, m);
    if (vmsg_is_event(m) && !vmsg_is_response(m))
        relay_event_out(o, direction, m);
    else if (direction == VMSG_TO_DEVICE && !vmsg_is_response(m))
        relay_request_out(o, m);
    else if (direction == VMSG_TO_DRIVER && vmsg_is_response(m) && !vmsg_is_event(m))
        relay_response_out(o, m);
    else
        judge_direction_bit(o, direction, m);
}

void relay_message(struct vmsg_oracle *o, enum vmsg_end end, enum vmsg_direction direction,
                   struct vmsg *m)
{
    enum vmsg_judged side = o->side;
    bool in = (end == VMSG_DRIVER_END) == (direction == VMSG_TO_DEVICE);

    o->side = VMSG_JUDGE_BUS;
    if (!readable(m) || vmsg_is_bus(m))
        relay_bus_message(o, end, direction, m);
    else if (in)
        goes_in(o, direction, m);
    else
        comes_out(o, direction, m);
    o->failed |= o->relay->out_of_memory;
    o->side = side;
}

static void settle_relay_device(void *ctx, uint16_t dev, struct relay_device *d)
{
    struct vmsg_oracle *o = ctx;
    bool events = o->config.bus_messages & VMSG_BUS_EVENT_DEVICE;

    if (d->revalidate && d->tell && events && !d->told_removed) {
        o->index = d->revalidate_index;
        blame(o, VMSG_BUS_PARAMETERS_6, dev,
              "the limit changed, and no EVENT_DEVICE told the driver side that device %u has to "
              "be looked at anew",
              dev);
    }
    if (d->hidden && d->present) {
        o->index = d->hidden_index;
        blame(o, VMSG_BUS_ASSIGNMENT_3, dev,
              "device %u can be reached, but GET_DEVICES does not show it", dev);
    }
    d->revalidate = d->hidden = false;
    settle_debt(o, &d->owes);
    d->limits = 0;
    relay_end_failed(o, d, UINT64_MAX);
}

void relay_settle(struct vmsg_oracle *o)
{
    enum vmsg_judged side = o->side;
    struct relay *r = o->relay;
    uint32_t index = o->index;

    o->side = VMSG_JUDGE_BUS;
    for (uint32_t i = 0; i < r->n; i++) {
        struct parcel *p = &r->parcels[i];

        if (!p->pending)
            continue;
        o->index = p->index;
        if (p->is_event)
            relay_event_settle(o, p);
        else
            relay_request_settle(o, p);
        p->pending = false;
        settle_debt(o, &p->owed);
    }
    relay_settle_bad(o);
    relay_each_device(r, settle_relay_device, o);
    o->index = index;
    o->side = side;
}
