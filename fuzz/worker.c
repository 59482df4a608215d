/* One worker of a campaign; see worker.h. */
#include "fuzz/worker.h"

#include "fuzz/corpus.h"
#include "fuzz/mutate.h"
#include "fuzz/same.h"
#include "fuzz/seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RESYNC_MS   2000u
#define TRIES       600u
#define SMALLER_MS  10000u /* for making one finding small */
#define LOST_MOST   20u    /* starts in a row that fail */
#define FIRST_SEEDS 16u
#define CANDIDATES  2u  /* for the next script to mutate, beside the first */
#define SELDOM      64u /* one script in so many is made from nothing */
#define RESET_STEPS 5u  /* at most, between two scripts of a connection */

struct work {
    const struct vmsg_campaign_config *config;
    struct vmsg_campaign_shared *shared;
    struct vmsg_worker_slot *slot;
    struct vmsg_fuzz_target target;
    struct vmsg_adapter *adapter;
    struct vmsg_fuzz_executor *executor;
    struct vmsg_fuzz_finder finder;
    struct vmsg_fuzz_corpus corpus;
    struct vmsg_fuzz_script script, session;
    struct vmsg_random random;
    uint16_t hits[VMSG_FUZZ_SIGNAL_BITS]; /* scripts that showed each bit of the signal */
    uint64_t synced_ms;
    unsigned lost; /* in a row */
};

uint64_t vmsg_campaign_clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void count(uint64_t *what, uint64_t n)
{
    __atomic_fetch_add(what, n, __ATOMIC_RELAXED);
}

/* Of a few at random the one whose mark was met least: what is seldom reached is tried more. */
static const struct vmsg_fuzz_script *any(struct work *w)
{
    size_t best = vmsg_random_below(&w->random, w->corpus.n);

    for (unsigned i = 0; i < CANDIDATES; i++) {
        size_t k = vmsg_random_below(&w->random, w->corpus.n);

        if (w->hits[w->corpus.marks[k]] < w->hits[w->corpus.marks[best]])
            best = k;
    }
    return &w->corpus.scripts[best];
}

/* The next script. */
static bool make(struct work *w)
{
    enum vmsg_role role = w->target.role;
    size_t most = w->config->steps;

    if (w->corpus.n < FIRST_SEEDS || vmsg_random_below(&w->random, SELDOM) == 0)
        return vmsg_fuzz_seed_script(&w->script, role, &w->random);
    if (vmsg_random_below(&w->random, 8) == 0)
        return vmsg_fuzz_cross(&w->script, any(w), any(w), most, &w->random);
    return vmsg_fuzz_copy(&w->script, any(w)) &&
           vmsg_fuzz_mutate(&w->script, any(w), role, most, &w->random);
}

/* Between two scripts of a connection all devices are reset: as steps, for the joined script. */
static size_t put_reset(uint8_t *out, size_t devices)
{
    size_t n = 0;

    for (size_t i = 0; i < devices && i + 1 < RESET_STEPS; i++) {
        const struct vmsg_fuzz_step stage = {.kind = VMSG_FUZZ_STAGE, .b = (uint8_t)i};

        n += vmsg_fuzz_encode_step(&stage, out + n);
    }
    return n + vmsg_fuzz_encode_step(&(struct vmsg_fuzz_step){.kind = VMSG_FUZZ_AWAIT}, out + n);
}

/* Write down what is about to be run, in case nobody comes back from it. A connection ends before
 * its scripts are more than one script can repeat. */
static void write_down(struct work *w)
{
    struct vmsg_worker_slot *slot = w->slot;
    size_t steps = w->script.n + RESET_STEPS;

    if (slot->steps + steps > VMSG_SESSION_STEPS)
        vmsg_fuzz_close(w->executor);
    if (!w->executor->open)
        slot->n = slot->steps = 0;
    else
        slot->n += put_reset(slot->bytes + slot->n, w->target.n_devices);
    slot->last = slot->n;
    slot->steps += steps;
    for (size_t i = 0; i < w->script.n && i < VMSG_SESSION_STEPS; i++)
        slot->n += vmsg_fuzz_encode_step(&w->script.steps[i], slot->bytes + slot->n);
    __atomic_store_n(&slot->busy_since, vmsg_campaign_clock_ms(), __ATOMIC_RELEASE);
}

static void count_saved(struct work *w, enum vmsg_fuzz_saved saved, enum vmsg_fuzz_end end)
{
    struct vmsg_campaign_stats *s = &w->shared->stats;

    if (saved == VMSG_FUZZ_DROPPED)
        return;
    if (saved == VMSG_FUZZ_KNOWN) {
        count(&s->again, 1);
        return;
    }
    if (saved == VMSG_FUZZ_UNSAVED)
        count(&s->unsaved, 1);
    if (saved == VMSG_FUZZ_UNSTABLE)
        count(&s->unstable, 1);
    count(end == VMSG_FUZZ_BROKEN    ? &s->broken
          : end == VMSG_FUZZ_CRASHED ? &s->crashed
                                     : &s->wedged,
          1);
}

/* From the slot, so that what killed an earlier worker is treated like what this one saw. */
static void found(struct work *w, struct vmsg_fuzz_result *result)
{
    const struct vmsg_worker_slot *slot = w->slot;

    vmsg_fuzz_close(w->executor);
    if (*result->key && vmsg_fuzz_has(w->finder.folder, result)) {
        count(&w->shared->stats.again, 1);
        return;
    }
    if (vmsg_fuzz_decode(&w->script, slot->bytes + slot->last, slot->n - slot->last) &&
        vmsg_fuzz_decode(&w->session, slot->bytes, slot->n)) {
        enum vmsg_fuzz_saved saved =
            vmsg_fuzz_save(&w->finder, &w->script, slot->last ? &w->session : NULL, result);

        count_saved(w, saved, result->end);
    }
}

/* False: the SUT cannot be had, or memory is short. */
static bool judge(struct work *w, struct vmsg_fuzz_result *r)
{
    count(&w->shared->stats.runs, 1);
    count(&w->shared->stats.messages, r->messages);
    if (r->end == VMSG_FUZZ_NO_SUT || r->end == VMSG_FUZZ_FAILED) {
        count(&w->shared->stats.lost, 1);
        snprintf(w->shared->why, sizeof w->shared->why, "%.499s", r->text);
        return r->end == VMSG_FUZZ_NO_SUT && ++w->lost < LOST_MOST;
    }
    w->lost = 0;
    if (r->end != VMSG_FUZZ_CLEAN) {
        found(w, r);
        return true;
    }
    size_t fresh = vmsg_fuzz_signal_new(&w->executor->signal, w->shared->signal, true);
    uint16_t mark = vmsg_fuzz_signal_count(&w->executor->signal, w->hits);

    if (fresh) {
        count(&w->shared->stats.signal, fresh);
        count(&w->shared->stats.corpus, 1);
        return vmsg_fuzz_corpus_add(&w->corpus, &w->script, mark);
    }
    return true;
}

/* What the other workers wrote; alone there is nobody, and the run stays repeatable. */
static bool resync(struct work *w)
{
    uint64_t now;

    if (w->config->jobs == 1)
        return true;
    now = vmsg_campaign_clock_ms();
    if (now - w->synced_ms < RESYNC_MS)
        return true;
    w->synced_ms = now;
    return vmsg_fuzz_corpus_read(&w->corpus);
}

static bool may_go_on(struct work *w)
{
    uint64_t runs = w->config->runs;

    return !__atomic_load_n(&w->shared->stop, __ATOMIC_RELAXED) &&
           (!runs || __atomic_load_n(&w->shared->stats.runs, __ATOMIC_RELAXED) < runs);
}

/* The next script may not fit: then the connection ends here, where its end can be looked at. */
static bool is_full(const struct work *w)
{
    return w->slot->steps + w->config->steps + RESET_STEPS > VMSG_SESSION_STEPS;
}

static bool run_one(struct work *w)
{
    struct vmsg_fuzz_result r;
    bool goes_on;

    write_down(w);
    vmsg_fuzz_execute(w->executor, &w->script, &r);
    w->config->take_code(&w->executor->signal);
    if (r.end == VMSG_FUZZ_CLEAN && is_full(w))
        vmsg_fuzz_part(w->executor, &r);
    __atomic_store_n(&w->slot->busy_since, 0, __ATOMIC_RELEASE);
    goes_on = judge(w, &r);
    free(r.output);
    return goes_on;
}

/* The SUT of the last connection may die of its end, too, and take this process along. */
static void part(struct work *w)
{
    struct vmsg_fuzz_result r = {.end = VMSG_FUZZ_CLEAN};

    if (!w->executor->open)
        return;
    __atomic_store_n(&w->slot->busy_since, vmsg_campaign_clock_ms(), __ATOMIC_RELEASE);
    vmsg_fuzz_part(w->executor, &r);
    __atomic_store_n(&w->slot->busy_since, 0, __ATOMIC_RELEASE);
    if (r.end != VMSG_FUZZ_CLEAN)
        found(w, &r);
    free(r.output);
}

/* The seeds, and what was kept of an earlier campaign, run first, so that their signal is known. */
static bool run_corpus(struct work *w)
{
    size_t n = w->corpus.n;

    for (size_t i = 0; i < vmsg_fuzz_seeds(w->target.role) && may_go_on(w); i++)
        if (!vmsg_fuzz_seed(&w->script, w->target.role, i) || !run_one(w))
            return false;

    for (size_t i = 0; i < n && may_go_on(w); i++)
        if (!vmsg_fuzz_copy(&w->script, &w->corpus.scripts[i]) || !run_one(w))
            return false;
    return true;
}

static bool begin(struct work *w, char *err, size_t err_size)
{
    const struct vmsg_campaign_config *c = w->config;

    w->adapter = c->setup->ctx.source.create(c->setup->ctx.source.ctx, err, err_size);
    if (!w->adapter)
        return false;
    c->count_code();
    w->target = c->setup->target;
    w->target.together = c->together;
    w->executor = vmsg_fuzz_executor_new(&w->target, w->adapter);
    if (w->executor) {
        w->executor->connection.tape = c->tape;
        w->executor->session = &w->slot->session;
    }
    w->corpus.folder = c->corpus;
    w->finder = (struct vmsg_fuzz_finder){
        .trial = {.target = &w->target,
                  .adapter = w->adapter,
                  .log = vmsg_fuzz_log_new(),
                  .hang_ms = c->hang_ms},
        .folder = c->folder,
        .sut = c->sut,
        .options = c->options,
        .role = w->target.params.role,
        .tries = w->adapter->caps & VMSG_VIRTUAL_TIME ? TRIES : TRIES / 2,
        .patience_ms = SMALLER_MS,
        .stop = &w->shared->stop,
        .mark = ".unstable",
        .seen = &w->executor->connection.trace,
    };
    snprintf(err, err_size, "not enough memory");
    return w->executor && w->finder.trial.log && vmsg_fuzz_corpus_read(&w->corpus);
}

static void end(struct work *w)
{
    vmsg_fuzz_executor_free(w->executor);
    vmsg_fuzz_log_free(w->finder.trial.log);
    if (w->adapter)
        w->adapter->ops->free(w->adapter);
    vmsg_fuzz_corpus_clear(&w->corpus);
    vmsg_fuzz_clear(&w->script);
    vmsg_fuzz_clear(&w->session);
}

int vmsg_campaign_work(const struct vmsg_campaign_config *config,
                       struct vmsg_campaign_shared *shared, unsigned job, uint64_t seed,
                       bool died_before)
{
    static struct work w; /* one in a process, and too large for a stack */
    struct vmsg_fuzz_result death = {.end = VMSG_FUZZ_CRASHED};
    bool ok;

    w = (struct work){.config = config, .shared = shared, .slot = &shared->slots[job]};
    vmsg_random_seed(&w.random, seed);
    ok = begin(&w, shared->why, sizeof shared->why);
    if (ok && died_before) {
        snprintf(death.text, sizeof death.text, "the SUT ended the process that it ran in");
        found(&w, &death);
        free(death.output);
    } else if (ok && job == 0) {
        ok = run_corpus(&w);
    }
    while (ok && may_go_on(&w))
        ok = make(&w) && run_one(&w) && resync(&w);
    if (ok)
        part(&w);
    end(&w);
    if (!ok)
        __atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
    return ok ? 0 : 1;
}
