/*
 * The world of the reference device's tests: DMA memory, a log of what came, and a driver's hand
 * to ask with. Test support only.
 */
#ifndef VMSG_REFDEV_WORLD_H
#define VMSG_REFDEV_WORLD_H

#include "harness/peers/peer.h"
#include "harness/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORLD_MESSAGES 4096u
#define WORLD_BYTES    (4u << 20)
#define WORLD_MEM      (256u << 10)
#define WORLD_BASE     UINT64_C(0x40000000)

struct world {
    struct vmsg_peer *peer;
    struct vmsg_sut_host host;
    struct vmsg_peer_config config;
    uint8_t *log; /* everything that came, one message after the other */
    size_t log_len, at[WORLD_MESSAGES + 1];
    unsigned n, seen; /* messages that came; those that were looked at */
    uint16_t token, dev;
    uint64_t prompt; /* for faults_test.c */
};

static inline void world_sent(void *ctx, const void *msg, size_t len)
{
    struct world *w = ctx;

    assert_true(w->n < WORLD_MESSAGES && w->log_len + len <= WORLD_BYTES);
    memcpy(w->log + w->log_len, msg, len);
    w->log_len += len;
    w->at[++w->n] = w->log_len;
}

/* A device peer with one model at `dev`; change config and host, then world_start(). */
static inline struct world *world_new(const char *model, uint16_t dev)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->log = malloc(WORLD_BYTES);
    w->host = (struct vmsg_sut_host){.ctx = w,
                                     .send = world_sent,
                                     .mem = calloc(1, WORLD_MEM),
                                     .mem_base = WORLD_BASE,
                                     .mem_size = WORLD_MEM,
                                     .revision = 1,
                                     .max_msg_size = 264};
    assert_non_null(w->log);
    assert_non_null(w->host.mem);
    w->config.devices[0].dev_num = dev;
    w->config.devices[0].model = model;
    w->config.n_devices = 1;
    w->config.seed = 1;
    w->dev = dev;
    w->token = 100;
    return w;
}

static inline void world_start(struct world *w)
{
    char err[160] = "";

    w->peer = vmsg_peer_new(&w->config, &w->host, err, sizeof err);
    assert_string_equal(err, "");
    assert_non_null(w->peer);
}

static inline struct world *world_started(const char *model, uint16_t dev)
{
    struct world *w = world_new(model, dev);

    world_start(w);
    return w;
}

static inline void world_free(struct world *w)
{
    vmsg_peer_free(w->peer);
    free(w->host.mem);
    free(w->log);
    free(w);
}

/* The next message that came and was not looked at; false when there is none. */
static inline bool world_next(struct world *w, struct vmsg *m)
{
    if (w->seen == w->n)
        return false;
    vmsg_decode(m, w->log + w->at[w->seen], w->at[w->seen + 1] - w->at[w->seen]);
    w->seen++;
    return true;
}

static inline void world_nothing_more(struct world *w)
{
    assert_int_equal(w->n - w->seen, 0);
}

/* Send a request or event from the table. */
static inline void world_send_tail(struct world *w, uint8_t id, const uint64_t *f, const void *tail,
                                   size_t tail_len)
{
    const struct vmsg_def *def = vmsg_def_by_id(VMSG_NS_TRANSPORT, id);
    uint8_t out[VMSG_MAX_SIZE_MOST];
    size_t len =
        vmsg_encode(out, sizeof out, def, false, w->dev, ++w->token, f, NULL, tail, tail_len);

    assert_true(len > 0);
    vmsg_peer_receive(w->peer, out, len);
}

/* The answer to a request is the next message, and a proper one. */
static inline struct vmsg world_answer(struct world *w, uint8_t id)
{
    struct vmsg m;

    assert_true(world_next(w, &m));
    assert_int_equal(m.defect, VMSG_WELL_FORMED);
    assert_int_equal(m.type, VMSG_TYPE_RESPONSE);
    assert_int_equal(m.msg_id, id);
    assert_int_equal(m.dev_num, w->dev);
    assert_int_equal(m.token, w->token);
    assert_int_equal(m.msg_size, m.delivered);
    return m;
}

static inline struct vmsg world_ask_tail(struct world *w, uint8_t id, const uint64_t *f,
                                         const void *tail, size_t tail_len)
{
    world_send_tail(w, id, f, tail, tail_len);
    return world_answer(w, id);
}

#define world_ask(w, id, ...)                                                                      \
    world_ask_tail(w, id, (const uint64_t[VMSG_MAX_FIELDS]){__VA_ARGS__}, NULL, 0)
#define world_send(w, id, ...)                                                                     \
    world_send_tail(w, id, (const uint64_t[VMSG_MAX_FIELDS]){__VA_ARGS__}, NULL, 0)

/* A bus request. */
static inline void world_send_bus(struct world *w, uint8_t id, uint64_t a, uint64_t b)
{
    uint8_t out[64];
    uint64_t f[] = {a, b};
    size_t len = vmsg_encode(out, sizeof out, vmsg_def_by_id(VMSG_NS_BUS, id), false, 0, ++w->token,
                             f, NULL, NULL, 0);

    vmsg_peer_receive(w->peer, out, len);
}

static inline struct vmsg world_ask_bus(struct world *w, uint8_t id, uint64_t a, uint64_t b)
{
    struct vmsg m;

    world_send_bus(w, id, a, b);
    assert_true(world_next(w, &m));
    assert_int_equal(m.defect, VMSG_WELL_FORMED);
    assert_int_equal(m.type, VMSG_TYPE_RESPONSE | VMSG_TYPE_BUS);
    assert_int_equal(m.msg_id, id);
    assert_int_equal(m.dev_num, 0);
    assert_int_equal(m.token, w->token);
    return m;
}

/* The next message is this event of the device. */
static inline struct vmsg world_event(struct world *w, uint8_t id)
{
    struct vmsg m;

    assert_true(world_next(w, &m));
    assert_int_equal(m.defect, VMSG_WELL_FORMED);
    assert_int_equal(m.type, 0);
    assert_int_equal(m.msg_id, id);
    assert_int_equal(m.dev_num, w->dev);
    return m;
}

static inline uint64_t world_status(struct world *w, uint32_t status)
{
    return world_ask(w, VMSG_ID_SET_DEVICE_STATUS, status).f[0];
}

static inline uint64_t world_get_status(struct world *w)
{
    return world_ask(w, VMSG_ID_GET_DEVICE_STATUS, 0).f[0];
}

static inline void world_select(struct world *w, uint32_t block, uint32_t bits)
{
    uint8_t tail[4];

    vmsg_put_le32(tail, bits);
    world_ask_tail(w, VMSG_ID_SET_DRIVER_FEATURES, (const uint64_t[]){block, 1}, tail, 4);
}

#define WORLD_F(bit) (UINT32_C(1) << (bit) % 32)

/* From reset to FEATURES_OK with these bits of block 0 and VERSION_1 plus these of block 1. */
static inline void world_features_ok(struct world *w, uint32_t block0, uint32_t block1)
{
    assert_int_equal(world_status(w, 0), 0);
    assert_int_equal(world_status(w, 1), 1);
    assert_int_equal(world_status(w, 3), 3);
    world_select(w, 0, block0);
    world_select(w, 1, WORLD_F(VIRTIO_F_VERSION_1) | block1);
    assert_int_equal(world_status(w, 11), 11);
}

static inline void world_command(struct world *w, const char *line, const char *expected)
{
    char reply[160];

    vmsg_peer_command(w->peer, line, reply, sizeof reply);
    reply[strlen(expected) < sizeof reply ? strlen(expected) : 0] = '\0';
    assert_string_equal(reply, expected);
}

/* Queue areas in memory, far enough apart for 256 descriptors. */
static inline uint64_t world_area(uint32_t queue, unsigned part)
{
    return WORLD_BASE + (uint64_t)queue * 0x4000 + part * 0x1000;
}

static inline void world_setup(struct world *w, uint32_t queue, uint32_t size)
{
    struct vmsg m;

    world_ask(w, VMSG_ID_SET_VQUEUE, queue, VMSG_VQ_ENABLE, size, 0, world_area(queue, 0),
              world_area(queue, 1), world_area(queue, 2));
    m = world_ask(w, VMSG_ID_GET_VQUEUE, queue);
    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_flags], 1);
    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_cur_size], size);
}

static inline uint8_t *world_mem(struct world *w, uint64_t addr)
{
    assert_true(addr >= WORLD_BASE && addr < WORLD_BASE + WORLD_MEM);
    return w->host.mem + (addr - WORLD_BASE);
}

static inline void world_descriptor(struct world *w, uint32_t queue, uint32_t i, uint64_t addr,
                                    uint32_t len, uint16_t flags, uint16_t next)
{
    uint8_t *p = world_mem(w, world_area(queue, 0) + 16 * (uint64_t)i);

    vmsg_put_le64(p, addr);
    vmsg_put_le32(p + 8, len);
    vmsg_put_le16(p + 12, flags);
    vmsg_put_le16(p + 14, next);
}

/* Make the chain that begins at `head` available. */
static inline void world_offer(struct world *w, uint32_t queue, uint32_t size, uint16_t head)
{
    uint8_t *avail = world_mem(w, world_area(queue, 1));
    uint16_t idx = vmsg_le16(avail + 2);

    vmsg_put_le16(avail + 4 + 2 * (size_t)(idx % size), head);
    vmsg_put_le16(avail + 2, (uint16_t)(idx + 1));
}

static inline uint16_t world_used(struct world *w, uint32_t queue)
{
    return vmsg_le16(world_mem(w, world_area(queue, 2)) + 2);
}

/* Entropy in operation: one enabled queue of `size`, one writable buffer at descriptor 0. */
static inline void world_entropy_running(struct world *w, uint32_t size, uint32_t block0)
{
    world_features_ok(w, block0, 0);
    world_setup(w, 0, size);
    assert_int_equal(world_status(w, 15), 15);
    world_descriptor(w, 0, 0, WORLD_BASE + 0x8000, 64, 2, 0);
}

#endif
