/*
 * The buggy bus: carries messages between a driver's and a device's side, with tokens of its own,
 * ends each request with one response or one failure, finds devices by asking the device's side,
 * and answers GET_DEVICES and PING. Sound unless BUGGY_BUG names one of its bugs.
 */
#ifndef BUGGY_BUS_H
#define BUGGY_BUS_H

#include "tests/buggy/parts.h"

enum { SLOTS_FIRST = 4, SLOTS_MOST = 256, NUMBERS = 65536, NUMBERS_FEW = 1024 };
enum { E_NO_DEVICE = 19, E_BUSY = 16, E_TIMED_OUT = 110 };

/* An end of the bus, and how it is reached. */
struct end {
    void (*send)(void *ctx, const void *msg, size_t len);
    void *ctx;
};

/* A request that is not completed. */
struct pending {
    uint16_t dev, token, theirs; /* the token that is ours, and the driver's own */
    uint8_t id;
    uint64_t due;
};

enum presence { ABSENT, PRESENT, GONE /* the driver was told so */ };

struct slot {
    struct pending *request;
    bool busy;
};

struct bus {
    enum buggy_bug bug;
    uint32_t max_msg_size;
    uint64_t timeout_ns, now;
    struct end driver, device;
    struct slot *slots;
    unsigned n_slots, open; /* slots that there are, and that are busy */
    uint16_t sequence;
    uint8_t *present; /* enum presence of each device number */
    uint32_t numbers; /* bytes of present */
};

struct bus *bus_new(uint32_t max_msg_size, uint64_t timeout_ns, struct end driver,
                    struct end device);
void bus_free(struct bus *b);
void bus_start(struct bus *b); /* both ends can be reached */
void bus_receive(struct bus *b, bool from_device, const void *msg, size_t len);
void bus_tick(struct bus *b, uint64_t now);

/* ---- between its files ---- */
void bus_tell(struct end *to, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
              const uint8_t *payload, size_t n);
bool bus_is_present(const struct bus *b, uint32_t number);

/* bus_requests.c: n bytes of a request from the driver, of a response to one */
void bus_carry(struct bus *b, uint8_t *m, size_t n);
void bus_complete(struct bus *b, uint8_t *m, size_t n);
void bus_fail_removed(struct bus *b, uint16_t number);
void bus_fail_overdue(struct bus *b);
uint64_t bus_due(const struct bus *b); /* when that is needed next, UINT64_MAX: never */

/* bus_devices.c: n bytes of a bus message from that end */
void bus_ask(struct bus *b, uint32_t from);
void bus_take(struct bus *b, bool from_device, const uint8_t *m, size_t n);

#endif
