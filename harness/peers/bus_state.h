/* The reference bus's state and the functions that its files share. Internal to bus*.c. */
#ifndef VMSG_PEERS_BUS_STATE_H
#define VMSG_PEERS_BUS_STATE_H

#include "harness/peers/bus.h"
#include "harness/peers/faults.h"
#include "harness/wire/wire.h"

#define BUS_MS         UINT64_C(1000000)
#define BUS_TIMEOUT_MS 1000u /* completion bound, when nothing else is configured */
#define BUS_MOST       (1u << 19)
#define BUS_BUCKETS    65536u
#define BUS_NONE       UINT32_MAX
#define BUS_PADDING    16u

/* Errors of REQUEST_FAILED; any positive Linux errno is legal. */
#define BUS_E_NODEV   19u
#define BUS_E_MSGSIZE 90u
#define BUS_E_NOBUFS  105u
#define BUS_E_TIMEOUT 110u

/* A request under way. */
struct bus_request {
    uint16_t dev, token, ours; /* the driver's token, and the one towards the device */
    uint8_t msg_id;
    bool lost;         /* by the upper tester's wish: never forwarded */
    bool over;         /* failed already; kept for a fault alone */
    uint64_t deadline; /* ns; 0: counts from the next tick */
    uint32_t prev, next;
    uint32_t chain; /* of a bucket; numbered from 1 there, so that zeroed memory is empty */
};

/* A message that waits: for its turn, or to be overtaken (quirks), or because it is held back (a
 * fault). */
struct bus_waiting {
    struct bus_waiting *next;
    bool to_device;
    uint16_t dev, token;
    size_t len;
    uint8_t bytes[];
};

struct vmsg_bus {
    struct vmsg_sut_host host; /* the driver end */
    void *far_ctx;
    void (*far_send)(void *ctx, const void *msg, size_t len);
    enum vmsg_fault_no fault;
    uint64_t quirks; /* bits by enum vmsg_bus_quirk_no */
    bool polling, synthesis, enumerate, started, drop_next;
    uint32_t max_msg_size;
    uint64_t now, timeout_ns;
    uint8_t present[65536 / 8], gone[65536 / 8]; /* gone: and that was told */
    uint8_t informed[65536 / 8];                 /* for a fault */
    uint16_t first_token, *tokens, *outstanding; /* the latter two counted by device */
    struct bus_request *requests;
    uint32_t n, room, free, first, last, buckets[BUS_BUCKETS];
    struct bus_waiting *waiting;
    uint16_t own_token, peer_token;
    uint32_t asked_from; /* the window that its peer was asked for and did not answer */
    uint64_t ask_again;  /* ns; 0: nothing is asked */
    unsigned events;     /* counted for faults */
    uint32_t lowest;     /* device, for a fault */
    bool swapping;       /* a request waits to be overtaken, for a fault */
    /* For the message that is being sent; not zeroed. Whatever sends it is done with it at once. */
    uint8_t out[VMSG_MAX_SIZE_MOST + BUS_PADDING], padded[VMSG_MAX_SIZE_MOST + BUS_PADDING];
    uint8_t bitmap[65536 / 8];
};

static inline bool bus_faulty(const struct vmsg_bus *bus, enum vmsg_fault_no fault)
{
    return bus->fault == fault;
}

static inline bool bus_quirky(const struct vmsg_bus *bus, enum vmsg_bus_quirk_no quirk)
{
    return bus->quirks >> quirk & 1;
}

static inline bool bus_has(const struct vmsg_bus *bus, uint16_t dev)
{
    return bus->present[dev / 8] >> dev % 8 & 1;
}

static inline void bus_set(uint8_t *map, uint16_t dev, bool on)
{
    map[dev / 8] = (uint8_t)(on ? map[dev / 8] | 1u << dev % 8 : map[dev / 8] & ~(1u << dev % 8));
}

/* bus_send.c: what goes out, at either end. */
void bus_to_driver(struct vmsg_bus *bus, const uint8_t *m, size_t len);
void bus_to_device(struct vmsg_bus *bus, const uint8_t *m, size_t len);
/* A bus message of its own; `f` and `tail` as vmsg_encode(). */
void bus_say(struct vmsg_bus *bus, bool far, uint8_t msg_id, bool response, uint16_t token,
             const uint64_t *f, const void *tail, size_t tail_len);
/* A transport message with another token. */
void bus_forward(struct vmsg_bus *bus, bool to_device, const struct vmsg *m, uint16_t token);
void bus_wait(struct vmsg_bus *bus, bool to_device, const struct vmsg *m);
/* A request that is over need not be sent any more. */
void bus_forget_waiting(struct vmsg_bus *bus, const struct bus_request *r);
/* It was not sent yet, so that nothing can be its response. */
bool bus_is_waiting(const struct vmsg_bus *bus, const struct bus_request *r);
/* Send what waits for this device in this direction, at most `most`. */
void bus_release(struct vmsg_bus *bus, bool to_device, uint16_t dev, unsigned most);

/* bus_requests.c: the table of requests under way. */
struct bus_request *bus_request_add(struct vmsg_bus *bus, const struct vmsg *m);
struct bus_request *bus_request_find(struct vmsg_bus *bus, uint16_t dev, uint16_t ours,
                                     uint8_t msg_id);
void bus_request_over(struct vmsg_bus *bus, struct bus_request *r);
void bus_fail(struct vmsg_bus *bus, uint16_t dev, uint16_t token, uint8_t msg_id, uint32_t error);
/* Fail what is overdue. */
void bus_overdue(struct vmsg_bus *bus);
uint64_t bus_requests_deadline(const struct vmsg_bus *bus);
/* Fail all requests to a device that went. */
void bus_fail_all(struct vmsg_bus *bus, uint16_t dev);

/* bus_messages.c: GET_DEVICES, PING, EVENT_DEVICE. */
void bus_enumerate(struct vmsg_bus *bus, uint32_t offset);
void bus_message(struct vmsg_bus *bus, bool far, const struct vmsg *m);
void bus_device_appears(struct vmsg_bus *bus, uint16_t dev);
void bus_device_goes(struct vmsg_bus *bus, uint16_t dev);

#endif
