/* The bytes that the reference driver sends, and what its faults and quirks do to them. */
#include "harness/peers/driver_state.h"

#include <string.h>

#define PADDING_MOST 8u

static bool faulty(const struct vmsg_driver *drv, enum vmsg_fault_no fault)
{
    return drv->fault == fault;
}

static void swap(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        uint8_t b = p[i];

        p[i] = p[n - 1 - i];
        p[n - 1 - i] = b;
    }
}

static bool names_a_queue(uint8_t msg_id)
{
    return msg_id == VMSG_ID_GET_VQUEUE || msg_id == VMSG_ID_SET_VQUEUE ||
           msg_id == VMSG_ID_RESET_VQUEUE;
}

/* Header and fields of a transport message. */
static void spoil_transport(const struct vmsg_driver *drv, uint8_t *m, size_t len)
{
    bool avail = m[1] == VMSG_ID_EVENT_AVAIL;

    if (faulty(drv, VMSG_DRIVER_FAULT_RESERVED_TYPE_BITS))
        m[0] |= 0x40;
    if (faulty(drv, VMSG_DRIVER_FAULT_SIZE_WITHOUT_HEADER))
        vmsg_put_le16(m + 6, (uint16_t)(len - VMSG_HEADER_SIZE));
    if (faulty(drv, VMSG_DRIVER_FAULT_EVENT_DEV_NUM) && avail)
        m[3] ^= 0x40;
    if (faulty(drv, VMSG_DRIVER_FAULT_EVENT_AS_RESPONSE) && avail)
        m[0] |= VMSG_TYPE_RESPONSE;
    if (faulty(drv, VMSG_DRIVER_FAULT_BIG_ENDIAN_STATUS) && m[1] == VMSG_ID_SET_DEVICE_STATUS)
        swap(m + VMSG_HEADER_SIZE, 4);
    if (faulty(drv, VMSG_DRIVER_FAULT_BIG_ENDIAN_INDEX) && names_a_queue(m[1]))
        swap(m + VMSG_HEADER_SIZE, 4);
}

static void spoil_bus(const struct vmsg_driver *drv, uint8_t *m)
{
    bool pong = m[1] == VMSG_ID_PING && m[0] & VMSG_TYPE_RESPONSE;

    if (faulty(drv, VMSG_DRIVER_FAULT_BUS_RESERVED_BITS))
        m[0] |= 0x80;
    if (faulty(drv, VMSG_DRIVER_FAULT_BUS_DEV_NUM))
        m[2] = 1;
    if (faulty(drv, VMSG_DRIVER_FAULT_PING_CHANGED) && pong)
        m[VMSG_HEADER_SIZE] ^= 1;
    if (faulty(drv, VMSG_DRIVER_FAULT_PING_AS_REQUEST) && pong)
        m[0] &= (uint8_t)~VMSG_TYPE_RESPONSE;
}

/* Bytes to send in place of `len`: cut off, or with `*fill` behind. */
static size_t length_of(const struct vmsg_driver *drv, const uint8_t *m, size_t len, uint8_t *fill)
{
    bool bus = m[0] & VMSG_TYPE_BUS;

    *fill = 0;
    if (faulty(drv, VMSG_DRIVER_FAULT_PING_CUT) && bus && m[1] == VMSG_ID_PING)
        return VMSG_HEADER_SIZE;
    if (faulty(drv, VMSG_DRIVER_FAULT_SETS_FEATURES_CUT) && !bus &&
        m[1] == VMSG_ID_SET_DRIVER_FEATURES)
        return VMSG_HEADER_SIZE + 8;
    if (drv->quirks >> VMSG_DRIVER_QUIRK_ZERO_PADDING & 1 && len + 7 < drv->host.max_msg_size)
        return (len + 7) & ~(size_t)7;
    *fill = 0xA5;
    if (faulty(drv, VMSG_DRIVER_FAULT_PADS_WITH_RUBBISH) && !bus &&
        m[1] == VMSG_ID_SET_DEVICE_STATUS)
        return len + 4;
    if (faulty(drv, VMSG_DRIVER_FAULT_INFO_WITH_PAYLOAD) && !bus && m[1] == VMSG_ID_GET_DEVICE_INFO)
        return len + 4;
    return len;
}

void driver_emit(struct vmsg_driver *drv, const uint8_t *message, size_t len)
{
    uint8_t m[20 + DRIVER_CONFIG + PADDING_MOST], fill;
    size_t wanted = length_of(drv, message, len, &fill);

    memcpy(m, message, len);
    if (wanted > len)
        memset(m + len, fill, wanted - len);
    if (wanted != len)
        vmsg_put_le16(m + 6, (uint16_t)wanted);
    if (m[0] & VMSG_TYPE_BUS)
        spoil_bus(drv, m);
    else
        spoil_transport(drv, m, wanted);
    drv->host.send(drv->host.ctx, m, wanted);
}

void driver_emit_odd(struct vmsg_driver *drv, uint8_t type, uint8_t msg_id, uint16_t dev_num)
{
    uint8_t m[VMSG_HEADER_SIZE] = {type, msg_id};

    vmsg_put_le16(m + 2, dev_num);
    vmsg_put_le16(m + 6, VMSG_HEADER_SIZE);
    driver_emit(drv, m, sizeof m);
}
