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

/* With the same token, addressed to another number, which need not exist. */
static struct request *of_other_device(struct vmsg_oracle *o, const struct vmsg *m)
{
    for (unsigned i = 0; i < 8 && i < o->recent_devs_at; i++) {
        struct request *r = request_match_as(o, m, o->recent_devs[i], m->token);

        if (r && (r->due != DUE_SILENCE || r->blame[0] == VMSG_DEV_HEADER_3))
            return r;
    }
    return NULL;
}

/* ---- tokens ---- */

static void blame_token(struct vmsg_oracle *o, uint16_t dev, uint16_t came, uint16_t asked)
{
    blame(o, VMSG_DEV_HEADER_6, dev, "a response carries token %u, the request had %u", came,
          asked);
}

static void blame_swapped(struct vmsg_oracle *o, uint16_t dev, uint16_t came, uint16_t asked)
{
    blame(o, VMSG_DEV_ENDIANNESS_1, dev,
          "token 0x%04x came for 0x%04x: the header is not little-endian", came, asked);
}

void settle_swapped_token(struct vmsg_oracle *o)
{
    uint32_t index = o->index;

    if (!o->token_doubted)
        return;
    o->index = o->doubt_index;
    (o->token_swapped ? blame_swapped : blame_token)(o, o->doubt_dev, o->doubt_token,
                                                     o->doubt_asked);
    o->index = index;
    o->token_doubted = false;
}

/* The other byte order, or simply wrong? One token may look swapped by chance, two do not. */
static void wrong_token(struct vmsg_oracle *o, const struct vmsg *m, const struct request *r)
{
    bool swapped = swap16(m->token) == r->token && !o->token_unlike;

    if (swapped && o->size_swapped)
        return; /* one mistake, one finding */
    if (!swapped) {
        o->token_unlike = true;
        settle_swapped_token(o);
        blame_token(o, m->dev_num, m->token, r->token);
    } else if (o->token_swapped || o->token_doubted) {
        o->token_swapped = true;
        settle_swapped_token(o);
        blame_swapped(o, m->dev_num, m->token, r->token);
    } else {
        o->token_doubted = true;
        o->doubt_dev = m->dev_num;
        o->doubt_token = m->token;
        o->doubt_asked = r->token;
        o->doubt_index = o->index;
    }
}

static struct request *of_swapped_token(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct request *r = request_match_as(o, m, m->dev_num, swap16(m->token));

    return r && r->due == DUE_ANSWER && !r->overtaken ? r : NULL;
}

/* The request that a response with a wrong token answers. */
static struct request *of_other_token(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct request *r = of_swapped_token(o, m);

    return r ? r : request_oldest(o, find_device(o, m->dev_num), m->msg_id);
}

static bool big_endian_header(struct vmsg_oracle *o, const struct vmsg *m)
{
    uint16_t dev = swap16(m->dev_num), token = swap16(m->token);
    struct request *r = NULL;

    if (dev != m->dev_num)
        r = answerable(request_match_as(o, m, dev, m->token));
    if (!r && dev != m->dev_num)
        r = answerable(request_match_as(o, m, dev, token));
    if (!r)
        return false;
    blame(o, VMSG_DEV_ENDIANNESS_1, r->dev_num,
          "dev_num 0x%04x and token 0x%04x came for 0x%04x and 0x%04x: the header is not "
          "little-endian",
          m->dev_num, m->token, r->dev_num, r->token);
    drop_request(o, r, m);
    return true;
}

static bool other_request(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct device *d = vmsg_is_bus(m) ? NULL : find_device(o, m->dev_num);
    struct request *first = d ? request_first_due(o, d) : NULL, *r;

    /* In its turn by its id: then the token is wrong, and not the id. */
    if (!(first && first->msg_id == m->msg_id) && (r = request_match_any_id(o, m))) {
        blame(o, VMSG_ANY_PROSE_RESPONSE_TYPE, m->dev_num,
              "the response to %s (message %u) carries msg_id 0x%02x", request_name(r), r->index,
              m->msg_id);
    } else if (vmsg_is_bus(m)) {
        return false; /* number and token do not matter, and were disregarded already */
    } else if (big_endian_header(o, m)) {
        return true;
    } else if ((o->token_swapped || o->token_doubted) && (r = of_swapped_token(o, m))) {
        wrong_token(o, m, r);
    } else if ((r = of_other_device(o, m))) {
        if (r->due == DUE_SILENCE) {
            if (!answers_other_token(o, r, m))
                answered(o, r, m);
            return true;
        }
        blame(o, VMSG_DEV_HEADER_3, r->dev_num,
              "the response to a request for device %u carries dev_num %u", r->dev_num, m->dev_num);
    } else if ((r = of_other_token(o, m))) {
        wrong_token(o, m, r);
    } else {
        return false;
    }
    drop_request(o, r, m);
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

static uint64_t hash_answer(const struct vmsg *m)
{
    return hash_bytes(m->bytes, m->delivered) | 1;
}

void remember_answer(struct vmsg_oracle *o, const struct request *r, const struct vmsg *m)
{
    struct device *d = request_device(o, r);

    d->last_answer = d->n_outstanding > 1 ? hash_answer(m) : 0;
}

/*
 * Outstanding requests may share their token, and a device that answers twice answers the next of
 * them, too, so to speak. In order, that one's turn has not come.
 */
bool judge_repeated(struct vmsg_oracle *o, const struct request *r, const struct vmsg *m)
{
    struct device *d = request_device(o, r);
    const struct request *first;

    if (r->bus || r->overtaken || !d->last_answer)
        return false;
    first = request_first_due(o, d);
    /* Before r only what may be discarded in silence: its turn may have come. */
    if (!first || first->serial >= r->serial || d->last_answer != hash_answer(m))
        return false;
    blame(o, VMSG_DEV_ORDERING_2, m->dev_num,
          "a second response to %s with token %u; a request gets exactly one", message_name(m),
          m->token);
    return true;
}

/* Of a device that gets tokens wrong, the token says nothing. */
static bool wrong_tokens_about(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct device *d = vmsg_is_bus(m) ? NULL : find_device(o, m->dev_num);

    return o->token_unlike && d && request_oldest(o, d, m->msg_id);
}

bool answers_other_token(struct vmsg_oracle *o, const struct request *r, const struct vmsg *m)
{
    struct device *d = vmsg_is_bus(m) ? NULL : find_device(o, m->dev_num);
    struct request *other;

    if (!o->token_unlike || !d || r->due != DUE_SILENCE)
        return false;
    other = request_oldest(o, d, m->msg_id);
    if (!other || other->due != DUE_ANSWER)
        return false;
    wrong_token(o, m, other);
    drop_request(o, other, m);
    return true;
}

void judge_unmatched(struct vmsg_oracle *o, const struct vmsg *m)
{
    bool bus = vmsg_is_bus(m);
    enum vmsg_clause_no once = bus ? VMSG_BUS_BUS_MESSAGES_2 : VMSG_DEV_ORDERING_2;

    if (bus && o->bus_let_go)
        return;
    if (!wrong_tokens_about(o, m) && was_answered(o, bus, m->dev_num, m->token, m->msg_id)) {
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
