/*
 * Timeouts, retries, recovery, and messages that a driver has to discard. Spec: "Error Signaling",
 * "Versioning and Forward Compatibility".
 *
 * Time is judged where it is known, and only with a wide margin: a driver is blamed for being
 * early, never for being late; that it does nothing at all is told by the harness, which waited.
 */
#include "harness/oracle/drv.h"

#define NS_PER_MS UINT64_C(1000000)

/* Repeats of an outstanding request that come too early to be retries, before they are blamed: one
 * may have another reason. */
#define EARLY_REPEATS 2u
/* Attempts beyond what is declared that still count as a bounded policy. */
#define ATTEMPTS_FACTOR 4u
#define ATTEMPTS_LEAST  20u

static uint64_t hash_of(const struct vmsg *m)
{
    return hash_bytes(m->payload, m->payload_len) ^ m->msg_id;
}

static bool is_recovery(const struct vmsg *m)
{
    return m->msg_id == VMSG_ID_SET_DEVICE_STATUS && (m->f[0] == 0 || m->f[0] & VIRTIO_S_FAILED);
}

/* ---- what must be discarded ---- */

void drv_error_received(struct vmsg_oracle *o, const struct vmsg *m)
{
    bool readable = m->delivered >= VMSG_HEADER_SIZE;
    struct drv_view *v;

    if (readable && vmsg_is_bus(m)) {
        if (!(m->msg_id & VMSG_ID_IMPLEMENTATION))
            o->drv->bus_provoked = true;
        return;
    }
    v = readable ? drv_view(o, m->dev_num) : NULL;
    if (!v || m->msg_id & VMSG_ID_IMPLEMENTATION)
        return;
    v->provoked = true;
    v->provoked_unknown |= m->defect == VMSG_UNKNOWN_ID;
    v->provoked_index = o->index;
}

/* The driver goes on as if nothing had come. */
static void lived_on(struct vmsg_oracle *o, struct drv_view *v)
{
    if (o->drv->bus_provoked)
        exercise(o, VMSG_BUS_ERROR_SIGNALING_4);
    if (v->provoked)
        exercise(o, VMSG_DRV_ERROR_SIGNALING_1);
    if (v->provoked_unknown)
        exercise(o, VMSG_DRV_VERSIONING_2);
    v->provoked = v->provoked_unknown = o->drv->bus_provoked = false;
}

/*
 * The same request again, long before it can have timed out, right after what was to be dropped.
 * The first one was sent at some time since the driver was told something last, however late it was
 * read; the status may be asked for at any time.
 */
static void judge_early(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    uint64_t bound = o->config.request_timeout_ms * NS_PER_MS / 2;

    if (!v->provoked)
        v->repeats_unprovoked = true;
    if (!v->provoked || v->repeats_unprovoked || m->msg_id == VMSG_ID_GET_DEVICE_STATUS ||
        !o->timed || !bound || o->now_ns - v->waiting.since_ns >= bound || v->waiting.attempts > 1)
        return;
    if (++v->early_repeats < EARLY_REPEATS)
        return;
    blame(o, VMSG_DRV_ERROR_SIGNALING_1, v->num,
          "%s was sent again at once after a message (%u) that is to be discarded", m->def->name,
          v->provoked_index);
    if (v->provoked_unknown)
        blame(o, VMSG_DRV_VERSIONING_2, v->num,
              "%s was sent again at once after message %u, which revision 1 does not define",
              m->def->name, v->provoked_index);
    v->early_repeats = 0;
}

/* ---- requests that wait ---- */

static void repeated(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    struct drv_waiting *w = &v->waiting;
    uint32_t declared = o->config.attempts, most = declared * ATTEMPTS_FACTOR;

    judge_early(o, v, m);
    w->attempts++;
    if (o->timed && o->now_ns - w->last_ns < o->config.request_timeout_ms * NS_PER_MS / 2)
        return; /* no retry: several of the same at a time */
    w->last_ns = o->now_ns;
    w->retries++;
    if (most < ATTEMPTS_LEAST)
        most = ATTEMPTS_LEAST;
    if (w->retries == most + 1)
        blame(o, VMSG_DRV_ERROR_SIGNALING_2, v->num,
              "%s was sent %u times without an answer; retries have an end", m->def->name,
              w->attempts);
}

/* Long enough for an attempt to have failed, by what the driver declares of itself? */
static bool waited(const struct vmsg_oracle *o, const struct drv_waiting *w)
{
    uint64_t half = o->config.request_timeout_ms * NS_PER_MS / 2;

    return half && o->now_ns - w->first_ns >= half;
}

/* After its own policy, or at least a retry, the driver starts again. */
static void recovered(struct vmsg_oracle *o, struct drv_view *v)
{
    struct drv_waiting *w = &v->waiting;

    if (waited(o, w)) {
        exercise(o, VMSG_DRV_ERROR_SIGNALING_2);
        if (w->msg_id != VMSG_ID_SET_DEVICE_STATUS)
            exercise(o, VMSG_DRV_ERROR_SIGNALING_3);
    }
    w->active = false;
}

/* The request that shows what came of another one, whose response may be lost. */
static uint8_t shown_by(uint8_t msg_id)
{
    switch (msg_id) {
    case VMSG_ID_SET_VQUEUE:
    case VMSG_ID_RESET_VQUEUE:
        return VMSG_ID_GET_VQUEUE;
    case VMSG_ID_SET_DEVICE_STATUS:
        return VMSG_ID_GET_DEVICE_STATUS;
    case VMSG_ID_SET_CONFIG:
        return VMSG_ID_GET_CONFIG;
    default:
        return msg_id;
    }
}

static void begin_waiting(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    v->waiting = (struct drv_waiting){.active = true,
                                      .msg_id = m->msg_id,
                                      .hash = hash_of(m),
                                      .first_ns = o->now_ns,
                                      .since_ns = v->told_ns,
                                      .last_ns = o->now_ns,
                                      .attempts = 1,
                                      .retries = 1,
                                      .index = o->index};
}

/*
 * The driver starts again from GET_DEVICE_INFO, in place of a reset at once: as long as nothing but
 * that and the status follows, the reset may still come.
 */
static void starts_anew(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    uint32_t index = v->waiting.index;

    begin_waiting(o, v, m);
    v->waiting.anew = true;
    v->owes_recovery = true;
    v->unanswered_index = index;
}

static void judge_recovery(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    if (!v->owes_recovery || m->msg_id == VMSG_ID_GET_DEVICE_INFO ||
        m->msg_id == VMSG_ID_GET_DEVICE_STATUS)
        return;
    v->owes_recovery = false;
    if (!is_recovery(m))
        blame(o, VMSG_DRV_ERROR_SIGNALING_3, v->num,
              "message %u was never answered, and the driver went on with %s, without a reset",
              v->unanswered_index, m->def->name);
}

void drv_error_asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    struct drv_waiting *w = &v->waiting;
    uint64_t hash = hash_of(m);

    if (w->active && w->msg_id == m->msg_id && w->hash == hash) {
        repeated(o, v, m);
        return;
    }
    lived_on(o, v);
    judge_recovery(o, v, m);
    if (w->active && is_recovery(m))
        recovered(o, v);
    if (w->active && shown_by(w->msg_id) == m->msg_id && w->msg_id != m->msg_id)
        begin_waiting(o, v, m); /* it looks what came of it, instead of a repetition */
    else if (w->active && m->msg_id == VMSG_ID_GET_DEVICE_INFO && waited(o, w))
        starts_anew(o, v, m);
    else if (w->active)
        w->went_on |=
            m->msg_id != VMSG_ID_GET_DEVICE_STATUS && m->msg_id != VMSG_ID_GET_DEVICE_INFO;
    else if (m->def->kind == VMSG_KIND_EXCHANGE)
        begin_waiting(o, v, m);
}

void drv_error_told(struct vmsg_oracle *o, struct drv_view *v, const struct drv_request *r)
{
    struct drv_waiting *w = &v->waiting;

    if (!w->active)
        return;
    if (w->msg_id != r->msg_id && shown_by(w->msg_id) == r->msg_id)
        w->active = false;
    if (w->msg_id != r->msg_id)
        return;
    if (w->attempts > 1 && waited(o, w))
        exercise(o, VMSG_DRV_ERROR_SIGNALING_2); /* a retry, and it helped */
    w->active = false;
}

static const char *name_of(uint8_t msg_id)
{
    const struct vmsg_def *def = vmsg_def_by_id(VMSG_NS_TRANSPORT, msg_id);

    return def ? def->name : "a request";
}

/* Still asking whether the reset is complete. */
static bool polls_without_end(const struct vmsg_oracle *o, const struct drv_view *v)
{
    return v->reset == DRV_RESETTING && v->polls_while_resetting > 1 &&
           o->config.request_timeout_ms &&
           o->now_ns - v->last_poll_ns < o->config.request_timeout_ms * NS_PER_MS;
}

void drv_patience_over(struct vmsg_oracle *o, struct drv_view *v)
{
    struct drv_waiting *w = &v->waiting;
    bool reset = w->msg_id == VMSG_ID_SET_DEVICE_STATUS || v->reset == DRV_RESETTING;
    bool unknown = w->msg_id == VMSG_ID_GET_DEVICE_INFO && (!v->info_told || w->anew);

    if (polls_without_end(o, v)) {
        blame(
            o, VMSG_DRV_ERROR_SIGNALING_2, v->num,
            "the reset does not complete, and its status is still polled after much more time than "
            "all declared attempts take; polling has to end, too");
        return;
    }
    if (v->reset == DRV_RESETTING && v->polls_while_resetting > 1 && !w->active)
        exercise(o, VMSG_DRV_ERROR_SIGNALING_2);
    if (!w->active)
        return;
    if (reset || unknown) { /* the recovery failed, or there is no device: nothing need follow */
        if (reset || w->attempts >= o->config.attempts)
            exercise(o, VMSG_DRV_ERROR_SIGNALING_2);
    } else if (o->config.attempts && w->attempts >= 2 * o->config.attempts) {
        blame(o, VMSG_DRV_ERROR_SIGNALING_2, v->num,
              "%s (message %u) was never answered; it was sent %u times by now, %u attempts are "
              "declared",
              name_of(w->msg_id), w->index, w->attempts, o->config.attempts);
    } else if (w->went_on) {
        blame(o, VMSG_DRV_ERROR_SIGNALING_3, v->num,
              "%s (message %u) was never answered, and the driver went on without a reset",
              name_of(w->msg_id), w->index);
    } else if (o->config.attempts && w->attempts < o->config.attempts) {
        blame(o, VMSG_DRV_ERROR_SIGNALING_2, v->num,
              "%s (message %u) was never answered; it was sent %u times, %u attempts are declared, "
              "and the driver still waits",
              name_of(w->msg_id), w->index, w->attempts, o->config.attempts);
    } else if (o->config.attempts) {
        blame(o, VMSG_DRV_ERROR_SIGNALING_3, v->num,
              "%s (message %u) was never answered and its attempts are used up, but no recovery by "
              "reset and status followed",
              name_of(w->msg_id), w->index);
    }
    w->active = false;
}
