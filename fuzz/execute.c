/* Running scripts, step by step; see execute.h. */
#include "fuzz/execute_build.h"

#include "fuzz/record.h"
#include "harness/engine/tape_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages that the SUT may send in a script, and for each of its steps: more is a flood. */
#define HEARD_MOST     20000u
#define HEARD_PER_STEP 64u

struct vmsg_fuzz_executor *vmsg_fuzz_executor_new(const struct vmsg_fuzz_target *target,
                                                  struct vmsg_adapter *adapter)
{
    struct vmsg_fuzz_executor *e = calloc(1, sizeof *e);

    if (e && !(e->packet = malloc(VMSG_FUZZ_MESSAGE_MOST))) {
        free(e);
        return NULL;
    }
    if (e) {
        e->target = target;
        e->adapter = adapter;
    }
    return e;
}

/* ---- the tape ---- */

static void set_session(struct vmsg_fuzz_executor *e, uint32_t session)
{
    e->connection.session = session;
    if (e->session)
        __atomic_store_n(e->session, session, __ATOMIC_RELEASE);
}

static void begin_session(struct vmsg_fuzz_executor *e)
{
    struct vmsg_tape *tape = e->connection.tape;

    if (tape)
        set_session(e, vmsg_tape_session(tape, e->target->oracle.judged, vmsg_session_for("fuzz")));
}

static struct vmsg_tape_place place(const struct vmsg_fuzz_executor *e)
{
    const struct vmsg_connection *c = &e->connection;

    if (e->open)
        return vmsg_connection_place(c);
    return (struct vmsg_tape_place){.session = c->session,
                                    .index = c->trace.count,
                                    .judged = (uint8_t)e->target->oracle.judged};
}

void vmsg_fuzz_part(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_result *result)
{
    struct vmsg_tape_place at = place(e);

    vmsg_fuzz_stop(e, result);
    if (e->connection.session) {
        vmsg_fuzz_record_close(e->connection.tape, &at, result);
        set_session(e, 0);
    }
    vmsg_fuzz_far_end(&e->far);
}

void vmsg_fuzz_close(struct vmsg_fuzz_executor *e)
{
    struct vmsg_fuzz_result result = {.end = VMSG_FUZZ_CLEAN};

    vmsg_fuzz_part(e, &result);
    free(result.output);
}

void vmsg_fuzz_executor_free(struct vmsg_fuzz_executor *e)
{
    if (!e)
        return;
    vmsg_fuzz_close(e);
    vmsg_connection_clear(&e->connection);
    vmsg_fuzz_far_clear(&e->far);
    free(e->packet);
    free(e);
}

/* ---- a connection ---- */

static void know_nothing(struct vmsg_fuzz_executor *e)
{
    const struct vmsg_fuzz_target *t = e->target;

    e->known = (struct vmsg_fuzz_known){
        .max_msg_size = t->params.max_msg_size,
        .strict = t->params.transport_features & VMSG_F_STRICT_CONFIG_GENERATION,
        .mem_base = t->params.mem_base,
        .mem_size = t->params.mem_size,
        .n_devices = t->n_devices,
    };
    for (size_t i = 0; i < t->n_devices; i++) {
        e->known.devices[i].number = t->devices[i];
        for (size_t k = 0; k < t->oracle.n_facts; k++)
            if (t->oracle.facts[k].dev_num == t->devices[i] && t->oracle.facts[k].n_writable)
                e->known.devices[i].writable = t->oracle.facts[k].writable;
    }
    memset(e->exercised, 0, sizeof e->exercised);
    e->scripts = 0;
    e->touched = 0;
    e->idle_at = e->slowest_ns = 0;
    e->open_requests = 0;
    e->flooded = e->line_due = e->refused = e->kicked = e->opened = false;
    e->doubtful = e->resetting = 0;
    memset(e->rings, 0, sizeof e->rings);
}

static bool begin(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_result *result)
{
    const struct vmsg_fuzz_target *t = e->target;

    vmsg_connection_rewind(&e->connection);
    know_nothing(e);
    result->end = VMSG_FUZZ_NO_SUT;
    begin_session(e);
    if (!vmsg_connection_begin(&e->connection, e->adapter, &t->params, &t->oracle, result->text,
                               sizeof result->text))
        return false;
    e->open = true;
    e->known.mem_base = e->connection.mem_base;
    e->far.log = e->log;
    e->last_at = vmsg_connection_now(&e->connection);
    result->end = VMSG_FUZZ_FAILED;
    snprintf(result->text, sizeof result->text, "not enough memory");
    return !e->connection.out_of_memory &&
           (!vmsg_fuzz_plays_device(e) ||
            vmsg_fuzz_far_begin(&e->far, &e->connection, &t->params, &e->known, t->model,
                                t->role == VMSG_ROLE_BUS));
}

/* ---- sending and taking in ---- */

void vmsg_fuzz_send(struct vmsg_fuzz_executor *e, unsigned endpoint, const void *bytes, size_t len)
{
    struct vmsg m;

    vmsg_decode(&m, bytes, len);
    vmsg_fuzz_signal_message(&e->signal, &m, true);
    for (size_t i = 0; i < e->known.n_devices; i++)
        if (!vmsg_is_bus(&m) && e->known.devices[i].number == m.dev_num)
            e->touched |= 1u << i;
    if (e->target->role == VMSG_ROLE_DRIVER)
        vmsg_fuzz_told(&e->known, &m);
    if (endpoint == 0 && !vmsg_is_response(&m) && !(m.msg_id & VMSG_ID_EVENT))
        e->open_requests++;
    vmsg_connection_send(&e->connection, endpoint, bytes, len);
}

/* Is it what a fence waits for? Any answer of that device to that request will do. */
static void note_fence(struct vmsg_fuzz_executor *e, const struct vmsg *m)
{
    bool failed = vmsg_is_bus(m) && m->msg_id == VMSG_ID_REQUEST_FAILED && !vmsg_is_response(m);
    uint16_t dev = failed ? (uint16_t)m->f[0] : m->dev_num;
    uint16_t token = failed ? (uint16_t)m->f[1] : m->token;

    if (e->open_requests && (failed || vmsg_is_response(m)))
        e->open_requests--;
    if (!failed && (vmsg_is_bus(m) || !vmsg_is_response(m) || m->msg_id != VMSG_ID_GET_DEVICE_INFO))
        return;
    for (size_t i = 0; i < e->known.n_devices; i++)
        if (e->known.devices[i].number == dev && e->fence[i] == token) {
            e->answered |= 1u << i;
            e->failed |= (unsigned)failed << i;
        }
}

/* A fence of that device came to the device that is played, which has no such device any more: all
 * that a fence of it can show is shown. */
static void note_unserved(struct vmsg_fuzz_executor *e, uint16_t dev)
{
    for (size_t i = 0; i < e->known.n_devices; i++)
        if (e->known.devices[i].number == dev)
            e->unserved |= 1u << i;
}

/* What the SUT asks of the harness's own end of the bus. */
static void answer_ping(struct vmsg_fuzz_executor *e, const struct vmsg *m, unsigned endpoint)
{
    uint8_t out[16];
    size_t len = vmsg_encode(out, sizeof out, m->def, true, 0, m->token, m->f, NULL, NULL, 0);

    vmsg_fuzz_log_add(e->log, VMSG_FUZZ_PLAYED, endpoint, NULL, 0);
    vmsg_connection_send(&e->connection, endpoint, out, len);
}

static void take(struct vmsg_fuzz_executor *e)
{
    struct vmsg_connection *c = &e->connection;
    struct vmsg m;

    vmsg_decode(&m, c->packet, c->len);
    e->heard++;
    vmsg_fuzz_reacted(e);
    e->last_at = vmsg_connection_now(c);
    e->flooded = e->heard > e->heard_most;
    vmsg_fuzz_signal_message(&e->signal, &m, false);
    vmsg_fuzz_learn(&e->known, &m);
    vmsg_fuzz_used_heard(e, &m);
    vmsg_fuzz_recovered(e, &m);
    if (vmsg_fuzz_plays_device(e) && c->endpoint == e->far.endpoint) {
        if (!vmsg_is_bus(&m) || !vmsg_is_response(&m)) {
            memcpy(e->packet, c->packet, c->len < VMSG_PACKET_MOST ? c->len : VMSG_PACKET_MOST);
            vmsg_fuzz_far_receive(&e->far, c, &e->known, e->packet, c->len);
            if (e->far.unserved && !(e->adapter->caps & VMSG_VIRTUAL_TIME))
                note_unserved(e, m.dev_num);
        }
        return;
    }
    note_fence(e, &m);
    if (vmsg_is_bus(&m) && m.msg_id == VMSG_ID_PING && !vmsg_is_response(&m) && !m.defect)
        answer_ping(e, &m, c->endpoint);
}

bool vmsg_fuzz_pump(struct vmsg_fuzz_executor *e, uint64_t deadline_ns)
{
    struct vmsg_connection *c = &e->connection;
    uint64_t due = e->far.device ? vmsg_peer_deadline(e->far.device) : UINT64_MAX;
    enum vmsg_arrival what;

    if (e->flooded)
        return false;
    what = vmsg_connection_wait(c, due < deadline_ns ? due : deadline_ns);
    if (what == VMSG_ARRIVED_MESSAGE)
        take(e);
    if (what == VMSG_ARRIVED_LINE) {
        e->line_due = false;
        e->accepted = !strcmp((char *)c->packet, "ok");
        e->refused = e->noted && !e->accepted;
    }
    if (what == VMSG_ARRIVED_ERROR)
        e->flooded = true; /* in process: more than its queue holds */
    if (e->far.device && vmsg_connection_now(c) >= due)
        vmsg_fuzz_far_tick(&e->far, c, &e->known);
    return vmsg_fuzz_goes_on(e) && (what == VMSG_ARRIVED_MESSAGE || what == VMSG_ARRIVED_LINE ||
                                    vmsg_connection_now(c) < deadline_ns);
}

/* ---- steps ---- */

static void do_advance(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    uint64_t end = vmsg_connection_now(&e->connection) + (VMSG_NS_PER_MS << s->a % 13u);

    if (e->adapter->caps & VMSG_VIRTUAL_TIME)
        while (vmsg_fuzz_pump(e, end))
            ;
}

void vmsg_fuzz_command(struct vmsg_fuzz_executor *e, const char *line)
{
    struct vmsg_connection *c = &e->connection;
    uint64_t patience = e->target->timeout_ms * VMSG_NS_PER_MS;

    e->line_due = true;
    e->accepted = false;
    vmsg_connection_command(c, line);
    e->last_at = vmsg_connection_now(c);
    while (e->line_due && vmsg_fuzz_pump(e, e->last_at + patience))
        ;
}

/* The note comes before the command, as what the command causes may overtake its reply. */
static void do_upper(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    struct vmsg_connection *c = &e->connection;
    struct vmsg_fuzz_upper u;
    char text[240];

    if (!e->target->params.upper || !vmsg_fuzz_upper(&e->known, e->target->role, s, &u))
        return;
    if (!u.looks)
        vmsg_fuzz_muddle(e);
    snprintf(text, sizeof text, "upper tester: %s", u.line);
    if (u.noted)
        vmsg_connection_note(c, &u.note, text);
    else
        vmsg_connection_remark(c, text);
    if (u.noted && (u.note.kind == VMSG_NOTE_ADD || u.note.kind == VMSG_NOTE_REMOVE))
        u.device->removed = u.note.kind == VMSG_NOTE_REMOVE;
    e->noted = u.noted;
    if (u.kicks)
        vmsg_fuzz_kick(e, &u);
    else
        vmsg_fuzz_command(e, u.line);
}

static void do_device(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    struct vmsg_fuzz_upper u;

    if (!e->far.device || !vmsg_fuzz_upper(&e->known, VMSG_ROLE_DEVICE, s, &u))
        return;
    vmsg_fuzz_muddle(e);
    vmsg_fuzz_far_command(&e->far, &e->connection, &e->known, u.line);
}

void vmsg_fuzz_arm(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    e->far.armed = s;
    e->far.skip = VMSG_FUZZ_SKIP(s->a);
    e->far.losses = s->mask & 1 ? (unsigned)vmsg_fuzz_value(&e->known, &s->f[0], 0) : 0;
}

static void do_answer(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    if (!e->far.device)
        return;
    vmsg_fuzz_arm(e, s);
    if (e->target->role == VMSG_ROLE_DRIVER)
        vmsg_fuzz_quiet_unless_met(e);
}

/* What a script says by itself. */
static void say(struct vmsg_fuzz_executor *e, unsigned endpoint, const uint8_t *bytes, size_t len)
{
    struct vmsg m;

    vmsg_decode(&m, bytes, len);
    vmsg_fuzz_used_sent(e, &m);
    vmsg_fuzz_send(e, endpoint, bytes, len);
}

static void do_message(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    unsigned endpoint = e->target->role == VMSG_ROLE_BUS && s->b & VMSG_FUZZ_FAR;

    if (s->kind == VMSG_FUZZ_RAW && s->n_raw)
        say(e, endpoint, s->raw, s->n_raw);
    else if (s->kind == VMSG_FUZZ_MESSAGE)
        say(e, endpoint, e->packet, vmsg_fuzz_build(&e->known, s, e->packet));
}

static bool do_await(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    if (e->target->role != VMSG_ROLE_DRIVER)
        return vmsg_fuzz_fence(e);
    vmsg_fuzz_quiet(e, s->a);
    return true;
}

/*
 * In process everything has happened when a send returns, so that it is taken in at once, unless
 * the step wants its request to stand open. Elsewhere answers wait for the next fence.
 */
static void take_in(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    bool open = e->target->role == VMSG_ROLE_DEVICE && s->b & VMSG_FUZZ_FAR;

    if (e->adapter->caps & VMSG_VIRTUAL_TIME && !open)
        while (vmsg_fuzz_pump(e, vmsg_connection_now(&e->connection)))
            ;
}

/* False: the SUT is wedged. */
static bool do_step(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    struct vmsg_fuzz_device *d;

    vmsg_fuzz_may_wake(e, s);
    vmsg_fuzz_open(e, s);
    vmsg_fuzz_make_room(e);
    switch ((enum vmsg_fuzz_kind)s->kind) {
    case VMSG_FUZZ_MESSAGE:
    case VMSG_FUZZ_RAW:
        do_message(e, s);
        take_in(e, s);
        break;
    case VMSG_FUZZ_AWAIT:
        return do_await(e, s);
    case VMSG_FUZZ_STAGE:
        vmsg_fuzz_dev(&e->known, s->b, &d);
        if (d && e->target->role != VMSG_ROLE_DRIVER)
            vmsg_fuzz_stage(e, d, s->a % 8u);
        take_in(e, s);
        break;
    case VMSG_FUZZ_ANSWER:
        do_answer(e, s);
        break;
    case VMSG_FUZZ_ADVANCE:
        do_advance(e, s);
        break;
    case VMSG_FUZZ_MEMORY:
        vmsg_fuzz_memory(e, s);
        break;
    case VMSG_FUZZ_UPPER:
        if (e->touched && e->target->role != VMSG_ROLE_DRIVER &&
            !vmsg_fuzz_fence(e)) /* so that it has its place among the answers */
            return false;
        do_upper(e, s);
        break;
    case VMSG_FUZZ_DEVICE:
        do_device(e, s);
        break;
    case VMSG_FUZZ_KINDS:
        break;
    }
    return true;
}

/*
 * May what is still open be called unanswered? On a device each script ends with a fence, so that a
 * request that it overtook lacks its answer for good, though nobody waits for it; unless no device
 * is there to answer one: then it may all be unread. Elsewhere the last script of a connection
 * tells. A driver has no fences: what it leaves undone it may do later.
 */
static bool is_over(const struct vmsg_fuzz_executor *e)
{
    return (e->target->role == VMSG_ROLE_DEVICE && vmsg_fuzz_present(e)) ||
           (e->target->role == VMSG_ROLE_BUS && e->scripts >= e->target->together);
}

/* Of answers that are lost in a row, the next ones are those to the driver's further attempts. */
static bool is_losing(const struct vmsg_fuzz_executor *e)
{
    return e->target->role == VMSG_ROLE_DRIVER && e->far.armed && e->far.lost &&
           VMSG_FUZZ_FATE(e->far.armed->a) == VMSG_FUZZ_LOSE;
}

/*
 * Is it waited for what is still due? A bus takes its time over what is lost, and where that is
 * real time, one wait for all the scripts of a connection is enough.
 */
static bool waits(const struct vmsg_fuzz_executor *e)
{
    return e->target->role != VMSG_ROLE_BUS || e->adapter->caps & VMSG_VIRTUAL_TIME ||
           e->scripts >= e->target->together;
}

/* Everything that is still due, and a sign of life. */
static bool finish(struct vmsg_fuzz_executor *e)
{
    struct vmsg_connection *c = &e->connection;
    uint64_t patience = e->target->timeout_ms * VMSG_NS_PER_MS;
    bool answers = true;

    if (!is_losing(e))
        e->far.armed = NULL;
    if (e->far.device)
        vmsg_fuzz_far_release(&e->far, c);
    if (e->target->role == VMSG_ROLE_DRIVER) {
        vmsg_fuzz_quiet(e, 0);
        vmsg_fuzz_outlast(e);
        e->far.armed = NULL;
    } else if (e->touched)
        answers = vmsg_fuzz_fence(e);
    e->last_at = vmsg_connection_now(c);
    while (answers && vmsg_fuzz_goes_on(e) &&
           ((vmsg_oracle_owes(c->oracle) && waits(e)) || e->line_due) &&
           vmsg_fuzz_pump(e, e->last_at + patience))
        ;
    if (answers && vmsg_fuzz_goes_on(e) && waits(e) && (vmsg_oracle_owes(c->oracle) || is_over(e)))
        vmsg_connection_settle(c);
    return answers && !e->line_due;
}

void vmsg_fuzz_execute(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_script *script,
                       struct vmsg_fuzz_result *result)
{
    struct vmsg_connection *c = &e->connection;
    bool answers = true;
    uint64_t before;

    *result = (struct vmsg_fuzz_result){0};
    vmsg_fuzz_signal_clear(&e->signal);
    e->heard = 0;
    e->heard_most = HEARD_MOST + HEARD_PER_STEP * (uint32_t)script->n;
    if (!e->open && !begin(e, result)) {
        vmsg_fuzz_part(e, result);
        return;
    }
    e->script = script;
    before = (uint64_t)c->sent + c->received;
    if (e->scripts)
        answers = vmsg_fuzz_reset_all(e);
    result->scripts_before = e->scripts++;
    for (size_t i = 0; answers && i < script->n && vmsg_fuzz_goes_on(e) && c->n_findings == 0; i++)
        answers = do_step(e, &script->steps[i]);
    if (answers && vmsg_fuzz_goes_on(e))
        answers = finish(e);
    vmsg_fuzz_signal_clauses(&e->signal, c->oracle, e->exercised);
    result->messages = (uint64_t)c->sent + c->received - before;
    vmsg_fuzz_conclude(e, answers, result);
}
