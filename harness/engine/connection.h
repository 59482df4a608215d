/*
 * One connection to the SUT: the adapter, the oracle that watches it, and the trace of it.
 *
 * Every message that passes is in the trace and before the oracle, under the same index. What
 * the SUT did in memory before it sent a message is told to the oracle before the message.
 */
#ifndef VMSG_CONNECTION_H
#define VMSG_CONNECTION_H

#include "adapters/adapter.h"
#include "harness/engine/result.h"
#include "harness/engine/tape.h"
#include "harness/engine/trace.h"
#include "harness/engine/watch.h"
#include "harness/oracle/oracle.h"
#include "harness/wire/amp.h"

#define VMSG_WATCHES_MOST  64
#define VMSG_MEM_BASE      UINT64_C(0x40000000) /* where the adapter leaves it open */
#define VMSG_FINDINGS_MOST 1000u                /* kept of one connection; all are counted */
#define VMSG_FINDINGS_EACH 5u /* of one clause are kept in any case, with the trace around them */
#define VMSG_FLOOD         100000u /* messages beyond those sent, after which it is a flood */
#define VMSG_PACKET_MOST   (65536u + 64u) /* bytes read of a packet */

struct vmsg_seen_finding {
    enum vmsg_clause_no clause;
    uint32_t message;
    uint16_t dev_num;
    char *text; /* NULL when memory ran out */
};

struct vmsg_connection {
    struct vmsg_adapter *adapter;
    struct vmsg_oracle *oracle;
    unsigned judged; /* enum vmsg_judged: what the SUT is */
    uint64_t began_ns;
    uint8_t *memory; /* NULL: none */
    size_t mem_size;
    uint64_t mem_base;       /* its bus address */
    uint32_t sent, received; /* messages */
    uint64_t first_ns;       /* when the first one came, counted from the beginning */
    bool closed;             /* the SUT closed, exited or died */
    bool out_of_memory;
    struct vmsg_ring_watch watches[VMSG_WATCHES_MOST];
    size_t n_watches;
    struct vmsg_seen_finding *findings;
    size_t n_findings;
    uint32_t found[VMSG_CLAUSE_COUNT]; /* kept ones of each clause */
    unsigned endpoint;                 /* of the last message */
    size_t len;
    uint8_t packet[VMSG_PACKET_MOST]; /* the last message or line */
    struct vmsg_trace trace; /* empty at the beginning; what it has of memory is used again */
    /* Set before the beginning: where to record, and the session that this connection belongs to.
     */
    struct vmsg_tape *tape; /* NULL: nowhere */
    uint32_t session;
};

/*
 * Start the SUT and the oracle. False with a sentence in err when the SUT cannot be had; nothing
 * is to be ended then.
 */
bool vmsg_connection_begin(struct vmsg_connection *c, struct vmsg_adapter *adapter,
                           const struct vmsg_adapter_params *params,
                           const struct vmsg_oracle_config *oracle, char *err, size_t err_size);

/*
 * Without an adapter, for what was recorded: the oracle alone, and what it is told at a given time
 * (the place's index is not looked at).
 */
void vmsg_connection_judge(struct vmsg_connection *c, const struct vmsg_oracle_config *config);
void vmsg_connection_pass(struct vmsg_connection *c, const struct vmsg_tape_place *where,
                          bool from_sut, unsigned endpoint, const void *bytes, size_t len);
void vmsg_connection_note_at(struct vmsg_connection *c, const struct vmsg_tape_place *where,
                             struct vmsg_note *note, const char *text);
void vmsg_connection_remark_at(struct vmsg_connection *c, const struct vmsg_tape_place *where,
                               const char *text);
/* A look belongs to the last line of the trace and is none itself. */
void vmsg_connection_layout_at(struct vmsg_connection *c, const struct vmsg_tape_place *where,
                               const struct vmsg_amp_seen *seen);

/* Nothing more came, though the caller waited: whatever is owed is now a finding. */
void vmsg_connection_settle(struct vmsg_connection *c);

/* Stop the SUT and free everything but the trace and the findings. */
void vmsg_connection_end(struct vmsg_connection *c, struct vmsg_adapter_end *end);

/* Frees what is left after the end; or keeps of it what the next connection can use. */
void vmsg_connection_clear(struct vmsg_connection *c);
void vmsg_connection_rewind(struct vmsg_connection *c);

/* To the SUT. A SUT that takes nothing any more shows in the next wait. */
void vmsg_connection_send(struct vmsg_connection *c, unsigned endpoint, const void *bytes,
                          size_t len);
/* Why the adapter cannot carry it as it is; NULL: it can. */
const char *vmsg_connection_refuses(struct vmsg_connection *c, unsigned endpoint, const void *bytes,
                                    size_t len);
void vmsg_connection_command(struct vmsg_connection *c, const char *line);

/* Wait for what comes next; messages and lines are in c->packet, c->len bytes. */
enum vmsg_arrival vmsg_connection_wait(struct vmsg_connection *c, uint64_t deadline_ns);

/* Where the trace ends, for the tape. */
struct vmsg_tape_place vmsg_connection_place(const struct vmsg_connection *c);

uint64_t vmsg_connection_now(const struct vmsg_connection *c);

/* A fact for the oracle; `text` is its line in the trace. note->index is filled in. */
void vmsg_connection_note(struct vmsg_connection *c, struct vmsg_note *note, const char *text);

/* A line in the trace that tells the oracle nothing. */
void vmsg_connection_remark(struct vmsg_connection *c, const char *text);

/* Watch a ring from now on (false: too many); none any more, or none of one queue; look now. */
bool vmsg_connection_watch(struct vmsg_connection *c, const struct vmsg_ring_watch *watch);
void vmsg_connection_unwatch(struct vmsg_connection *c);
void vmsg_connection_unwatch_queue(struct vmsg_connection *c, uint16_t dev_num, uint32_t vq);
void vmsg_connection_poll(struct vmsg_connection *c);

#endif
