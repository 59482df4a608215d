/*
 * Who answers what, and when. Spec: "Message Ordering", "Error Signaling", the token rules of
 * "Common Message Format", and the list of mandatory messages.
 * What stays unanswered: silence.c.
 */
#include "harness/oracle/internal.h"

#include <string.h>

const char *message_name(const struct vmsg *m)
{
    return m->def ? m->def->name : "message";
}

const char *request_name(const struct request *r)
{
    const struct vmsg_def *def =
        vmsg_def_by_id(r->bus ? VMSG_NS_BUS : VMSG_NS_TRANSPORT, r->msg_id);

    return def ? def->name : "message";
}

uint32_t request_id_bit(uint8_t msg_id)
{
    return msg_id < 32 ? 1u << msg_id : 0;
}

/* ---- sending ---- */

static void remember_payload(struct request *r, const struct vmsg *m)
{
    memcpy(r->f, m->f, sizeof r->f);
    r->hash = hash_bytes(m->payload, m->payload_len) ^ m->msg_id;
    r->tail_len = m->tail_len;
    r->has_tail = m->tail && m->tail_len <= TAIL_KEPT && m->defect == VMSG_WELL_FORMED;
    if (r->has_tail)
        memcpy(r->tail, m->tail, m->tail_len);
    if (m->msg_id == VMSG_ID_SET_CONFIG && m->tail)
        r->tail_hash = hash_bytes(m->tail, m->tail_len);
}

/* The status that a SET_DEVICE_STATUS to be discarded asks for, as far as its bytes came; else 0.
 */
static uint32_t discarded_status(const struct request *r, const struct vmsg *m)
{
    uint32_t status = 0;

    if (r->bus || r->msg_id != VMSG_ID_SET_DEVICE_STATUS)
        return 0;
    for (uint32_t i = VMSG_HEADER_SIZE; i < m->delivered && i < VMSG_HEADER_SIZE + 4; i++)
        status |= (uint32_t)m->bytes[i] << 8 * (i - VMSG_HEADER_SIZE);
    return status;
}

static void count_sent(struct vmsg_oracle *o, struct device *d, const struct request *r,
                       const struct vmsg *m)
{
    if (r->due == DUE_ANSWER)
        o->due++;
    if (r->due == DUE_SILENCE) {
        d->discarded_at = r->serial;
        d->discarded_status = discarded_status(r, m);
    }
    if (r->malformed)
        d->malformed_at = r->serial;
    if (!r->readable)
        o->short_messages++;
    if (!r->bus &&
        (!o->recent_devs_at || o->recent_devs[(o->recent_devs_at - 1) % 8] != r->dev_num))
        o->recent_devs[o->recent_devs_at++ % 8] = r->dev_num;
}

void sent_to_device(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct device *d = vmsg_is_bus(m) ? &o->bus : get_device(o, m->dev_num);
    struct request *r;

    if (!d || (m->delivered >= VMSG_HEADER_SIZE && vmsg_is_bus(m) && vmsg_is_response(m)))
        return; /* a bus response answers a request of the SUT's own */
    if (m->defect == VMSG_WELL_FORMED && m->def->kind == VMSG_KIND_EVENT &&
        m->def->initiator == VMSG_SIDE_DRIVER) {
        d->config.io_since_shadow = true;
        d->kicked_at = o->serial;
        return;
    }
    r = request_add(o, d, m);
    if (!r)
        return;
    remember_payload(r, m);
    classify(o, d, m, r);
    count_sent(o, d, r, m);
    limit_outstanding(o, r);
}

/* ---- answers ---- */

static void judge_payload(struct vmsg_oracle *o, struct device *d, const struct request *r,
                          const struct vmsg *m)
{
    switch (r->bus ? 0x100 | r->msg_id : r->msg_id) {
    case VMSG_ID_GET_DEVICE_INFO:
        judge_info(o, d, r, m);
        break;
    case VMSG_ID_GET_DEVICE_FEATURES:
        judge_get_features(o, d, r, m);
        break;
    case VMSG_ID_SET_DRIVER_FEATURES:
        judge_set_features(o, d, r, m);
        break;
    case VMSG_ID_GET_CONFIG:
        judge_get_config(o, d, r, m);
        break;
    case VMSG_ID_SET_CONFIG:
        judge_set_config(o, d, r, m);
        break;
    case VMSG_ID_GET_DEVICE_STATUS:
        judge_get_status(o, d, r, m);
        break;
    case VMSG_ID_SET_DEVICE_STATUS:
        judge_set_status(o, d, r, m);
        break;
    case VMSG_ID_GET_VQUEUE:
        judge_get_vqueue(o, d, r, m);
        break;
    case VMSG_ID_SET_VQUEUE:
        judge_set_vqueue(o, d, r, m);
        break;
    case VMSG_ID_RESET_VQUEUE:
        judge_reset_vqueue(o, d, r, m);
        break;
    case VMSG_ID_GET_SHM:
        judge_get_shm(o, d, r, m);
        break;
    case 0x100 | VMSG_ID_GET_DEVICES:
        judge_get_devices(o, r, m);
        break;
    case 0x100 | VMSG_ID_PING:
        judge_ping(o, r, m);
        break;
    default:
        break;
    }
}

static void count_answer(struct vmsg_oracle *o, struct device *d, const struct request *r)
{
    if (r->n_blame)
        exercise(o, r->blame[0]);
    exercise(o, VMSG_ANY_PROSE_RESPONSE_TYPE);
    if (r->bus)
        return;
    exercise(o, VMSG_DEV_ENDIANNESS_1);
    if (r->piped)
        exercise(o, VMSG_DEV_ORDERING_1);
    exercise(o, VMSG_DEV_ORDERING_2);
    exercise(o, VMSG_DEV_HEADER_3);
    if (r->token)
        exercise(o, VMSG_DEV_HEADER_6);
    if (r->due == DUE_ANSWER)
        exercise(o, VMSG_DEV_MANDATORY_1);
    d->answered_ids |= request_id_bit(r->msg_id);
}

static void close_request(struct vmsg_oracle *o, struct device *d, struct request *r)
{
    if (r->serial > d->answered_at)
        d->answered_at = r->serial;
    if (r->serial > o->answered_at)
        o->answered_at = r->serial;
    request_remove(o, r);
}

void drop_request(struct vmsg_oracle *o, struct request *r, const struct vmsg *m)
{
    struct device *d = request_device(o, r);

    if (!r->overtaken)
        pass_earlier(o, d, r);
    if (!r->bus)
        d->answered_ids |= request_id_bit(r->msg_id);
    forget_effects(o, d, r);
    if (r->token == m->token && r->dev_num == m->dev_num)
        remember_answered(o, r);
    close_request(o, d, r);
}

static const char *why_silence(const struct request *r)
{
    switch (r->blame[0]) {
    case VMSG_DEV_HEADER_3:
        return "addresses a device number that does not exist";
    case VMSG_BUS_EVENT_DEVICE_3:
        return "addresses a device that was removed";
    default:
        return r->malformed ? "is malformed" : "is not supported by revision 1 in this direction";
    }
}

/* For a number that does not exist some other device answered, and did what was asked, maybe. */
static void forget_recent(struct vmsg_oracle *o, const struct request *r)
{
    for (unsigned i = 0; i < 8 && i < o->recent_devs_at; i++) {
        struct device *d = find_device(o, o->recent_devs[i]);

        if (d && d->num != r->dev_num)
            forget_effects(o, d, r);
    }
}

static void answered_though_silent(struct vmsg_oracle *o, struct device *d, const struct request *r)
{
    bool known = vmsg_def_by_id(r->bus ? VMSG_NS_BUS : VMSG_NS_TRANSPORT, r->msg_id);

    for (unsigned i = 0; i < r->n_blame; i++)
        if (known)
            blame(o, r->blame[i], r->dev_num, "%s (message %u) %s, but was answered",
                  request_name(r), r->index, why_silence(r));
        else
            blame(o, r->blame[i], r->dev_num, "msg_id 0x%02x (message %u) %s, but was answered",
                  r->msg_id, r->index, why_silence(r));
    forget_effects(o, d, r);
    if (r->blame[0] == VMSG_DEV_HEADER_3)
        forget_recent(o, r);
}

/* In its turn: the payload counts. */
static void answered_in_order(struct vmsg_oracle *o, struct device *d, struct request *r,
                              const struct vmsg *m)
{
    pass_earlier(o, d, r);
    count_answer(o, d, r);
    if (!r->bus)
        token_answered(o, d, r);
    if (r->msg_id & VMSG_ID_IMPLEMENTATION || !judge_shape(o, d, r, m) || r->doubtful)
        forget_effects(o, d, r);
    else if (d->gone)
        forget_life(o, d); /* it may have been another one that answered the last time */
    else
        judge_payload(o, d, r, m);
    if (!r->bus)
        events_answered(o, d, r);
}

void answered(struct vmsg_oracle *o, struct request *r, const struct vmsg *m)
{
    struct device *d = request_device(o, r);

    if (r->due == DUE_SILENCE) {
        answered_though_silent(o, d, r);
    } else if (!r->overtaken) {
        remember_answer(o, r, m);
        answered_in_order(o, d, r, m);
    } else {
        if (r->due == DUE_ANSWER)
            blame(o, VMSG_DEV_ORDERING_1, d->num,
                  "%s (message %u) was answered after a later request; requests are processed in "
                  "receive order",
                  request_name(r), r->index);
        if (r->due == DUE_ANSWER)
            d->answered_ids |= request_id_bit(r->msg_id);
        forget_effects(o, d, r);
    }
    remember_answered(o, r);
    close_request(o, d, r);
}

/* ---- what is no response ---- */

static void cut_event(struct vmsg_oracle *o, const struct vmsg *m)
{
    enum vmsg_clause_no clause = vmsg_is_bus(m)                    ? VMSG_BUS_BUS_MESSAGES_2
                                 : m->msg_id == VMSG_ID_EVENT_USED ? VMSG_DEV_DEVICE_NOTIFICATIONS_1
                                                                   : VMSG_DEV_PROFILES_2;

    blame_cut_off(o, clause, m->dev_num, "", m);
}

static void judge_event(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct device *d;

    if (m->defect == VMSG_SHORT_PAYLOAD) {
        cut_event(o, m);
        return;
    }
    if (vmsg_is_bus(m)) {
        judge_event_device(o, m);
        return;
    }
    d = get_device(o, m->dev_num);
    if (!d || d->removed || d->gone)
        return; /* hotplug events and others are not ordered among each other */
    if (!device_exists(o, d)) {
        blame(o, VMSG_DEV_HEADER_3, m->dev_num, "%s came from device %u, which does not exist",
              m->def->name, m->dev_num);
        event_of_nobody(o, m);
        return;
    }
    if (m->msg_id == VMSG_ID_EVENT_CONFIG)
        judge_event_config(o, d, m);
    else
        judge_event_used(o, d, m);
}

static void initiated(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct request *r;

    if (m->def->initiator == VMSG_SIDE_EITHER)
        return; /* a PING of the SUT's own; a response to ours would have the bit */
    r = m->def->kind == VMSG_KIND_EXCHANGE ? request_match(o, m) : NULL;
    if (r && r->due != DUE_SILENCE) {
        blame(o, VMSG_ANY_PROSE_RESPONSE_TYPE, m->dev_num,
              "the response to %s (message %u) came without the response bit", request_name(r),
              r->index);
        drop_request(o, r, m);
        return;
    }
    blame(o, VMSG_ANY_PROSE_INITIATING_SIDE, m->dev_num,
          "%s was sent by the device side; only the driver side starts it", m->def->name);
}

/*
 * This project's form of a transport-visible failure (SUT contract, 2): it completes the request
 * that it names instead of a response ("Error Signaling").
 */
static void request_failed(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct vmsg named = {.msg_id = (uint8_t)m->f[VMSG_REQUEST_FAILED_REQ_msg_id]};
    struct request *r = request_match_as(o, &named, (uint16_t)m->f[VMSG_REQUEST_FAILED_REQ_dev_num],
                                         (uint16_t)m->f[VMSG_REQUEST_FAILED_REQ_token]);

    if (!r)
        return;
    request_forgive(o, r);
    forget_effects(o, request_device(o, r), r);
}

/* An answer that is wrong in itself may also be an answer where silence was due. */
static void not_judged(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct request *r;

    if (m->delivered < VMSG_HEADER_SIZE)
        return;
    if (vmsg_is_response(m)) {
        r = request_match(o, m);
        if (r)
            answered(o, r, m);
    } else if (vmsg_is_bus(m) && m->msg_id == VMSG_ID_REQUEST_FAILED &&
               m->defect == VMSG_WELL_FORMED) {
        request_failed(o, m);
    }
}

void came_from_device(struct vmsg_oracle *o, struct vmsg *m)
{
    struct request *r;

    if (!judge_header(o, m)) {
        not_judged(o, m);
    } else if (vmsg_is_response(m)) {
        r = request_match(o, m);
        if (!r)
            judge_unmatched(o, m);
        else if (!judge_repeated(o, r, m) && !answers_other_token(o, r, m))
            answered(o, r, m);
    } else if (vmsg_is_event(m) && m->def->initiator == VMSG_SIDE_DEVICE) {
        exercise(o, VMSG_ANY_PROSE_INITIATING_SIDE);
        judge_event(o, m);
    } else {
        initiated(o, m);
    }
}
