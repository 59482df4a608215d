/*
 * Everything that leaves the device side: encoding, the size limit, and the faults and quirks
 * that concern whole messages ("Common Message Format", "Respecting Bus Limits").
 */
#include "harness/peers/refdev.h"

#include <string.h>

enum { SIZE_AT = 6, DEV_NUM_AT = 2, TOKEN_AT = 4, PADDING = 4 };

static void swap_bytes(uint8_t *p, unsigned n)
{
    for (unsigned i = 0; i < n / 2; i++) {
        uint8_t kept = p[i];

        p[i] = p[n - 1 - i];
        p[n - 1 - i] = kept;
    }
}

/* Zero padding is allowed inside the limit; anything else is the fault. Returns the new length. */
static size_t pad(const struct vmsg_endpoint *ep, uint8_t *out, size_t len)
{
    size_t more = 0;
    uint8_t with = 0;

    if (vmsg_faulty(ep, VMSG_FAULT_NONZERO_PADDING)) {
        more = PADDING;
        with = 0xEE;
    } else if (vmsg_quirky(ep, VMSG_QUIRK_ZERO_PADDING)) {
        more = (8 - len % 8) % 8;
    }
    if (len + more > ep->host.max_msg_size)
        return len;
    memset(out + len, with, more);
    vmsg_put_le16(out + SIZE_AT, (uint16_t)(len + more));
    return len + more;
}

static void break_bus_header(const struct vmsg_endpoint *ep, uint8_t *out)
{
    if (vmsg_faulty(ep, VMSG_FAULT_BUS_TYPE_BITS))
        out[0] |= 0x80;
    if (vmsg_faulty(ep, VMSG_FAULT_BUS_DEV_NUM))
        vmsg_put_le16(out + DEV_NUM_AT, 1);
    if (vmsg_faulty(ep, VMSG_FAULT_BUS_DEV_NUM_ALL))
        vmsg_put_le16(out + DEV_NUM_AT, UINT16_MAX);
}

static void break_header(const struct vmsg_endpoint *ep, uint8_t *out, size_t len)
{
    uint16_t dev_num = vmsg_le16(out + DEV_NUM_AT);

    if (vmsg_faulty(ep, VMSG_FAULT_SETS_RESERVED_TYPE_BITS))
        out[0] |= 0x80;
    if (vmsg_faulty(ep, VMSG_FAULT_SETS_EVERY_TYPE_BIT))
        out[0] |= VMSG_TYPE_RESERVED;
    if (vmsg_faulty(ep, VMSG_FAULT_SIZE_WITHOUT_HEADER))
        vmsg_put_le16(out + SIZE_AT, (uint16_t)(len - VMSG_HEADER_SIZE));
    if (vmsg_faulty(ep, VMSG_FAULT_SIZE_TOO_LARGE))
        vmsg_put_le16(out + SIZE_AT, (uint16_t)(len + 4));
    if (vmsg_faulty(ep, VMSG_FAULT_BIG_ENDIAN_SIZE))
        swap_bytes(out + SIZE_AT, 2);
    if (vmsg_faulty(ep, VMSG_FAULT_DEV_NUM_ZERO))
        vmsg_put_le16(out + DEV_NUM_AT, 0);
    if (vmsg_faulty(ep, VMSG_FAULT_DEV_NUM_NEXT) && out[1] == VMSG_ID_EVENT_CONFIG)
        vmsg_put_le16(out + DEV_NUM_AT, (uint16_t)(dev_num + 1));
    if (vmsg_faulty(ep, VMSG_FAULT_BIG_ENDIAN_DEV_NUM))
        swap_bytes(out + DEV_NUM_AT, 2);
}

static void break_response(const struct vmsg_endpoint *ep, uint8_t *out)
{
    bool status = out[1] == VMSG_ID_GET_DEVICE_STATUS;
    bool features = out[1] == VMSG_ID_GET_DEVICE_FEATURES;

    if (vmsg_faulty(ep, VMSG_FAULT_BIG_ENDIAN_INDEX) && out[1] == VMSG_ID_GET_VQUEUE)
        swap_bytes(out + VMSG_HEADER_SIZE, 4);
    if (vmsg_faulty(ep, VMSG_FAULT_TOKEN_ZERO) && status)
        vmsg_put_le16(out + TOKEN_AT, 0);
    if (vmsg_faulty(ep, VMSG_FAULT_TOKEN_CHANGED) && features)
        vmsg_put_le16(out + TOKEN_AT, (uint16_t)(vmsg_le16(out + TOKEN_AT) ^ 0x8000));
    if (vmsg_faulty(ep, VMSG_FAULT_RESPONSE_BIT_MISSING) && status)
        out[0] &= (uint8_t)~VMSG_TYPE_RESPONSE;
}

static void transmit(struct vmsg_endpoint *ep, size_t len)
{
    ep->host.send(ep->host.ctx, ep->out, len);
}

/* Encode into ep->out; 0 when the message would exceed what the bus carries. */
static size_t encode(struct vmsg_endpoint *ep, const struct vmsg_def *def, bool response,
                     uint16_t dev_num, uint16_t token, const struct vmsg_body *body)
{
    size_t cap = body->oversize ? VMSG_MAX_SIZE_MOST : ep->host.max_msg_size;

    return vmsg_encode(ep->out, cap, def, response, dev_num, token, body->f, body->uuid, body->tail,
                       body->tail_len);
}

bool vmsg_refdev_reply(struct vmsg_refdev *d, const struct vmsg *request,
                       const struct vmsg_body *body)
{
    struct vmsg_endpoint *ep = d->ep;
    /* they differ only where a fault answers for an absent device */
    uint16_t dev_num = d->present ? d->dev_num : request->dev_num;
    size_t len = encode(ep, request->def, true, dev_num, request->token, body);

    if (len == 0)
        return false;
    len = pad(ep, ep->out, len);
    break_header(ep, ep->out, len);
    break_response(ep, ep->out);
    transmit(ep, len);
    if (vmsg_faulty(ep, VMSG_FAULT_ANSWERS_TWICE) && request->msg_id == VMSG_ID_GET_DEVICE_FEATURES)
        transmit(ep, len);
    return true;
}

bool vmsg_refdev_event(struct vmsg_refdev *d, uint8_t msg_id, const struct vmsg_body *body)
{
    struct vmsg_endpoint *ep = d->ep;
    const struct vmsg_def *def = vmsg_def_by_id(VMSG_NS_TRANSPORT, msg_id);
    size_t len = encode(ep, def, false, d->dev_num, 0, body);

    if (len == 0)
        return false;
    if (vmsg_faulty(ep, VMSG_FAULT_EVENT_AS_RESPONSE) && msg_id == VMSG_ID_EVENT_USED)
        ep->out[0] |= VMSG_TYPE_RESPONSE;
    break_header(ep, ep->out, len);
    transmit(ep, len);
    return true;
}

bool vmsg_endpoint_bus_reply(struct vmsg_endpoint *ep, const struct vmsg *request,
                             const struct vmsg_body *body)
{
    uint16_t token = vmsg_quirky(ep, VMSG_QUIRK_BUS_TOKEN_ZERO) ? 0 : request->token;
    size_t len = encode(ep, request->def, true, 0, token, body);

    if (len == 0)
        return false;
    break_bus_header(ep, ep->out);
    transmit(ep, len);
    return true;
}

bool vmsg_endpoint_bus_event(struct vmsg_endpoint *ep, uint8_t msg_id, const struct vmsg_body *body)
{
    size_t len = encode(ep, vmsg_def_by_id(VMSG_NS_BUS, msg_id), false, 0, 0, body);

    if (len == 0)
        return false;
    break_bus_header(ep, ep->out);
    transmit(ep, len);
    return true;
}

void vmsg_endpoint_send_bare(struct vmsg_endpoint *ep, const struct vmsg_header *header,
                             size_t zeros)
{
    struct vmsg_header h = *header;
    size_t len = VMSG_HEADER_SIZE + zeros;

    h.msg_size = (uint16_t)len;
    vmsg_put_header(ep->out, &h);
    memset(ep->out + VMSG_HEADER_SIZE, 0, zeros);
    transmit(ep, len);
}
