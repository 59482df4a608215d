/* The campaign over its workers; see campaign.h. */
#include "fuzz/campaign.h"

#include "fuzz/record.h"
#include "fuzz/worker.h"
#include "harness/engine/random.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between two looks at hangs and numbers; a worker that ends is seen at once. */
#define TICK_MS 50

struct job {
    pid_t pid; /* 0: none runs */
    int ended; /* readable then; -1 */
    unsigned deaths;
    bool done, hung;
};

struct campaign {
    const struct vmsg_campaign_config *config;
    struct vmsg_campaign_shared *shared;
    size_t size; /* of shared */
    struct job jobs[VMSG_CAMPAIGN_JOBS];
    uint64_t began_ms;
    bool failed;
};

/* The child of a campaign that is killed ends, too; it leaves Ctrl-C and SIGTERM, which may go to
 * the whole group, to the campaign. */
static void work(struct campaign *c, unsigned i, bool died_before)
{
    char id[48];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    /* What a SUT in this process has to say is kept when its finding is looked into. */
    if (c->config->setup->ctx.caps & VMSG_VIRTUAL_TIME && !freopen("/dev/null", "w", stderr))
        _exit(1);
    snprintf(id, sizeof id, "%u", c->jobs[i].deaths);
    _exit(vmsg_campaign_work(c->config, c->shared, i,
                             vmsg_random_derive(c->config->seed, id, (uint16_t)i), died_before));
}

static bool spawn(struct campaign *c, unsigned i, bool died_before)
{
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0)
        work(c, i, died_before);
    c->jobs[i].pid = pid > 0 ? pid : 0;
    c->jobs[i].ended = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    return pid > 0;
}

/* The session that a worker did not come to end. */
static void end_session(struct campaign *c, unsigned i, bool over_sut)
{
    struct vmsg_worker_slot *slot = &c->shared->slots[i];
    const struct vmsg_tape_place at = {.session =
                                           __atomic_exchange_n(&slot->session, 0, __ATOMIC_ACQ_REL),
                                       .judged = (uint8_t)c->config->setup->target.oracle.judged};
    struct vmsg_fuzz_result result = {.end = VMSG_FUZZ_CLEAN};

    if (over_sut) {
        result.end = c->jobs[i].hung ? VMSG_FUZZ_WEDGED : VMSG_FUZZ_CRASHED;
        snprintf(result.key, sizeof result.key, "%s", c->jobs[i].hung ? "hang" : "crash");
        snprintf(result.text, sizeof result.text, "%s",
                 c->jobs[i].hung ? "the SUT did not return"
                                 : "the SUT ended the process that it ran in");
    }
    if (at.session)
        vmsg_fuzz_record_close(c->config->tape, &at, &result);
    c->jobs[i].hung = false;
}

/* A worker that died or was killed over its SUT; the next one looks into it. */
static void reap(struct campaign *c, unsigned i, int status)
{
    struct vmsg_worker_slot *slot = &c->shared->slots[i];
    bool over_sut = __atomic_load_n(&slot->busy_since, __ATOMIC_ACQUIRE) != 0;
    bool finished = WIFEXITED(status) && WEXITSTATUS(status) <= 1 && !over_sut;

    c->jobs[i].pid = 0;
    if (c->jobs[i].ended >= 0)
        close(c->jobs[i].ended);
    __atomic_store_n(&slot->busy_since, 0, __ATOMIC_RELEASE);
    end_session(c, i, over_sut);
    if (finished) {
        c->jobs[i].done = true;
        c->failed |= WEXITSTATUS(status) == 1;
        return;
    }
    c->jobs[i].deaths++;
    if (over_sut)
        __atomic_fetch_add(&c->shared->stats.runs, 1, __ATOMIC_RELAXED);
    if (!spawn(c, i, over_sut))
        c->failed = true;
}

static void look_after(struct campaign *c)
{
    uint64_t now = vmsg_campaign_clock_ms();

    for (unsigned i = 0; i < c->config->jobs; i++) {
        uint64_t since = __atomic_load_n(&c->shared->slots[i].busy_since, __ATOMIC_ACQUIRE);
        int status;

        if (!c->jobs[i].pid)
            continue;
        if (waitpid(c->jobs[i].pid, &status, WNOHANG) == c->jobs[i].pid)
            reap(c, i, status);
        else if (since && now > since + c->config->hang_ms &&
                 c->config->setup->ctx.caps & VMSG_VIRTUAL_TIME) {
            c->jobs[i].hung = true;
            kill(c->jobs[i].pid, SIGKILL); /* reaped in the next round */
        }
    }
}

static bool all_done(const struct campaign *c)
{
    for (unsigned i = 0; i < c->config->jobs; i++)
        if (c->jobs[i].pid)
            return false;
    return true;
}

static void tell(struct campaign *c, struct vmsg_campaign_stats *stats)
{
    *stats = c->shared->stats;
    stats->elapsed_ms = vmsg_campaign_clock_ms() - c->began_ms;
    if (c->config->status)
        c->config->status(c->config->ctx, stats);
}

static void wait_a_little(const struct campaign *c)
{
    struct pollfd ends[VMSG_CAMPAIGN_JOBS];

    for (unsigned i = 0; i < c->config->jobs; i++)
        ends[i] = (struct pollfd){.fd = c->jobs[i].pid ? c->jobs[i].ended : -1, .events = POLLIN};
    poll(ends, c->config->jobs, TICK_MS);
}

static void supervise(struct campaign *c, struct vmsg_campaign_stats *stats)
{
    const struct vmsg_campaign_config *config = c->config;

    while (!all_done(c)) {
        wait_a_little(c);
        look_after(c);
        tell(c, stats);
        if ((config->time_ms && stats->elapsed_ms >= config->time_ms) ||
            (config->stop && config->stop(config->ctx)) || c->failed)
            __atomic_store_n(&c->shared->stop, true, __ATOMIC_RELAXED);
    }
}

bool vmsg_campaign_run(const struct vmsg_campaign_config *config, struct vmsg_campaign_stats *stats,
                       char *err, size_t err_size)
{
    struct campaign c = {.config = config, .began_ms = vmsg_campaign_clock_ms()};

    c.size = sizeof *c.shared + config->jobs * sizeof c.shared->slots[0];
    c.shared = mmap(NULL, c.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c.shared == MAP_FAILED) {
        snprintf(err, err_size, "not enough memory");
        return false;
    }
    for (unsigned i = 0; i < config->jobs && !c.failed; i++)
        c.failed = !spawn(&c, i, false);
    supervise(&c, stats);
    tell(&c, stats);
    if (c.failed)
        snprintf(err, err_size, "%s",
                 *c.shared->why ? c.shared->why : "a worker could not be started");
    munmap(c.shared, c.size);
    return !c.failed;
}
