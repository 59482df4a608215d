/* One reference device: which message goes to which handler. */
#include "harness/peers/refdev.h"

#include <stdlib.h>

/* The faults "no-get-device-info" ... "no-get-shm" stand in the order of the message ids. */
_Static_assert(VMSG_FAULT_NO_GET_SHM - VMSG_FAULT_NO_GET_DEVICE_INFO ==
                   VMSG_ID_GET_SHM - VMSG_ID_GET_DEVICE_INFO,
               "one no-... fault per mandatory message, in order");

static bool unknown_by_fault(const struct vmsg_refdev *d, uint8_t msg_id)
{
    int fault = VMSG_FAULT_NO_GET_DEVICE_INFO + (int)msg_id - VMSG_ID_GET_DEVICE_INFO;

    return !(msg_id & VMSG_ID_EVENT) && vmsg_faulty(d->ep, (enum vmsg_fault_no)fault);
}

bool vmsg_refdev_is_get(uint8_t msg_id)
{
    return msg_id == VMSG_ID_GET_DEVICE_INFO || msg_id == VMSG_ID_GET_DEVICE_FEATURES ||
           msg_id == VMSG_ID_GET_CONFIG || msg_id == VMSG_ID_GET_DEVICE_STATUS ||
           msg_id == VMSG_ID_GET_VQUEUE || msg_id == VMSG_ID_GET_SHM;
}

/* Faults that drop whole requests. */
static bool dropped_by_fault(const struct vmsg_refdev *d, const struct vmsg *m)
{
    struct vmsg_endpoint *ep = d->ep;
    bool repeated = ep->has_last_token && ep->last_token == m->token;

    ep->last_token = m->token;
    ep->has_last_token = true;
    if (vmsg_faulty(ep, VMSG_FAULT_DROPS_RESERVED_TYPE_BITS) && m->type & VMSG_TYPE_RESERVED)
        return true;
    if (vmsg_faulty(ep, VMSG_FAULT_REFUSES_HIGH_TYPE_BIT) && m->type & 0x80)
        return true;
    if (vmsg_faulty(ep, VMSG_FAULT_DROPS_TOKEN_ZERO) && m->token == 0)
        return true;
    if (vmsg_faulty(ep, VMSG_FAULT_DROPS_REPEATED_TOKEN) && repeated)
        return true;
    if (vmsg_faulty(ep, VMSG_FAULT_DROPS_EVERY_SECOND) && m->msg_id == VMSG_ID_GET_CONFIG &&
        ep->reads++ % 2)
        return true;
    return unknown_by_fault(d, m->msg_id);
}

void vmsg_refdev_receive(struct vmsg_refdev *d, const struct vmsg *m)
{
    if (m->msg_id != VMSG_ID_GET_DEVICE_STATUS)
        d->status_before_reset = 0;
    if (!vmsg_is_event(m) && dropped_by_fault(d, m))
        return;
    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_INFO:
        vmsg_refdev_get_device_info(d, m);
        return;
    case VMSG_ID_GET_DEVICE_FEATURES:
        vmsg_refdev_get_device_features(d, m);
        return;
    case VMSG_ID_SET_DRIVER_FEATURES:
        vmsg_refdev_set_driver_features(d, m);
        return;
    case VMSG_ID_GET_CONFIG:
        vmsg_refdev_get_config(d, m);
        return;
    case VMSG_ID_SET_CONFIG:
        vmsg_refdev_set_config(d, m);
        return;
    case VMSG_ID_GET_DEVICE_STATUS:
        vmsg_refdev_get_status(d, m);
        return;
    case VMSG_ID_SET_DEVICE_STATUS:
        vmsg_refdev_set_status(d, m);
        return;
    case VMSG_ID_GET_VQUEUE:
        vmsg_refdev_get_vqueue(d, m);
        return;
    case VMSG_ID_SET_VQUEUE:
        vmsg_refdev_set_vqueue(d, m);
        return;
    case VMSG_ID_RESET_VQUEUE:
        vmsg_refdev_reset_vqueue(d, m);
        return;
    case VMSG_ID_GET_SHM:
        vmsg_refdev_get_shm(d, m);
        return;
    case VMSG_ID_EVENT_AVAIL:
        vmsg_refdev_event_avail(d, m);
        return;
    }
    /* EVENT_CONFIG and EVENT_USED are the device's own to send: unsupported here. */
}

void vmsg_refdev_clear(struct vmsg_refdev *d)
{
    vmsg_queue_table_clear(&d->queues);
    free(d->config);
    free(d->storage);
    d->config = d->storage = NULL;
}
