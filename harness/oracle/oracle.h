/*
 * The judge: a pure function of a message stream.
 *
 * Feed it every message between a driver side and a device side, in the order in which the
 * harness saw them, and the few facts that the stream cannot tell (memory, upper tester). It
 * follows each bus and device and reports findings; each names a clause. It counts, per clause,
 * the situations in which the clause could have been broken: no situation, no pass.
 *
 * No I/O and no clock. A message costs constant time; memory is allocated when a device, a queue
 * page or a larger set of outstanding requests first appears, never per message, and is bounded
 * by live devices, queues and outstanding requests.
 */
#ifndef VMSG_ORACLE_H
#define VMSG_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The clauses that the oracle judges; the ids are the catalogue's. */
enum vmsg_clause_no {
#define VMSG_CLAUSE(NAME, ID, BINDS) VMSG_##NAME,
#include "harness/oracle/clauses.def"
#undef VMSG_CLAUSE
    VMSG_CLAUSE_COUNT,
};

/* "dev.set-vqueue.2" */
const char *vmsg_clause_id(enum vmsg_clause_no clause);

/* Whose messages are judged: the device side's, the driver's, those of a bus between two ends. */
enum vmsg_judged { VMSG_JUDGE_DEVICE = 1, VMSG_JUDGE_DRIVER = 2, VMSG_JUDGE_BUS = 4 };

/* The SUTs that can break a clause: enum vmsg_judged, or'ed. */
unsigned vmsg_clause_binds(enum vmsg_clause_no clause);

enum vmsg_direction { VMSG_TO_DEVICE, VMSG_TO_DRIVER };

/* Where a message was seen. Only a bus under test has two ends; else there is only the first. */
enum vmsg_end { VMSG_DRIVER_END, VMSG_DEVICE_END };

/* Bus messages that the SUT implements (its ICS, or what a probe found). */
enum vmsg_bus_messages {
    VMSG_BUS_GET_DEVICES = 1,
    VMSG_BUS_PING = 2,
    VMSG_BUS_EVENT_DEVICE = 4,
};

struct vmsg_range {
    uint32_t offset, length; /* bytes */
};

/* What the ICS declares of one device. */
struct vmsg_device_facts {
    uint16_t dev_num;
    bool writable_declared;
    const struct vmsg_range *writable;
    size_t n_writable;
    bool shm_declared;
    const uint32_t *shm;
    size_t n_shm;
    bool no_uuid;     /* declares that it has no UUID */
    uint32_t answers; /* bit per msg_id that it was seen to answer, on another connection */
};

struct vmsg_oracle_config {
    unsigned judged; /* enum vmsg_judged, or'ed */
    uint32_t revision;
    uint32_t max_msg_size;       /* bytes, header included, 52..65,535 */
    uint64_t transport_features; /* VMSG_F_STRICT_CONFIG_GENERATION, ... */
    bool polling;                /* no EVENT_AVAIL / EVENT_USED are due */
    bool synthesis;              /* of a bus: it synthesises notifications, by its own word */
    /* Of a bus: what goes in at one end may be taken in before what went in at the other before. */
    bool ends_apart;
    /* Time goes on only while the SUT is idle. Else it may be silent because the machine is busy.
     */
    bool virtual_time;
    /* One attempt of a driver, or the completion policy of a bus; 0: not declared. */
    uint32_t request_timeout_ms;
    uint32_t attempts; /* of a driver before it gives up and resets; 0: not declared */
    uint64_t mem_base; /* DMA memory that addresses may name; mem_size 0: unknown */
    uint64_t mem_size;
    unsigned bus_messages;
    /* Device numbers that exist, when known; else learned from GET_DEVICES and EVENT_DEVICE. */
    const uint16_t *devices;
    size_t n_devices;
    bool more_devices; /* a driver may know others that nobody declares, unless GET_DEVICES tells */
    const struct vmsg_device_facts *facts; /* copied, like all arrays here */
    size_t n_facts;
};

struct vmsg_finding {
    enum vmsg_clause_no clause;
    uint32_t message; /* index given to vmsg_oracle_message() */
    uint16_t dev_num;
    const char *text; /* what was seen and what the clause asks; valid during the call */
};

typedef void (*vmsg_finding_fn)(void *ctx, const struct vmsg_finding *finding);

struct vmsg_oracle;

/* NULL when out of memory. */
struct vmsg_oracle *vmsg_oracle_new(const struct vmsg_oracle_config *config, vmsg_finding_fn found,
                                    void *ctx);
void vmsg_oracle_free(struct vmsg_oracle *o);

/*
 * One message as delivered, any bytes. `index` is the caller's name for it, handed back in
 * findings. After the memory ran out the oracle stays silent and vmsg_oracle_failed() is true.
 */
void vmsg_oracle_message(struct vmsg_oracle *o, uint32_t index, enum vmsg_direction direction,
                         const void *bytes, size_t len);

/* The same for a bus under test: at the driver end TO_DEVICE goes into the bus, at the device end
 * it comes out of it. */
void vmsg_oracle_message_at(struct vmsg_oracle *o, uint32_t index, enum vmsg_end end,
                            enum vmsg_direction direction, const void *bytes, size_t len);

/*
 * When the next message or note was seen, for those who know (never going back). Only what the
 * text bounds by time is judged by it, and a machine that is slow never makes a finding.
 */
void vmsg_oracle_time(struct vmsg_oracle *o, uint64_t now_ns);

/* How long a driver says nothing that has taken in all that it was sent. In real time one that is
 * not given the processor is silent, too. */
static inline uint64_t vmsg_idle_ns(bool virtual_time)
{
    return virtual_time ? UINT64_C(10000000) : UINT64_C(1000000000);
}

/* No statement says for how long a driver polls for the end of a reset. Ten seconds are met; one
 * that polls for longer than this, beside all its attempts, is told of by VMSG_NOTE_PATIENCE_OVER.
 */
#define VMSG_RESET_POLLING_MS 20000u

/* Facts beside the stream. */
enum vmsg_note_kind {
    /* `value` buffers were made available on dev/vq: by the harness, and notified; or, where a
     * driver is judged, seen in its ring, which now ends at `position`. */
    VMSG_NOTE_AVAILABLE,
    VMSG_NOTE_USED,          /* `value` more buffers of dev/vq are used, as memory shows */
    VMSG_NOTE_NO_INTERRUPT,  /* used buffer notifications of dev/vq: suppressed (value 1) or not */
    VMSG_NOTE_CORRUPTED,     /* the ring of dev/vq was broken on purpose */
    VMSG_NOTE_CHANGE_CONFIG, /* upper tester: the device changes `data` at `value` */
    VMSG_NOTE_NEEDS_RESET,   /* upper tester: the device meets an unrecoverable error */
    VMSG_NOTE_COMPLETE,      /* upper tester: the device finishes a buffer of dev/vq */
    VMSG_NOTE_ADD,           /* upper tester: dev appears */
    VMSG_NOTE_REMOVE,        /* upper tester: dev goes */
    VMSG_NOTE_OVERDUE, /* EVENT_USED of dev/vq was waited for, with nothing else to do, in vain */
    VMSG_NOTE_RESET_TIMEOUT, /* status was polled for the whole timeout after a reset of dev */
    /* A driver under test left dev's oldest unanswered request alone for much longer than all its
     * declared attempts take: whatever it meant to do about it, it has done. */
    VMSG_NOTE_PATIENCE_OVER,
    /* Upper tester of a driver: it refuses to make another buffer available on dev/vq. */
    VMSG_NOTE_REFUSED,
    VMSG_NOTE_DROP_NEXT,   /* upper tester of a bus: the next request towards the device is lost */
    VMSG_NOTE_BROKEN_RING, /* the driver's ring of dev/vq could not be followed; `data` says why */
    VMSG_NOTE_MAX_SIZE,    /* upper tester of a bus: `value` is the new maximum message size */
};

struct vmsg_note {
    enum vmsg_note_kind kind;
    uint32_t index; /* as for messages: where in the trace it stands */
    uint16_t dev_num;
    uint32_t vq;
    uint32_t value;
    uint32_t position; /* split ring: the available index, 0..65,535; packed ring: the next
                          descriptor's offset, bit 31 its wrap counter */
    bool unwanted;     /* available buffers, of which the device asks not to be notified */
    const uint8_t *data;
    size_t data_len;
};

void vmsg_oracle_note(struct vmsg_oracle *o, const struct vmsg_note *note);

/*
 * What was seen of an AMP layout, behind which the SUT sits. Clauses specific to that bus are
 * judged by it; the messages go through vmsg_oracle_message() as ever.
 */
struct vmsg_amp_seen;
void vmsg_oracle_amp(struct vmsg_oracle *o, uint32_t index, const struct vmsg_amp_seen *seen);

/*
 * True while the SUT owes something that a working SUT still delivers by itself: a response, an
 * event, a processed buffer. A caller waits while this holds, at most for its timeout.
 */
bool vmsg_oracle_owes(const struct vmsg_oracle *o);

/* The same for a driver's notification of buffers that it has just made available. */
bool vmsg_oracle_owes_notification(const struct vmsg_oracle *o);

/* Nothing more came, though the caller waited: whatever is owed is now a finding. */
void vmsg_oracle_settle(struct vmsg_oracle *o);

/* Bit per transport msg_id (below 32) that the device has answered. */
uint32_t vmsg_oracle_answered(const struct vmsg_oracle *o, uint16_t dev_num);

/* Situations counted for a clause, and findings. */
uint64_t vmsg_oracle_exercised(const struct vmsg_oracle *o, enum vmsg_clause_no clause);
uint64_t vmsg_oracle_findings(const struct vmsg_oracle *o, enum vmsg_clause_no clause);
bool vmsg_oracle_failed(const struct vmsg_oracle *o);

#endif
