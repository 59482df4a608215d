/*
 * A campaign: workers that mutate scripts and run them, each a process of its own, because a SUT
 * may live in it and take it down; what they find, on disk; and how it goes.
 */
#ifndef VMSG_FUZZ_CAMPAIGN_H
#define VMSG_FUZZ_CAMPAIGN_H

#include "fuzz/finding.h"
#include "fuzz/setup.h"

#define VMSG_CAMPAIGN_JOBS 64u

struct vmsg_campaign_stats {
    uint64_t runs, messages, corpus, signal;
    uint64_t broken, crashed, wedged; /* different ones, saved by this campaign */
    uint64_t unstable;                /* of these: did not show again */
    uint64_t again;                   /* times that a known one was met */
    uint64_t unsaved;                 /* could not be written */
    uint64_t lost;                    /* starts that failed */
    uint64_t elapsed_ms;
};

struct vmsg_campaign_config {
    const struct vmsg_fuzz_setup *setup;
    const char *sut;             /* its URI */
    const char *options;         /* as of struct vmsg_fuzz_finder */
    struct vmsg_tape *tape;      /* to record on, see record.h; NULL: none */
    const char *corpus, *folder; /* of the scripts, of the findings: both exist */
    uint64_t seed;
    uint64_t runs;    /* scripts in all; 0: no bound */
    uint64_t time_ms; /* 0: no bound */
    unsigned jobs;
    size_t together;  /* scripts on one connection; 1: each has its own */
    size_t steps;     /* of a script, at most */
    uint32_t hang_ms; /* how long a SUT in a worker's process may take over a script */
    /* Code coverage of a SUT in a worker's process: begin to count; add what was reached. */
    void (*count_code)(void);
    void (*take_code)(struct vmsg_fuzz_signal *signal);
    void *ctx;
    void (*status)(void *ctx, const struct vmsg_campaign_stats *stats); /* several times a second */
    bool (*stop)(void *ctx);
};

/* False with a sentence in err when it could not begin or the SUT cannot be started any more. */
bool vmsg_campaign_run(const struct vmsg_campaign_config *config, struct vmsg_campaign_stats *stats,
                       char *err, size_t err_size);

#endif
