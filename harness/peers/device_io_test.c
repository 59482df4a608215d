/* The reference device's queue I/O: what is processed when, what is told, and hostile rings. */
#include "harness/peers/refdev_world.h"

enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };
enum { BUFFERS = 0x18000 }; /* offset of the test's buffers in memory */

static void kick(struct world *w, uint32_t queue)
{
    world_send(w, VMSG_ID_EVENT_AVAIL, queue);
}

static void told(struct world *w, uint32_t queue)
{
    assert_int_equal(world_event(w, VMSG_ID_EVENT_USED).f[0], queue);
}

static void broken(struct world *w)
{
    struct vmsg m = world_event(w, VMSG_ID_EVENT_CONFIG);

    assert_int_equal(m.f[VMSG_EVENT_CONFIG_REQ_device_status], 0x4F);
    assert_int_equal(m.f[VMSG_EVENT_CONFIG_REQ_length], 0);
    assert_int_equal(world_get_status(w), 0x4F);
}

static void entropy_fills_buffers(void **state)
{
    static const uint8_t zeros[64];
    struct world *w = world_started("entropy", 5);

    world_entropy_running(w, 8, 0);
    for (unsigned i = 1; i <= 20; i++) {
        memset(world_mem(w, WORLD_BASE + 0x8000), 0, 64);
        world_offer(w, 0, 8, 0);
        kick(w, 0);
        told(w, 0);
        assert_int_equal(world_used(w, 0), i);
        assert_memory_not_equal(world_mem(w, WORLD_BASE + 0x8000), zeros, 64);
    }
    kick(w, 0); /* nothing there */
    kick(w, 1); /* no such queue */
    world_nothing_more(w);
    world_free(w);
}

static void nothing_is_processed_before_driver_ok(void **state)
{
    struct world *w = world_started("entropy", 5);

    world_features_ok(w, 0, 0);
    world_setup(w, 0, 8);
    world_descriptor(w, 0, 0, WORLD_BASE + 0x8000, 64, WRITE, 0);
    world_offer(w, 0, 8, 0);
    kick(w, 0);
    world_nothing_more(w);
    assert_int_equal(world_used(w, 0), 0);
    assert_int_equal(world_status(w, 15), 15); /* begins by itself */
    told(w, 0);
    assert_int_equal(world_used(w, 0), 1);
    world_free(w);
}

static void suppression_is_respected(void **state)
{
    struct world *w = world_started("entropy", 5);
    uint8_t *avail;

    world_entropy_running(w, 8, 0);
    avail = world_mem(w, world_area(0, 1));
    vmsg_put_le16(avail, 1); /* NO_INTERRUPT */
    world_offer(w, 0, 8, 0);
    kick(w, 0);
    world_nothing_more(w);
    assert_int_equal(world_used(w, 0), 1);
    world_free(w);

    w = world_started("entropy", 5);
    world_entropy_running(w, 8, WORLD_F(VIRTIO_F_EVENT_IDX));
    avail = world_mem(w, world_area(0, 1));
    vmsg_put_le16(avail + 4 + 16, 1); /* used_event: after the second buffer */
    world_offer(w, 0, 8, 0);
    kick(w, 0);
    world_nothing_more(w);
    world_offer(w, 0, 8, 0);
    kick(w, 0);
    told(w, 0);
    assert_int_equal(vmsg_le16(world_mem(w, world_area(0, 2)) + 4 + 64), 2); /* avail_event */
    world_free(w);
}

static void polling_needs_no_events(void **state)
{
    struct world *w = world_new("entropy", 5);

    w->config.polling = true;
    world_start(w);
    world_entropy_running(w, 8, 0);
    world_offer(w, 0, 8, 0);
    assert_int_equal(world_used(w, 0), 0);
    vmsg_peer_tick(w->peer, vmsg_peer_deadline(w->peer));
    assert_int_equal(world_used(w, 0), 1);
    world_offer(w, 0, 8, 0);
    world_get_status(w);
    assert_int_equal(world_used(w, 0), 2);
    world_nothing_more(w);
    world_free(w);
}

static void complete_finishes_one_buffer(void **state)
{
    struct world *w = world_started("entropy", 5);

    world_command(w, "complete 5 0", "error ");
    world_entropy_running(w, 8, 0);
    world_command(w, "complete 5 0", "error ");
    world_offer(w, 0, 8, 0);
    world_offer(w, 0, 8, 0);
    world_command(w, "complete 5 0", "ok");
    told(w, 0);
    assert_int_equal(world_used(w, 0), 1);
    world_command(w, "complete 5 1", "error ");
    world_free(w);

    w = world_new("entropy", 5);
    free(w->host.mem);
    w->host.mem = NULL;
    world_start(w);
    world_features_ok(w, 0, 0);
    world_setup(w, 0, 8);
    world_status(w, 15);
    world_command(w, "complete 5 0", "ok"); /* without memory, the notification alone */
    told(w, 0);
    world_free(w);
}

/* One block request in descriptors 0-2: header, data, status. Returns the status byte. */
static uint8_t block_request(struct world *w, uint32_t type, uint64_t sector, uint32_t len)
{
    uint64_t header = WORLD_BASE + BUFFERS;
    uint16_t used = world_used(w, 0);

    vmsg_put_le32(world_mem(w, header), type);
    vmsg_put_le32(world_mem(w, header) + 4, 0);
    vmsg_put_le64(world_mem(w, header) + 8, sector);
    *world_mem(w, header + 16) = 0xFF;
    world_descriptor(w, 0, 0, header, 16, NEXT, 1);
    world_descriptor(w, 0, 1, header + 0x1000, len, type == 1 ? NEXT : NEXT | WRITE, 2);
    world_descriptor(w, 0, 2, header + 16, 1, WRITE, 0);
    world_offer(w, 0, 16, 0);
    kick(w, 0);
    told(w, 0);
    assert_int_equal(world_used(w, 0), (uint16_t)(used + 1));
    return *world_mem(w, header + 16);
}

static struct world *block_running(void)
{
    struct world *w = world_started("block", 0);

    world_features_ok(w, WORLD_F(VIRTIO_F_INDIRECT_DESC), WORLD_F(VIRTIO_F_RING_RESET));
    world_setup(w, 0, 16);
    assert_int_equal(world_status(w, 15), 15);
    return w;
}

static void block_reads_what_was_written(void **state)
{
    struct world *w = block_running();
    uint8_t *data = world_mem(w, WORLD_BASE + BUFFERS + 0x1000);

    memset(data, 0x5A, 1024);
    assert_int_equal(block_request(w, 1, 126, 1024), 0);
    memset(data, 0, 1024);
    assert_int_equal(block_request(w, 0, 127, 512), 0);
    assert_int_equal(data[0], 0x5A);
    assert_int_equal(data[511], 0x5A);
    assert_int_equal(block_request(w, 8, 0, 20), 0);
    assert_int_not_equal(data[0], 0x5A);
    assert_int_equal(block_request(w, 4, 0, 16), 0);
    assert_int_equal(block_request(w, 0, 128, 512), 1); /* beyond the disk */
    assert_int_equal(block_request(w, 0, 127, 1024), 1);
    assert_int_equal(block_request(w, 0, UINT64_MAX, 512), 1);
    assert_int_equal(block_request(w, 1, 0, 100), 1); /* no whole sector */
    assert_int_equal(block_request(w, 99, 0, 16), 2);
    world_free(w);
}

static void indirect_tables_work(void **state)
{
    struct world *w = block_running();
    uint64_t table = WORLD_BASE + BUFFERS + 0x100;
    uint8_t *p = world_mem(w, table);

    for (unsigned i = 0; i < 2; i++) {
        vmsg_put_le64(p + 16 * i, WORLD_BASE + BUFFERS + 16 * i);
        vmsg_put_le32(p + 16 * i + 8, i ? 1 : 16);
        vmsg_put_le16(p + 16 * i + 12, i ? WRITE : NEXT);
        vmsg_put_le16(p + 16 * i + 14, 1);
    }
    vmsg_put_le32(world_mem(w, WORLD_BASE + BUFFERS), 4); /* flush */
    *world_mem(w, WORLD_BASE + BUFFERS + 16) = 0xFF;
    world_descriptor(w, 0, 0, table, 32, INDIRECT, 0);
    world_offer(w, 0, 16, 0);
    kick(w, 0);
    told(w, 0);
    assert_int_equal(*world_mem(w, WORLD_BASE + BUFFERS + 16), 0);
    world_free(w);
}

static void reset_queue_stops_and_starts_anew(void **state)
{
    struct world *w = block_running();

    block_request(w, 4, 0, 16);
    world_ask(w, VMSG_ID_RESET_VQUEUE, 0);
    world_offer(w, 0, 16, 0);
    kick(w, 0);
    world_nothing_more(w);
    assert_int_equal(world_used(w, 0), 1);
    memset(world_mem(w, world_area(0, 1)), 0, 0x2000);
    world_setup(w, 0, 16);
    assert_int_equal(block_request(w, 4, 0, 16), 0);
    world_free(w);
}

/* Every way in which a ring cannot be followed: reported, stopped, cured by a reset. */
static void hostile_rings_need_a_reset(void **state)
{
    static const struct {
        uint64_t addr;
        uint32_t len;
        uint16_t flags, next, head, jump;
    } bad[] = {
        {WORLD_BASE, 64, WRITE, 0, 0, 9},            /* index jumps beyond the queue */
        {WORLD_BASE, 64, WRITE, 0, 0, 0x8000},       /* backwards */
        {WORLD_BASE, 64, WRITE, 0, 8, 1},            /* head outside the table */
        {WORLD_BASE, 64, WRITE | NEXT, 0, 0, 1},     /* a loop */
        {WORLD_BASE, 64, WRITE | NEXT, 8, 0, 1},     /* next outside the table */
        {WORLD_BASE, WORLD_MEM + 1, WRITE, 0, 0, 1}, /* runs out of memory */
        {WORLD_BASE + WORLD_MEM, 1, WRITE, 0, 0, 1}, /* begins outside */
        {WORLD_BASE - 1, 2, WRITE, 0, 0, 1},         /* begins before */
        {UINT64_MAX, UINT32_MAX, WRITE, 0, 0, 1},    /* wraps around */
        {WORLD_BASE, 64, INDIRECT, 0, 0, 1},         /* not negotiated */
    };

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct world *w = world_started("entropy", 5);

        world_entropy_running(w, 8, 0);
        world_descriptor(w, 0, 0, bad[i].addr, bad[i].len, bad[i].flags, bad[i].next);
        world_offer(w, 0, 8, bad[i].head);
        vmsg_put_le16(world_mem(w, world_area(0, 1)) + 2, bad[i].jump);
        kick(w, 0);
        broken(w);
        assert_int_equal(world_used(w, 0), 0);
        kick(w, 0);
        world_nothing_more(w);
        memset(world_mem(w, world_area(0, 1)), 0, 0x2000);
        world_entropy_running(w, 8, 0);
        world_offer(w, 0, 8, 0);
        kick(w, 0);
        told(w, 0);
        world_free(w);
    }
}

static void areas_outside_memory_need_a_reset(void **state)
{
    for (unsigned part = 0; part < 3; part++) {
        struct world *w = world_started("entropy", 5);
        uint64_t area[3] = {world_area(0, 0), world_area(0, 1), world_area(0, 2)};

        area[part] = part == 1 ? WORLD_BASE + WORLD_MEM - 16 : UINT64_C(0xFFFFFFFFFFFFFFF0);
        world_features_ok(w, 0, 0);
        world_ask(w, VMSG_ID_SET_VQUEUE, 0, VMSG_VQ_ENABLE, 8, 0, area[0], area[1], area[2]);
        world_offer(w, 0, 8, 0);
        world_descriptor(w, 0, 0, WORLD_BASE + 0x8000, 64, WRITE, 0);
        world_status(w, 15);
        broken(w);
        world_free(w);
    }
}

static void hostile_indirect_tables_need_a_reset(void **state)
{
    static const struct {
        uint32_t len;
        uint16_t flags;       /* of the descriptor that names the table */
        uint16_t inner_flags; /* of the table's first one */
    } bad[] = {
        {0, INDIRECT, WRITE},         /* empty */
        {24, INDIRECT, WRITE},        /* no whole descriptors */
        {16, INDIRECT | NEXT, WRITE}, /* not alone */
        {16 * 17, INDIRECT, WRITE},   /* longer than the queue */
        {16, INDIRECT, INDIRECT},     /* nested */
        {32, INDIRECT, NEXT | WRITE}, /* a loop inside */
    };

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct world *w = block_running();
        uint8_t *p = world_mem(w, WORLD_BASE + BUFFERS);

        vmsg_put_le64(p, WORLD_BASE + BUFFERS);
        vmsg_put_le32(p + 8, 16);
        vmsg_put_le16(p + 12, bad[i].inner_flags);
        world_descriptor(w, 0, 0, WORLD_BASE + BUFFERS, bad[i].len, bad[i].flags, 0);
        world_offer(w, 0, 16, 0);
        kick(w, 0);
        broken(w);
        world_free(w);
    }
}

static void readable_after_writable_needs_a_reset(void **state)
{
    struct world *w = block_running();

    world_descriptor(w, 0, 0, WORLD_BASE + BUFFERS, 16, NEXT | WRITE, 1);
    world_descriptor(w, 0, 1, WORLD_BASE + BUFFERS, 16, 0, 0);
    world_offer(w, 0, 16, 0);
    kick(w, 0);
    broken(w);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entropy_fills_buffers),
        cmocka_unit_test(nothing_is_processed_before_driver_ok),
        cmocka_unit_test(suppression_is_respected),
        cmocka_unit_test(polling_needs_no_events),
        cmocka_unit_test(complete_finishes_one_buffer),
        cmocka_unit_test(block_reads_what_was_written),
        cmocka_unit_test(indirect_tables_work),
        cmocka_unit_test(reset_queue_stops_and_starts_anew),
        cmocka_unit_test(hostile_rings_need_a_reset),
        cmocka_unit_test(areas_outside_memory_need_a_reset),
        cmocka_unit_test(hostile_indirect_tables_need_a_reset),
        cmocka_unit_test(readable_after_writable_needs_a_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
