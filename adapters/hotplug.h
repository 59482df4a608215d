/*
 * EVENT_DEVICE, for adapters behind which devices come and go by other means than this message.
 */
#ifndef VMSG_HOTPLUG_H
#define VMSG_HOTPLUG_H

#include "harness/wire/wire.h"

/* Is it a well-formed one? Which device, and is it there then? */
static inline bool vmsg_hotplug_read(const void *msg, size_t len, uint16_t *dev_num, bool *there)
{
    const uint8_t *bytes = msg;
    uint16_t state;
    if (len != VMSG_HEADER_SIZE + 4 || bytes[0] != VMSG_TYPE_BUS ||
        bytes[1] != VMSG_ID_EVENT_DEVICE || vmsg_le16(bytes + 2) || vmsg_le16(bytes + 6) != len)
        return false;
    *dev_num = vmsg_le16(bytes + 8);
    state = vmsg_le16(bytes + 10);
    *there = state == VMSG_DEVICE_ADDED;
    return *there || state == VMSG_DEVICE_REMOVED;
}

#endif
