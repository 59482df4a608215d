/*
 * The common header of messages from a driver, and their size. Spec: "Common Message Format",
 * "Transport Revisions and Maximum Message Size", "Endianness", the ID tables, "Device
 * Information".
 */
#include "harness/oracle/drv.h"

static uint16_t swap16(uint16_t v)
{
    return (uint16_t)(v << 8 | v >> 8);
}

static bool known(const struct drv_judge *j, uint16_t dev)
{
    return j->known[dev / 8] >> dev % 8 & 1;
}

static void swapped(struct vmsg_oracle *o, uint16_t dev, const char *what, uint64_t value)
{
    if (!o->drv->swapped)
        blame(o, VMSG_DRV_ENDIANNESS_1, dev,
              "%s is 0x%llx in little-endian order; it was sent big-endian", what,
              (unsigned long long)value);
    o->drv->swapped = true;
}

bool drv_swapped(struct vmsg_oracle *o, const struct drv_view *v, uint64_t value, uint32_t most,
                 const char *what)
{
    uint32_t v32 = (uint32_t)value;

    if (o->drv->swapped)
        return true;
    if (v32 <= most || value > UINT32_MAX || __builtin_bswap32(v32) > most)
        return false;
    swapped(o, v->num, what, value);
    return true;
}

/* Zero bytes behind a message that is complete by its msg_size are the bus's padding. */
static bool padded_by_bus(const struct vmsg *m)
{
    return m->trailing && m->msg_size >= VMSG_HEADER_SIZE &&
           all_zero(m->bytes + m->msg_size, m->trailing);
}

/* False when the size is so wrong that the payload says nothing. */
static bool judge_size(struct vmsg_oracle *o, const struct vmsg *m)
{
    uint32_t size = padded_by_bus(m) ? m->msg_size : m->delivered;

    if (size > o->config.max_msg_size) {
        blame(o, VMSG_DRV_DRIVER_LIMITS_1, m->dev_num,
              "a message of %u bytes was sent; at most %u were advertised", size,
              o->config.max_msg_size);
        blame(o, VMSG_DRV_HEADER_2, m->dev_num,
              "a message of %u bytes was sent; msg_size must not exceed the advertised %u", size,
              o->config.max_msg_size);
    } else {
        exercise(o, VMSG_DRV_DRIVER_LIMITS_1);
    }
    if (m->msg_size == size) {
        exercise(o, VMSG_DRV_HEADER_2);
        return true;
    }
    if (swap16(m->msg_size) == m->delivered)
        swapped(o, m->dev_num, "msg_size", m->msg_size);
    else
        blame(o, VMSG_DRV_HEADER_2, m->dev_num,
              "msg_size says %u, but the message has %u bytes; it must be header plus payload",
              m->msg_size, m->delivered);
    return false;
}

static void judge_reserved(struct vmsg_oracle *o, const struct vmsg *m)
{
    enum vmsg_clause_no clause =
        vmsg_is_bus(m) ? VMSG_BUS_COMMON_MESSAGE_FORMAT_2 : VMSG_DRV_HEADER_1;

    if (m->type & VMSG_TYPE_RESERVED)
        blame(o, clause, m->dev_num, "type is 0x%02x; bits 2 to 7 must be sent as zero", m->type);
    else
        exercise(o, clause);
    if (!vmsg_is_bus(m))
        return;
    exercise(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_1);
    if (m->dev_num)
        blame(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_1, m->dev_num,
              "a bus message was sent with dev_num %u; bus messages carry 0", m->dev_num);
}

/* What answers a message that a driver gets none of, or starts what only a device starts. */
static bool judge_direction(struct vmsg_oracle *o, const struct vmsg *m)
{
    bool driver_starts = m->def->initiator != VMSG_SIDE_DEVICE;

    if (vmsg_is_response(m)) {
        if (vmsg_is_bus(m))
            return m->msg_id == VMSG_ID_PING;
        blame(o, VMSG_DRV_ERROR_SIGNALING_1, m->dev_num,
              "a response to %s was sent; a driver answers no transport message, and discards "
              "those that are not for it",
              m->def->name);
        return false;
    }
    if (driver_starts) {
        exercise(o, VMSG_ANY_PROSE_INITIATING_SIDE);
        return true;
    }
    blame(o, VMSG_ANY_PROSE_INITIATING_SIDE, m->dev_num,
          "%s was sent by the driver side; only the device side starts it", m->def->name);
    return false;
}

static bool judge_id(struct vmsg_oracle *o, const struct vmsg *m)
{
    if (m->msg_id & VMSG_ID_IMPLEMENTATION)
        return false;
    if (!m->def && vmsg_is_bus(m) && vmsg_is_response(m) && o->drv->bus_provoked) {
        blame(o, VMSG_BUS_ERROR_SIGNALING_4, 0,
              "bus message 0x%02x was answered; what is not supported is discarded", m->msg_id);
        return false;
    }
    if (vmsg_is_event(m) && vmsg_is_response(m)) {
        blame(o, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE, m->dev_num,
              "event id 0x%02x was sent with the response bit set", m->msg_id);
        return false;
    }
    if (m->msg_id <= 1) {
        blame(o, VMSG_ANY_PROSE_RESERVED_IDS, m->dev_num, "reserved message id 0x%02x was sent",
              m->msg_id);
        return false;
    }
    if (!m->def) {
        blame(o, VMSG_DRV_DRIVER_LIMITS_2, m->dev_num,
              "%s 0x%02x was sent; revision 1 does not define it",
              vmsg_is_event(m) ? "event" : "request", m->msg_id);
        return false;
    }
    exercise(o, VMSG_ANY_PROSE_RESERVED_IDS);
    exercise(o, VMSG_DRV_DRIVER_LIMITS_2);
    if (vmsg_is_event(m))
        exercise(o, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE);
    return judge_direction(o, m);
}

static bool judge_device_number(struct vmsg_oracle *o, const struct vmsg *m)
{
    if (vmsg_is_bus(m))
        return true;
    if (known(o->drv, m->dev_num)) {
        exercise(o, VMSG_DRV_HEADER_3);
        return true;
    }
    if (o->config.more_devices && !o->drv->enumerated)
        return true; /* platform data may tell of it */
    if (known(o->drv, swap16(m->dev_num)))
        swapped(o, m->dev_num, "dev_num", m->dev_num);
    else
        blame(o, VMSG_DRV_HEADER_3, m->dev_num,
              "%s was sent to device %u, which the driver was not told of", message_name(m),
              m->dev_num);
    return false;
}

/* Bytes after the defined payload. */
static void judge_extra(struct vmsg_oracle *o, const struct vmsg *m)
{
    bool empty = !vmsg_is_bus(m) && !vmsg_is_response(m) &&
                 (m->msg_id == VMSG_ID_GET_DEVICE_INFO || m->msg_id == VMSG_ID_GET_DEVICE_STATUS);
    const uint8_t *extra = m->payload + m->payload_len - m->extra;

    if (empty)
        exercise(o, VMSG_DRV_PROSE_EMPTY_REQUEST);
    if (!m->extra)
        return;
    if (all_zero(extra, m->extra)) {
        exercise(o, VMSG_DRV_HEADER_4); /* padding */
        return;
    }
    if (empty)
        blame(o, VMSG_DRV_PROSE_EMPTY_REQUEST, m->dev_num,
              "%s carries %u bytes that are not zero; it has no payload", m->def->name, m->extra);
    else
        blame(o, VMSG_DRV_HEADER_4, m->dev_num,
              "%u bytes follow the defined payload and are not all zero; padding must be zero",
              m->extra);
}

bool drv_judge_header(struct vmsg_oracle *o, const struct vmsg *m)
{
    if (m->delivered < VMSG_HEADER_SIZE) {
        blame(o, VMSG_DRV_HEADER_2, 0, "a message of %u bytes was sent; the header alone has 8",
              m->delivered);
        return false;
    }
    if (!judge_size(o, m))
        return false;
    judge_reserved(o, m);
    if (!judge_id(o, m) || !judge_device_number(o, m))
        return false;
    if (m->defect == VMSG_SHORT_PAYLOAD || m->defect == VMSG_SHORT_TAIL) {
        blame_cut_off(o, vmsg_is_bus(m) ? VMSG_BUS_BUS_MESSAGES_2 : VMSG_DRV_MANDATORY_1,
                      m->dev_num, "", m);
        return false;
    }
    if (m->defect != VMSG_WELL_FORMED)
        return false;
    judge_extra(o, m);
    exercise(o, VMSG_DRV_ENDIANNESS_1);
    return true;
}
