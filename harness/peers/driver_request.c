/* The reference driver's request engine: tokens, timers, sending. */
#include "harness/peers/driver_state.h"

/* How many of the last tokens are remembered as ours. */
#define RECENT_TOKENS 32u

void driver_timer_set(struct driver_timer *t, uint64_t after_ns)
{
    *t = (struct driver_timer){.set = true, .after = after_ns};
}

bool driver_timer_due(struct driver_timer *t, uint64_t now)
{
    if (!t->set)
        return false;
    if (!t->armed) {
        t->armed = true;
        t->at = now + t->after;
        return false;
    }
    if (now < t->at)
        return false;
    t->set = false;
    return true;
}

uint64_t driver_timer_deadline(const struct driver_timer *t, uint64_t now)
{
    if (!t->set)
        return UINT64_MAX;
    return t->armed ? t->at : now;
}

uint32_t driver_room(const struct vmsg_driver *drv)
{
    return drv->host.max_msg_size;
}

void driver_post(struct vmsg_driver *drv, const struct vmsg_def *def, bool response,
                 uint16_t dev_num, uint16_t token, const uint64_t *f)
{
    uint8_t out[VMSG_MAX_SIZE_LEAST];
    size_t len = vmsg_encode(out, sizeof(out), def, response, dev_num, token, f, NULL, NULL, 0);

    if (len)
        driver_emit(drv, out, len);
}

static bool descending(const struct vmsg_driver *drv)
{
    return drv->quirks >> VMSG_DRIVER_QUIRK_TOKENS_DOWN & 1;
}

static uint16_t new_token(struct vmsg_driver *drv)
{
    uint16_t token = drv->next_token;

    if (drv->quirks >> VMSG_DRIVER_QUIRK_TOKENS_ZERO & 1)
        return 0;
    drv->next_token = (uint16_t)(descending(drv) ? token - 1 : token + 1);
    if (drv->tokens_used < RECENT_TOKENS)
        drv->tokens_used++;
    return token;
}

/* Note an attempt; its token. */
static uint16_t begin_attempt(struct vmsg_driver *drv, struct driver_request *r, uint8_t msg_id)
{
    bool same = drv->quirks >> VMSG_DRIVER_QUIRK_SAME_TOKEN & 1 && r->attempts;
    uint16_t token = same ? r->tokens[0] : new_token(drv);

    r->active = true;
    r->msg_id = msg_id;
    if (r->attempts < DRIVER_ATTEMPTS)
        r->tokens[r->attempts++] = token;
    driver_timer_set(&r->timer, drv->timeout_ns);
    return token;
}

static void encode_and_emit(struct driver_device *d, uint8_t msg_id, uint16_t token,
                            const uint64_t *f, const void *tail, size_t tail_len)
{
    struct vmsg_driver *drv = d->driver;
    uint8_t out[20 + DRIVER_CONFIG]; /* the longest is a SET_CONFIG */
    bool any_size = driver_faulty(d, VMSG_DRIVER_FAULT_FEATURES_OVERSIZE);
    uint32_t cap = sizeof(out) < driver_room(drv) || any_size ? sizeof(out) : driver_room(drv);
    size_t len = vmsg_encode(out, cap, vmsg_def_by_id(VMSG_NS_TRANSPORT, msg_id), false, d->dev_num,
                             token, f, NULL, tail, tail_len);

    if (len)
        driver_emit(drv, out, len);
}

void driver_send(struct driver_device *d, uint8_t msg_id, const uint64_t *f, const void *tail,
                 size_t tail_len)
{
    uint16_t token = begin_attempt(d->driver, &d->request, msg_id);

    encode_and_emit(d, msg_id, token, f, tail, tail_len);
}

void driver_stray(struct driver_device *d, uint8_t msg_id, const uint64_t *f, const void *tail,
                  size_t tail_len)
{
    encode_and_emit(d, msg_id, new_token(d->driver), f, tail, tail_len);
}

void driver_send_bus(struct vmsg_driver *drv, uint8_t msg_id, const uint64_t *f)
{
    uint16_t token = begin_attempt(drv, &drv->bus_request, msg_id);

    driver_post(drv, vmsg_def_by_id(VMSG_NS_BUS, msg_id), false, 0, token, f);
}

/*
 * A token is the bus's to rewrite, so an unknown one is no reason to refuse an answer ("Common
 * Message Format"). One that this side issued a moment ago for something else marks a late
 * or second answer to that.
 */
bool driver_request_is(const struct vmsg_driver *drv, const struct driver_request *r,
                       uint8_t msg_id, uint16_t token)
{
    uint16_t age = (uint16_t)(descending(drv) ? token - drv->next_token : drv->next_token - token);

    if (!r->active || r->msg_id != msg_id)
        return false;
    for (unsigned i = 0; i < r->attempts; i++) {
        if (r->tokens[i] == token)
            return true;
    }
    return age == 0 || age > drv->tokens_used;
}
