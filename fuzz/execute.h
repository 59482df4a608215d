/*
 * Runs scripts against a SUT with the oracle as judge.
 *
 * Several scripts may run on one connection, each after a reset of all devices; or each has a
 * connection of its own. What a script may send and how long it may take are bounded.
 */
#ifndef VMSG_FUZZ_EXECUTE_H
#define VMSG_FUZZ_EXECUTE_H

#include "fuzz/far.h"
#include "fuzz/log.h"
#include "fuzz/signal.h"

/* What is fuzzed; strings and arrays are borrowed. */
struct vmsg_fuzz_target {
    enum vmsg_role role;
    struct vmsg_adapter_params params;
    struct vmsg_oracle_config oracle;
    bool must[VMSG_CLAUSE_COUNT]; /* clauses whose break is a finding */
    uint16_t devices[VMSG_FUZZ_DEVICES];
    size_t n_devices;
    const char *model;   /* of the first device that is played, NULL: the usual */
    uint32_t timeout_ms; /* how long a SUT may stay silent */
    size_t together;     /* scripts on one connection, at least 1 */
};

enum vmsg_fuzz_end {
    VMSG_FUZZ_CLEAN,
    VMSG_FUZZ_BROKEN,  /* a MUST clause */
    VMSG_FUZZ_WEDGED,  /* well-formed requests are not answered any more */
    VMSG_FUZZ_CRASHED, /* it died or closed the connection */
    VMSG_FUZZ_FLOOD,   /* it sends without end */
    VMSG_FUZZ_NO_SUT,  /* it could not be started or reached */
    VMSG_FUZZ_FAILED,  /* the harness: memory */
};

struct vmsg_fuzz_result {
    enum vmsg_fuzz_end end;
    char key[120];         /* what it is, for telling findings apart: a file name */
    char place[120];       /* where a crash happened, see crash.h; "" when that is not known */
    char text[700];        /* one sentence */
    uint64_t messages;     /* judged */
    uint32_t message;      /* index in the trace; of a broken clause */
    size_t scripts_before; /* on the same connection */
    bool asked_to_end;     /* it died of a signal by which people and systems end programs */
    bool refused;          /* by the upper tester, what the oracle was told: nothing is judged */
    char *output;          /* of a SUT that died, to free; or NULL */
};

/* A device's right queue, as far as the oracle is told of its used buffers; see execute_used.c. */
struct vmsg_fuzz_ring {
    enum {
        VMSG_FUZZ_RING_UNKNOWN,
        VMSG_FUZZ_RING_EMPTY, /* and the device, which is reset, is about to get it */
        VMSG_FUZZ_RING_WATCHED,
    } state;
    uint16_t made; /* buffers available */
};

struct vmsg_fuzz_executor {
    const struct vmsg_fuzz_target *target;
    struct vmsg_adapter *adapter;
    struct vmsg_connection connection;
    bool open;
    size_t scripts; /* on this connection */
    struct vmsg_fuzz_known known;
    struct vmsg_fuzz_far far;
    struct vmsg_fuzz_signal signal;
    uint64_t exercised[VMSG_CLAUSE_COUNT];
    unsigned touched;                      /* devices, by their place, that owe a fence */
    unsigned answered;                     /* of those that were asked */
    unsigned failed;                       /* of those that were asked, by the bus */
    unsigned open_requests;                /* of a bus, about: sent and not known to have ended */
    const struct vmsg_fuzz_script *script; /* that runs */
    bool opened;                           /* a bus has had the time to find its devices */
    unsigned unserved;                     /* of a bus: asked for where nobody answers for them */
    uint16_t fence[VMSG_FUZZ_DEVICES];
    uint64_t last_at;   /* when the SUT last sent something */
    uint64_t idle_at;   /* 1 and the messages that had passed when a driver fell silent; 0: never */
    unsigned recovered; /* devices that a driver reset or gave up since it is outlasted */
    uint64_t slowest_ns; /* that it took over a message, on this connection */
    uint32_t heard;      /* messages, in this script */
    uint32_t heard_most;
    bool flooded;
    bool line_due, noted; /* a command awaits its reply; the oracle was told of it */
    bool accepted;        /* the last command was */
    bool refused;         /* by the upper tester, so that nothing can be judged any more */
    struct vmsg_fuzz_ring rings[VMSG_FUZZ_DEVICES];
    unsigned doubtful;  /* devices that may write anywhere: a step left the rules */
    unsigned resetting; /* and were told to stop since */
    bool kicked;        /* its user made a buffer available, on this queue */
    uint16_t kicked_dev;
    uint32_t kicked_vq;
    uint8_t *packet;           /* VMSG_FUZZ_MESSAGE_MOST bytes */
    struct vmsg_fuzz_log *log; /* what the adapter does not see goes there too; or NULL */
    /* Of connection.tape, when that is set: where the session that is open is told, 0: none is; or
     * NULL. */
    uint32_t *session;
};

/* NULL when memory is short. The adapter stays the caller's. */
struct vmsg_fuzz_executor *vmsg_fuzz_executor_new(const struct vmsg_fuzz_target *target,
                                                  struct vmsg_adapter *adapter);
void vmsg_fuzz_executor_free(struct vmsg_fuzz_executor *e);

/*
 * Run one script; e->signal is then what it showed. A finding ends the connection, but its trace
 * stays in e->connection.trace until the next run.
 */
void vmsg_fuzz_execute(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_script *script,
                       struct vmsg_fuzz_result *result);

/*
 * End the connection, of which *result is what was found so far; the next script has a fresh SUT
 * where the adapter can start one. A SUT that dies of that is a finding, if there is no other.
 */
void vmsg_fuzz_part(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_result *result);

/* The same, whatever the SUT does. */
void vmsg_fuzz_close(struct vmsg_fuzz_executor *e);

#endif
