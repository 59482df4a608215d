/*
 * The world of the reference driver's tests: a scripted device behind a queue of messages, a log
 * of what the driver sent, and virtual time. Test support only.
 */
#ifndef VMSG_PEERS_DRIVER_WORLD_H
#define VMSG_PEERS_DRIVER_WORLD_H

#include "harness/peers/driver.h"
#include "harness/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORLD_LOG  1024u
#define WORLD_LINE 320u
#define WORLD_MEM  (256u * 1024u)
#define WORLD_BASE UINT64_C(0x80000000)

struct world_queue {
    bool enabled;
    uint32_t size;
    uint64_t desc, driver, device;
    uint16_t seen; /* available buffers taken */
};

struct world {
    struct vmsg_driver *driver;
    struct vmsg_sut_host host;
    struct vmsg_peer_config config;
    uint64_t now;
    /* What the driver sent: as text, and waiting for the device. */
    char log[WORLD_LOG][WORLD_LINE];
    unsigned n_log, n_done;
    uint8_t wire[WORLD_LOG][WORLD_LINE];
    size_t wire_len[WORLD_LOG];
    /* The device. */
    uint16_t dev_num;
    uint32_t device_id, n_blocks, config_size, max_queues, queue_size, admin_start, admin_count;
    uint32_t offered[3], status, generation;
    uint8_t space[300];
    struct world_queue queues[8];
    /* The script. */
    uint8_t mute;            /* transport message id that is not answered... */
    unsigned mute_count;     /* ...this many times */
    unsigned reset_polls;    /* status reads until a reset is complete */
    unsigned unstable_reads; /* GET_CONFIG answers after which the generation changes */
    bool refuse_features, refuse_queues, bend_queues, silent_io, rewrite_tokens;
    uint64_t bus_devices; /* devices 0-63, for GET_DEVICES */
};

static inline void world_sent(void *ctx, const void *msg, size_t len)
{
    struct world *w = ctx;

    assert_true(w->n_log < WORLD_LOG);
    assert_true(len <= WORLD_LINE && len <= w->host.max_msg_size);
    vmsg_text(w->log[w->n_log], WORLD_LINE, msg, len);
    memcpy(w->wire[w->n_log], msg, len);
    w->wire_len[w->n_log++] = len;
}

/* A block device that offers everything, with DMA memory; change it, then world_start(). */
static inline struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof(*w));

    assert_non_null(w);
    w->host = (struct vmsg_sut_host){.ctx = w,
                                     .send = world_sent,
                                     .mem = aligned_alloc(4096, WORLD_MEM),
                                     .mem_base = WORLD_BASE,
                                     .mem_size = WORLD_MEM,
                                     .revision = 1,
                                     .max_msg_size = 264};
    assert_non_null(w->host.mem);
    memset(w->host.mem, 0xEE, WORLD_MEM);
    w->config.role = VMSG_ROLE_DRIVER;
    w->device_id = 2;
    w->n_blocks = 2;
    w->config_size = 60;
    w->max_queues = 1;
    w->queue_size = 256;
    w->offered[0] = w->offered[1] = UINT32_MAX;
    w->space[0] = 8; /* sectors */
    return w;
}

static inline void world_start(struct world *w, const char *devices)
{
    char err[128] = "";

    w->driver = vmsg_driver_new(&w->config, &w->host, devices, err, sizeof(err));
    assert_string_equal(err, "");
    assert_non_null(w->driver);
}

static inline void world_free(struct world *w)
{
    vmsg_driver_free(w->driver);
    free(w->host.mem);
    free(w);
}

/* A message to the driver, from the table. */
static inline void world_say(struct world *w, const char *name, bool response, uint16_t token,
                             const uint64_t *f, const void *tail, size_t tail_len)
{
    const struct vmsg_def *def = vmsg_def_by_name(name);
    uint8_t out[WORLD_LINE];
    size_t len =
        vmsg_encode(out, sizeof(out), def, response, def->ns == VMSG_NS_BUS ? 0 : w->dev_num, token,
                    f, NULL, tail, tail_len);

    vmsg_driver_receive(w->driver, out, len);
}

static inline uint8_t *world_mem(struct world *w, uint64_t addr, size_t len)
{
    assert_true(addr >= WORLD_BASE && addr - WORLD_BASE + len <= WORLD_MEM);
    return w->host.mem + (addr - WORLD_BASE);
}

/* Use every available buffer of a queue. */
static inline void world_use_buffers(struct world *w, uint32_t index)
{
    struct world_queue *q = &w->queues[index];
    uint8_t *avail = world_mem(w, q->driver, 6 + 2 * q->size);
    uint8_t *used = world_mem(w, q->device, 6 + 8 * q->size);

    while (q->seen != vmsg_le16(avail + 2)) {
        uint16_t head = vmsg_le16(avail + 4 + 2 * (q->seen % q->size));

        vmsg_put_le32(used + 4 + 8 * (q->seen % q->size), head);
        q->seen++;
        vmsg_put_le16(used + 2, q->seen);
    }
    vmsg_put_le16(used + 4 + 8 * q->size, q->seen); /* to be told of the next one */
}

static inline void world_avail(struct world *w, const struct vmsg *m)
{
    uint64_t index = m->f[VMSG_EVENT_AVAIL_REQ_vq_index];

    assert_true(index < 8 && w->queues[index].enabled);
    assert_true(w->status & VIRTIO_S_DRIVER_OK);
    if (w->silent_io || !w->host.mem)
        return;
    world_use_buffers(w, (uint32_t)index);
    world_say(w, "EVENT_USED", false, 0, &index, NULL, 0);
}

static inline void world_set_queue(struct world *w, const struct vmsg *m)
{
    struct world_queue *q = &w->queues[m->f[VMSG_SET_VQUEUE_REQ_index] % 8];
    uint32_t flags = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_flags];

    assert_false(q->enabled);
    assert_true(w->status & VIRTIO_S_FEATURES_OK);
    if (w->refuse_queues)
        return;
    if (!(flags & VMSG_VQ_IGNORE_SIZE))
        q->size = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_size];
    if (!(flags & VMSG_VQ_IGNORE_DESC))
        q->desc = m->f[VMSG_SET_VQUEUE_REQ_desc_addr] + (w->bend_queues ? 4096 : 0);
    if (!(flags & VMSG_VQ_IGNORE_DRIVER))
        q->driver = m->f[VMSG_SET_VQUEUE_REQ_driver_addr];
    if (!(flags & VMSG_VQ_IGNORE_DEVICE))
        q->device = m->f[VMSG_SET_VQUEUE_REQ_device_addr];
    assert_true(q->size <= w->queue_size && q->desc % 16 == 0 && q->driver % 2 == 0 &&
                q->device % 4 == 0);
    q->enabled = flags & VMSG_VQ_ENABLE;
}

static inline void world_set_status(struct world *w, uint64_t status)
{
    if (status == 0) {
        memset(w->queues, 0, sizeof(w->queues));
        if (!w->reset_polls)
            w->status = 0;
        return;
    }
    w->status = (uint32_t)status;
    if (w->refuse_features)
        w->status &= ~VIRTIO_S_FEATURES_OK;
}

/* The device's answer to a request: fields and tail. Returns the tail's length. */
static inline size_t world_answer(struct world *w, const struct vmsg *m, uint64_t *f, uint8_t *tail)
{
    const struct world_queue *q = &w->queues[m->f[0] % 8];
    uint32_t offset = (uint32_t)m->f[0], length = (uint32_t)m->f[1];

    memcpy(f, m->f, sizeof(m->f));
    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_INFO:
        f[VMSG_GET_DEVICE_INFO_RESP_device_id] = w->device_id;
        f[VMSG_GET_DEVICE_INFO_RESP_num_feature_blocks] = w->n_blocks;
        f[VMSG_GET_DEVICE_INFO_RESP_config_size] = w->config_size;
        f[VMSG_GET_DEVICE_INFO_RESP_max_virtqueues] = w->max_queues;
        f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_start] = w->admin_start;
        f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_count] = w->admin_count;
        return 0;
    case VMSG_ID_GET_DEVICE_FEATURES:
        for (uint32_t i = 0; i < length; i++)
            vmsg_put_le32(tail + (size_t)4 * i, offset + i < 2 ? w->offered[offset + i] : 0);
        return (size_t)4 * length;
    case VMSG_ID_GET_CONFIG:
        assert_true(offset + length <= w->config_size);
        f[0] = w->generation;
        f[1] = offset;
        f[2] = length;
        memcpy(tail, w->space + offset, length);
        if (w->unstable_reads) {
            w->unstable_reads--;
            w->generation++;
        }
        return length;
    case VMSG_ID_SET_CONFIG: {
        bool take = !(w->host.transport_features & 1) || m->f[0] == w->generation;

        assert_true(m->f[1] + m->f[2] <= w->config_size);
        if (take)
            memcpy(w->space + m->f[1], m->tail, m->tail_len);
        f[0] = w->generation;
        f[2] = take ? m->f[2] : 0;
        memcpy(tail, m->tail, m->tail_len);
        return take ? m->tail_len : 0;
    }
    case VMSG_ID_GET_DEVICE_STATUS:
        if (w->reset_polls && --w->reset_polls == 0)
            w->status = 0;
        f[0] = w->status;
        return 0;
    case VMSG_ID_SET_DEVICE_STATUS:
        world_set_status(w, m->f[0]);
        f[0] = w->status;
        return 0;
    case VMSG_ID_GET_VQUEUE:
        f[VMSG_GET_VQUEUE_RESP_max_size] = m->f[0] < w->max_queues ? w->queue_size : 0;
        f[VMSG_GET_VQUEUE_RESP_cur_size] = q->size;
        f[VMSG_GET_VQUEUE_RESP_flags] = q->enabled;
        f[VMSG_GET_VQUEUE_RESP_desc_addr] = q->desc;
        f[VMSG_GET_VQUEUE_RESP_driver_addr] = q->driver;
        f[VMSG_GET_VQUEUE_RESP_device_addr] = q->device;
        return 0;
    case VMSG_ID_SET_VQUEUE:
        world_set_queue(w, m);
        return 0;
    case VMSG_ID_RESET_VQUEUE:
        w->queues[m->f[0] % 8] = (struct world_queue){0};
        return 0;
    default:
        return 0;
    }
}

static inline void world_get_devices(struct world *w, const struct vmsg *m)
{
    uint64_t offset = m->f[0], count = m->f[1] < 24 ? m->f[1] : 24;
    uint64_t f[] = {offset, offset + count < 64 ? offset + count : 0, count};
    uint8_t bitmap[8];

    vmsg_put_le64(bitmap, offset < 64 ? w->bus_devices >> offset & ((1u << count) - 1) : 0);
    world_say(w, "GET_DEVICES", true, m->token, f, bitmap, (count + 7) / 8);
}

/* The device takes one message of the driver's. */
static inline void world_take(struct world *w, const struct vmsg *m)
{
    uint64_t f[VMSG_MAX_FIELDS] = {0};
    uint8_t tail[WORLD_LINE];
    size_t tail_len;

    assert_int_equal(m->defect, VMSG_WELL_FORMED);
    assert_int_equal(m->extra + m->trailing, 0);
    assert_false(m->type & VMSG_TYPE_RESERVED);
    if (vmsg_is_bus(m)) {
        if (m->msg_id == VMSG_ID_GET_DEVICES)
            world_get_devices(w, m);
        return;
    }
    w->dev_num = m->dev_num;
    if (m->msg_id == VMSG_ID_EVENT_AVAIL) {
        world_avail(w, m);
        return;
    }
    if (w->mute == m->msg_id && w->mute_count) {
        w->mute_count--;
        return;
    }
    tail_len = world_answer(w, m, f, tail);
    world_say(w, m->def->name, true, m->token ^ (w->rewrite_tokens ? 0x4000 : 0), f, tail,
              tail_len);
}

/* Deliver everything that waits. */
static inline void world_pump(struct world *w)
{
    while (w->n_done < w->n_log) {
        struct vmsg m;

        vmsg_decode(&m, w->wire[w->n_done], w->wire_len[w->n_done]);
        w->n_done++;
        world_take(w, &m);
    }
}

/* Virtual time until nothing is due within `ms`. */
static inline void world_run(struct world *w, uint64_t ms)
{
    uint64_t end = w->now + ms * 1000000;

    for (;;) {
        uint64_t next;

        world_pump(w);
        next = vmsg_driver_deadline(w->driver);
        if (next > end)
            break;
        w->now = next > w->now ? next : w->now;
        vmsg_driver_tick(w->driver, w->now);
    }
    w->now = end;
    vmsg_driver_tick(w->driver, w->now);
    world_pump(w);
}

/* Run a driver from its start and for one second. */
static inline void world_go(struct world *w)
{
    world_start(w, "0");
    world_run(w, 1000);
}

/* Position in the log of the first line from `from` on that begins with `start`; fails if none. */
static inline unsigned world_find(const struct world *w, unsigned from, const char *start)
{
    for (unsigned i = from; i < w->n_log; i++) {
        if (strncmp(w->log[i], start, strlen(start)) == 0)
            return i;
    }
    print_message("not sent: %s\n", start);
    for (unsigned i = 0; i < w->n_log; i++)
        print_message("%3u %s\n", i, w->log[i]);
    fail();
    return 0;
}

static inline unsigned world_count(const struct world *w, const char *start)
{
    unsigned n = 0;

    for (unsigned i = 0; i < w->n_log; i++)
        n += strncmp(w->log[i], start, strlen(start)) == 0;
    return n;
}

/* A command and its reply. */
static inline void world_command(struct world *w, const char *line, const char *expected)
{
    char reply[160];

    vmsg_driver_command(w->driver, line, reply, sizeof(reply));
    reply[strlen(expected) < sizeof(reply) ? strlen(expected) : 0] = '\0';
    assert_string_equal(reply, expected);
    world_run(w, 100);
}

#endif
