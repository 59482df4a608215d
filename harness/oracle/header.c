/*
 * The common header of messages from the SUT, and their size. Spec: "Common Message Format",
 * "Transport Revisions and Maximum Message Size", "Endianness", and the ID tables.
 */
#include "harness/oracle/internal.h"

#include <stdlib.h>
#include <string.h>

static uint16_t swap16(uint16_t v)
{
    return (uint16_t)(v << 8 | v >> 8);
}

/* Judge the payload by what was delivered when msg_size is wrong: one mistake, one finding. */
static bool reread(struct vmsg_oracle *o, struct vmsg *m)
{
    uint32_t len = m->delivered < VMSG_MAX_SIZE_MOST ? m->delivered : VMSG_MAX_SIZE_MOST;

    if (!o->scratch && !(o->scratch = malloc(VMSG_MAX_SIZE_MOST + 1))) {
        o->failed = true;
        return false;
    }
    memcpy(o->scratch, m->bytes, len);
    vmsg_put_le16(o->scratch + 6, (uint16_t)len);
    vmsg_decode(m, o->scratch, len);
    return true;
}

/*
 * Bytes after a message that is complete by its msg_size are the bus's padding if they are zero:
 * "Common Message Format" lets it add such bytes and does not count them.
 */
static bool padded_by_bus(const struct vmsg *m)
{
    return m->trailing && (m->defect == VMSG_WELL_FORMED || m->defect == VMSG_IMPLEMENTATION_ID) &&
           all_zero(m->bytes + m->msg_size, m->trailing);
}

static bool judge_size(struct vmsg_oracle *o, struct vmsg *m)
{
    bool padded = padded_by_bus(m);
    uint32_t size = padded ? m->msg_size : m->delivered;

    if (size > o->config.max_msg_size) {
        blame(o, VMSG_DEV_DEVICE_LIMITS_1, m->dev_num,
              "a message of %u bytes came; at most %u were advertised", size,
              o->config.max_msg_size);
        blame(o, VMSG_DEV_HEADER_2, m->dev_num,
              "a message of %u bytes came; msg_size must not exceed the advertised %u", size,
              o->config.max_msg_size);
    }
    o->size_swapped = false;
    if (m->msg_size == size) {
        exercise(o, VMSG_DEV_HEADER_2);
        return true;
    }
    if (swap16(m->msg_size) == m->delivered) {
        o->size_swapped = true;
        blame(o, VMSG_DEV_ENDIANNESS_1, m->dev_num,
              "msg_size is %u in little-endian order, but %u bytes came: it was sent big-endian",
              m->msg_size, m->delivered);
    } else if (m->delivered <= VMSG_MAX_SIZE_MOST) {
        blame(o, VMSG_DEV_HEADER_2, m->dev_num,
              "msg_size says %u, but the message has %u bytes; it must be header plus payload",
              m->msg_size, m->delivered);
    }
    return reread(o, m);
}

static bool reserved_id(const struct vmsg *m)
{
    return m->msg_id <= 1;
}

/* Ids and direction bits: what a device side may send at all. False: nothing more to judge. */
static bool judge_id(struct vmsg_oracle *o, const struct vmsg *m)
{
    if (m->msg_id & VMSG_ID_IMPLEMENTATION)
        return false;
    if (vmsg_is_event(m) && vmsg_is_response(m)) {
        blame(o, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE, m->dev_num,
              "event id 0x%02x came with the response bit set", m->msg_id);
        return false;
    }
    if (vmsg_is_response(m))
        return true; /* judged against its request */
    if (reserved_id(m)) {
        blame(o, VMSG_ANY_PROSE_RESERVED_IDS, m->dev_num, "reserved message id 0x%02x was sent",
              m->msg_id);
        return false;
    }
    if (!m->def) {
        blame(o, VMSG_DEV_DEVICE_LIMITS_2, m->dev_num,
              "%s 0x%02x was sent; revision 1 does not define it",
              vmsg_is_event(m) ? "event" : "request", m->msg_id);
        return false;
    }
    exercise(o, VMSG_ANY_PROSE_RESERVED_IDS);
    if (vmsg_is_event(m))
        exercise(o, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE);
    return true;
}

bool judge_header(struct vmsg_oracle *o, struct vmsg *m)
{
    if (m->defect == VMSG_SHORT_HEADER) {
        blame(o, VMSG_DEV_HEADER_2, 0, "a message of %u bytes came; the header alone has 8",
              m->delivered);
        return false;
    }
    if (!judge_size(o, m))
        return false;
    if (vmsg_is_bus(m)) {
        exercise(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_1);
        if (m->dev_num)
            blame(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_1, m->dev_num,
                  "a bus message came with dev_num %u; bus messages carry 0", m->dev_num);
    }
    enum vmsg_clause_no reserved =
        vmsg_is_bus(m) ? VMSG_BUS_COMMON_MESSAGE_FORMAT_2 : VMSG_DEV_HEADER_1;

    if (m->type & VMSG_TYPE_RESERVED)
        blame(o, reserved, m->dev_num, "type is 0x%02x; bits 2 to 7 must be sent as zero", m->type);
    else
        exercise(o, reserved);
    return judge_id(o, m);
}

bool judge_padding(struct vmsg_oracle *o, const struct device *d, const struct vmsg *m)
{
    const uint8_t *extra = m->payload + m->payload_len - m->extra;

    if (!m->extra)
        return false;
    if (all_zero(extra, m->extra)) {
        o->pads = true;
        exercise(o, VMSG_DEV_HEADER_4);
    } else {
        blame(o, VMSG_DEV_HEADER_4, d->num,
              "%u bytes follow the defined payload and are not all zero; padding must be zero",
              m->extra);
    }
    return true;
}
