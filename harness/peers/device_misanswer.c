/*
 * Faults that react to messages which must be discarded in silence ("Error Signaling", "Message
 * Ordering"). Without one of these faults nothing here sends or changes anything.
 */
#include "harness/peers/refdev.h"

#include <string.h>

/* A response to whatever it was, header only. */
static void answer_bare(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    struct vmsg_header h = {
        .type = (uint8_t)(VMSG_TYPE_RESPONSE | (m->type & VMSG_TYPE_BUS)),
        .msg_id = m->msg_id,
        .dev_num = m->dev_num,
        .token = m->token,
    };

    vmsg_endpoint_send_bare(ep, &h, 0);
}

/* Decode again as if the message were a whole request followed by zeros; serve what only reads. */
static void serve_mended(struct vmsg_endpoint *ep, struct vmsg_refdev *d, const struct vmsg *m)
{
    uint8_t bytes[VMSG_MAX_SIZE_DEFAULT] = {0};
    size_t len = m->delivered < sizeof bytes ? m->delivered : sizeof bytes;
    struct vmsg mended;

    memcpy(bytes, m->bytes, len);
    bytes[0] &= (uint8_t)~VMSG_TYPE_RESPONSE;
    vmsg_put_le16(bytes + 6, sizeof bytes);
    vmsg_decode(&mended, bytes, sizeof bytes);
    if (mended.defect != VMSG_WELL_FORMED)
        return;
    if (vmsg_is_bus(m))
        vmsg_endpoint_bus_message(ep, &mended);
    else if (vmsg_refdev_is_get(m->msg_id))
        vmsg_refdev_receive(d, &mended);
}

static void misanswer_bus(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    if (m->defect == VMSG_UNKNOWN_ID && !vmsg_is_event(m) && !vmsg_is_response(m) &&
        vmsg_faulty(ep, VMSG_FAULT_BUS_ANSWERS_UNKNOWN))
        answer_bare(ep, m);
    if (m->defect == VMSG_SHORT_PAYLOAD && m->msg_id == VMSG_ID_PING && !vmsg_is_response(m) &&
        vmsg_faulty(ep, VMSG_FAULT_BUS_ANSWERS_SHORT))
        serve_mended(ep, NULL, m);
}

/* A request or an event whose id is not defined, otherwise in order. */
static void misanswer_unknown(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    bool event = vmsg_is_event(m);
    bool future = m->msg_id > VMSG_ID_GET_SHM;

    if (vmsg_is_response(m))
        return;
    if ((!event && vmsg_faulty(ep, VMSG_FAULT_ANSWERS_UNKNOWN_ID)) ||
        (!event && future && vmsg_faulty(ep, VMSG_FAULT_ANSWERS_FUTURE_IDS)) ||
        (event && vmsg_faulty(ep, VMSG_FAULT_ANSWERS_UNKNOWN_EVENT)))
        answer_bare(ep, m);
}

void vmsg_endpoint_misanswer(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    struct vmsg_refdev *d;

    if (m->delivered < VMSG_HEADER_SIZE)
        return;
    if (vmsg_is_bus(m)) {
        misanswer_bus(ep, m);
        return;
    }
    d = vmsg_endpoint_find(ep, m->dev_num);
    if (!d)
        return;
    if (m->defect == VMSG_UNKNOWN_ID)
        misanswer_unknown(ep, m);
    if (m->defect == VMSG_WELL_FORMED && vmsg_is_response(m) &&
        vmsg_faulty(ep, VMSG_FAULT_ANSWERS_RESPONSES))
        serve_mended(ep, d, m);
    if (m->defect == VMSG_SHORT_PAYLOAD && !vmsg_is_response(m) &&
        vmsg_faulty(ep, VMSG_FAULT_ANSWERS_SHORT))
        serve_mended(ep, d, m);
    if (m->defect == VMSG_SIZE_BEYOND && !vmsg_is_response(m) &&
        vmsg_faulty(ep, VMSG_FAULT_ANSWERS_LYING_SIZE))
        serve_mended(ep, d, m);
    if (m->defect == VMSG_WELL_FORMED || m->defect == VMSG_IMPLEMENTATION_ID)
        return;
    if (vmsg_faulty(ep, VMSG_FAULT_MALFORMED_CAUSES_EVENT))
        vmsg_refdev_event_config(d, 0, 0, false);
    if (vmsg_faulty(ep, VMSG_FAULT_MALFORMED_RESETS))
        vmsg_refdev_reset(d);
}
