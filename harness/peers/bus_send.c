/* What the reference bus sends at its two ends. */
#include "harness/peers/bus_state.h"

#include <stdlib.h>
#include <string.h>

static void put(struct vmsg_bus *bus, bool to_device, const uint8_t *m, size_t len)
{
    if (to_device)
        bus->far_send(bus->far_ctx, m, len);
    else
        bus->host.send(bus->host.ctx, m, len);
}

/* With what a fault or quirk puts behind the message, in the same packet. */
static void send(struct vmsg_bus *bus, bool to_device, const uint8_t *m, size_t len)
{
    size_t padded = (len + BUS_PADDING - 1) / BUS_PADDING * BUS_PADDING;
    bool transport = !(m[0] & VMSG_TYPE_BUS);
    bool rubbish = transport && bus_faulty(bus, VMSG_BUS_FAULT_PADS_WITH_RUBBISH);

    if (!rubbish && !(transport && bus_quirky(bus, VMSG_BUS_QUIRK_ZERO_PADDING))) {
        put(bus, to_device, m, len);
        return;
    }
    memcpy(bus->padded, m, len);
    memset(bus->padded + len, rubbish ? 0xA5 : 0, BUS_PADDING);
    put(bus, to_device, bus->padded, rubbish ? len + 4 : padded);
}

void bus_to_driver(struct vmsg_bus *bus, const uint8_t *m, size_t len)
{
    send(bus, false, m, len);
}

void bus_to_device(struct vmsg_bus *bus, const uint8_t *m, size_t len)
{
    send(bus, true, m, len);
}

void bus_say(struct vmsg_bus *bus, bool far, uint8_t msg_id, bool response, uint16_t token,
             const uint64_t *f, const void *tail, size_t tail_len)
{
    uint8_t *out = bus->out;
    size_t len = vmsg_encode(out, VMSG_MAX_SIZE_MOST, vmsg_def_by_id(VMSG_NS_BUS, msg_id), response,
                             0, token, f, NULL, tail, tail_len);

    if (!len)
        return;
    if (bus_faulty(bus, VMSG_BUS_FAULT_OWN_DEV_NUM))
        out[2] = 1;
    if (bus_faulty(bus, VMSG_BUS_FAULT_OWN_RESERVED_BITS))
        out[0] |= 0x80;
    if (bus_faulty(bus, VMSG_BUS_FAULT_PING_AS_REQUEST) && msg_id == VMSG_ID_PING)
        out[0] &= (uint8_t)~VMSG_TYPE_RESPONSE;
    send(bus, far, out, len);
}

static void spoil(const struct vmsg_bus *bus, bool to_device, uint8_t *m, size_t len)
{
    uint8_t *payload = m + VMSG_HEADER_SIZE;

    if (bus_faulty(bus, VMSG_BUS_FAULT_EVENTS_AS_RESPONSES) && m[1] == VMSG_ID_EVENT_USED)
        m[0] |= VMSG_TYPE_RESPONSE;
    if (!to_device)
        return;
    if (bus_faulty(bus, VMSG_BUS_FAULT_CHANGES_PAYLOAD) && m[1] == VMSG_ID_SET_VQUEUE && len >= 24)
        memset(payload + 12, 0, 4);
    if (bus_faulty(bus, VMSG_BUS_FAULT_DROPS_NEXT_OFFSET) && m[1] == VMSG_ID_EVENT_AVAIL &&
        len >= 16)
        memset(payload + 4, 0, 4);
}

/* Another device that exists, for a bus that mixes them up. */
static uint16_t other_device(const struct vmsg_bus *bus, uint16_t dev)
{
    for (uint32_t i = 1; i < 65536; i++)
        if (bus_has(bus, (uint16_t)(dev + i)))
            return (uint16_t)(dev + i);
    return dev;
}

void bus_forward(struct vmsg_bus *bus, bool to_device, const struct vmsg *m, uint16_t token)
{
    uint8_t *out = bus->out;
    bool status = to_device && m->msg_id == VMSG_ID_GET_DEVICE_STATUS;

    memcpy(out, m->bytes, m->msg_size);
    if (!bus_quirky(bus, VMSG_BUS_QUIRK_RESERVED_BITS_KEPT))
        out[0] &= VMSG_TYPE_RESPONSE | VMSG_TYPE_BUS;
    vmsg_put_le16(out + 4, token);
    if (status && bus_faulty(bus, VMSG_BUS_FAULT_MISROUTES))
        vmsg_put_le16(out + 2, other_device(bus, m->dev_num));
    spoil(bus, to_device, out, m->msg_size);
    send(bus, to_device, out, m->msg_size);
    if (status && bus_faulty(bus, VMSG_BUS_FAULT_FORWARDS_TWICE))
        send(bus, to_device, out, m->msg_size);
}

void bus_wait(struct vmsg_bus *bus, bool to_device, const struct vmsg *m)
{
    struct bus_waiting *w = malloc(sizeof *w + m->msg_size), **at = &bus->waiting;

    if (!w)
        return;
    *w = (struct bus_waiting){
        .to_device = to_device, .dev = m->dev_num, .token = m->token, .len = m->msg_size};
    memcpy(w->bytes, m->bytes, m->msg_size);
    while (*at)
        at = &(*at)->next;
    *at = w;
}

bool bus_is_waiting(const struct vmsg_bus *bus, const struct bus_request *r)
{
    for (const struct bus_waiting *w = bus->waiting; w; w = w->next)
        if (w->to_device && w->dev == r->dev && w->token == r->ours)
            return true;
    return false;
}

void bus_forget_waiting(struct vmsg_bus *bus, const struct bus_request *r)
{
    struct bus_waiting **at = &bus->waiting, *w;

    while ((w = *at)) {
        if (w->to_device && w->dev == r->dev && w->token == r->ours) {
            *at = w->next;
            free(w);
            return;
        }
        at = &w->next;
    }
}

void bus_release(struct vmsg_bus *bus, bool to_device, uint16_t dev, unsigned most)
{
    struct bus_waiting **at = &bus->waiting, *w;

    while ((w = *at) && most) {
        if (w->to_device != to_device || w->dev != dev) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        send(bus, to_device, w->bytes, w->len);
        free(w);
        most--;
    }
}
