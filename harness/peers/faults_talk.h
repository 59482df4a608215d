/*
 * A conversation with the reference device in which each of its faults and quirks shows. Test
 * support only.
 */
#ifndef VMSG_FAULTS_TALK_H
#define VMSG_FAULTS_TALK_H

#include "harness/peers/refdev_world.h"

/* Let everything that is due happen, a bounded number of times. */
static void settle(struct world *w)
{
    for (unsigned i = 0; i < 3 && vmsg_peer_deadline(w->peer) != UINT64_MAX; i++)
        vmsg_peer_tick(w->peer, vmsg_peer_deadline(w->peer));
}

static void raw(struct world *w, const uint8_t *bytes, size_t len)
{
    vmsg_peer_receive(w->peer, bytes, len);
    settle(w);
}

/* Counts what came before any time passed, which shows delays. */
static void note_then_settle(struct world *w)
{
    w->prompt += w->n;
    settle(w);
}

#define say(w, id, ...) (world_send(w, id, __VA_ARGS__), note_then_settle(w))

static void select_block(struct world *w, uint32_t block, uint32_t bits)
{
    uint8_t tail[4];

    vmsg_put_le32(tail, bits);
    world_send_tail(w, VMSG_ID_SET_DRIVER_FEATURES, (const uint64_t[]){block, 1}, tail, 4);
    settle(w);
}

static void command(struct world *w, const char *format, ...)
{
    char line[1200], reply[160];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    vmsg_peer_command(w->peer, line, reply, sizeof reply);
    settle(w);
}

static void talk_headers(struct world *w)
{
    const uint8_t d = (uint8_t)w->dev;
    const uint8_t messages[][12] = {
        {0x00, 0x07, d, 0, 0, 0, 8, 0},   /* token 0 */
        {0x00, 0x07, d, 0, 9, 0, 8, 0},   /* a token twice */
        {0x00, 0x07, d, 0, 9, 0, 8, 0},   /* */
        {0xFC, 0x07, d, 0, 10, 0, 8, 0},  /* reserved type bits */
        {0x00, 0x00, d, 0, 11, 0, 8, 0},  /* reserved id */
        {0x00, 0x0D, d, 0, 12, 0, 8, 0},  /* unassigned */
        {0x00, 0x44, d, 0, 13, 0, 8, 0},  /* unassigned event */
        {0x00, 0x09, d, 0, 14, 0, 8, 0},  /* cut off */
        {0x00, 0x07, d, 0, 15, 0, 9, 0},  /* a lie */
        {0x01, 0x07, d, 0, 16, 0, 12, 0}, /* a response */
        {0x00, 0x02, 77, 0, 17, 0, 8, 0}, /* absent */
        {0x00, 0x87, d, 0, 18, 0, 8, 0},  /* implementation-defined */
        {0x02, 0x05, 0, 0, 19, 0, 8, 0},  /* bus: unassigned */
        {0x02, 0x03, 0, 0, 20, 0, 8, 0},  /* bus: cut off */
        {0x02, 0x03, 1, 0, 21, 0, 12, 0}, /* bus: device number */
        {0x00, 0x07, d, 0, 22, 0, 12, 0}, /* extra payload */
        {0x00, 0x07, d, 0, 23, 0, 8, 0},  /* trailing bytes, delivered in full below */
    };

    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        size_t said = messages[i][6];

        raw(w, messages[i], i == 14 ? 12 : said > 12 ? 12 : messages[i][4] == 15 ? 8 : said);
    }
    raw(w, messages[16], 12);
}

static void talk_info_and_features(struct world *w)
{
    uint8_t big[600] = {0, 7, (uint8_t)w->dev, 0, 1, 0, 0x58, 2};

    say(w, VMSG_ID_GET_DEVICE_INFO, 0);
    say(w, VMSG_ID_GET_DEVICE_INFO, 0);
    say(w, VMSG_ID_GET_DEVICE_FEATURES, 0, 4);
    say(w, VMSG_ID_GET_DEVICE_FEATURES, 1, 40);
    say(w, VMSG_ID_GET_DEVICE_FEATURES, 0, 100);
    say(w, VMSG_ID_GET_DEVICE_FEATURES, 0, 0);
    raw(w, big, sizeof big);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 0);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 3);
    select_block(w, 1, WORLD_F(VIRTIO_F_VERSION_1));
    say(w, VMSG_ID_SET_DEVICE_STATUS, 7);
    select_block(w, 0, WORLD_F(31));
    say(w, VMSG_ID_SET_DEVICE_STATUS, 11);
    say(w, VMSG_ID_GET_DEVICE_STATUS, 0);
    select_block(w, 0, 0);
    say(w, VMSG_ID_GET_DEVICE_FEATURES, 0, 2);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 0x10B);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 9);
    say(w, VMSG_ID_GET_DEVICE_STATUS, 0);
    say(w, VMSG_ID_GET_DEVICE_INFO, 0);
    say(w, VMSG_ID_RESET_VQUEUE, 0);
}

static void write_config(struct world *w, uint32_t generation, uint32_t offset, size_t len,
                         uint8_t fill)
{
    uint8_t data[16];

    memset(data, fill, sizeof data);
    world_send_tail(w, VMSG_ID_SET_CONFIG, (const uint64_t[]){generation, offset, len}, data, len);
    settle(w);
}

static void talk_config(struct world *w)
{
    char hex[502];

    memset(hex, 'b', 500);
    hex[500] = '\0';
    say(w, VMSG_ID_GET_CONFIG, 4, 8);
    say(w, VMSG_ID_GET_CONFIG, 0, 300);
    say(w, VMSG_ID_GET_CONFIG, 5000, 1);
    for (uint32_t generation = 1; generation <= 256; generation++) /* one of them matches */
        write_config(w, generation, 44, 4, 1);
    write_config(w, 0, 44, 4, 2);
    say(w, VMSG_ID_GET_CONFIG, 40, 8);
    world_send_tail(w, VMSG_ID_SET_CONFIG, (const uint64_t[]){0, 44, 1}, "x", 1); /* pipelined */
    say(w, VMSG_ID_GET_CONFIG, 44, 1);
    write_config(w, 0, 44, 0, 0);
    say(w, VMSG_ID_GET_CONFIG, 32, 12);
    write_config(w, 0, 33, 3, 3);
    write_config(w, 0, 0, 4, 3);
    say(w, VMSG_ID_GET_CONFIG, 32, 12);
    command(w, "change-config %u 20 cc", w->dev);
    command(w, "change-config %u 100 %s", w->dev, hex);
    say(w, VMSG_ID_GET_CONFIG, 16, 8);
    say(w, VMSG_ID_GET_CONFIG, 100, 8);
    say(w, VMSG_ID_GET_SHM, 1);
    say(w, VMSG_ID_GET_SHM, 1);
    say(w, VMSG_ID_GET_SHM, 9);
}

static void set_vqueue(struct world *w, uint32_t index, uint32_t flags, uint32_t size,
                       uint32_t reserved, uint64_t shift)
{
    say(w, VMSG_ID_SET_VQUEUE, index, flags, size, reserved, world_area(1, 0) + shift,
        world_area(1, 1) + shift, world_area(1, 2) + shift);
    say(w, VMSG_ID_GET_VQUEUE, index);
    say(w, VMSG_ID_GET_VQUEUE, 0);
}

static void talk_vqueues(struct world *w)
{
    const uint32_t q = 0;

    say(w, VMSG_ID_SET_DEVICE_STATUS, 0);
    say(w, VMSG_ID_GET_DEVICE_STATUS, 0);
    say(w, VMSG_ID_GET_DEVICE_STATUS, 0);
    say(w, VMSG_ID_GET_DEVICE_STATUS, 0);
    say(w, VMSG_ID_GET_VQUEUE, q);
    set_vqueue(w, 5, VMSG_VQ_KEEP, 16, 0, 0);
    set_vqueue(w, q, VMSG_VQ_ENABLE, 16, 1, 0);
    set_vqueue(w, q, VMSG_VQ_ENABLE | 0x40, 16, 0, 0);
    set_vqueue(w, q, VMSG_VQ_STATE_BAD, 16, 0, 0);
    set_vqueue(w, q, VMSG_VQ_KEEP, 4096, 0, 0);
    set_vqueue(w, q, VMSG_VQ_KEEP, 24, 0, 0);
    set_vqueue(w, q, VMSG_VQ_KEEP, 32, 0, 1);
    set_vqueue(w, q, VMSG_VQ_KEEP, 32, 0, 0);
    set_vqueue(w, q, VMSG_VQ_KEEP, 64, 0, 0x100);
    set_vqueue(w, q, VMSG_VQ_KEEP_DISABLED, 64, 0, 0x100);
    set_vqueue(w, q, VMSG_VQ_KEEP | 0x3C, 8, 0, 0x200);
    set_vqueue(w, q, VMSG_VQ_ENABLE | 0x38, 4096, 0, 0);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 3);
    select_block(w, 0, 0);
    select_block(w, 1, WORLD_F(VIRTIO_F_VERSION_1) | WORLD_F(VIRTIO_F_RING_RESET));
    say(w, VMSG_ID_SET_DEVICE_STATUS, 11);
    set_vqueue(w, q, VMSG_VQ_ENABLE, 16, 0, 0);
    set_vqueue(w, q, VMSG_VQ_KEEP_DISABLED | 0x3C, 16, 0, 0);
    set_vqueue(w, q, VMSG_VQ_ENABLE, 8, 0, 0x100);
    set_vqueue(w, q, VMSG_VQ_KEEP | 0x3C, 8, 0, 0x100);
    for (uint32_t absent = 3; absent <= 5; absent++) {
        set_vqueue(w, absent, VMSG_VQ_ENABLE, 16, 0, 0);
        say(w, VMSG_ID_RESET_VQUEUE, absent);
        say(w, VMSG_ID_GET_VQUEUE, 0);
    }
    say(w, VMSG_ID_GET_VQUEUE, 65540);
    say(w, VMSG_ID_RESET_VQUEUE, q);
    say(w, VMSG_ID_GET_VQUEUE, q);
    set_vqueue(w, q, VMSG_VQ_ENABLE, 16, 0, 0);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 3); /* FEATURES_OK is taken back */
    say(w, VMSG_ID_RESET_VQUEUE, q);
    say(w, VMSG_ID_GET_VQUEUE, q);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 0);
    say(w, VMSG_ID_GET_VQUEUE, q);
}

/* A writable buffer, a good request for no one but legal for all. */
static void offer_and_kick(struct world *w)
{
    world_descriptor(w, 0, 0, WORLD_BASE + 0x8000, 64, 2, 0);
    world_offer(w, 0, 16, 0);
    world_send(w, VMSG_ID_EVENT_AVAIL, 0);
}

static void talk_io(struct world *w)
{
    const uint32_t block1 = w->dev == 5 ? 0 : WORLD_F(VIRTIO_F_RING_RESET);

    for (unsigned i = 0; i < 5; i++) /* a reset may need several looks */
        say(w, i ? VMSG_ID_GET_DEVICE_STATUS : VMSG_ID_SET_DEVICE_STATUS, 0);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 3);
    select_block(w, 0, WORLD_F(VIRTIO_F_EVENT_IDX));
    select_block(w, 1, WORLD_F(VIRTIO_F_VERSION_1) | block1);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 11);
    memset(world_mem(w, world_area(0, 1)), 0, 0x2000);
    say(w, VMSG_ID_SET_VQUEUE, 0, VMSG_VQ_ENABLE, 16, 0, world_area(0, 0), world_area(0, 1),
        world_area(0, 2));
    offer_and_kick(w);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 15);
    offer_and_kick(w); /* not told: the event index was passed before */
    offer_and_kick(w);
    vmsg_put_le16(world_mem(w, world_area(0, 1)) + 4 + 32, 3);
    offer_and_kick(w);
    settle(w);
    for (uint16_t i = 4; i < 6; i++) { /* two in a row, both to be told */
        vmsg_put_le16(world_mem(w, world_area(0, 1)) + 4 + 32, i);
        offer_and_kick(w);
    }
    settle(w);
    vmsg_put_le16(world_mem(w, world_area(0, 1)) + 4 + 32, 6);
    world_offer(w, 0, 16, 0); /* without a notification */
    for (unsigned i = 0; i < 12; i++)
        say(w, VMSG_ID_GET_DEVICE_STATUS, 0);
    raw(w, (const uint8_t[]){0, 0x0D, (uint8_t)w->dev, 0, 1, 0, 8, 0}, 8);
    say(w, VMSG_ID_GET_DEVICE_STATUS, 0);
    say(w, VMSG_ID_RESET_VQUEUE, 0);
    offer_and_kick(w);
    settle(w);
    memset(world_mem(w, world_area(0, 1)), 0, 0x2000);
    say(w, VMSG_ID_SET_VQUEUE, 0, VMSG_VQ_ENABLE, 16, 0, world_area(0, 0), world_area(0, 1),
        world_area(0, 2));
    offer_and_kick(w);
    settle(w);
    command(w, "needs-reset %u", w->dev);
    say(w, VMSG_ID_GET_DEVICE_STATUS, 0);
}

/* Indirect descriptors for more than one turn of a small ring, split or packed. */
static void talk_tables(struct world *w, bool packed)
{
    uint8_t *table = world_mem(w, WORLD_BASE + 0x9000);

    for (unsigned i = 0; i < 5; i++)
        say(w, i ? VMSG_ID_GET_DEVICE_STATUS : VMSG_ID_SET_DEVICE_STATUS, 0);
    say(w, VMSG_ID_SET_DEVICE_STATUS, 3);
    select_block(w, 0, WORLD_F(VIRTIO_F_INDIRECT_DESC));
    select_block(w, 1, WORLD_F(VIRTIO_F_VERSION_1) | (packed ? WORLD_F(VIRTIO_F_RING_PACKED) : 0));
    say(w, VMSG_ID_SET_DEVICE_STATUS, 11);
    memset(world_mem(w, world_area(0, 0)), 0, 0x3000);
    say(w, VMSG_ID_SET_VQUEUE, 0, VMSG_VQ_ENABLE, 4, 0, world_area(0, 0), world_area(0, 1),
        world_area(0, 2));
    say(w, VMSG_ID_SET_DEVICE_STATUS, 15);
    vmsg_put_le64(table, WORLD_BASE + 0x8000);
    vmsg_put_le32(table + 8, 64);
    vmsg_put_le16(table + (packed ? 14 : 12), 2);
    for (unsigned i = 0; i < 6; i++) {
        uint8_t *ring = world_mem(w, world_area(0, 0)) + 16 * (size_t)(i % 4);

        world_descriptor(w, 0, i % 4, WORLD_BASE + 0x9000, 16, 4, 0);
        if (packed) {
            vmsg_put_le16(ring + 12, 0);
            vmsg_put_le16(ring + 14, i < 4 ? 0x84 : 0x8004);
        } else {
            world_offer(w, 0, 4, (uint16_t)(i % 4));
        }
        say(w, VMSG_ID_EVENT_AVAIL, 0);
    }
}

static void talk_bus(struct world *w)
{
    static const uint16_t windows[][2] = {{0, 0}, {0, 5}, {2, 13}, {8, 100}, {65530, 6}, {1, 3}};

    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
        world_send_bus(w, VMSG_ID_GET_DEVICES, windows[i][0], windows[i][1]);
    world_send_bus(w, VMSG_ID_PING, 1, 0);
    world_send_bus(w, VMSG_ID_PING, 2, 0);
    command(w, "remove %u", w->dev);
    say(w, VMSG_ID_GET_DEVICE_INFO, 0);
    command(w, "add %u", w->dev);
    say(w, VMSG_ID_GET_DEVICE_INFO, 0);
    command(w, "change-config %u 20 01", w->dev);
}

static void talk(struct world *w, bool packed)
{
    talk_headers(w);
    talk_info_and_features(w);
    talk_config(w);
    talk_vqueues(w);
    talk_io(w);
    talk_tables(w, packed);
    world_send(w, VMSG_ID_SET_DEVICE_STATUS, 0); /* pipelined */
    world_send(w, VMSG_ID_GET_DEVICE_STATUS, 0);
    settle(w);
    talk_bus(w);
}

#endif
