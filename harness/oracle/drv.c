/* The judge of drivers: what every message goes through; see drv.h. */
#include "harness/oracle/drv.h"

#include <string.h>

bool drv_negotiated(const struct drv_view *v, unsigned bit)
{
    return v->selected[bit / 32] >> bit % 32 & 1;
}

/* ---- requests and their answers ---- */

/* The first outstanding request of a set, which is left without it; NULL when there is none. */
static struct drv_request *next_of(struct drv_view *v, uint64_t *set)
{
    unsigned slot = *set ? (unsigned)__builtin_ctzll(*set) : 0;

    if (!*set)
        return NULL;
    *set &= *set - 1;
    return &v->requests[slot];
}

static void is_answered(struct drv_view *v, const struct drv_request *r)
{
    v->outstanding &= ~(UINT64_C(1) << (r - v->requests));
}

/* When the first attempt was sent, of which this is another: the same again, with nothing between
 * and no answer yet. */
static uint64_t first_sent(const struct drv_view *v, const struct vmsg *m)
{
    unsigned slot = (v->next_request - 1) % DRV_OUTSTANDING;
    const struct drv_request *last = &v->requests[slot];
    bool again = v->outstanding >> slot & 1 && last->sent == v->sent - 1 &&
                 last->msg_id == m->msg_id && last->token == m->token &&
                 memcmp(last->f, m->f, sizeof last->f) == 0;

    return again ? last->first_sent : v->sent;
}

static void remember(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    uint64_t first = first_sent(v, m);
    unsigned slot = v->next_request++ % DRV_OUTSTANDING;
    struct drv_request *r = &v->requests[slot];

    v->outstanding |= UINT64_C(1) << slot;
    *r = (struct drv_request){.msg_id = m->msg_id,
                              .token = m->token,
                              .index = o->index,
                              .serial = o->serial,
                              .life = v->life,
                              .sent = v->sent,
                              .first_sent = first};
    memcpy(r->f, m->f, sizeof r->f);
}

/* Does the response repeat what the request asked for? True where it repeats nothing. */
static bool echoes(const struct drv_request *r, const struct vmsg *m)
{
    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_FEATURES:
    case VMSG_ID_GET_VQUEUE:
    case VMSG_ID_GET_SHM:
        return r->f[0] == m->f[0];
    case VMSG_ID_GET_CONFIG:
        return r->f[VMSG_GET_CONFIG_REQ_offset] == m->f[VMSG_GET_CONFIG_RESP_offset];
    case VMSG_ID_SET_CONFIG:
        return r->f[VMSG_SET_CONFIG_REQ_offset] == m->f[VMSG_SET_CONFIG_RESP_offset];
    default:
        return true;
    }
}

/*
 * The request with this token and id. A driver may give several the same token: then the one that
 * the response repeats, one since the last reset rather than before, and the oldest of these.
 */
static struct drv_request *find(struct drv_view *v, const struct vmsg *m)
{
    struct drv_request *best = NULL, *r;
    uint64_t set = v->outstanding;
    unsigned best_rank = 0;

    while ((r = next_of(v, &set))) {
        unsigned rank;

        if (r->msg_id != m->msg_id || r->token != m->token)
            continue;
        rank = 2u * echoes(r, m) + (r->life == v->life);
        if (best && (rank < best_rank || (rank == best_rank && r->serial > best->serial)))
            continue;
        best = r;
        best_rank = rank;
    }
    return best;
}

/* Its answer is the same at any time. */
static bool asks_what_stays(uint8_t msg_id)
{
    return msg_id == VMSG_ID_GET_DEVICE_INFO || msg_id == VMSG_ID_GET_DEVICE_FEATURES ||
           msg_id == VMSG_ID_GET_SHM;
}

/* May the response as well be the answer to another request, that is no attempt at the same? */
static bool fits_another(struct drv_view *v, const struct drv_request *found, const struct vmsg *m)
{
    uint64_t set = v->outstanding;
    struct drv_request *r;

    while ((r = next_of(v, &set)))
        if (r->msg_id == m->msg_id && r->token == m->token && r->first_sent != found->first_sent &&
            echoes(r, m) == echoes(found, m))
            return !asks_what_stays(m->msg_id);
    return false;
}

/* Sent before the driver had read that the device was gone, or on its way out; as long as it is
 * gone, whatever is said to it means nothing. */
static bool from_before(struct drv_view *v, const struct vmsg *m)
{
    bool reset = m->msg_id == VMSG_ID_SET_DEVICE_STATUS && m->f[0] == 0;
    bool begins = m->msg_id == VMSG_ID_GET_DEVICE_INFO || reset;

    if (v->removed) { /* but who it is may have been asked before the bus tells that it is back */
        v->info_asked |= m->msg_id == VMSG_ID_GET_DEVICE_INFO;
        v->restarted |= reset;
        return true;
    }
    if (!v->under_way)
        return false;
    if (begins)
        v->under_way = 0;
    if (begins)
        return false;
    v->under_way--;
    return true;
}

/* Sent when a response to nothing was under way: it may count as the answer. */
bool drv_crosses_stray(const struct drv_view *v, uint8_t msg_id)
{
    return msg_id < 32 && v->strays >> msg_id & 1 && v->answers < v->stray_answers + DRV_AFTER;
}

static void asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    if (from_before(v, m))
        return;
    v->doubtful |= drv_crosses_stray(v, m->msg_id);
    o->muted = v->doubtful;
    drv_error_asks(o, v, m);
    v->sent++;
    drv_in_turn(o, v, m);
    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_FEATURES:
    case VMSG_ID_SET_DRIVER_FEATURES:
        drv_features_asks(o, v, m);
        break;
    case VMSG_ID_GET_CONFIG:
    case VMSG_ID_SET_CONFIG:
        drv_config_asks(o, v, m);
        break;
    case VMSG_ID_GET_DEVICE_STATUS:
    case VMSG_ID_SET_DEVICE_STATUS:
        drv_status_asks(o, v, m);
        break;
    case VMSG_ID_GET_VQUEUE:
    case VMSG_ID_SET_VQUEUE:
    case VMSG_ID_RESET_VQUEUE:
        drv_queue_asks(o, v, m);
        break;
    case VMSG_ID_EVENT_AVAIL:
        drv_avail(o, v, m);
        return;
    default:
        break;
    }
    remember(o, v, m);
}

static void info_told(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    v->doubtful |= v->info_told && memcmp(v->info, m->f, sizeof v->info) != 0; /* which holds? */
    v->info_told = true;
    memcpy(v->info, m->f, sizeof v->info);
    (void)o;
}

/* Has a request of that kind no answer yet? */
static bool awaits(struct drv_view *v, uint8_t msg_id)
{
    uint64_t set = v->outstanding;
    struct drv_request *r;

    while ((r = next_of(v, &set)))
        if (r->msg_id == msg_id)
            return true;
    return false;
}

/*
 * A message that one driver may take for what it waits for and another discards: by a token that it
 * need not look at ("MUST NOT rely on its value"), by repeated values that it MAY compare, by more
 * bytes than are defined. Until the device goes, what the driver knows is open, and nothing that
 * follows from it is judged.
 */
static bool is_ambiguous(const struct vmsg_oracle *o, struct drv_view *v,
                         const struct drv_request *r, const struct vmsg *m)
{
    if (vmsg_is_response(m) && (!r || !echoes(r, m)))
        return awaits(v, m->msg_id);
    return m->extra || m->trailing || m->delivered > o->config.max_msg_size;
}

/* Does it tell of a state that a reset has ended since? */
static bool is_stale(const struct drv_view *v, const struct drv_request *r)
{
    return r->life != v->life && !asks_what_stays(r->msg_id);
}

static void note_stray(struct drv_view *v, uint8_t msg_id)
{
    v->strays = v->answers < v->stray_answers + DRV_AFTER ? v->strays : 0;
    v->strays |= msg_id < 32 ? UINT32_C(1) << msg_id : 0;
    v->stray_answers = v->answers;
}

/* A response to nothing, or to what was asked before a reset: it may be taken for another one. */
static void stray_told(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    v->doubtful |= is_ambiguous(o, v, NULL, m);
    o->muted = v->doubtful;
    note_stray(v, m->msg_id);
}

/* The same for the failure of a request that was not sent, or not with that token. */
static void failure_told(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct drv_view *v = drv_view(o, (uint16_t)m->f[VMSG_REQUEST_FAILED_REQ_dev_num]);
    uint8_t msg_id = (uint8_t)m->f[VMSG_REQUEST_FAILED_REQ_msg_id];
    uint64_t set = v ? v->outstanding : 0;
    struct drv_request *r;

    while ((r = next_of(v, &set)))
        if (r->msg_id == msg_id && r->token == m->f[VMSG_REQUEST_FAILED_REQ_token])
            return;
    if (!v)
        return;
    v->doubtful |= awaits(v, msg_id);
    note_stray(v, msg_id);
}

/* A response that the driver can take for the answer to its request. */
static void told(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    struct drv_request *found = find(v, m), r;

    if (found && is_stale(v, found)) {
        is_answered(v, found);
        found = NULL;
    }
    if (!found) {
        stray_told(o, v, m);
        return;
    }
    v->doubtful |= is_ambiguous(o, v, found, m) || fits_another(v, found, m);
    o->muted = v->doubtful;
    r = *found;
    is_answered(v, found);
    v->answers++;
    drv_error_told(o, v, &r);
    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_INFO:
        info_told(o, v, m);
        break;
    case VMSG_ID_GET_DEVICE_FEATURES:
        drv_features_told(o, v, m);
        break;
    case VMSG_ID_GET_CONFIG:
    case VMSG_ID_SET_CONFIG:
        drv_config_told(o, v, &r, m);
        break;
    case VMSG_ID_GET_DEVICE_STATUS:
    case VMSG_ID_SET_DEVICE_STATUS:
        drv_status_told(o, v, &r, (uint32_t)m->f[0]);
        break;
    case VMSG_ID_GET_VQUEUE:
    case VMSG_ID_SET_VQUEUE:
    case VMSG_ID_RESET_VQUEUE:
        drv_queue_told(o, v, &r, m);
        break;
    default:
        break;
    }
}

/* ---- from outside ---- */

bool drv_was_quiet(const struct vmsg_oracle *o, uint64_t since_ns)
{
    const struct drv_judge *j = o->drv;
    uint64_t from = j->quiet_ns > since_ns ? j->quiet_ns : since_ns;

    return j->quiet_till >= from + vmsg_idle_ns(o->config.virtual_time);
}

static void hear(struct vmsg_oracle *o)
{
    struct drv_judge *j = o->drv;

    if (o->now_ns >= j->heard_ns + vmsg_idle_ns(o->config.virtual_time)) {
        j->quiet_ns = j->heard_ns;
        j->quiet_till = o->now_ns;
    }
    j->heard_ns = o->now_ns;
}

static void from_driver(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct drv_view *v;

    hear(o);
    if (!drv_judge_header(o, m))
        return;
    if (vmsg_is_bus(m)) {
        drv_bus_from_driver(o, m);
        return;
    }
    v = drv_view(o, m->dev_num);
    if (v)
        asks(o, v, m);
}

static void to_driver(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct drv_view *v;

    if (m->defect != VMSG_WELL_FORMED || (vmsg_is_bus(m) ? m->dev_num : 0)) {
        drv_error_received(o, m);
        return;
    }
    if (vmsg_is_bus(m)) {
        drv_bus_to_driver(o, m);
        if (m->msg_id == VMSG_ID_REQUEST_FAILED)
            failure_told(o, m);
        return;
    }
    v = drv_view(o, m->dev_num);
    if (!v)
        return;
    v->told_ns = o->now_ns;
    if (!vmsg_is_response(m))
        v->doubtful |= is_ambiguous(o, v, NULL, m);
    o->muted = v->doubtful;
    if (vmsg_is_response(m))
        told(o, v, m);
    else if (m->msg_id == VMSG_ID_EVENT_CONFIG)
        drv_config_event(o, v, m);
    else if (m->msg_id == VMSG_ID_EVENT_USED)
        drv_used(o, v, m);
    else
        drv_error_received(o, m);
}

void drv_message(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m)
{
    enum vmsg_judged side = o->side;

    o->side = VMSG_JUDGE_DRIVER;
    if (direction == VMSG_TO_DEVICE)
        from_driver(o, m);
    else
        to_driver(o, m);
    o->muted = false;
    o->side = side;
}

void drv_note(struct vmsg_oracle *o, const struct vmsg_note *note)
{
    enum vmsg_judged side = o->side;
    struct drv_view *v = drv_view(o, note->dev_num);

    o->side = VMSG_JUDGE_DRIVER;
    o->index = note->index;
    o->muted = v && v->doubtful;
    if (v && note->kind == VMSG_NOTE_PATIENCE_OVER)
        drv_patience_over(o, v);
    else if (v)
        drv_queue_note(o, v, note);
    o->muted = false;
    o->side = side;
}

void drv_settle(struct vmsg_oracle *o)
{
    enum vmsg_judged side = o->side;

    o->side = VMSG_JUDGE_DRIVER;
    for (unsigned p = 0; p < DRV_VIEW_PAGE; p++)
        for (unsigned i = 0; o->drv->views[p] && i < DRV_VIEW_PAGE; i++) {
            struct drv_view *v = o->drv->views[p][i];

            if (!v)
                continue;
            o->muted = v->doubtful;
            drv_status_settle(o, v);
            drv_config_settle(o, v);
            drv_avail_settle(o, v);
            drv_queues_end(o, v);
            o->muted = false;
        }
    o->side = side;
}
