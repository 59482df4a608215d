/*
 * Reference peers: pure state machines, driven by message, tick and command.
 *
 * No I/O, no clock, no globals: bytes in through vmsg_peer_receive(), bytes out through the
 * host's send(), time only through vmsg_peer_tick(). The same peer runs in process (`ref:`), as
 * a program (`vmsgspec peer`) and in tests. A fault makes it break exactly one clause on
 * purpose; a quirk makes it do something legal but unusual.
 */
#ifndef VMSG_PEER_H
#define VMSG_PEER_H

#include "adapters/lib/vmsgspec_sut.h"

#include <stdbool.h>
#include <stdint.h>

enum vmsg_role { VMSG_ROLE_DEVICE, VMSG_ROLE_DRIVER, VMSG_ROLE_BUS };

#define VMSG_PEER_MAX_DEVICES 8
#define VMSG_PEER_MAX_QUIRKS  8

struct vmsg_peer_config {
    enum vmsg_role role;
    /*
     * Device role: models by device number, "block", "entropy" or "max"; n_devices 0 means the
     * default set: block at 0, entropy at 5.
     */
    struct {
        uint16_t dev_num;
        const char *model;
    } devices[VMSG_PEER_MAX_DEVICES];
    unsigned n_devices;
    const char *fault;                        /* a fault id of this role, or NULL */
    const char *quirks[VMSG_PEER_MAX_QUIRKS]; /* quirk ids, NULL-terminated when shorter */
    bool polling;                             /* ICS notifications = "polling" */
    uint32_t request_timeout_ms;              /* of one attempt of a driver; 0: 1000 */
    bool synthesis;                           /* of a bus: ICS notification_path = "synthesis" */
    const char *platform; /* a driver's or bus's device numbers, "0,5"; NULL or "": those of
                             `devices`, or, when these are none either, it asks with GET_DEVICES */
    uint64_t seed;        /* varies what is free: delays, generations, ... */
};

struct vmsg_peer;

/*
 * Create a peer. `host` is copied. Returns NULL with one sentence in err (unknown model, fault,
 * quirk; out of memory).
 */
struct vmsg_peer *vmsg_peer_new(const struct vmsg_peer_config *config,
                                const struct vmsg_sut_host *host, char *err, size_t err_size);
void vmsg_peer_free(struct vmsg_peer *peer);

/* One delivered packet; any bytes. May call host.send() any number of times. */
void vmsg_peer_receive(struct vmsg_peer *peer, const void *msg, size_t len);

/*
 * Role bus: the device end, to be given before the first tick, and what comes there; the host and
 * vmsg_peer_receive() are the driver end. Other roles have one end: nothing happens, and false.
 */
void vmsg_peer_far(struct vmsg_peer *peer, void *ctx, void (*send)(void *, const void *, size_t));
bool vmsg_peer_receive_far(struct vmsg_peer *peer, const void *msg, size_t len);

/* Virtual or real time has reached now_ns (monotonic). */
void vmsg_peer_tick(struct vmsg_peer *peer, uint64_t now_ns);

/* When tick() next has something to do (absolute ns), UINT64_MAX for never. */
uint64_t vmsg_peer_deadline(const struct vmsg_peer *peer);

/*
 * One upper-tester command line (contract section 3). Writes the one reply line, "ok" or
 * "error TEXT", without newline.
 */
void vmsg_peer_command(struct vmsg_peer *peer, const char *line, char *reply, size_t reply_size);

/*
 * Role device: what a device holds of itself, for a harness that plays it and looks into the
 * rings that the driver under test built. False, and nothing in *out, for an absent device.
 */
struct vmsg_peer_queue {
    bool enabled, packed;
    bool event_idx;                /* VIRTIO_F_EVENT_IDX was negotiated */
    uint32_t size;                 /* entries */
    uint64_t desc, driver, device; /* bus addresses of its areas */
};

bool vmsg_peer_queue(const struct vmsg_peer *peer, uint16_t dev_num, uint32_t vq,
                     struct vmsg_peer_queue *out);
/* Why a ring of this device could not be followed, and which, since the last call; NULL: none. */
const char *vmsg_peer_broken_ring(struct vmsg_peer *peer, uint16_t dev_num, uint32_t *vq);
bool vmsg_peer_status(const struct vmsg_peer *peer, uint16_t dev_num, uint32_t *out);

/* What a fault breaks: registry entry. */
struct vmsg_fault {
    const char *id;      /* kebab case, e.g. "set-vqueue-takes-reserved" */
    enum vmsg_role role; /* the peer that commits it */
    const char *clause;  /* the clause that it breaks */
    const char *also;    /* space-separated clauses that break with it by the text, or NULL */
    const char *needs;   /* "strict", "memory", "upper", "polling", "events", "timeout" (declared
                            request_timeout_ms), "no-uuid" (declared in the ICS), "no-bus-messages"
                            (the same), "packed" (the peer's quirk of that name): what a run
                            needs to see it, space-separated, or NULL */
    const char *model;   /* the device model that shows it, NULL: any */
    const char *summary; /* what the peer does wrong, one sentence */
};

struct vmsg_quirk {
    const char *id;
    enum vmsg_role role;
    const char *clause; /* the MAY clauses, and those with the reading that it takes,
                           space-separated; NULL: core virtio alone allows it */
    const char *needs;
    const char *model;
    const char *summary;
};

const struct vmsg_fault *vmsg_fault_at(size_t i); /* NULL past the end */
const struct vmsg_quirk *vmsg_quirk_at(size_t i);
const struct vmsg_fault *vmsg_fault_by_id(const char *id);
const struct vmsg_quirk *vmsg_quirk_by_id(const char *id);

#endif
