/* The reference driver's virtqueues in memory: indirect, event index, suppression, packed. */
#include "harness/peers/driver_world.h"

#define BIT(feature) (UINT32_C(1) << (feature) % 32)
#define AVAIL        256u
#define USED         320u
#define KICKS        "EVENT_AVAIL"

static uint16_t at16(const struct world *w, unsigned offset)
{
    return vmsg_le16(w->host.mem + offset);
}

static void poke16(struct world *w, unsigned offset, uint16_t value)
{
    vmsg_put_le16(w->host.mem + offset, value);
}

static void test_indirect(void **state)
{
    struct world *w = world_new();
    const uint8_t *page = w->host.mem, *table;

    (void)state;
    w->silent_io = true;
    w->offered[0] = BIT(VIRTIO_F_INDIRECT_DESC);
    world_go(w);
    assert_int_equal(vmsg_le16(page + 12), 4);
    assert_int_equal(vmsg_le32(page + 8), 48);
    table = world_mem(w, vmsg_le64(page), 48);
    assert_int_equal(vmsg_le32(table + 8), 16);
    assert_int_equal(vmsg_le16(table + 12), 1);
    assert_int_equal(vmsg_le16(table + 14), 1);
    assert_int_equal(vmsg_le32(table + 16 + 8), 512);
    assert_int_equal(vmsg_le16(table + 16 + 12), 3);
    assert_int_equal(vmsg_le16(table + 32 + 12), 2);
    world_free(w);
}

/* Fill a queue by its user; as many commands as fit. */
static unsigned fill(struct world *w)
{
    unsigned n = 0;

    for (char reply[160] = "ok"; strcmp(reply, "ok") == 0; n++)
        vmsg_driver_command(w->driver, "kick 0 0", reply, sizeof reply);
    return n - 1;
}

/* Indirect requests take one entry each, but the page has room for five of them. */
static void test_how_many_fit(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->silent_io = true;
    world_go(w);
    assert_int_equal(fill(w), 4);
    world_free(w);
    w = world_new();
    w->silent_io = true;
    w->queue_size = 4;
    w->offered[0] = 0;
    world_go(w);
    assert_int_equal(fill(w), 0);
    world_free(w);
}

static void test_event_index_asks_for_the_next(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->offered[0] = BIT(VIRTIO_F_EVENT_IDX);
    world_go(w);
    assert_int_equal(world_count(w, KICKS), 4);
    assert_int_equal(at16(w, AVAIL), 0);
    assert_int_equal(at16(w, AVAIL + 4 + 2 * 16), 4);
    world_free(w);
}

static void test_event_index_of_the_device(void **state)
{
    struct world *w = world_new();
    const uint64_t queue = 0;

    (void)state;
    w->silent_io = true;
    w->offered[0] = BIT(VIRTIO_F_EVENT_IDX);
    world_go(w);
    assert_int_equal(world_count(w, KICKS), 1);
    world_use_buffers(w, 0);
    poke16(w, USED + 4 + 8 * 16, 2); /* not of the second, but of the third */
    world_say(w, "EVENT_USED", false, 0, &queue, NULL, 0);
    world_run(w, 10);
    assert_int_equal(at16(w, AVAIL + 2), 2);
    assert_int_equal(world_count(w, KICKS), 1);
    world_use_buffers(w, 0);
    world_say(w, "EVENT_USED", false, 0, &queue, NULL, 0);
    world_run(w, 10);
    assert_int_equal(world_count(w, KICKS), 2);
    world_free(w);
}

static void test_no_notify(void **state)
{
    struct world *w = world_new();
    const uint64_t queue = 0;

    (void)state;
    w->silent_io = true;
    w->offered[0] = 0;
    world_go(w);
    poke16(w, USED, 1);
    world_use_buffers(w, 0);
    world_say(w, "EVENT_USED", false, 0, &queue, NULL, 0);
    world_run(w, 10);
    assert_int_equal(at16(w, AVAIL + 2), 2);
    assert_int_equal(world_count(w, KICKS), 1);
    world_command(w, "kick 0 0", "ok"); /* the user's are notified */
    assert_int_equal(world_count(w, KICKS), 2);
    world_free(w);
}

static struct world *packed_world(uint32_t low)
{
    struct world *w = world_new();

    w->config.quirks[0] = "driver-packed-queues";
    w->silent_io = true;
    w->offered[0] = low;
    world_go(w);
    return w;
}

static void test_packed(void **state)
{
    struct world *w = packed_world(0);
    const uint8_t *page = w->host.mem;

    (void)state;
    assert_int_equal(at16(w, 14), 0x81);      /* next, available */
    assert_int_equal(at16(w, 16 + 14), 0x83); /* next, writable, available */
    assert_int_equal(at16(w, 32 + 14), 0x82);
    assert_int_equal(vmsg_le32(page + 16 + 8), 512);
    assert_int_equal(at16(w, AVAIL + 2), 0); /* events enabled */
    assert_int_equal(world_count(w, KICKS " event dev=0 tok=0 vq_index=0 next_offset=2147483651"),
                     1);
    world_free(w);
}

/* The device uses what lies at `at`, a chain of three; it is told of nothing. */
static void use_packed(struct world *w, unsigned at, uint16_t id, bool wrapped)
{
    const uint64_t queue = 0;

    poke16(w, at * 16 + 12, id);
    poke16(w, at * 16 + 14, wrapped ? 0 : 0x8080);
    world_say(w, "EVENT_USED", false, 0, &queue, NULL, 0);
    world_run(w, 10);
}

static void test_packed_goes_around(void **state)
{
    struct world *w = packed_world(0);
    unsigned at = 0;

    (void)state;
    for (unsigned n = 0; n < 12; n++) {
        if (n >= 4)
            world_command(w, "kick 0 0", "ok");
        /* Between two rounds of 16: the first descriptor's flags, then the place after it. */
        assert_int_equal(at16(w, at % 16 * 16 + 14) & 0x8080, at / 16 % 2 ? 0x8000 : 0x80);
        use_packed(w, at % 16, 0, at / 16 % 2);
        at += 3;
    }
    assert_int_equal(world_count(w, KICKS), 12);
    world_find(w, 0, KICKS " event dev=0 tok=0 vq_index=0 next_offset=2"); /* 18 */
    assert_int_equal(world_count(w, "SET_DEVICE_STATUS req dev=0 tok=2 status=0x0"), 1);
    world_free(w);
}

static void test_packed_lies(void **state)
{
    struct world *w = packed_world(0);

    (void)state;
    use_packed(w, 0, 9, false);
    assert_int_equal(world_count(w, "SET_DEVICE_STATUS req dev=0") > 4, true);
    world_free(w);
}

static void test_packed_indirect_and_events(void **state)
{
    struct world *w = packed_world(BIT(VIRTIO_F_INDIRECT_DESC) | BIT(VIRTIO_F_EVENT_IDX));
    const uint8_t *page = w->host.mem, *table = world_mem(w, vmsg_le64(page), 48);

    (void)state;
    assert_int_equal(at16(w, 14), 0x84);
    assert_int_equal(vmsg_le16(table + 14), 0);
    assert_int_equal(vmsg_le16(table + 16 + 14), 2);
    assert_int_equal(at16(w, AVAIL), 0x8000); /* the first descriptor of the first round */
    assert_int_equal(at16(w, AVAIL + 2), 2);
    poke16(w, USED, 0x8002); /* to be told of the third */
    poke16(w, USED + 2, 2);
    use_packed(w, 0, 0, false);
    assert_int_equal(world_count(w, KICKS), 1);
    use_packed(w, 1, 0, false);
    assert_int_equal(world_count(w, KICKS), 2);
    assert_int_equal(at16(w, AVAIL), 0x8002);
    poke16(w, USED + 2, 1); /* to be told of nothing */
    use_packed(w, 2, 0, false);
    assert_int_equal(world_count(w, KICKS), 2);
    world_free(w);
}

static void test_packed_polling(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->config.quirks[0] = "driver-packed-queues";
    w->config.polling = true;
    w->silent_io = true;
    w->offered[0] = 0;
    world_go(w);
    assert_int_equal(at16(w, AVAIL + 2), 1);
    poke16(w, 14, 0x8080);
    world_run(w, 2000);
    assert_int_equal(at16(w, 3 * 16 + 14), 0x81); /* the next request */
    assert_int_equal(world_count(w, KICKS), 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_indirect),
        cmocka_unit_test(test_how_many_fit),
        cmocka_unit_test(test_event_index_asks_for_the_next),
        cmocka_unit_test(test_event_index_of_the_device),
        cmocka_unit_test(test_no_notify),
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_packed_goes_around),
        cmocka_unit_test(test_packed_lies),
        cmocka_unit_test(test_packed_indirect_and_events),
        cmocka_unit_test(test_packed_polling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
