/*
 * A whole virtio-msg device to start from: an entropy source with one queue and eight bytes of
 * configuration. Loaded as lib:, or linked with exec_main.c for exec:. Needs the C library only.
 *
 * Section names are those of the virtio-msg v2 chapter.
 */
#include "adapters/lib/vmsgspec_sut.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DEV_NUM = 0, DEVICE_ID_ENTROPY = 4, VENDOR_ID = 0x7974, HEADER = 8, QUEUE_MAX = 64 };
enum { CONFIG_SIZE = 8, WRITABLE_FROM = 4 }; /* the first four bytes are read-only */
enum { F_VERSION_1 = 32, F_RING_RESET = 40 };
#define OFFERED (UINT64_C(1) << F_VERSION_1 | UINT64_C(1) << F_RING_RESET)
enum { S_DRIVER_OK = 0x04, S_FEATURES_OK = 0x08, S_NEEDS_RESET = 0x40, S_DEFINED = 0x8F };

struct queue {
    bool enabled;
    uint32_t size;
    uint64_t desc, driver, device; /* bus addresses */
    uint16_t next;                 /* of the available ring: what was served so far */
};

struct tiny {
    const struct vmsg_sut_host *host;
    uint32_t status, generation, random;
    uint64_t driver_features;
    bool stray_features; /* the driver selected bits in a block that we do not have */
    uint8_t config[CONFIG_SIZE];
    struct queue q;
    uint8_t out[65535];
};

static uint64_t get(const uint8_t *p, unsigned bytes) /* "Endianness": little */
{
    uint64_t v = 0;
    while (bytes--)
        v = v << 8 | p[bytes];
    return v;
}

static void put(uint8_t *p, uint64_t v, unsigned bytes)
{
    for (; bytes--; v >>= 8)
        *p++ = (uint8_t)v;
}

/* Send `out`, whose payload is already in place. */
static void transmit(struct tiny *d, uint8_t type, uint8_t id, uint16_t token, size_t payload)
{
    put(d->out, type | (unsigned)id << 8, 2);
    put(d->out + 2, DEV_NUM, 2);
    put(d->out + 4, token, 2);
    put(d->out + 6, HEADER + payload, 2);
    d->host->send(d->host->ctx, d->out, HEADER + payload);
}

/* The queue is beyond repair: say so, and ask for a reset ("EVENT_CONFIG"). */
static void give_up(struct tiny *d)
{
    memset(d->out + HEADER, 0, 16);
    d->status |= S_NEEDS_RESET;
    put(d->out + HEADER, d->status, 4);
    put(d->out + HEADER + 4, d->generation, 4);
    transmit(d, 0, 0x40, 0, 16);
}

/* `len` bytes of shared memory at a bus address, or NULL when they are not ours to touch. */
static uint8_t *at(struct tiny *d, uint64_t address, uint64_t len)
{
    uint64_t offset = address - d->host->mem_base;
    if (address < d->host->mem_base || offset > d->host->mem_size ||
        len > d->host->mem_size - offset)
        return NULL;
    return d->host->mem + offset;
}

/* Fill the writable buffers of one descriptor chain. False when the chain is broken. */
static bool fill_chain(struct tiny *d, const uint8_t *table, uint16_t head, uint32_t *written)
{
    uint32_t index = head, steps = 0;
    *written = 0;
    for (;;) {
        const uint8_t *desc = table + (size_t)index * 16;
        if (index >= d->q.size || steps++ == d->q.size)
            return false;
        uint32_t len = (uint32_t)get(desc + 8, 4), flags = (uint32_t)get(desc + 12, 2);
        uint8_t *buffer = at(d, get(desc, 8), len);
        if (!buffer)
            return false;
        for (uint32_t i = 0; flags & 2 && i < len; i++)
            buffer[i] = (uint8_t)((d->random = d->random * 1664525 + 1013904223) >> 24);
        *written += flags & 2 ? len : 0;
        if (!(flags & 1))
            return true;
        index = (uint32_t)get(desc + 14, 2);
    }
}

/* Serve what the driver made available (core virtio, split virtqueues). */
static void serve_queue(struct tiny *d)
{
    struct queue *q = &d->q;
    if (!d->host->mem || !q->enabled || !(d->status & S_DRIVER_OK) || d->status & S_NEEDS_RESET)
        return;
    uint8_t *table = at(d, q->desc, 16 * (uint64_t)q->size);
    uint8_t *avail = at(d, q->driver, 4 + 2 * (uint64_t)q->size);
    uint8_t *used = at(d, q->device, 4 + 8 * (uint64_t)q->size);
    if (!table || !avail || !used) {
        give_up(d);
        return;
    }
    uint16_t available = (uint16_t)get(avail + 2, 2), served = 0;
    atomic_thread_fence(memory_order_acquire);
    if ((uint16_t)(available - q->next) > q->size) {
        give_up(d);
        return;
    }
    for (; q->next != available; q->next++, served++) {
        uint16_t head = (uint16_t)get(avail + 4 + 2 * (q->next % q->size), 2);
        uint8_t *element = used + 4 + 8 * (q->next % q->size);
        uint32_t written;
        if (!fill_chain(d, table, head, &written)) {
            give_up(d);
            return;
        }
        put(element, head, 4);
        put(element + 4, written, 4);
        atomic_thread_fence(memory_order_release);
        put(used + 2, q->next + 1u, 2);
    }
    if (!served)
        return;
    put(d->out + HEADER, 0, 4);
    transmit(d, 0, 0x42, 0, 4); /* EVENT_USED of queue 0 */
}

static void set_status(struct tiny *d, uint32_t wanted)
{
    if (wanted == 0) { /* "Device Reset and Shutdown": at once */
        d->status = 0;
        d->driver_features = 0;
        d->stray_features = false;
        d->q = (struct queue){0};
        return;
    }
    if (d->driver_features & ~OFFERED || d->stray_features)
        wanted &= ~(uint32_t)S_FEATURES_OK; /* "Feature Negotiation": refuse the set */
    d->status |= wanted & S_DEFINED;
}

/* "SET_VQUEUE": everything or nothing; the answer is empty either way. */
static void set_vqueue(struct tiny *d, const uint8_t *p)
{
    uint32_t flags = (uint32_t)get(p + 4, 4), size = (uint32_t)get(p + 8, 4);
    unsigned op = flags & 3, ignored = flags & 0x3C;
    struct queue q = d->q;

    if (get(p, 4) != 0 || get(p + 12, 4) != 0 || flags >> 6 || op == 3)
        return;
    if (q.enabled && (op == 0 || ignored != 0x3C))
        return;
    if (!(flags & 0x04))
        q.size = size;
    if (!(flags & 0x08))
        q.desc = get(p + 16, 8);
    if (!(flags & 0x10))
        q.driver = get(p + 24, 8);
    if (!(flags & 0x20))
        q.device = get(p + 32, 8);
    if (op == 1)
        q.enabled = true;
    if (q.size > QUEUE_MAX || (q.size & (q.size - 1)) || (q.size == 0 && q.enabled) ||
        (size == 0 && !(flags & 0x04)))
        return;
    d->q = q;
}

/* "SET_CONFIG": all bytes or none. Writes the answer; returns its length. */
static size_t set_config(struct tiny *d, const uint8_t *p, uint8_t *a)
{
    uint64_t offset = get(p + 4, 4), len = get(p + 8, 4);
    bool strict = d->host->transport_features & 1;

    if (offset < WRITABLE_FROM || offset + len > CONFIG_SIZE ||
        (strict && get(p, 4) != d->generation))
        len = 0;
    if (len) {
        memcpy(d->config + offset, p + 12, len);
        d->generation++;
    }
    put(a, d->generation, 4);
    memcpy(a + 4, p + 4, 4);
    put(a + 8, len, 4);
    memcpy(a + 12, p + 12, len);
    return 12 + len;
}

/* Serve one request; `n` payload bytes at p. Returns the answer's payload length, -1 for none. */
static long answer(struct tiny *d, uint8_t id, const uint8_t *p, size_t n)
{
    static const uint8_t least[] = {[0x03] = 8, 8, 8, 12, 0, 4, 4, 40, 4, 4}; /* fixed payloads */
    size_t room = d->host->max_msg_size - HEADER;
    uint8_t *a = d->out + HEADER;
    uint64_t first, count;

    if (id >= sizeof(least) || id < 0x02 || n < least[id])
        return -1;
    memset(a, 0, 44);
    switch (id) {
    case 0x02: /* GET_DEVICE_INFO; no UUID, no administration queues */
        put(a, DEVICE_ID_ENTROPY, 4);
        put(a + 4, VENDOR_ID, 4);
        put(a + 24, 2, 4); /* feature blocks */
        put(a + 28, CONFIG_SIZE, 4);
        put(a + 32, 1, 4); /* queues */
        return 44;
    case 0x03: /* GET_DEVICE_FEATURES: zeros beyond our two blocks */
        first = get(p, 4), count = get(p + 4, 4);
        if (8 + 4 * count > room)
            return -1;
        memcpy(a, p, 8);
        for (uint64_t i = 0; i < count; i++)
            put(a + 8 + 4 * i, first + i < 2 ? OFFERED >> 32 * (first + i) : 0, 4);
        return (long)(8 + 4 * count);
    case 0x04: /* SET_DRIVER_FEATURES: only the addressed blocks; settled by FEATURES_OK */
        first = get(p, 4), count = get(p + 4, 4);
        if (n < 8 + 4 * count)
            return -1;
        for (uint64_t i = 0; i < count && !(d->status & S_FEATURES_OK); i++) {
            uint64_t bits = get(p + 8 + 4 * i, 4), shift = 32 * (first + i);
            if (first + i < 2)
                d->driver_features =
                    (d->driver_features & ~(UINT64_C(0xFFFFFFFF) << shift)) | bits << shift;
            else if (bits)
                d->stray_features = true;
        }
        return 0;
    case 0x05: /* GET_CONFIG: nothing outside the space */
        first = get(p, 4), count = get(p + 4, 4);
        if (first + count > CONFIG_SIZE)
            count = 0;
        put(a, d->generation, 4);
        memcpy(a + 4, p, 4);
        put(a + 8, count, 4);
        memcpy(a + 12, d->config + (count ? first : 0), count);
        return (long)(12 + count);
    case 0x06: /* SET_CONFIG */
        return n < 12 + get(p + 8, 4) ? -1 : (long)set_config(d, p, a);
    case 0x08: /* SET_DEVICE_STATUS */
        set_status(d, (uint32_t)get(p, 4));
        /* fallthrough */
    case 0x07: /* GET_DEVICE_STATUS */
        put(a, d->status, 4);
        return 4;
    case 0x09: /* GET_VQUEUE: zeros for a queue that is not there */
        memcpy(a, p, 4);
        if (get(p, 4) == 0) {
            put(a + 4, QUEUE_MAX, 4);
            put(a + 8, d->q.size, 4);
            put(a + 12, d->q.enabled, 4);
            put(a + 16, d->q.desc, 8);
            put(a + 24, d->q.driver, 8);
            put(a + 32, d->q.device, 8);
        }
        return 40;
    case 0x0A: /* SET_VQUEUE */
        set_vqueue(d, p);
        return 0;
    case 0x0B: /* RESET_VQUEUE: only when negotiated */
        if (get(p, 4) == 0 && d->status & S_FEATURES_OK && d->driver_features >> F_RING_RESET & 1)
            d->q = (struct queue){0};
        return 0;
    case 0x0C: /* GET_SHM: no regions */
        memcpy(a, p, 4);
        return 24;
    }
    return -1;
}

/* Any bytes. What is malformed or unknown gets no answer ("Error Signaling"). */
static void tiny_receive(void *sut, const void *msg, size_t len)
{
    struct tiny *d = sut;
    const uint8_t *m = msg;
    size_t size = len < HEADER ? 0 : get(m + 6, 2);

    if (size < HEADER || size > len || m[0] & 3 || get(m + 2, 2) != DEV_NUM)
        return;         /* bits 2 to 7 of the type are ignored; 3: no bus messages, no responses */
    if (m[1] == 0x41) { /* EVENT_AVAIL */
        if (size >= HEADER + 8 && get(m + HEADER, 4) == 0)
            serve_queue(d);
        return;
    }
    long payload = answer(d, m[1], m + HEADER, size - HEADER);
    if (payload < 0)
        return;
    transmit(d, 1, m[1], (uint16_t)get(m + 4, 2), (size_t)payload);
    if (m[1] == 0x08)
        serve_queue(d); /* DRIVER_OK may have come after the first buffers */
}

static int tiny_open(const struct vmsg_sut_host *host, void **sut)
{
    struct tiny *d = calloc(1, sizeof(*d));
    if (!d)
        return ENOMEM;
    d->host = host;
    d->random = 1;
    put(d->config, 64, 4); /* read-only: bytes per request that are worth asking for */
    *sut = d;
    return 0;
}

const struct vmsg_sut *vmsg_sut_entry(void)
{
    static const struct vmsg_sut tiny = {tiny_open, tiny_receive, NULL, free};
    return &tiny;
}
