/*
 * A response that answers no request as it stands: what is wrong with it. Spec: the token and
 * dev_num rules of "Common Message Format", "Endianness", "Message Ordering".
 */
#include "harness/oracle/internal.h"

static uint16_t swap16(uint16_t v)
{
    return (uint16_t)(v << 8 | v >> 8);
}

/* Of those that may be answered: an answer where silence is due was matched as it stands. */
static struct request *answerable(struct request *r)
{
    return r && r->due != DUE_SILENCE ? r : NULL;
}

static struct request *of_other_device(struct vmsg_oracle *o, const struct vmsg *m)
{
    for (unsigned i = 0; i < 8 && i < o->recent_devs_at; i++) {
        struct request *r = answerable(request_match_as(o, m, o->recent_devs[i], m->token));

        if (r)
            return r;
    }
    return NULL;
}

static bool big_endian_header(struct vmsg_oracle *o, const struct vmsg *m)
{
    uint16_t dev = swap16(m->dev_num), token = swap16(m->token);
    struct request *r = NULL;

    if (dev != m->dev_num)
        r = answerable(request_match_as(o, m, dev, m->token));
    if (!r && dev != m->dev_num)
        r = answerable(request_match_as(o, m, dev, token));
    if (!r && token != m->token)
        r = answerable(request_match_as(o, m, m->dev_num, token));
    if (!r)
        return false;
    blame(o, VMSG_DEV_ENDIANNESS_1, r->dev_num,
          "dev_num 0x%04x and token 0x%04x came for 0x%04x and 0x%04x: the header is not "
          "little-endian",
          m->dev_num, m->token, r->dev_num, r->token);
    drop_request(o, r);
    return true;
}

static bool other_request(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct request *r;

    if ((r = request_match_any_id(o, m))) {
        blame(o, VMSG_ANY_PROSE_RESPONSE_TYPE, m->dev_num,
              "the response to %s (message %u) carries msg_id 0x%02x", request_name(r), r->index,
              m->msg_id);
    } else if (vmsg_is_bus(m)) {
        return false; /* number and token do not matter, and were disregarded already */
    } else if (big_endian_header(o, m)) {
        return true;
    } else if ((r = of_other_device(o, m))) {
        blame(o, VMSG_DEV_HEADER_3, r->dev_num,
              "the response to a request for device %u carries dev_num %u", r->dev_num, m->dev_num);
    } else if ((r = request_oldest(o, find_device(o, m->dev_num), m->msg_id))) {
        blame(o, VMSG_DEV_HEADER_6, m->dev_num,
              "the response to %s carries token %u, the request had %u", message_name(m), m->token,
              r->token);
    } else {
        return false;
    }
    drop_request(o, r);
    return true;
}

static bool of_unreadable(struct vmsg_oracle *o, const struct vmsg *m)
{
    if (!o->short_messages)
        return false;
    o->short_messages--;
    blame(o, VMSG_DEV_ERROR_SIGNALING_1, m->dev_num,
          "a message shorter than its header was answered; malformed messages are discarded");
    blame(o, VMSG_DEV_ORDERING_3, m->dev_num,
          "a message shorter than its header was answered; malformed requests get no response");
    return true;
}

void judge_unmatched(struct vmsg_oracle *o, const struct vmsg *m)
{
    bool bus = vmsg_is_bus(m);
    enum vmsg_clause_no once = bus ? VMSG_BUS_BUS_MESSAGES_2 : VMSG_DEV_ORDERING_2;

    if (was_answered(o, bus, m->dev_num, m->token, m->msg_id)) {
        blame(o, once, m->dev_num,
              "a second response to %s with token %u; a request gets exactly one", message_name(m),
              m->token);
        return;
    }
    if (other_request(o, m) || of_unreadable(o, m))
        return;
    /* A recording may begin, and a flood may be dropped, between a request and its response. */
    if (!o->answered_at || o->lost_track)
        return;
    blame(o, once, m->dev_num, "a response to %s with token %u came that nothing asked for",
          message_name(m), m->token);
}
