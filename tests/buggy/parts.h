/* What the buggy peers have in common: which bug is switched on, and little-endian numbers. */
#ifndef BUGGY_PARTS_H
#define BUGGY_PARTS_H

#include "tests/buggy/bugs.h"

#include "adapters/lib/vmsgspec_sut.h"

#include <stdbool.h>

enum { HEADER = 8 };
enum { RESPONSE = 1, BUS = 2 }; /* bits of type */
enum { S_DRIVER_OK = 4, S_FEATURES_OK = 8, S_NEEDS_RESET = 0x40, S_FAILED = 0x80 };
enum { F_VERSION_1 = 1, F_RING_RESET = 0x100 }; /* bits of block 1 */
enum {
    GET_DEVICE_INFO = 0x02,
    GET_DEVICE_FEATURES,
    SET_DRIVER_FEATURES,
    GET_CONFIG,
    SET_CONFIG,
    GET_DEVICE_STATUS,
    SET_DEVICE_STATUS,
    GET_VQUEUE,
    SET_VQUEUE,
    RESET_VQUEUE,
    GET_SHM,
    EVENT_CONFIG = 0x40,
    EVENT_AVAIL,
    EVENT_USED,
    GET_DEVICES = 0x02, /* of the bus */
    PING,
    EVENT_DEVICE = 0x40,
    REQUEST_FAILED = 0xC1,
};

/* The bug that BUGGY_BUG names, else BUG_NONE. */
enum buggy_bug buggy_chosen(void);

static inline uint64_t get(const uint8_t *p, unsigned bytes)
{
    uint64_t v = 0;

    while (bytes--)
        v = v << 8 | p[bytes];
    return v;
}

static inline void put(uint8_t *p, uint64_t v, unsigned bytes)
{
    for (; bytes--; v >>= 8)
        *p++ = (uint8_t)v;
}

/* A header that says what it is, of n bytes that were delivered. */
static inline void put_header(uint8_t *m, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
                              size_t n)
{
    put(m, type, 1);
    put(m + 1, id, 1);
    put(m + 2, dev, 2);
    put(m + 4, token, 2);
    put(m + 6, n, 2);
}

#endif
