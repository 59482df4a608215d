/*
 * Sending the harness's half of a tape again, to a SUT that is there now. Each session gets a
 * connection of its own, told what the recorded one was; its messages are sent in their order, and
 * where the tape has a message of the SUT, one is awaited. The oracle judges what comes now: all
 * of it goes to another tape, which a player plays.
 *
 * An answer of the harness takes the token of the request that came now. Memory is not on a tape:
 * notes about rings are left out, so what the SUT does there is not judged.
 */
#ifndef VMSG_REPLAYER_H
#define VMSG_REPLAYER_H

#include "harness/engine/run_context.h"
#include "harness/engine/tape.h"

struct vmsg_replayer;

struct vmsg_replay_config {
    struct vmsg_adapter_source source;
    const char *uri;       /* for the result */
    struct vmsg_tape *out; /* what happens now */
    uint32_t timeout_ms;   /* how long a message is awaited */
};

/* NULL when out of memory. */
struct vmsg_replayer *vmsg_replayer_new(const struct vmsg_replay_config *config);

/* Ends what is still connected. */
void vmsg_replayer_free(struct vmsg_replayer *r);

/* One record, as the sink of a tape: put(replayer, record). */
void vmsg_replayer_put(void *replayer, const struct vmsg_tape_record *record);

/* A sentence about the first record that makes no sense, NULL: none did. Later ones are ignored. */
const char *vmsg_replayer_error(const struct vmsg_replayer *r);

/* Why the SUT could not be started or reached, NULL: it could. */
const char *vmsg_replayer_not_started(const struct vmsg_replayer *r);

/* Messages that were sent to the SUT. */
uint64_t vmsg_replayer_sent(const struct vmsg_replayer *r);

/* Where DMA memory, which is not on the tape, may have decided what the SUT did; NULL: nowhere. */
const char *vmsg_replayer_memory(struct vmsg_replayer *r);

#endif
