/* The reference driver meets trouble: lost, late, failed and malformed messages, resets. */
#include "harness/peers/driver_world.h"

static void test_retry(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->mute = VMSG_ID_GET_CONFIG;
    w->mute_count = 2;
    world_start(w, "0");
    world_run(w, 999);
    assert_int_equal(world_count(w, "GET_CONFIG"), 1);
    world_run(w, 1500);
    assert_int_equal(world_count(w, "GET_CONFIG"), 3);
    assert_int_equal(world_count(w, "SET_DEVICE_STATUS req dev=0 tok=2 status=0x0"), 1);
    assert_int_equal(w->status, 0xf);
    world_free(w);
}

static void test_exhausted_then_reset(void **state)
{
    struct world *w = world_new();
    unsigned at;

    (void)state;
    w->mute = VMSG_ID_GET_CONFIG;
    w->mute_count = 3;
    world_start(w, "0");
    world_run(w, 5000);
    at = world_find(w, 0, "GET_CONFIG req dev=0 tok=11");
    at = world_find(w, at, "SET_DEVICE_STATUS req dev=0 tok=12 status=0x0");
    world_find(w, at, "SET_DEVICE_STATUS req dev=0 tok=13 status=0x1");
    assert_int_equal(w->status, 0xf);
    world_free(w);
}

static void test_gives_up(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->mute = VMSG_ID_GET_CONFIG;
    w->mute_count = UINT32_MAX;
    world_start(w, "0");
    world_run(w, 60000);
    assert_int_equal(world_count(w, "GET_CONFIG"), 12);
    assert_int_equal(w->status, 0x8b);
    assert_true(vmsg_driver_deadline(w->driver) == UINT64_MAX);
    world_free(w);
}

static void test_dead_bus(void **state)
{
    struct world *w = world_new();

    (void)state;
    world_start(w, "");
    vmsg_driver_tick(w->driver, 0);
    for (uint64_t ms = 0; ms < 10000; ms += 100)
        vmsg_driver_tick(w->driver, ms * 1000000);
    assert_int_equal(w->n_log, 3);
    assert_true(vmsg_driver_deadline(w->driver) == UINT64_MAX);
    world_free(w);
}

/* A SET_VQUEUE without an answer may have been applied: ask before writing again. */
static void test_lost_set_vqueue_answer(void **state)
{
    struct world *w = world_new();
    unsigned at;

    (void)state;
    w->mute = VMSG_ID_SET_VQUEUE;
    w->mute_count = 1;
    world_start(w, "0");
    world_run(w, 3000);
    at = world_find(w, 0, "SET_VQUEUE");
    at = world_find(w, at, "GET_VQUEUE");
    assert_int_equal(strncmp(w->log[at + 1], "SET_VQUEUE", 10), 0);
    assert_int_equal(w->status, 0xf);
    world_free(w);
}

static void test_late_answer_is_not_the_next(void **state)
{
    static const uint64_t refused[] = {0x40}, reset_done[] = {0};
    struct world *w = world_new();
    unsigned before;

    (void)state;
    w->mute = VMSG_ID_SET_DEVICE_STATUS;
    w->mute_count = 1;
    world_start(w, "0");
    world_run(w, 500);
    /* The answer to the reset, twice; the second arrives while ACKNOWLEDGE is outstanding. */
    w->mute_count = 1;
    world_say(w, "SET_DEVICE_STATUS", true, 2, reset_done, NULL, 0);
    world_pump(w);
    before = w->n_log;
    world_find(w, 0, "SET_DEVICE_STATUS req dev=0 tok=3 status=0x1");
    world_say(w, "SET_DEVICE_STATUS", true, 2, refused, NULL, 0);
    world_pump(w);
    assert_int_equal(w->n_log, before);
    world_free(w);
}

static void test_tokens_are_opaque(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->rewrite_tokens = true;
    world_start(w, "0");
    world_run(w, 500);
    assert_int_equal(w->status, 0xf);
    assert_int_equal(world_count(w, "EVENT_AVAIL"), 4);
    world_free(w);
}

static void test_failed_request_is_retried(void **state)
{
    static const uint64_t failed[] = {0, 2, VMSG_ID_SET_DEVICE_STATUS, 0, 0, 0, 5};
    static const uint64_t other[] = {0, 2, VMSG_ID_GET_CONFIG, 0, 0, 0, 5};
    struct world *w = world_new();

    (void)state;
    w->mute = VMSG_ID_SET_DEVICE_STATUS;
    w->mute_count = 1;
    world_start(w, "0");
    world_run(w, 1);
    world_say(w, "REQUEST_FAILED", false, 0, other, NULL, 0);
    assert_int_equal(world_count(w, "SET_DEVICE_STATUS"), 1);
    world_say(w, "REQUEST_FAILED", false, 0, failed, NULL, 0);
    assert_int_equal(world_count(w, "SET_DEVICE_STATUS"), 2);
    world_pump(w);
    assert_int_equal(w->status, 0xf);
    world_free(w);
}

static void test_malformed_is_silence(void **state)
{
    static const struct {
        uint8_t bytes[16];
        size_t len;
    } junk[] = {
        {{0}, 0},
        {{1, 7, 0, 0, 0, 0, 12}, 8},                          /* msg_size beyond */
        {{1, 7, 0, 0, 0, 0, 8}, 8},                           /* no status */
        {{1, 0x40, 0, 0, 0, 0, 16}, 16},                      /* event as response, and short */
        {{0, 0x42, 0, 0, 0, 0, 8}, 8},                        /* no queue index */
        {{0, 0x42, 0, 0, 0, 0, 12, 0, 0xff, 0xff, 0, 0}, 12}, /* no such queue */
        {{0, 0x41, 0, 0, 0, 0, 16}, 16},                      /* a driver's own event */
        {{0, 2, 0, 0, 0, 0, 8}, 8},                           /* a driver's own request */
        {{0, 0x0d, 0, 0, 0, 0, 8}, 8},
        {{1, 0x8d, 0, 0, 0, 0, 8}, 8},
        {{2, 3, 1, 0, 0, 0, 12, 0, 1, 2, 3, 4}, 12}, /* PING for device 1 */
        {{2, 2, 0, 0, 0, 0, 12, 0, 0, 0, 8, 0}, 12}, /* GET_DEVICES to a driver */
        {{3, 2, 0, 0, 0, 0, 14}, 14},                /* unasked answers */
        {{1, 8, 0, 0, 0, 0, 12}, 12},
        {{1, 8, 9, 0, 0, 0, 12}, 12},
        {{2, 0x40, 0, 0, 0, 0, 12, 0, 9, 0, 3, 0}, 12}, /* reserved bus state */
        {{2, 0x40, 0, 0, 0, 0, 12, 0, 9, 0, 2, 0}, 12}, /* removal of an unknown device */
    };
    struct world *w = world_new();
    unsigned before;

    (void)state;
    world_go(w);
    before = w->n_log;
    for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
        vmsg_driver_receive(w->driver, junk[i].bytes, junk[i].len);
    world_run(w, 5000);
    assert_int_equal(w->n_log, before);
    world_free(w);
}

static void event_config(struct world *w, uint64_t status, uint64_t offset, uint64_t length,
                         const void *data, size_t data_len)
{
    uint64_t f[] = {status, w->generation, offset, length};

    world_say(w, "EVENT_CONFIG", false, 0, f, data, data_len);
    world_pump(w);
}

static void test_event_config(void **state)
{
    struct world *w = world_new();

    (void)state;
    world_go(w);
    assert_int_equal(world_count(w, "GET_CONFIG"), 1);
    w->generation++;
    event_config(w, 0xf, 0, 8, "\1\0\0\0\0\0\0\0", 8); /* carries what changed */
    assert_int_equal(world_count(w, "GET_CONFIG"), 1);
    event_config(w, 0xf, 0, 0, NULL, 0); /* something changed */
    assert_int_equal(world_count(w, "GET_CONFIG"), 2);
    event_config(w, 0xf, 8, 4, NULL, 0); /* without the data */
    assert_int_equal(world_count(w, "GET_CONFIG"), 3);
    event_config(w, 0xf, 58, 4, "abcd", 4); /* outside the space */
    event_config(w, 0xf, 58, 4, NULL, 0);
    event_config(w, 0xf, 8, 4, "ab", 2); /* cut off */
    assert_int_equal(world_count(w, "GET_CONFIG"), 3);
    world_free(w);
}

static void test_needs_reset(void **state)
{
    struct world *w = world_new();
    unsigned before;

    (void)state;
    world_go(w);
    before = w->n_log;
    w->status |= VIRTIO_S_NEEDS_RESET;
    event_config(w, w->status, 0, 0, NULL, 0);
    world_run(w, 100);
    assert_non_null(strstr(w->log[before], "SET_DEVICE_STATUS"));
    assert_non_null(strstr(w->log[before], "status=0x0"));
    assert_int_equal(w->status, 0xf);
    assert_int_equal(world_count(w, "EVENT_AVAIL"), 8);
    world_free(w);
}

/* A used ring that returns `id` twice makes no sense, whether or not the driver gave it. */
static void check_used_twice(uint32_t id)
{
    struct world *w = world_new();
    uint64_t index = 0;
    uint8_t *used;

    w->silent_io = true;
    world_go(w);
    used = world_mem(w, w->queues[0].device, 134);
    vmsg_put_le32(used + 4, id);
    vmsg_put_le32(used + 12, id);
    vmsg_put_le16(used + 2, 2);
    world_say(w, "EVENT_USED", false, 0, &index, NULL, 0);
    world_pump(w);
    assert_int_equal(world_count(w, "SET_DEVICE_STATUS"), 10); /* 0, 1, 3, b, f twice */
    world_free(w);
}

static void test_lying_used_ring(void **state)
{
    (void)state;
    check_used_twice(0);          /* given, and returned already */
    check_used_twice(1);          /* inside a chain */
    check_used_twice(3);          /* a head that was not given */
    check_used_twice(UINT32_MAX); /* no descriptor at all */
}

static void test_hotplug_and_ping(void **state)
{
    static const uint64_t added[] = {9, 1}, removed[] = {9, 2}, ping[] = {0x01020304};
    struct world *w = world_new();

    (void)state;
    w->device_id = 0;
    world_go(w);
    world_say(w, "EVENT_DEVICE", false, 0, added, NULL, 0);
    world_pump(w);
    assert_int_equal(world_count(w, "GET_DEVICE_INFO req dev=9"), 1);
    world_say(w, "EVENT_DEVICE", false, 0, removed, NULL, 0);
    world_say(w, "EVENT_DEVICE", false, 0, added, NULL, 0);
    world_pump(w);
    assert_int_equal(world_count(w, "GET_DEVICE_INFO req dev=9"), 2);
    world_say(w, "PING", false, 77, ping, NULL, 0);
    assert_string_equal(w->log[w->n_log - 1], "bus PING resp tok=77 data=16909060");
    world_free(w);
}

static void test_removed_in_mid_request(void **state)
{
    static const uint64_t removed[] = {0, 2};
    struct world *w = world_new();
    unsigned before;

    (void)state;
    w->mute = VMSG_ID_GET_CONFIG;
    w->mute_count = 1;
    world_start(w, "0");
    world_run(w, 100);
    before = w->n_log;
    world_say(w, "EVENT_DEVICE", false, 0, removed, NULL, 0);
    world_run(w, 60000);
    assert_int_equal(w->n_log, before);
    world_free(w);
}

/* Any bytes at any moment: nothing but survival is asked. */
static void test_random_bytes(void **state)
{
    uint64_t x = 7;

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        struct world *w = world_new();
        uint8_t bytes[64];

        w->config.seed = round;
        w->config.polling = round & 2;
        world_start(w, "0,1");
        for (unsigned i = 0; i < 300; i++) {
            for (size_t j = 0; j < sizeof(bytes); j++) {
                x = x * 6364136223846793005u + 1442695040888963407u;
                bytes[j] = (uint8_t)(x >> 56) & (j < 8 || x >> 40 & 3 ? 0xff : 0x0f);
            }
            bytes[0] &= 3;
            bytes[1] &= bytes[0] & 1 ? 0x0f : 0x43;
            vmsg_put_le16(bytes + 2, bytes[2] & 1);
            vmsg_put_le16(bytes + 6, 8 + bytes[6] % 56);
            /* The world answers nothing here: the log is only emptied. */
            w->n_log = w->n_done = 0;
            vmsg_driver_receive(w->driver, bytes, 8 + bytes[6] % 56);
            w->now += (x >> 32 & 0x3f) * 10000000;
            vmsg_driver_tick(w->driver, w->now);
        }
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retry),
        cmocka_unit_test(test_exhausted_then_reset),
        cmocka_unit_test(test_gives_up),
        cmocka_unit_test(test_dead_bus),
        cmocka_unit_test(test_lost_set_vqueue_answer),
        cmocka_unit_test(test_late_answer_is_not_the_next),
        cmocka_unit_test(test_tokens_are_opaque),
        cmocka_unit_test(test_failed_request_is_retried),
        cmocka_unit_test(test_malformed_is_silence),
        cmocka_unit_test(test_event_config),
        cmocka_unit_test(test_needs_reset),
        cmocka_unit_test(test_lying_used_ring),
        cmocka_unit_test(test_hotplug_and_ping),
        cmocka_unit_test(test_removed_in_mid_request),
        cmocka_unit_test(test_random_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
