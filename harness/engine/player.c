/* Playing a tape; see player.h. */
#include "harness/engine/player_state.h"

#include "harness/engine/tape_json.h"
#include "harness/engine/tape_run.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool vmsg_player_fail(struct vmsg_player *p, const char *why)
{
    if (!*p->error)
        snprintf(p->error, sizeof p->error, "%s", why);
    return false;
}

struct vmsg_player *vmsg_player_new(const struct vmsg_catalogue *catalogue)
{
    struct vmsg_player *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->catalogue = catalogue;
    for (int i = 0; i < VMSG_CLAUSE_COUNT; i++)
        p->clause_of[i] = vmsg_catalogue_find(catalogue, vmsg_clause_id((enum vmsg_clause_no)i));
    return p;
}

static void free_session(struct vmsg_played_session *s)
{
    vmsg_oracle_free(s->connection.oracle);
    vmsg_connection_clear(&s->connection);
    free(s);
}

void vmsg_player_free(struct vmsg_player *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_sessions; i++)
        free_session(p->sessions[i]);
    vmsg_player_free_rows(p);
    for (size_t i = 0; p->tallies && i < p->n_rows; i++)
        vmsg_tally_clear(&p->tallies[i]);
    free(p->tallies);
    json_decref(p->run);
    json_decref(p->end);
    free(p);
}

const char *vmsg_player_error(const struct vmsg_player *p)
{
    return *p->error ? p->error : NULL;
}

bool vmsg_player_role(const struct vmsg_player *p, enum vmsg_role *role)
{
    *role = p->facts.role;
    return p->role_known;
}

void vmsg_player_facts(struct vmsg_player *p, const struct vmsg_clause_input *facts)
{
    p->facts = *facts;
    p->role_known = p->bare = true;
}

/* ---- sessions ---- */

/* The session, moved to the front: most records follow one of the same session. */
static __attribute__((noinline)) struct vmsg_played_session *session_of(struct vmsg_player *p,
                                                                        uint32_t id)
{
    struct vmsg_played_session *s;

    for (size_t i = 0; i < p->n_sessions; i++)
        if ((s = p->sessions[i])->id == id) {
            p->sessions[i] = p->sessions[0];
            return p->sessions[0] = s;
        }
    vmsg_player_fail(p, "a record belongs to no session that is open");
    return NULL;
}

static bool begin_session(struct vmsg_player *p, const struct vmsg_tape_record *r,
                          const json_t *about)
{
    const char *purpose = json_string_value(json_object_get(about, "for"));
    json_int_t devices = json_integer_value(json_object_get(about, "devices"));
    struct vmsg_played_session *s;

    for (size_t i = 0; i < p->n_sessions; i++)
        if (p->sessions[i]->id == r->session)
            return vmsg_player_fail(p, "a session begins twice");
    if (p->n_sessions == VMSG_PLAYED_SESSIONS)
        return vmsg_player_fail(p, "more sessions are open at a time than any run has");
    s = calloc(1, sizeof *s);
    if (!s)
        return vmsg_player_fail(p, "not enough memory");
    s->id = r->session;
    s->dev_num = (uint16_t)json_integer_value(json_object_get(about, "dev_num"));
    s->piece = (uint64_t)json_integer_value(json_object_get(about, "piece"));
    s->seed = (uint64_t)json_integer_value(json_object_get(about, "seed"));
    s->devices = devices < 1 ? 1 : (uint64_t)devices;
    s->scenario = json_object_get(about, "scenario") != NULL;
    p->sessions[p->n_sessions++] = s;
    if (!purpose || strcmp(purpose, "discovery") != 0)
        s->row = vmsg_player_row(p, about);
    return !vmsg_player_error(p);
}

static bool connect_session(struct vmsg_player *p, struct vmsg_played_session *s,
                            const struct vmsg_tape_record *r, const json_t *json)
{
    struct vmsg_oracle_config config = {.judged = r->judged};

    if (s->connected)
        return vmsg_player_fail(p, "a session connects twice");
    s->connected = true;
    if (vmsg_config_from_json(&config, json, p->error, sizeof p->error))
        vmsg_connection_judge(&s->connection, &config);
    vmsg_config_clear(&config);
    return !vmsg_player_error(p);
}

/* What it set out to test counts for a scenario; for any other connection, whatever was. */
static void judge(struct vmsg_player *p, struct vmsg_played_session *s, struct vmsg_outcome *o,
                  struct vmsg_evidence *e)
{
    vmsg_outcome_judge(o, &s->connection, s->row->scenario.clauses, p->clause_of, e);
    for (int i = 0; !s->scenario && i < VMSG_CLAUSE_COUNT; i++)
        e->exercised |= o->exercised[i] > 0;
    o->connected = true;
}

static void end_session(struct vmsg_player *p, struct vmsg_played_session *s)
{
    for (size_t i = 0; i < p->n_sessions; i++)
        if (p->sessions[i] == s)
            p->sessions[i] = p->sessions[--p->n_sessions];
    free_session(s);
}

/* What a fuzzer found is a row of its own, so that all of it is shown. */
static struct vmsg_played_row *row_of_finding(struct vmsg_player *p, const char *finding)
{
    json_t *about = json_pack("{so}", "for", json_sprintf("fuzz/%s", finding));
    struct vmsg_played_row *row = vmsg_player_row(p, about);

    json_decref(about);
    return row;
}

static bool close_session(struct vmsg_player *p, struct vmsg_played_session *s,
                          const struct vmsg_tape_record *r, const json_t *json)
{
    struct vmsg_evidence e = {
        .run = VMSG_SCRIPT_RETURNED, .closing = true, .close = VMSG_SCRIPT_RETURNED};
    const char *finding = json_string_value(json_object_get(json, "finding"));
    struct vmsg_outcome o = {0};
    const char *reason = "";
    bool judged = true, ok = true;

    if (s->row && finding && !(s->row = row_of_finding(p, finding)))
        return false;
    if (s->row && json_object_get(json, "verdict"))
        ok = vmsg_outcome_from_json(&o, json, &e, &reason, &judged);
    if (!ok) {
        vmsg_outcome_clear(&o);
        return vmsg_player_fail(p, "a session ends in no way that is known");
    }
    if (s->row && judged) {
        judge(p, s, &o, &e);
        vmsg_outcome_conclude(&o, &e, reason);
    }
    if (s->row) {
        s->row->tally.result.duration_us += r->t_ns / 1000;
        ok = vmsg_player_tally(p, s, &o);
    }
    end_session(p, s);
    return ok;
}

/* The tape ends in the midst of it: what was found until then counts. */
static void cut_session(struct vmsg_player *p, struct vmsg_played_session *s)
{
    struct vmsg_evidence e = {
        .run = VMSG_SCRIPT_INCONCLUSIVE, .closing = true, .close = VMSG_SCRIPT_RETURNED};
    struct vmsg_outcome o = {0};

    if (s->row && s->connected) {
        judge(p, s, &o, &e);
        vmsg_outcome_conclude(&o, &e, "the capture ends in the midst of it");
        vmsg_player_tally(p, s, &o);
    }
    end_session(p, s);
}

/* ---- records ---- */

static void note(struct vmsg_player *p, struct vmsg_played_session *s,
                 const struct vmsg_tape_place *at, const json_t *json)
{
    struct vmsg_note n;
    const char *text;

    if (!vmsg_note_from_json(&n, json, p->note_data, &text))
        vmsg_player_fail(p, "a note is none that is known");
    else
        vmsg_connection_note_at(&s->connection, at, &n, text ? text : "");
}

static void layout(struct vmsg_player *p, struct vmsg_played_session *s,
                   const struct vmsg_tape_place *at, const json_t *json)
{
    struct vmsg_amp_seen seen;

    if (!vmsg_layout_from_json(&seen, json)) {
        vmsg_player_fail(p, "a look at a shared-memory layout is none that is known");
        return;
    }
    p->facts.layout = true;
    vmsg_connection_layout_at(&s->connection, at, &seen);
}

static void play_json(struct vmsg_player *p, const struct vmsg_tape_record *r, json_t *json)
{
    const struct vmsg_tape_place at = {.t_ns = r->t_ns, .judged = r->judged};
    const char *text = json_string_value(json_object_get(json, "text"));
    struct vmsg_played_session *s;

    if (r->kind == VMSG_TAPE_SESSION) {
        begin_session(p, r, json);
        return;
    }
    s = session_of(p, r->session);
    if (!s)
        return;
    if (r->kind == VMSG_TAPE_CLOSE)
        close_session(p, s, r, json);
    else if (!s->row)
        return;
    else if (r->kind == VMSG_TAPE_CONNECT)
        connect_session(p, s, r, json);
    else if (r->kind == VMSG_TAPE_NOTE)
        note(p, s, &at, json);
    else if (r->kind == VMSG_TAPE_LAYOUT)
        layout(p, s, &at, json);
    else if (r->kind == VMSG_TAPE_REMARK)
        vmsg_connection_remark_at(&s->connection, &at, text ? text : "");
    else if (r->kind == VMSG_TAPE_SETTLE && s->connection.oracle)
        vmsg_oracle_settle(s->connection.oracle);
}

static void play_message(struct vmsg_player *p, const struct vmsg_tape_record *r)
{
    struct vmsg_played_session *s = p->n_sessions && p->sessions[0]->id == r->session
                                        ? p->sessions[0]
                                        : session_of(p, r->session);

    if (!s || !s->row)
        return;
    if (!s->connected)
        vmsg_player_fail(p, "a message comes before its connection");
    else
        vmsg_connection_pass(&s->connection,
                             &(struct vmsg_tape_place){.t_ns = r->t_ns, .judged = r->judged},
                             r->from_sut, r->endpoint, r->payload, r->len);
}

static void play_run(struct vmsg_player *p, const struct vmsg_tape_record *r, json_t *json)
{
    json_t **keep = r->kind == VMSG_TAPE_RUN ? &p->run : &p->end;

    if (*keep)
        vmsg_player_fail(p, "it holds more than one run");
    else if (r->kind == VMSG_TAPE_RUN && !vmsg_run_from_json(&p->facts, json))
        vmsg_player_fail(p, "the run that it holds has no role that is known");
    else
        *keep = json_incref(json);
}

/* Every record tells the role; they agree. */
static __attribute__((noinline)) bool same_role(struct vmsg_player *p,
                                                const struct vmsg_tape_record *r)
{
    enum vmsg_role role = vmsg_tape_role(r->judged);

    if (!p->role_known)
        p->facts.role = role;
    p->role_known = true;
    p->judged = r->judged;
    return p->facts.role == role || vmsg_player_fail(p, "its records are about different roles");
}

/* A call, so that what every message passes through is short. */
static __attribute__((noinline)) void put_json(struct vmsg_player *p,
                                               const struct vmsg_tape_record *r)
{
    json_t *json = json_loadb(r->payload, r->len, JSON_REJECT_DUPLICATES, NULL);

    if (!json_is_object(json))
        vmsg_player_fail(p, "a record is no JSON object");
    else if (r->kind == VMSG_TAPE_RUN || r->kind == VMSG_TAPE_END)
        play_run(p, r, json);
    else
        play_json(p, r, json);
    json_decref(json);
}

void vmsg_player_put(void *player, const struct vmsg_tape_record *r)
{
    struct vmsg_player *p = player;

    if (*p->error || (r->judged != p->judged && !same_role(p, r)))
        return;
    if (r->kind == VMSG_TAPE_MESSAGE)
        play_message(p, r);
    else if (r->kind != VMSG_TAPE_FINDING)
        put_json(p, r);
}

/* ---- the result ---- */

static int by_piece(const void *a, const void *b)
{
    const struct vmsg_played_row *x = *(struct vmsg_played_row *const *)a,
                                 *y = *(struct vmsg_played_row *const *)b;

    return (x->first > y->first) - (x->first < y->first);
}

static const char *text_of(const json_t *json, const char *key, const char *absent)
{
    const char *text = json_string_value(json_object_get(json, key));

    return text ? text : absent;
}

static void describe(struct vmsg_player *p, struct vmsg_run_result *result)
{
    const char *assumed = text_of(p->run, "assumptions", NULL);
    const char *not_started = text_of(p->end, "not_started", NULL);

    *result = (struct vmsg_run_result){
        .spec = "virtio-msg-v2",
        .role = vmsg_role_text(p->facts.role),
        .sut_name = text_of(p->run, "name", ""),
        .sut_version = text_of(p->run, "version", ""),
        .sut_uri = text_of(p->run, "uri", ""),
        .seed = (uint64_t)json_integer_value(json_object_get(p->run, "seed")),
        .assumptions = assumed ? strdup(assumed) : NULL,
        .not_started = not_started ? strdup(not_started) : NULL,
        .interrupted =
            !p->bare && p->run && (!p->end || json_is_true(json_object_get(p->end, "interrupted"))),
    };
}

static void judge_clauses(struct vmsg_player *p, const struct vmsg_suite *suite,
                          struct vmsg_run_result *result)
{
    struct vmsg_clause_input in = p->facts;

    in.catalogue = p->catalogue;
    in.exercised = p->exercised;
    in.found = p->found;
    in.scenarios = p->tallies;
    in.n_scenarios = p->n_rows;
    in.suite = suite;
    if (result->interrupted)
        in.stopped = "the run was interrupted";
    if (!vmsg_clause_verdicts(&in, result))
        result->n_clauses = 0;
}

void vmsg_player_result(struct vmsg_player *p, const struct vmsg_suite *suite,
                        struct vmsg_run_result *result)
{
    while (p->n_sessions)
        cut_session(p, p->sessions[0]);
    vmsg_player_settle_pieces(p);
    describe(p, result);
    if (p->n_rows)
        qsort(p->rows, p->n_rows, sizeof *p->rows, by_piece);
    p->tallies = calloc(p->n_rows + 1, sizeof *p->tallies);
    result->scenarios = calloc(p->n_rows + 1, sizeof *result->scenarios);
    if (!p->tallies || !result->scenarios)
        return;
    for (size_t i = 0; i < p->n_rows; i++) {
        p->tallies[i] = p->rows[i]->tally;
        vmsg_tally_init(&p->rows[i]->tally, &p->rows[i]->scenario);
    }
    judge_clauses(p, suite, result);
    for (size_t i = 0; i < p->n_rows; i++) {
        if (!p->tallies[i].begun)
            continue;
        result->scenarios[result->n_scenarios++] = p->tallies[i].result;
        p->tallies[i].result = (struct vmsg_scenario_result){0};
    }
    result->conforms = vmsg_run_conforms(result);
}
