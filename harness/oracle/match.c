/*
 * Which request a response answers. Spec: the token rules of "Common Message Format", "Message
 * Ordering"; for bus messages no rule says whether tokens are repeated, nor in which order they
 * are answered.
 *
 * Tokens may repeat while requests are outstanding, and some of these may be discarded in silence
 * by right. So what a response repeats of its request decides between several of one token.
 */
#include "harness/oracle/internal.h"

/* Does m repeat what a response to r repeats? */
static bool fits(const struct request *r, const struct vmsg *m)
{
    uint64_t length;

    if (m->defect == VMSG_SHORT_PAYLOAD || !m->layout || m->msg_id != r->msg_id)
        return false;
    switch (r->bus ? 0x100 | r->msg_id : r->msg_id) {
    case VMSG_ID_GET_DEVICE_FEATURES:
        return m->f[VMSG_GET_DEVICE_FEATURES_RESP_block_index] ==
                   r->f[VMSG_GET_DEVICE_FEATURES_REQ_block_index] &&
               m->f[VMSG_GET_DEVICE_FEATURES_RESP_num_blocks] ==
                   r->f[VMSG_GET_DEVICE_FEATURES_REQ_num_blocks];
    case VMSG_ID_GET_CONFIG:
        length = m->f[VMSG_GET_CONFIG_RESP_length];
        return m->f[VMSG_GET_CONFIG_RESP_offset] == r->f[VMSG_GET_CONFIG_REQ_offset] &&
               (length == r->f[VMSG_GET_CONFIG_REQ_length] || (!length && r->due == DUE_EITHER));
    case VMSG_ID_SET_CONFIG:
        length = m->f[VMSG_SET_CONFIG_RESP_length];
        return m->f[VMSG_SET_CONFIG_RESP_offset] == r->f[VMSG_SET_CONFIG_REQ_offset] &&
               (length == r->f[VMSG_SET_CONFIG_REQ_length] || !length);
    case VMSG_ID_GET_VQUEUE:
        return m->f[VMSG_GET_VQUEUE_RESP_index] == r->f[VMSG_GET_VQUEUE_REQ_index];
    case VMSG_ID_GET_SHM:
        return m->f[VMSG_GET_SHM_RESP_shmid] == r->f[VMSG_GET_SHM_REQ_shmid];
    case 0x100 | VMSG_ID_GET_DEVICES:
        return m->f[VMSG_GET_DEVICES_RESP_offset] == r->f[VMSG_GET_DEVICES_REQ_offset] &&
               m->f[VMSG_GET_DEVICES_RESP_count] <= r->f[VMSG_GET_DEVICES_REQ_count];
    case 0x100 | VMSG_ID_PING:
        return m->f[VMSG_PING_RESP_data] == r->f[VMSG_PING_REQ_data];
    default:
        return true;
    }
}

/*
 * Of an earlier request that may be discarded and a later one that m answers as well, either may
 * be the one: nothing is told from this answer, nor from the lack of another.
 */
static void doubt(struct vmsg_oracle *o, struct request *earlier, struct request *later)
{
    earlier->doubtful = true;
    request_unclear(o, later);
}

/* m answers none that was looked at, and there are more. */
static struct request *one_of_many(struct vmsg_oracle *o, struct request *r)
{
    if (r)
        request_unclear(o, r);
    return r;
}

/*
 * Of the requests with one key, oldest first, the one that m answers: the first that it fits of
 * those up to the first that must be answered. One that must be discarded is blamed only when no
 * other is there.
 */
static struct request *choose(struct vmsg_oracle *o, uint64_t key, bool ghosts,
                              const struct vmsg *m)
{
    struct request *must = NULL, *open = NULL, *silent = NULL;
    bool open_fits = false;
    unsigned steps = STEPS;
    uint32_t i = request_chain(o, key, ghosts).first;

    for (; i != NONE && steps && !must; i = o->requests[i].next_hash) {
        struct request *r = &o->requests[i];

        if (key_of(r) != key || !r->readable)
            continue;
        steps--;
        if (r->due == DUE_ANSWER) {
            must = r;
        } else if (r->due == DUE_SILENCE) {
            silent = silent ? silent : r;
        } else if (open_fits && fits(r, m)) {
            doubt(o, open, r);
        } else if (!open || fits(r, m)) {
            open = r;
            open_fits = fits(r, m);
        }
    }
    if (must && open_fits && fits(must, m))
        doubt(o, open, must);
    if (must && open_fits)
        return open;
    if (!must && !open_fits && i != NONE)
        return one_of_many(o, open ? open : silent);
    return must ? must : open ? open : silent;
}

/* How well m answers a bus request; 0: not at all. */
static unsigned bus_score(const struct vmsg_oracle *o, const struct request *r,
                          const struct vmsg *m)
{
    bool token = r->token == m->token;

    if (!r->readable || r->msg_id != m->msg_id)
        return 0;
    if (r->due == DUE_SILENCE) /* token 0 and rewritten tokens prove nothing */
        return !token ? 0 : o->bus_echoes && !o->bus_rewrites ? 4 : 1;
    return fits(r, m) ? (token ? 5 : 3) : (token ? 2 : 1);
}

/*
 * m answers this one, which may be discarded, or as well one that must be answered: unless tokens
 * tell them apart, nothing is told of either.
 */
static void doubt_due(struct vmsg_oracle *o, struct request *open, const struct vmsg *m)
{
    bool by_token = o->bus_echoes && !o->bus_rewrites && open->token == m->token;

    for (uint32_t i = o->bus.first; i != NONE; i = o->requests[i].next) {
        struct request *r = &o->requests[i];

        if (r->due == DUE_ANSWER && r->readable && fits(r, m) &&
            !(by_token && r->token != m->token)) {
            doubt(o, open, r);
            return;
        }
    }
}

/* A response with token 0 may come from a SUT that puts that into each of them: where it answers
 * several as well, nothing is told of any. */
static void doubt_zero(struct vmsg_oracle *o, struct request *best, const struct vmsg *m)
{
    if (m->token || (o->bus_echoes && !o->bus_rewrites) || !fits(best, m))
        return;
    for (uint32_t i = o->bus.first; i != NONE; i = o->requests[i].next) {
        struct request *r = &o->requests[i];

        if (r != best && r->readable && r->due != DUE_SILENCE && fits(r, m))
            doubt(o, best, r);
    }
}

static struct request *choose_bus(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct request *best = NULL;
    unsigned most = 0;

    for (uint32_t i = o->bus.first; i != NONE; i = o->requests[i].next) {
        unsigned score = bus_score(o, &o->requests[i], m);

        if (score > most) {
            most = score;
            best = &o->requests[i];
        }
    }
    if (best && best->due == DUE_EITHER && fits(best, m))
        doubt_due(o, best, m);
    if (best)
        doubt_zero(o, best, m);
    if (best && best->token == m->token && m->token)
        o->bus_echoes = true;
    else if (best && best->token != m->token)
        o->bus_rewrites = true;
    return best;
}

struct request *request_match_as(struct vmsg_oracle *o, const struct vmsg *m, uint16_t dev,
                                 uint16_t token)
{
    uint64_t key = request_key(vmsg_is_bus(m), dev, token, m->msg_id);
    struct request *r = choose(o, key, false, m), *ghost;

    if (r && r->due != DUE_SILENCE)
        return r;
    /* Its answer may have been taken for that of a later request with the same token. */
    ghost = choose(o, key, true, m);
    return ghost && (!r || ghost->due != DUE_SILENCE) ? ghost : r;
}

/* m may answer another one. */
static void among_let_go(struct vmsg_oracle *o, struct request *r, const struct vmsg *m)
{
    if (r->due == DUE_SILENCE || !fits(r, m))
        request_unclear(o, r);
    else
        o->bus_let_go--;
}

struct request *request_match(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct request *r = vmsg_is_bus(m) ? choose_bus(o, m) : NULL;

    if (!r)
        r = request_match_as(o, m, m->dev_num, m->token);
    if (r && r->bus && o->bus_let_go)
        among_let_go(o, r, m);
    return r;
}

struct request *request_match_any_id(struct vmsg_oracle *o, const struct vmsg *m)
{
    bool bus = vmsg_is_bus(m);

    for (uint8_t id = VMSG_ID_GET_DEVICE_INFO; id <= (bus ? VMSG_ID_PING : VMSG_ID_GET_SHM); id++) {
        struct request *r = choose(o, request_key(bus, m->dev_num, m->token, id), false, m);

        if (r && r->due == DUE_ANSWER)
            return r;
    }
    return NULL;
}

struct request *request_oldest(struct vmsg_oracle *o, struct device *d, uint8_t msg_id)
{
    struct request *open = NULL;
    unsigned steps = STEPS;

    for (uint32_t i = d ? d->first : NONE; i != NONE && steps--; i = request_at(o, i)->next) {
        struct request *r = request_at(o, i);

        if (r->msg_id != msg_id || !r->readable)
            continue;
        if (r->due == DUE_ANSWER)
            return r;
        if (r->due == DUE_EITHER && !open)
            open = r;
    }
    return open;
}

struct request *request_first_due(struct vmsg_oracle *o, struct device *d)
{
    unsigned steps = STEPS;

    for (uint32_t i = d->first; i != NONE && steps--; i = request_at(o, i)->next)
        if (request_at(o, i)->due == DUE_ANSWER)
            return request_at(o, i);
    return NULL;
}
