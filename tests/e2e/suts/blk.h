/* What blk.c and blk_rings.c share. */
#ifndef BLK_H
#define BLK_H

#include "adapters/lib/vmsgspec_sut.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { RESPONSE = 1, BUS = 2 };
enum {
    DEVICE_INFO = 2,
    GET_FEATURES,
    SET_FEATURES,
    GET_CONFIG,
    SET_CONFIG,
    GET_STATUS,
    SET_STATUS,
    GET_QUEUE,
    SET_QUEUE,
    RESET_QUEUE,
    GET_SHM,
    EVENT_CONFIG = 0x40,
    EVENT_AVAIL,
    EVENT_USED
};
enum { BUS_GET_DEVICES = 2, BUS_PING };
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, NEEDS_RESET = 64 };
enum { UNITS = 2, QUEUES = 4, BLOCKS = 2, CONFIG = 40, WRITABLE = 32, WRITABLE_END = 34 };
enum { SECTOR = 512, SECTORS = 32, HEADER = 8 };
#define INDIRECT   (1u << 28) /* of block 0 */
#define VERSION_1  (1u << 0)  /* of block 1 */
#define PACKED     (1u << 2)  /* of block 1 */
#define RING_RESET (1u << 8)  /* of block 1 */

struct queue {
    uint32_t size;
    uint64_t area[3]; /* descriptors, driver, device */
    bool enabled;
    uint16_t seen; /* of the available index; packed: of the descriptors, in two turns */
};

struct unit {
    unsigned index;
    uint32_t status, generation, selected[BLOCKS];
    bool selected_more; /* bits in blocks that there are not */
    uint8_t config[CONFIG];
    struct queue queue[QUEUES];
    uint8_t disk[SECTORS * SECTOR];
};

struct bus {
    const struct vmsg_sut_host *host;
    struct unit unit[UNITS];
    uint32_t messages;
    uint8_t out[1 << 16];
};

/* ---- bytes ---- */

static inline uint32_t le16(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t le32(const uint8_t *p)
{
    return le16(p) | le16(p + 2) << 16;
}

static inline uint64_t le64(const uint8_t *p)
{
    return le32(p) | (uint64_t)le32(p + 4) << 32;
}

static inline void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void put32(uint8_t *p, uint32_t v)
{
    put16(p, v);
    put16(p + 2, v >> 16);
}

static inline void put64(uint8_t *p, uint64_t v)
{
    put32(p, (uint32_t)v);
    put32(p + 4, (uint32_t)(v >> 32));
}

/* Send it; the payload stands in `out` already. */
void transmit(struct bus *b, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
              size_t payload);

/* An unrecoverable error. */
void fail(struct bus *b, struct unit *u);

/* Serve what is available on a queue, if it may be served. */
void serve(struct bus *b, struct unit *u, uint32_t index);

extern const uint16_t numbers[UNITS];

#endif
