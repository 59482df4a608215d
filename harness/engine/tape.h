/*
 * The tape: everything that the oracle is fed during a run, as a row of records. Whoever wants to
 * keep it (a capture file) gives a sink; played back (player.h), the same oracle finds the same.
 *
 * A session is one attempt at a scenario, or one connection that is for something else; at most
 * one connection belongs to it. Records of different sessions may be interleaved, those of one
 * come in order, from one thread at a time. All functions do nothing when the tape is NULL.
 *
 * To record: vmsg_tape_session(), vmsg_tape_connect() with what the oracle was made from, then
 * each message, note, look at a layout and settling just before the oracle is told, then
 * vmsg_tape_close().
 */
#ifndef VMSG_TAPE_H
#define VMSG_TAPE_H

#include "adapters/adapter.h"
#include "adapters/pcap/record.h"
#include "harness/engine/engine.h"
#include "harness/oracle/oracle.h"

#include <jansson.h>
#include <stdatomic.h>

struct vmsg_tape {
    /* Called from any thread. What cannot be kept is the sink's to remember. */
    void (*put)(void *ctx, const struct vmsg_tape_record *record);
    void *ctx;
    atomic_uint sessions; /* that were begun; starts at 0 */
};

/* Where a record belongs. */
struct vmsg_tape_place {
    uint32_t session, index;
    uint64_t t_ns;
    uint8_t judged;
};

/* Whom a message goes to, as the oracle counts it: from who sent it, and at which end. */
/* What is tested where these are judged. */
enum vmsg_role vmsg_tape_role(unsigned judged);

enum vmsg_direction vmsg_tape_direction(unsigned judged, bool from_sut, unsigned endpoint);

/* A session of its own: its number. `about` is consumed, may be NULL; see tape_json.h. */
uint32_t vmsg_tape_session(struct vmsg_tape *t, unsigned judged, json_t *about);
/* `params` is what the SUT was told; NULL: nothing that is not in the configuration. */
void vmsg_tape_connect(struct vmsg_tape *t, uint32_t session,
                       const struct vmsg_oracle_config *config,
                       const struct vmsg_adapter_params *params);
void vmsg_tape_message(struct vmsg_tape *t, const struct vmsg_tape_place *at, bool from_sut,
                       unsigned endpoint, const void *bytes, size_t len);
void vmsg_tape_note(struct vmsg_tape *t, const struct vmsg_tape_place *at,
                    const struct vmsg_note *note, const char *text);
void vmsg_tape_remark(struct vmsg_tape *t, const struct vmsg_tape_place *at, const char *text);
void vmsg_tape_command(struct vmsg_tape *t, const struct vmsg_tape_place *at, const char *line);
void vmsg_tape_layout(struct vmsg_tape *t, const struct vmsg_tape_place *at,
                      const struct vmsg_amp_seen *seen);
void vmsg_tape_settle(struct vmsg_tape *t, const struct vmsg_tape_place *at);
void vmsg_tape_finding(struct vmsg_tape *t, const struct vmsg_tape_place *at,
                       const struct vmsg_finding *finding);
/* `outcome` is consumed, may be NULL. */
void vmsg_tape_close(struct vmsg_tape *t, const struct vmsg_tape_place *at, json_t *outcome);

/* Of the run: what it is about (VMSG_TAPE_RUN) and how it ended (VMSG_TAPE_END); consumed. */
void vmsg_tape_run(struct vmsg_tape *t, enum vmsg_tape_kind kind, unsigned judged, json_t *about);

#endif
