/*
 * Adapters: the only code that touches the world. One adapter instance is one way to reach one
 * SUT; start() begins a connection (starting the SUT where the adapter can), stop() ends it.
 *
 * An adapter knows bytes and packets, never clauses. All calls from one thread.
 */
#ifndef VMSG_ADAPTER_H
#define VMSG_ADAPTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an adapter can carry or see; what is missing makes clauses not observable. */
enum vmsg_adapter_caps {
    VMSG_CAN_BOUNDARIES = 1 << 0, /* keeps packet boundaries: lying sizes can be delivered */
    VMSG_CAN_RESTART = 1 << 1,    /* a fresh SUT for every start() */
    VMSG_CAN_MEMORY = 1 << 2,     /* shares DMA memory */
    VMSG_CAN_UPPER = 1 << 3,      /* carries upper-tester lines */
    VMSG_VIRTUAL_TIME = 1 << 4,   /* now_ns() moves only in wait() */
    VMSG_CAN_LAYOUT = 1 << 5,     /* sees an AMP layout, and hands up what it sees */
    VMSG_CAN_ONE = 1 << 6,        /* one connection at a time: no --jobs */
    VMSG_CAN_MANY = 1 << 7,       /* SUTs of our own: any number at a time, unasked */
};

/* What the SUT is told, contract section 2. Strings are borrowed. */
struct vmsg_adapter_params {
    const char *role; /* "device", "driver", "bus" */
    uint32_t revision, max_msg_size;
    uint64_t transport_features;
    const char *notifications;     /* "events" or "polling" */
    const char *notification_path; /* "forward" or "synthesis" */
    uint32_t request_timeout_ms;
    const char *devices; /* "0,5" or "" */
    uint64_t mem_base;
    size_t mem_size; /* bytes; 0: no DMA memory */
    bool upper;
    uint64_t seed; /* for ref: only */
};

enum vmsg_arrival {
    VMSG_ARRIVED_MESSAGE, /* one packet from the SUT */
    VMSG_ARRIVED_LINE,    /* one upper-tester reply line, without newline */
    VMSG_ARRIVED_LAYOUT,  /* a struct vmsg_amp_seen: what changed in the shared memory */
    VMSG_ARRIVED_NOTHING, /* deadline passed */
    VMSG_ARRIVED_CLOSED,  /* the SUT closed, exited or died; see stop() */
    VMSG_ARRIVED_ERROR,   /* the harness side failed, e.g. EIO; see error() */
};

/* How a connection ended, filled by stop(). Strings are owned by the adapter until next start. */
struct vmsg_adapter_end {
    bool exited_itself; /* before the harness closed the socket */
    bool signalled;     /* died of a signal that the harness did not send */
    bool crashed;       /* exited, but by a crash, as a shell or a sanitizer's report tells */
    bool killed;        /* did not exit when the socket closed and was killed */
    bool explained;     /* no process is known, but the text says why it ended */
    int status;         /* exit status, or signal number when signalled; -1 unknown */
    const char *text;   /* "killed by signal 11 (Segmentation fault)", "exit status 0", ... */
    const char *output; /* last 64 KiB of its standard output and error; "" when none */
};

struct vmsg_adapter;

struct vmsg_adapter_ops {
    /* Begin a connection. False with one actionable sentence in err when it cannot be had. */
    bool (*start)(struct vmsg_adapter *a, const struct vmsg_adapter_params *params, char *err,
                  size_t err_size);
    /*
     * Send one packet (len >= 1) on endpoint 0, or 1 for a bus's device side. False when the SUT
     * no longer takes it (closed, or its buffer stayed full for the hang timeout).
     */
    bool (*send)(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len);
    /* One upper-tester command line, without newline. */
    bool (*command)(struct vmsg_adapter *a, const char *line);
    /*
     * Wait until something arrives or now_ns() reaches deadline_ns. On MESSAGE or LINE, *len is
     * its full length; at most cap bytes are stored; *endpoint tells where it came from.
     */
    enum vmsg_arrival (*wait)(struct vmsg_adapter *a, uint64_t deadline_ns, void *buf, size_t cap,
                              size_t *len, unsigned *endpoint);
    uint64_t (*now_ns)(struct vmsg_adapter *a);
    /* DMA memory, shared with the SUT, zeroed at start(); NULL when there is none. */
    uint8_t *(*memory)(struct vmsg_adapter *a);
    /* End the connection: close, reap or kill the whole process group, collect its output. */
    void (*stop)(struct vmsg_adapter *a, struct vmsg_adapter_end *end);
    void (*free)(struct vmsg_adapter *a);
    /*
     * Why this message cannot be carried as it is, in a few words; NULL: it can. A null pointer
     * when everything can be.
     */
    const char *(*refuses)(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len);
};

struct vmsg_adapter {
    const struct vmsg_adapter_ops *ops;
    unsigned caps;
    uint64_t mem_base; /* the bus address of its DMA memory; 0: any, the parameters say */
    size_t most;       /* bytes of the longest message it carries, known after start(); 0: any */
};

/* One registration per adapter: a row in adapters/registry.c. */
struct vmsg_adapter_kind {
    const char *scheme; /* "exec" */
    const char *usage;  /* "exec:COMMAND" */
    const char *summary;
    const char *roles;  /* "device, driver, bus" */
    unsigned can, may;  /* enum vmsg_adapter_caps: always; with the right options */
    const char *limits; /* in words, beside that; NULL: nothing more to say */
    /* rest: the URI after "scheme:"; role: the SUT's. NULL with a sentence in err. NULL for the
     * sockets, which are made from the whole URI. */
    struct vmsg_adapter *(*create)(const char *rest, const char *role, char *err, size_t err_size);
};

const struct vmsg_adapter_kind *vmsg_adapter_kind_at(size_t i); /* NULL past the end */

/* Parse a URI and create its adapter; err names the known schemes when it is unknown. */
struct vmsg_adapter *vmsg_adapter_create(const char *uri, const char *role, char *err,
                                         size_t err_size);

/* A bus whose two sides are two sockets: their URIs. NULL with a sentence in err. */
struct vmsg_adapter *vmsg_adapter_create_pair(const char *uri, const char *device_side,
                                              const char *role, char *err, size_t err_size);

#endif
