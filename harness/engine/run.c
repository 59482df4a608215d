/* A run: which scenarios, on which devices, how often; and the result of it all. */
#include "harness/engine/clause_verdicts.h"
#include "harness/engine/discovery.h"
#include "harness/engine/jobs.h"
#include "harness/engine/tape_run.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JOBS_MOST 64u
/* Scenarios in a row that do not even get under way, after which no more are tried. */
#define DEAD_AFTER 3u

struct run {
    struct vmsg_run_context ctx;
    const struct vmsg_suite_entry **selected;
    size_t n_selected;
    struct vmsg_tally *tallies; /* one a selected scenario */
    struct vmsg_worker *workers[JOBS_MOST];
    unsigned n_workers;
    struct vmsg_run_result *result;
    size_t finished;
    unsigned unanswered; /* scenarios in a row that did not get under way */
    bool ever_worked, stopped;
    bool dead;                      /* the run ended because none does */
    enum vmsg_verdict dead_verdict; /* of the scenarios that did not run */
    uint64_t exercised[VMSG_CLAUSE_COUNT], found[VMSG_CLAUSE_COUNT];
};

static uint64_t clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* ---- selection ---- */

static bool is_selected(const struct vmsg_run_config *config, const struct vmsg_scenario *s)
{
    if (!config->select || !config->select[0])
        return true;
    for (size_t i = 0; config->select[i]; i++)
        if (vmsg_scenario_matches(s, config->select[i]))
            return true;
    return false;
}

/* Each glob must choose something: a misspelt one would silently test nothing. */
static bool globs_match(const struct vmsg_run_config *config, char *err, size_t err_size)
{
    const struct vmsg_suite *suite = config->suite;

    for (size_t g = 0; config->select && config->select[g]; g++) {
        bool any = false;

        for (size_t i = 0; !any && i < suite->n_entries; i++)
            any = vmsg_scenario_matches(&suite->entries[i].scenario, config->select[g]);
        if (!any) {
            snprintf(err, err_size,
                     "'%s' selects no scenario of role %s; `vmsgspec list` shows their names",
                     config->select[g], vmsg_role_text(config->role));
            return false;
        }
    }
    return true;
}

static bool select_scenarios(struct run *r, char *err, size_t err_size)
{
    const struct vmsg_run_config *config = r->ctx.config;
    const struct vmsg_suite *suite = config->suite;

    if (!globs_match(config, err, err_size))
        return false;
    r->selected = calloc(suite->n_entries + 1, sizeof *r->selected);
    r->tallies = calloc(suite->n_entries + 1, sizeof *r->tallies);
    if (!r->selected || !r->tallies) {
        snprintf(err, err_size, "not enough memory");
        return false;
    }
    for (size_t i = 0; i < suite->n_entries; i++) {
        const struct vmsg_suite_entry *e = &suite->entries[i];

        if (!is_selected(config, &e->scenario))
            continue;
        vmsg_tally_init(&r->tallies[r->n_selected], &e->scenario);
        r->tallies[r->n_selected].result.seed = config->seed;
        r->selected[r->n_selected++] = e;
        r->ctx.want_writable |= e->writable;
    }
    if (r->n_selected)
        return true;
    snprintf(err, err_size, "there are no scenarios for role %s", vmsg_role_text(config->role));
    return false;
}

/* ---- one piece of work: a scenario, on its devices, in one repetition ---- */

static void do_scenario(void *arg, struct vmsg_worker *w, size_t i, struct vmsg_tally *out)
{
    struct run *r = arg;
    const struct vmsg_suite_entry *e = r->selected[i % r->n_selected];
    uint64_t seed = r->ctx.config->seed + i / r->n_selected;
    size_t n = e->bus ? 1 : r->ctx.discovery.n_tested;
    const struct vmsg_piece piece = {.number = i, .devices = n, .seed = seed};
    uint64_t began = clock_us();

    vmsg_tally_init(out, &e->scenario);
    out->result.seed = seed;
    for (size_t d = 0; d < n; d++) {
        uint16_t dev = r->ctx.discovery.tested[d];
        struct vmsg_outcome outcome;
        char label[32];

        snprintf(label, sizeof label, "device %u", dev);
        vmsg_attempt(w, e, d, vmsg_random_derive(seed, e->scenario.id, dev), &piece, &outcome);
        vmsg_tally_add(out, &outcome, n > 1 ? label : NULL);
    }
    vmsg_tally_finish(out);
    out->result.duration_us = clock_us() - began;
}

static void scenario_begun(void *arg, size_t i)
{
    struct run *r = arg;
    const struct vmsg_run_hooks *hooks = &r->ctx.config->hooks;

    if (hooks->started)
        hooks->started(hooks->ctx, r->selected[i % r->n_selected]->scenario.id, r->finished,
                       r->n_selected * r->ctx.config->repeat);
}

/*
 * A SUT that answers no opening need not be asked a hundred times. Nor a driver that has not
 * brought a single device to DRIVER_OK, not even in the discovery, whose devices do nothing
 * unusual: it may be broken or want other devices, but comes to no scenario's situation, and each
 * waits for that.
 */
static void watch_for_death(struct run *r, const struct vmsg_tally *t)
{
    enum vmsg_verdict v = t->result.verdict;
    bool gone = v == VMSG_VERDICT_WEDGED || v == VMSG_VERDICT_CRASHED;
    bool lost = r->ctx.config->role == VMSG_ROLE_DRIVER && !r->ever_worked &&
                (v == VMSG_VERDICT_FAIL || v == VMSG_VERDICT_INCONCLUSIVE);

    if (!t->connected)
        return;
    if (t->opened || v == VMSG_VERDICT_PASS) {
        r->ever_worked = true;
        r->unanswered = 0;
    } else if (gone || lost) {
        if (gone)
            r->dead_verdict = v;
        else if (!r->unanswered)
            r->dead_verdict = VMSG_VERDICT_INCONCLUSIVE; /* a failure would need a finding */
        r->unanswered++;
    }
    if (r->unanswered >= DEAD_AFTER && (!r->ever_worked || !(r->ctx.caps & VMSG_CAN_RESTART)))
        r->dead = true;
}

static bool scenario_done(void *arg, size_t i, struct vmsg_tally *tally)
{
    struct run *r = arg;
    const struct vmsg_run_hooks *hooks = &r->ctx.config->hooks;

    r->finished++;
    for (int k = 0; k < VMSG_CLAUSE_COUNT; k++) {
        r->exercised[k] += tally->exercised[k];
        r->found[k] += tally->found[k];
    }
    watch_for_death(r, tally);
    if (hooks->finished)
        hooks->finished(hooks->ctx, &tally->result, r->finished,
                        r->n_selected * r->ctx.config->repeat);
    vmsg_tally_merge(&r->tallies[i % r->n_selected], tally);
    r->stopped |= hooks->stop && hooks->stop(hooks->ctx);
    return !r->dead && !r->stopped;
}

/* ---- workers ---- */

static bool add_worker(struct run *r, char *err, size_t err_size)
{
    struct vmsg_worker *w = vmsg_worker_new(&r->ctx, err, err_size);

    if (w)
        r->workers[r->n_workers++] = w;
    return w;
}

/* A tape without jobs that were asked for is in the order of the suite. */
static unsigned jobs_unasked(const struct run *r)
{
    cpu_set_t ours;

    if (!(r->ctx.caps & VMSG_CAN_MANY) || r->ctx.config->tape ||
        sched_getaffinity(0, sizeof ours, &ours) != 0)
        return 1;
    return (unsigned)CPU_COUNT(&ours);
}

static bool add_workers(struct run *r, char *err, size_t err_size)
{
    size_t pieces = r->n_selected * r->ctx.config->repeat;
    unsigned n = r->ctx.config->jobs ? r->ctx.config->jobs : jobs_unasked(r);

    if (n > JOBS_MOST)
        n = JOBS_MOST;
    if (r->ctx.caps & VMSG_CAN_ONE)
        n = 1;
    while (r->n_workers < n && r->n_workers < pieces)
        if (!add_worker(r, err, err_size))
            return false;
    return true;
}

/* ---- the result ---- */

/* For the tape: a scenario that did not run, as if it had ended at once. */
static void record_rest(struct run *r, size_t i)
{
    const struct vmsg_scenario_result *s = &r->tallies[i].result;
    struct vmsg_outcome outcome = {.verdict = s->verdict, .reason = s->reason};
    struct vmsg_tape_place at = {.judged = (uint8_t)vmsg_context_judged(&r->ctx)};
    struct vmsg_tape *tape = r->ctx.config->tape;

    if (!tape)
        return;
    at.session =
        vmsg_tape_session(tape, at.judged,
                          vmsg_session_to_json(&r->selected[i]->scenario,
                                               &(struct vmsg_piece){i, 1, r->ctx.config->seed}, 0));
    vmsg_tape_close(tape, &at, vmsg_outcome_to_json(&outcome, NULL, NULL));
}

/* Scenarios that did not run: what a dead SUT did to the others; none of an interrupted run. */
static void settle_rest(struct run *r)
{
    char reason[160];

    for (size_t i = 0; i < r->n_selected; i++) {
        struct vmsg_tally *t = &r->tallies[i];

        if (t->begun || r->stopped)
            continue;
        if (r->dead) {
            snprintf(reason, sizeof reason, "not run: the %s in %u scenarios in a row",
                     r->ctx.config->role == VMSG_ROLE_DRIVER
                         ? "driver brought no device to DRIVER_OK"
                         : "SUT did not answer the opening",
                     DEAD_AFTER);
            t->result.verdict = r->dead_verdict;
        } else {
            snprintf(reason, sizeof reason, "not run: %s",
                     r->result->not_started ? "the SUT did not start" : "the harness failed");
            t->result.verdict = VMSG_VERDICT_INCONCLUSIVE;
        }
        t->result.reason = strdup(reason);
        t->begun = true;
        record_rest(r, i);
    }
}

static struct vmsg_clause_input clause_input(const struct run *r)
{
    struct vmsg_clause_input in = vmsg_context_facts_of_clauses(&r->ctx);

    in.exercised = r->exercised;
    in.found = r->found;
    in.scenarios = r->tallies;
    in.n_scenarios = r->n_selected;
    in.stopped = r->stopped ? "the run was interrupted" : NULL;
    return in;
}

static void judge_clauses(struct run *r)
{
    const struct vmsg_clause_input in = clause_input(r);

    if (!vmsg_clause_verdicts(&in, r->result))
        r->result->n_clauses = 0;
}

static void make_result(struct run *r)
{
    struct vmsg_run_result *result = r->result;

    result->interrupted = r->stopped;
    settle_rest(r);
    judge_clauses(r);
    result->scenarios = calloc(r->n_selected + 1, sizeof *result->scenarios);
    for (size_t i = 0; result->scenarios && i < r->n_selected; i++) {
        if (!r->tallies[i].begun)
            continue;
        result->scenarios[result->n_scenarios++] = r->tallies[i].result;
        r->tallies[i].result = (struct vmsg_scenario_result){0};
    }
    result->conforms = vmsg_run_conforms(result);
    vmsg_tape_run(r->ctx.config->tape, VMSG_TAPE_END, vmsg_context_judged(&r->ctx),
                  r->ctx.config->tape ? vmsg_run_end_to_json(result) : NULL);
}

/* ---- the run ---- */

static void number_clauses(struct run *r)
{
    for (int i = 0; i < VMSG_CLAUSE_COUNT; i++)
        r->ctx.clause_of[i] =
            vmsg_catalogue_find(r->ctx.config->catalogue, vmsg_clause_id((enum vmsg_clause_no)i));
}

static bool run_scenarios(struct run *r, char *err, size_t err_size)
{
    struct vmsg_jobs jobs = {
        .ctx = &r->ctx,
        .workers = r->workers,
        .total = r->n_selected * r->ctx.config->repeat,
        .work = do_scenario,
        .begun = scenario_begun,
        .done = scenario_done,
        .arg = r,
    };
    struct vmsg_clause_input in;

    vmsg_discover(&r->ctx, r->workers[0], r->result);
    r->ever_worked = r->ctx.discovery.runs;
    in = clause_input(r);
    vmsg_tape_run(r->ctx.config->tape, VMSG_TAPE_RUN, vmsg_context_judged(&r->ctx),
                  r->ctx.config->tape ? vmsg_run_to_json(&in, r->result) : NULL);
    if (r->result->not_started)
        return true;
    if (!add_workers(r, err, err_size))
        return false;
    jobs.n_workers = r->n_workers;
    if (vmsg_jobs_run(&jobs))
        return true;
    snprintf(err, err_size, "not enough memory or threads for %u jobs", r->n_workers);
    return false;
}

static void release(struct run *r)
{
    for (unsigned i = 0; i < r->n_workers; i++)
        vmsg_worker_free(r->workers[i]);
    for (size_t i = 0; r->tallies && i < r->n_selected; i++)
        vmsg_tally_clear(&r->tallies[i]);
    vmsg_discovery_clear(&r->ctx.discovery);
    free(r->tallies);
    free(r->selected);
    free(r);
}

static bool start(struct run *r, char *err, size_t err_size)
{
    number_clauses(r);
    if (!select_scenarios(r, err, err_size) || !add_worker(r, err, err_size))
        return false;
    const struct vmsg_adapter *adapter = r->workers[0]->adapter;
    r->ctx.caps = adapter->caps;
    r->ctx.mem_base = adapter->mem_base ? adapter->mem_base : VMSG_MEM_BASE;
    return true;
}

bool vmsg_run_from(const struct vmsg_run_config *config, struct vmsg_adapter_source source,
                   struct vmsg_run_result *result, char *err, size_t err_size)
{
    struct run *r = calloc(1, sizeof *r);
    uint64_t began = clock_us();
    bool ok;

    *result = (struct vmsg_run_result){.spec = "virtio-msg-v2",
                                       .role = vmsg_role_text(config->role),
                                       .sut_name = config->ics->name,
                                       .sut_version = config->ics->version,
                                       .sut_uri = config->sut_uri,
                                       .seed = config->seed};
    if (!r) {
        snprintf(err, err_size, "not enough memory");
        return false;
    }
    r->ctx.config = config;
    r->ctx.source = source;
    r->result = result;
    ok = start(r, err, err_size) && run_scenarios(r, err, err_size);
    if (ok)
        make_result(r);
    result->duration_us = clock_us() - began;
    release(r);
    return ok;
}

static struct vmsg_adapter *create_from_uri(void *ctx, char *err, size_t err_size)
{
    const struct vmsg_run_config *config = ctx;

    if (config->sut_device_side)
        return vmsg_adapter_create_pair(config->sut_uri, config->sut_device_side,
                                        vmsg_role_text(config->role), err, err_size);
    return vmsg_adapter_create(config->sut_uri, vmsg_role_text(config->role), err, err_size);
}

bool vmsg_run(const struct vmsg_run_config *config, struct vmsg_run_result *result, char *err,
              size_t err_size)
{
    struct vmsg_adapter_source source = {.create = create_from_uri, .ctx = (void *)config};

    return vmsg_run_from(config, source, result, err, err_size);
}
