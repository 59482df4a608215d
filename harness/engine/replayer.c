/* Sending a tape's messages again; see replayer.h. */
#include "harness/engine/replayer.h"

#include "harness/engine/outcome.h"
#include "harness/engine/replay_tokens.h"
#include "harness/engine/tape_json.h"
#include "harness/engine/tape_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SESSIONS_MOST 64u

struct session {
    uint32_t id; /* on the tape that is read */
    uint8_t judged;
    json_t *about;
    bool begun;     /* there is a connection */
    bool diverged;  /* the SUT went another way: nothing more is sent */
    bool silent;    /* it left a wait unanswered: none is waited for any more */
    bool unsettled; /* its upper tester is not there */
    bool memory;    /* the recorded one met buffers in memory, which are not there now */
    uint32_t first_memory;
    struct vmsg_replay_tokens tokens, recorded; /* what waits now, and what waited then */
    char reason[200];
    struct vmsg_connection connection;
};

struct vmsg_replayer {
    struct vmsg_replay_config config;
    char error[300], not_started[600], memory[700];
    uint64_t begun, with_memory; /* sessions */
    bool told;
    struct session *sessions[SESSIONS_MOST];
    size_t n_sessions;
    uint64_t sent;
    uint8_t data[VMSG_NOTE_DATA_MOST];
};

struct vmsg_replayer *vmsg_replayer_new(const struct vmsg_replay_config *config)
{
    struct vmsg_replayer *r = calloc(1, sizeof *r);

    if (r)
        r->config = *config;
    return r;
}

static void free_session(struct session *s)
{
    struct vmsg_adapter *adapter = s->connection.adapter;
    struct vmsg_adapter_end end;

    if (s->begun) {
        vmsg_connection_end(&s->connection, &end);
        vmsg_connection_clear(&s->connection);
    }
    if (adapter)
        adapter->ops->free(adapter);
    json_decref(s->about);
    free(s);
}

void vmsg_replayer_free(struct vmsg_replayer *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n_sessions; i++)
        free_session(r->sessions[i]);
    free(r);
}

const char *vmsg_replayer_error(const struct vmsg_replayer *r)
{
    return *r->error ? r->error : NULL;
}

const char *vmsg_replayer_not_started(const struct vmsg_replayer *r)
{
    return *r->not_started ? r->not_started : NULL;
}

uint64_t vmsg_replayer_sent(const struct vmsg_replayer *r)
{
    return r->sent;
}

const char *vmsg_replayer_memory(struct vmsg_replayer *r)
{
    size_t n = strlen(r->memory);

    if (r->with_memory > 1 && n < sizeof r->memory && !r->told)
        snprintf(r->memory + n, sizeof r->memory - n, "; so it is in %llu of %llu connections",
                 (unsigned long long)r->with_memory, (unsigned long long)r->begun);
    r->told = true;
    return n ? r->memory : NULL;
}

static void fail(struct vmsg_replayer *r, const char *why)
{
    if (!*r->error)
        snprintf(r->error, sizeof r->error, "%s", why);
}

/* ---- a session's beginning ---- */

static struct session *session_of(struct vmsg_replayer *r, uint32_t id)
{
    for (size_t i = 0; i < r->n_sessions; i++)
        if (r->sessions[i]->id == id)
            return r->sessions[i];
    return NULL; /* one that is not replayed */
}

static void add_session(struct vmsg_replayer *r, const struct vmsg_tape_record *record,
                        json_t *about)
{
    const char *purpose = json_string_value(json_object_get(about, "for"));
    struct session *s;

    if (purpose && strcmp(purpose, "discovery") == 0)
        return;
    if (r->n_sessions == SESSIONS_MOST || session_of(r, record->session)) {
        fail(r, "a session begins twice, or too many are open at a time");
        return;
    }
    s = calloc(1, sizeof *s);
    if (!s) {
        fail(r, "not enough memory");
        return;
    }
    s->id = record->session;
    s->judged = record->judged;
    s->about = json_incref(about);
    r->sessions[r->n_sessions++] = s;
}

static const char *role_of(unsigned judged)
{
    return judged == VMSG_JUDGE_DEVICE ? "device" : judged == VMSG_JUDGE_DRIVER ? "driver" : "bus";
}

static struct vmsg_adapter_params params_of(const struct vmsg_oracle_config *c, const json_t *json,
                                            unsigned caps)
{
    const char *platform = json_string_value(json_object_get(json, "platform"));

    return (struct vmsg_adapter_params){
        .role = role_of(c->judged),
        .revision = c->revision,
        .max_msg_size = c->max_msg_size,
        .transport_features = c->transport_features,
        .notifications = c->polling ? "polling" : "events",
        .notification_path = c->synthesis ? "synthesis" : "forward",
        .request_timeout_ms = c->request_timeout_ms ? c->request_timeout_ms : 1000,
        .devices = platform ? platform : "",
        .mem_base = c->mem_base,
        .mem_size = caps & VMSG_CAN_MEMORY && c->mem_size <= UINT64_C(1) << 30 ? c->mem_size : 0,
        .upper = json_is_true(json_object_get(json, "upper")) && caps & VMSG_CAN_UPPER,
        .seed = (uint64_t)json_integer_value(json_object_get(json, "seed")),
    };
}

static void start(struct vmsg_replayer *r, struct session *s, const json_t *json)
{
    struct vmsg_oracle_config config = {.judged = s->judged};
    struct vmsg_adapter_params params;
    struct vmsg_adapter *adapter;
    char err[512];

    if (!vmsg_config_from_json(&config, json, r->error, sizeof r->error)) {
        vmsg_config_clear(&config);
        return;
    }
    adapter = r->config.source.create(r->config.source.ctx, err, sizeof err);
    if (adapter) {
        params = params_of(&config, json, adapter->caps);
        config.virtual_time = adapter->caps & VMSG_VIRTUAL_TIME; /* not that of the recorded SUT */
        s->connection.tape = r->config.out;
        s->connection.session = vmsg_tape_session(r->config.out, s->judged, json_incref(s->about));
        s->unsettled = json_is_true(json_object_get(json, "upper")) && !params.upper;
        s->begun =
            vmsg_connection_begin(&s->connection, adapter, &params, &config, err, sizeof err);
    }
    vmsg_config_clear(&config);
    r->begun += s->begun;
    if (s->begun)
        return;
    if (adapter)
        adapter->ops->free(adapter);
    s->connection.adapter = NULL;
    snprintf(r->not_started, sizeof r->not_started, "%s", err);
}

/* ---- talking ---- */

/* Wait for one arrival. False: none came, or the SUT is gone. */
static bool take(struct vmsg_replayer *r, struct session *s, uint64_t patience_ns)
{
    struct vmsg_connection *c = &s->connection;
    enum vmsg_arrival what;

    do {
        if (c->received > c->sent && c->received - c->sent >= VMSG_FLOOD) {
            s->diverged = true;
            snprintf(s->reason, sizeof s->reason, "it sends messages without end");
            return false;
        }
        what = vmsg_connection_wait(c, vmsg_connection_now(c) + patience_ns);
        if (what == VMSG_ARRIVED_MESSAGE)
            vmsg_replay_asked(&s->tokens, c->endpoint, c->packet, c->len);
    } while (what == VMSG_ARRIVED_LINE);
    if (what == VMSG_ARRIVED_CLOSED || what == VMSG_ARRIVED_ERROR)
        s->diverged = true;
    return what == VMSG_ARRIVED_MESSAGE;
}

/*
 * An answer goes under the token of now. What the recorded SUT had asked for by then, this one may
 * ask for a little later, or never: then the ways part.
 */
static bool may_answer(struct vmsg_replayer *r, struct session *s,
                       const struct vmsg_tape_record *record, uint8_t *bytes, bool asked)
{
    while (!vmsg_replay_answer(&s->tokens, record->endpoint, bytes, record->len)) {
        if (!asked || s->judged == VMSG_JUDGE_DEVICE)
            return true;
        if (take(r, s, (uint64_t)r->config.timeout_ms * 1000000u))
            continue;
        s->diverged = true;
        snprintf(s->reason, sizeof s->reason, "it does not ask for what message %u answers",
                 (unsigned)record->index);
        return false;
    }
    return true;
}

static void send_message(struct vmsg_replayer *r, struct session *s,
                         const struct vmsg_tape_record *record)
{
    uint8_t *copy = malloc(record->len + 1);
    bool asked;

    if (copy) {
        memcpy(copy, record->payload, record->len);
        asked = vmsg_replay_answer(&s->recorded, record->endpoint, copy, record->len);
        memcpy(copy, record->payload, record->len);
        if (record->len && may_answer(r, s, record, copy, asked))
            vmsg_connection_send(&s->connection, record->endpoint, copy, record->len);
        r->sent++;
    }
    free(copy);
}

static bool owes(const struct session *s)
{
    return s->connection.oracle && vmsg_oracle_owes(s->connection.oracle);
}

/*
 * The tape has a message of the SUT here. A device is waited for while it owes something; what a
 * driver or a bus does by itself, nobody owes.
 */
static void await_message(struct vmsg_replayer *r, struct session *s, uint32_t index)
{
    bool patient = !s->silent && (s->judged != VMSG_JUDGE_DEVICE || owes(s));

    if (take(r, s, patient ? (uint64_t)r->config.timeout_ms * 1000000u : 0) || !patient ||
        s->diverged)
        return;
    s->silent = true;
    s->diverged = s->judged != VMSG_JUDGE_DEVICE;
    if (s->judged == VMSG_JUDGE_BUS && owes(s)) /* it had its time to complete what it was given */
        vmsg_connection_settle(&s->connection);
    if (s->memory)
        snprintf(s->reason, sizeof s->reason,
                 "it sends nothing where the recorded one sent message %u; DMA memory may decide "
                 "that, since message %u, and a capture does not hold it",
                 (unsigned)index, (unsigned)s->first_memory);
    else
        snprintf(s->reason, sizeof s->reason,
                 "it sends nothing where the recorded one sent message %u", (unsigned)index);
}

/* From here on, what the SUT does may depend on what stands in memory. */
static void meet_memory(struct vmsg_replayer *r, struct session *s, uint32_t index,
                        const char *text)
{
    const char *name = json_string_value(json_object_get(s->about, "scenario"));

    if (s->memory)
        return;
    s->memory = true;
    s->first_memory = index;
    if (r->with_memory++ == 0)
        snprintf(
            r->memory, sizeof r->memory,
            "a capture does not hold DMA memory, so buffers are not sent again: in %.200s from "
            "message %u on (%.200s) the implementation may go another way than the recorded "
            "one",
            name ? name : "this capture", (unsigned)index, text ? text : "");
}

static void note(struct vmsg_replayer *r, struct session *s, const json_t *json, uint32_t index)
{
    struct vmsg_note n;
    const char *text;

    if (!vmsg_note_from_json(&n, json, r->data, &text)) {
        fail(r, "a note is none that is known");
        return;
    }
    switch (n.kind) {
    case VMSG_NOTE_CHANGE_CONFIG:
    case VMSG_NOTE_NEEDS_RESET:
    case VMSG_NOTE_ADD:
    case VMSG_NOTE_REMOVE:
    case VMSG_NOTE_DROP_NEXT:
    case VMSG_NOTE_MAX_SIZE:
        if (!s->unsettled) /* the command comes next */
            vmsg_connection_note(&s->connection, &n, text ? text : "");
        break;
    case VMSG_NOTE_AVAILABLE:
    case VMSG_NOTE_USED:
    case VMSG_NOTE_NO_INTERRUPT:
    case VMSG_NOTE_CORRUPTED:
    case VMSG_NOTE_BROKEN_RING:
        meet_memory(r, s, index, text);
        break;
    case VMSG_NOTE_OVERDUE:
    case VMSG_NOTE_COMPLETE:
    case VMSG_NOTE_RESET_TIMEOUT: /* what the recorded one made true */
    case VMSG_NOTE_PATIENCE_OVER:
    case VMSG_NOTE_REFUSED:
        break;
    }
}

static void settle(struct vmsg_replayer *r, struct session *s)
{
    while (!s->diverged && !s->silent && owes(s))
        if (!take(r, s, (uint64_t)r->config.timeout_ms * 1000000u))
            break;
    if (!s->diverged && !s->unsettled)
        vmsg_connection_settle(&s->connection);
}

/* ---- a session's end ---- */

static void end_session(struct vmsg_replayer *r, struct session *s)
{
    struct vmsg_connection *c = &s->connection;
    struct vmsg_evidence e = {
        .run = VMSG_SCRIPT_RETURNED, .closing = true, .close = VMSG_SCRIPT_RETURNED};
    struct vmsg_outcome o = {.connected = true, .opened = true};
    struct vmsg_adapter_end end;
    struct vmsg_tape_place at;
    char *why;

    if (s->begun) {
        at = vmsg_connection_place(c);
        if (c->closed)
            e.run = VMSG_SCRIPT_CLOSED;
        else if (s->diverged)
            e.run = VMSG_SCRIPT_INCONCLUSIVE;
        vmsg_connection_end(c, &end);
        why = c->closed ? vmsg_outcome_not_startable(&end, c->received) : NULL;
        if (why)
            snprintf(r->not_started, sizeof r->not_started, "%s", why);
        free(why);
        vmsg_outcome_ended(&o, &e, &end);
        o.verdict = VMSG_VERDICT_INCONCLUSIVE; /* the player concludes */
        vmsg_tape_close(c->tape, &at, vmsg_outcome_to_json(&o, &e, s->reason));
        vmsg_outcome_clear(&o);
        vmsg_connection_clear(c);
        s->begun = false;
    }
    for (size_t i = 0; i < r->n_sessions; i++)
        if (r->sessions[i] == s)
            r->sessions[i] = r->sessions[--r->n_sessions];
    free_session(s);
}

/* An attempt that had no connection then has none now. */
static void close_session(struct vmsg_replayer *r, struct session *s, json_t *json)
{
    const struct vmsg_tape_place at = {
        .session =
            s->begun ? 0 : vmsg_tape_session(r->config.out, s->judged, json_incref(s->about)),
        .judged = s->judged};

    if (!s->begun)
        vmsg_tape_close(r->config.out, &at, json_incref(json));
    end_session(r, s);
}

/* ---- records ---- */

/* The run is about another SUT now. */
static void pass_run(struct vmsg_replayer *r, const struct vmsg_tape_record *record, json_t *json)
{
    if (record->kind == VMSG_TAPE_RUN) {
        json_object_set_new(json, "uri", vmsg_tape_text(r->config.uri));
        json_object_set_new(json, "name", json_string(""));
        json_object_set_new(json, "version", json_string(""));
        json_object_set_new(json, "memory", json_false());
        json_object_set_new(json, "layout", json_false()); /* unless it shows one */
        json_object_del(json, "assumptions");
    }
    vmsg_tape_run(r->config.out, record->kind, record->judged, json_incref(json));
}

static void put_json(struct vmsg_replayer *r, const struct vmsg_tape_record *record, json_t *json)
{
    const char *text = json_string_value(json_object_get(json, "text"));
    struct session *s = session_of(r, record->session);

    if (record->kind == VMSG_TAPE_RUN || record->kind == VMSG_TAPE_END)
        pass_run(r, record, json);
    else if (record->kind == VMSG_TAPE_SESSION)
        add_session(r, record, json);
    else if (!s)
        return;
    else if (record->kind == VMSG_TAPE_CONNECT && !s->begun)
        start(r, s, json);
    else if (record->kind == VMSG_TAPE_CLOSE)
        close_session(r, s, json);
    else if (!s->begun || s->diverged)
        return;
    else if (record->kind == VMSG_TAPE_NOTE)
        note(r, s, json, record->index);
    else if (record->kind == VMSG_TAPE_COMMAND && !s->unsettled && text && !strpbrk(text, "\r\n"))
        vmsg_connection_command(&s->connection, text);
    else if (record->kind == VMSG_TAPE_SETTLE)
        settle(r, s);
}

static void put_message(struct vmsg_replayer *r, const struct vmsg_tape_record *record)
{
    struct session *s = session_of(r, record->session);

    if (!s || !s->begun || s->diverged)
        return;
    if (record->from_sut)
        vmsg_replay_asked(&s->recorded, record->endpoint, record->payload, record->len);
    if (record->from_sut)
        await_message(r, s, record->index);
    else
        send_message(r, s, record);
}

void vmsg_replayer_put(void *replayer, const struct vmsg_tape_record *record)
{
    struct vmsg_replayer *r = replayer;
    json_t *json;

    if (*r->error || *r->not_started)
        return;
    if (record->kind == VMSG_TAPE_MESSAGE) {
        put_message(r, record);
        return;
    }
    json = json_loadb(record->payload, record->len, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(json))
        put_json(r, record, json);
    else
        fail(r, "a record is no JSON object");
    json_decref(json);
}
