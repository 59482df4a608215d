/*
 * One worker of a campaign, and the memory that it shares with the others and with the campaign.
 */
#ifndef VMSG_FUZZ_WORKER_H
#define VMSG_FUZZ_WORKER_H

#include "fuzz/campaign.h"

/* Of the scripts of one connection, so that they can be joined and a step be put between any two.
 */
#define VMSG_SESSION_STEPS (VMSG_FUZZ_STEPS / 2)

/* What a worker is doing: found there when it died over it. */
struct vmsg_worker_slot {
    uint32_t session;    /* on the tape, that is open; 0: none */
    uint64_t busy_since; /* ms of the monotonic clock, 0: not with the SUT */
    size_t steps;        /* of the connection's scripts so far, at most */
    size_t n;            /* their bytes, joined as one */
    size_t last;         /* where the last one begins */
    uint8_t bytes[VMSG_SESSION_STEPS * VMSG_FUZZ_STEP_MOST];
};

struct vmsg_campaign_shared {
    struct vmsg_campaign_stats stats;
    uint8_t signal[VMSG_FUZZ_SIGNAL_BYTES];
    bool stop;
    char why[500]; /* why the SUT cannot be had, when stats.lost says so */
    struct vmsg_worker_slot slots[];
};

/* In the worker's process: run until the campaign stops. `first` is the slot's script when an
 * earlier worker died over it; `seed` this worker's own. Returns the exit status. */
int vmsg_campaign_work(const struct vmsg_campaign_config *config,
                       struct vmsg_campaign_shared *shared, unsigned job, uint64_t seed,
                       bool died_before);

uint64_t vmsg_campaign_clock_ms(void);

#endif
