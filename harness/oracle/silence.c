/*
 * What stays unanswered, and what that says. Spec: "Message Ordering", "Error Signaling".
 *
 * Requests of a device are processed in order, so the answer to a later request proves that an
 * earlier one stays unanswered: that is the fence on which every claim of silence rests.
 */
#include "harness/oracle/internal.h"

/* Requests that a bus may answer or not, and that wait while others are answered. */
#define OPEN_KEPT (STEPS / 2)

/* A device that answers a payload under other tokens but never under this one reads tokens. */
static void token_ignored(struct vmsg_oracle *o, struct device *d, const struct request *r)
{
    if (d->opaque.hash != r->hash || d->opaque.token != r->token) {
        d->opaque.hash = r->hash;
        d->opaque.token = r->token;
        d->opaque.answered = 0;
        d->opaque.unanswered = 1;
    } else if (++d->opaque.unanswered >= 2 && d->opaque.answered) {
        blame(o, VMSG_DEV_HEADER_5, d->num,
              "%s with token %u is never answered, the same with other tokens is; the token must "
              "not matter",
              request_name(r), r->token);
    }
}

void token_answered(struct vmsg_oracle *o, struct device *d, const struct request *r)
{
    if (d->opaque.hash == r->hash && d->opaque.token == r->token)
        d->opaque.unanswered = 0;
    else if (d->opaque.hash == r->hash)
        d->opaque.answered++;
    if (d->opaque.seen_hash == r->hash && d->opaque.seen_token != r->token)
        exercise(o, VMSG_DEV_HEADER_5);
    d->opaque.seen_hash = r->hash;
    d->opaque.seen_token = r->token;
}

static void silence_kept(struct vmsg_oracle *o, const struct request *r)
{
    for (unsigned i = 0; i < r->n_blame; i++)
        exercise(o, r->blame[i]);
}

/* Is this a message that the device does not implement, as far as one can see? */
static bool never_answered(const struct vmsg_oracle *o, const struct device *d,
                           const struct request *r)
{
    const struct vmsg_device_facts *facts = device_facts(o, d->num);
    uint32_t answers = d->answered_ids | (facts ? facts->answers : 0);

    return !r->bus && !(answers & request_id_bit(r->msg_id));
}

static bool known_to_answer(const struct vmsg_oracle *o, const struct device *d)
{
    const struct vmsg_device_facts *facts = device_facts(o, d->num);

    return facts && facts->answers;
}

static bool about_info(const struct request *r)
{
    return r->blame[0] == VMSG_DEV_GET_DEVICE_INFO_1 || r->blame[0] == VMSG_BUS_EVENT_DEVICE_2;
}

void request_unanswered(struct vmsg_oracle *o, const struct request *r)
{
    struct device *d = request_device(o, r);
    uint32_t index = o->index;
    bool never = never_answered(o, d, r);
    bool absent = never && known_to_answer(o, d); /* and the device was asked for all others */

    o->index = r->index;
    if (r->n_blame && !(absent && !about_info(r)))
        blame(o, r->blame[0], r->dev_num, "%s was not answered; this request asks for one response",
              request_name(r));
    if (never && (!r->n_blame || absent || r->blame[0] == VMSG_DEV_GET_DEVICE_INFO_1) &&
        !(r->n_blame && r->blame[0] == VMSG_BUS_EVENT_DEVICE_2))
        blame(o, VMSG_DEV_MANDATORY_1, r->dev_num,
              "%s is never answered; a device must implement it", request_name(r));
    else if (!r->n_blame)
        blame(o, VMSG_DEV_ORDERING_2, r->dev_num,
              "%s was not answered; a valid request gets exactly one response", request_name(r));
    o->index = index;
}

/* The full answer would be larger than the advertised maximum. */
bool asks_too_much(const struct vmsg_oracle *o, const struct device *d, const struct request *r)
{
    uint64_t size = d->info[VMSG_GET_DEVICE_INFO_RESP_config_size];
    uint64_t max = o->config.max_msg_size;

    if (r->bus)
        return false;
    if (r->msg_id == VMSG_ID_GET_DEVICE_FEATURES)
        return VMSG_HEADER_SIZE + 8 + 4 * r->f[VMSG_GET_DEVICE_FEATURES_REQ_num_blocks] > max;
    return r->msg_id == VMSG_ID_GET_CONFIG &&
           r->f[VMSG_GET_CONFIG_REQ_offset] + r->f[VMSG_GET_CONFIG_REQ_length] <= size &&
           VMSG_HEADER_SIZE + 12 + r->f[VMSG_GET_CONFIG_REQ_length] > max;
}

/* e was sent before r, which is answered now: it stays unanswered. */
static void pass(struct vmsg_oracle *o, struct device *d, const struct request *r,
                 struct request *e)
{
    bool same = key_of(e) == key_of(r);

    if (e->due == DUE_SILENCE)
        silence_kept(o, e);
    else if (e->due == DUE_EITHER && asks_too_much(o, d, e))
        exercise(o, VMSG_DEV_DEVICE_LIMITS_1); /* it kept silent rather than exceed the maximum */
    else if (e->due == DUE_ANSWER)
        token_ignored(o, d, e);
    /* Processed without an answer; or the answer was its own and r's comes yet; or a message of
     * the implementation's own, which may do anything. */
    if (e->due == DUE_ANSWER || e->doubtful ||
        (e->due == DUE_EITHER && (same || never_answered(o, d, e))) ||
        (e->msg_id & (VMSG_ID_IMPLEMENTATION | VMSG_ID_EVENT)) ==
            (VMSG_ID_IMPLEMENTATION | VMSG_ID_EVENT))
        forget_effects(o, d, e);
    request_ghost(o, e);
}

/* Of the requests before r, how many a bus may answer or not. */
static unsigned open_before(struct vmsg_oracle *o, const struct request *r)
{
    unsigned open = 0;

    for (uint32_t i = o->bus.first; i != NONE && request_at(o, i) != r; i = request_at(o, i)->next)
        open += request_at(o, i)->due == DUE_EITHER;
    return open;
}

/*
 * Bus messages have no order of their own ("Message Ordering" speaks of transport requests), so
 * those that must be answered wait, and those that may be, unless they become many: without order
 * and with tokens that are no requests', any response may be theirs.
 */
static void pass_bus(struct vmsg_oracle *o, const struct request *r)
{
    unsigned open = open_before(o, r);
    uint32_t next;

    for (uint32_t i = o->bus.first; i != NONE && request_at(o, i) != r; i = next) {
        struct request *e = request_at(o, i);

        next = e->next;
        if (e->due == DUE_ANSWER || (e->due == DUE_EITHER && open <= OPEN_KEPT))
            continue;
        open -= e->due == DUE_EITHER;
        pass(o, &o->bus, r, e);
    }
}

void pass_earlier(struct vmsg_oracle *o, struct device *d, const struct request *r)
{
    if (r->bus)
        pass_bus(o, r);
    else
        while (d->first != NONE && request_at(o, d->first) != r)
            pass(o, d, r, request_at(o, d->first));
}

/* Of the bus messages that wait, the oldest that must be discarded, else that may be. */
static struct request *least_needed(struct vmsg_oracle *o)
{
    struct request *open = NULL;

    for (uint32_t i = o->bus.first; i != NONE; i = request_at(o, i)->next) {
        struct request *r = request_at(o, i);

        if (r->due == DUE_SILENCE)
            return r;
        if (r->due == DUE_EITHER && !open)
            open = r;
    }
    return open;
}

/*
 * Any response may be that of any bus message that waits, so all of them are looked at, and there
 * are never more than that. After one was let go that may be answered, its answer may come, until
 * as many others were answered.
 */
static void limit_bus(struct vmsg_oracle *o, struct request *newest)
{
    struct request *r;

    if (o->bus.n_outstanding <= STEPS)
        return;
    r = least_needed(o);
    if (r && r->due == DUE_SILENCE) {
        request_ghost(o, r);
    } else {
        request_remove(o, r ? r : newest);
        o->bus_let_go = STEPS;
    }
}

void limit_outstanding(struct vmsg_oracle *o, struct request *r)
{
    if (r->bus)
        limit_bus(o, r);
    else if (!request_in_reach(o, r))
        request_unclear(o, r);
}

/*
 * Silence is a witness only if the SUT answered something that was sent later. A request that may
 * be answered or not stays: bus messages have no order, so its answer may come yet.
 */
void settle_requests(struct vmsg_oracle *o)
{
    for (uint32_t i = 0; i < o->n_requests && o->n_used; i++) {
        struct request *r = &o->requests[i];

        if (!r->used || r->due == DUE_EITHER)
            continue;
        if (r->due == DUE_ANSWER) {
            request_unanswered(o, r);
            if (!r->overtaken)
                forget_effects(o, request_device(o, r), r);
        } else if (r->due == DUE_SILENCE && !r->overtaken && o->answered_at > r->serial) {
            silence_kept(o, r);
        }
        request_remove(o, r);
    }
    o->short_messages = 0;
    settle_swapped_token(o);
}
