/*
 * The shape of a response: all its defined fields, and after them nothing but zero padding. Spec:
 * "Common Message Format", and the definition of each message.
 */
#include "harness/oracle/internal.h"

void blame_cut_off(struct vmsg_oracle *o, enum vmsg_clause_no clause, uint16_t dev_num,
                   const char *what, const struct vmsg *m)
{
    if (m->defect == VMSG_SHORT_PAYLOAD)
        blame(o, clause, dev_num,
              "%s%s is cut off: its payload has %u bytes, and its fields take %u", what,
              message_name(m), m->payload_len, m->layout->fixed_size);
    else
        blame(o, clause, dev_num,
              "%s%s is cut off: %u payload bytes do not hold what its fields announce", what,
              message_name(m), m->payload_len);
}

bool judge_shape(struct vmsg_oracle *o, struct device *d, const struct request *r,
                 const struct vmsg *m)
{
    const uint8_t *extra = m->payload + m->payload_len - m->extra;

    if (m->defect == VMSG_SHORT_TAIL && m->msg_id == VMSG_ID_SET_CONFIG && !r->bus)
        return true; /* the echo is missing: judge_set_config says so */
    if (m->defect == VMSG_SHORT_TAIL && r->bus)
        return true; /* the bitmap's size has a clause */
    if (m->defect == VMSG_SHORT_TAIL && m->msg_id == VMSG_ID_GET_DEVICE_FEATURES &&
        VMSG_HEADER_SIZE + 8 + 4 * r->f[VMSG_GET_DEVICE_FEATURES_REQ_num_blocks] >
            o->config.max_msg_size)
        return true; /* more blocks than fit a message: what comes is undefined */
    if (m->defect == VMSG_SHORT_PAYLOAD || m->defect == VMSG_SHORT_TAIL) {
        blame_cut_off(o, r->bus ? VMSG_BUS_BUS_MESSAGES_2 : VMSG_DEV_MANDATORY_1, r->dev_num,
                      "the response to ", m);
        return false;
    }
    if (r->bus || (m->msg_id == VMSG_ID_SET_CONFIG && m->extra))
        return true; /* their own clauses say what may follow */
    if (m->layout && !m->layout->fixed_size && !m->layout->tail) {
        if (m->extra && !all_zero(extra, m->extra))
            blame(o, VMSG_DEV_PROSE_EMPTY_RESPONSE, d->num,
                  "the response to %s carries %u payload bytes; it has none", message_name(m),
                  m->extra);
        else
            exercise(o, VMSG_DEV_PROSE_EMPTY_RESPONSE);
        if (m->extra)
            judge_padding(o, d, m);
        return true;
    }
    judge_padding(o, d, m);
    return true;
}
