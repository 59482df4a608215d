/* The reference driver: initialisation, configuration, queues, I/O, enumeration. */
#include "harness/peers/driver_world.h"

/* The log from the start must be these lines' beginnings, one after the other. */
static void expect_log(const struct world *w, const char *const *lines, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        assert_true(i < w->n_log);
        assert_int_equal(strncmp(w->log[i], lines[i], strlen(lines[i])), 0);
    }
}

static void test_order(void **state)
{
    static const char *const lines[] = {
        "GET_DEVICE_INFO req dev=0",
        "SET_DEVICE_STATUS req dev=0 tok=2 status=0x0",
        "SET_DEVICE_STATUS req dev=0 tok=3 status=0x1",
        "SET_DEVICE_STATUS req dev=0 tok=4 status=0x3",
        "GET_DEVICE_FEATURES req dev=0 tok=5 block_index=0 num_blocks=2",
        ("SET_DRIVER_FEATURES req dev=0 tok=6 block_index=0 num_blocks=2 "
         "features=0x30000a00,0x00000143"),
        "SET_DEVICE_STATUS req dev=0 tok=7 status=0xb",
        "GET_DEVICE_STATUS req dev=0",
        "GET_CONFIG req dev=0 tok=9 offset=0 length=60",
        "GET_VQUEUE req dev=0 tok=10 index=0",
        "SET_VQUEUE req dev=0 tok=11 index=0 flags=0x1 size=16 reserved=0 desc_addr=0x80000000",
        "GET_VQUEUE req dev=0 tok=12 index=0",
        "SET_DEVICE_STATUS req dev=0 tok=13 status=0xf",
        "EVENT_AVAIL event dev=0 tok=0 vq_index=0 next_offset=1",
        "EVENT_AVAIL event dev=0 tok=0 vq_index=0 next_offset=2",
        "EVENT_AVAIL event dev=0 tok=0 vq_index=0 next_offset=3",
        "EVENT_AVAIL event dev=0 tok=0 vq_index=0 next_offset=4",
    };
    struct world *w = world_new();

    (void)state;
    world_go(w);
    expect_log(w, lines, sizeof(lines) / sizeof(lines[0]));
    assert_int_equal(w->n_log, sizeof(lines) / sizeof(lines[0]));
    assert_true(vmsg_driver_deadline(w->driver) == UINT64_MAX);
    world_free(w);
}

static void test_block_request_in_memory(void **state)
{
    struct world *w = world_new();
    const uint8_t *page, *desc;

    (void)state;
    w->silent_io = true;
    w->offered[0] = 0; /* no indirect descriptors */
    world_go(w);
    page = w->host.mem;
    desc = world_mem(w, vmsg_le64(page), 16); /* the header: read, sector 0 */
    assert_int_equal(vmsg_le32(desc), 0);
    assert_int_equal(vmsg_le64(desc + 8), 0);
    assert_int_equal(vmsg_le32(page + 8), 16);
    assert_int_equal(vmsg_le16(page + 12), 1);
    assert_int_equal(vmsg_le32(page + 16 + 8), 512);
    assert_int_equal(vmsg_le16(page + 16 + 12), 3);
    assert_int_equal(vmsg_le16(page + 16 + 14), 2);
    assert_int_equal(vmsg_le32(page + 32 + 8), 1);
    assert_int_equal(vmsg_le16(page + 32 + 12), 2);
    assert_int_equal(world_count(w, "EVENT_AVAIL"), 1);
    world_free(w);
}

static void test_asynchronous_reset(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->status = 0xf;
    w->reset_polls = 5;
    world_go(w);
    assert_int_equal(world_count(w, "GET_DEVICE_STATUS"), 6);
    assert_int_equal(world_count(w, "SET_DEVICE_STATUS req dev=0 tok=2 status=0x0"), 1);
    assert_int_equal(w->status, 0xf);
    world_free(w);
}

static void test_reset_never_completes(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->status = 0xf;
    w->reset_polls = UINT32_MAX;
    world_start(w, "0");
    world_run(w, 60000);
    assert_int_equal(world_count(w, "SET_DEVICE_STATUS"), 3);
    assert_int_equal(world_count(w, "GET_DEVICE_STATUS"), 300);
    assert_true(vmsg_driver_deadline(w->driver) == UINT64_MAX);
    world_free(w);
}

static void test_features_refused(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->refuse_features = true;
    world_go(w);
    assert_int_equal(world_count(w, "SET_VQUEUE"), 0);
    world_find(w, 0, "SET_DEVICE_STATUS req dev=0 tok=8 status=0x8b");
    assert_int_equal(w->n_log, 8);
    world_free(w);
}

static void test_small_messages(void **state)
{
    struct world *w = world_new();
    unsigned at;

    (void)state;
    w->host.max_msg_size = 52;
    w->n_blocks = 12;
    w->config_size = 70;
    world_go(w);
    at = world_find(w, 0, "GET_DEVICE_FEATURES req dev=0 tok=5 block_index=0 num_blocks=9");
    at = world_find(w, at, "GET_DEVICE_FEATURES req dev=0 tok=6 block_index=9 num_blocks=3");
    at = world_find(w, at, "SET_DRIVER_FEATURES req dev=0 tok=7 block_index=0 num_blocks=9");
    at = world_find(w, at, "SET_DRIVER_FEATURES req dev=0 tok=8 block_index=9 num_blocks=3");
    at = world_find(w, at, "GET_CONFIG req dev=0 tok=11 offset=0 length=32");
    at = world_find(w, at, "GET_CONFIG req dev=0 tok=12 offset=32 length=32");
    world_find(w, at, "GET_CONFIG req dev=0 tok=13 offset=64 length=6");
    assert_int_equal(w->status, 0xf);
    world_free(w);
}

static void test_unstable_generation(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->host.max_msg_size = 52;
    w->unstable_reads = 3;
    world_go(w);
    /* 60 bytes in chunks of 32: two torn reads, then a whole one. */
    assert_int_equal(world_count(w, "GET_CONFIG"), 6);
    assert_int_equal(w->status, 0xf);
    world_free(w);
}

static void test_two_step_queues(void **state)
{
    struct world *w = world_new();
    unsigned at;

    (void)state;
    w->config.seed = 1;
    world_go(w);
    at = world_find(w, 0, "SET_VQUEUE");
    assert_non_null(strstr(w->log[at], "flags=0x0 size=16"));
    assert_int_equal(strncmp(w->log[at + 1], "GET_VQUEUE", 10), 0);
    assert_non_null(strstr(w->log[at + 2], "flags=0x3d"));
    assert_int_equal(strncmp(w->log[at + 3], "GET_VQUEUE", 10), 0);
    assert_int_equal(w->status, 0xf);
    world_free(w);
}

static void test_queues_are_bounded_and_admin_left_alone(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->device_id = 1;
    w->max_queues = 7;
    w->queue_size = 5;
    w->admin_start = 1;
    w->admin_count = 1;
    world_go(w);
    assert_int_equal(world_count(w, "SET_VQUEUE"), 3);
    assert_int_equal(world_count(w, "GET_VQUEUE"), 6);
    assert_int_equal(w->queues[0].size, 4);
    assert_false(w->queues[1].enabled);
    assert_true(w->queues[3].enabled);
    assert_int_equal(w->status, 0xf);
    world_free(w);
}

static void test_refused_queue_is_fatal_when_needed(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->refuse_queues = true;
    world_go(w);
    assert_true(w->status & VIRTIO_S_FAILED);
    assert_int_equal(world_count(w, "EVENT_AVAIL"), 0);
    world_free(w);
}

/* Enabled, but not with what was asked for: not confirmed, so not used. */
static void test_queue_that_differs_is_not_used(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->bend_queues = true;
    world_go(w);
    assert_true(w->status & VIRTIO_S_FAILED);
    assert_int_equal(world_count(w, "EVENT_AVAIL"), 0);
    world_free(w);
}

static void test_unavailable_queue_is_left_alone(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->device_id = 1;
    w->queue_size = 0;
    world_go(w);
    assert_int_equal(world_count(w, "GET_VQUEUE"), 1);
    assert_int_equal(world_count(w, "SET_VQUEUE"), 0);
    assert_int_equal(w->status, 0xf);
    world_free(w);
}

static void test_no_memory(void **state)
{
    struct world *w = world_new();
    uint8_t *mem = w->host.mem;

    (void)state;
    w->host.mem = NULL;
    w->host.mem_size = 0;
    world_go(w);
    assert_int_equal(w->status, 0xf);
    assert_int_equal(world_count(w, "EVENT_AVAIL"), 0);
    world_command(w, "kick 0 0", "ok");
    assert_int_equal(world_count(w, "EVENT_AVAIL"), 1);
    w->host.mem = mem;
    world_free(w);
}

static void test_polling(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->config.polling = true;
    w->offered[0] = 0; /* no event index */
    world_start(w, "0");
    for (unsigned i = 0; i < 8; i++) {
        world_run(w, 5);
        if (w->queues[0].enabled)
            world_use_buffers(w, 0);
    }
    assert_int_equal(world_count(w, "EVENT_AVAIL"), 0);
    assert_int_equal(vmsg_le16(w->host.mem + 256), 1);     /* no interrupts, please */
    assert_int_equal(vmsg_le16(w->host.mem + 256 + 2), 4); /* all its requests went through */
    assert_true(vmsg_driver_deadline(w->driver) == UINT64_MAX);
    world_free(w);
}

static void test_notification_data_only_when_negotiated(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->offered[1] = 1;
    world_go(w);
    assert_int_equal(world_count(w, "EVENT_AVAIL event dev=0 tok=0 vq_index=0 next_offset=0"), 4);
    world_free(w);
}

static void test_enumeration(void **state)
{
    struct world *w = world_new();
    unsigned at;

    (void)state;
    w->bus_devices = 1u << 5 | UINT64_C(1) << 50;
    w->device_id = 1;
    w->max_queues = 0;
    w->host.max_msg_size = 52;
    world_start(w, "");
    world_run(w, 100);
    at = world_find(w, 0, "bus GET_DEVICES req tok=1 offset=0 count=304");
    at = world_find(w, at, "bus GET_DEVICES req tok=3 offset=24 count=304");
    world_find(w, at, "bus GET_DEVICES req");
    world_find(w, 0, "GET_DEVICE_INFO req dev=5");
    world_find(w, 0, "GET_DEVICE_INFO req dev=50");
    assert_int_equal(world_count(w, "bus GET_DEVICES"), 3);
    assert_int_equal(world_count(w, "GET_DEVICE_INFO"), 2);
    world_free(w);
}

static void test_at_most_sixteen(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->device_id = 0; /* nothing there: the driver asks and leaves it */
    w->bus_devices = UINT64_MAX;
    world_start(w, NULL);
    world_run(w, 100);
    assert_int_equal(world_count(w, "GET_DEVICE_INFO"), 16);
    assert_int_equal(world_count(w, "SET_DEVICE_STATUS"), 0);
    world_free(w);
}

static void test_creation_refused(void **state)
{
    static const char *const bad[] = {"0,", ",0", "0 5", "x", "65536", "-1"};
    struct world *w = world_new();
    struct vmsg_sut_host host = w->host;
    char err[128];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_null(vmsg_driver_new(&w->config, &host, bad[i], err, sizeof(err)));
    host.max_msg_size = 51;
    assert_null(vmsg_driver_new(&w->config, &host, "0", err, sizeof(err)));
    host = w->host;
    host.mem_base++;
    assert_null(vmsg_driver_new(&w->config, &host, "0", err, sizeof(err)));
    host = w->host;
    w->config.fault = "any";
    assert_null(vmsg_driver_new(&w->config, &host, "0", err, sizeof(err)));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_block_request_in_memory),
        cmocka_unit_test(test_asynchronous_reset),
        cmocka_unit_test(test_reset_never_completes),
        cmocka_unit_test(test_features_refused),
        cmocka_unit_test(test_small_messages),
        cmocka_unit_test(test_unstable_generation),
        cmocka_unit_test(test_two_step_queues),
        cmocka_unit_test(test_queues_are_bounded_and_admin_left_alone),
        cmocka_unit_test(test_refused_queue_is_fatal_when_needed),
        cmocka_unit_test(test_queue_that_differs_is_not_used),
        cmocka_unit_test(test_unavailable_queue_is_left_alone),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_polling),
        cmocka_unit_test(test_notification_data_only_when_negotiated),
        cmocka_unit_test(test_enumeration),
        cmocka_unit_test(test_at_most_sixteen),
        cmocka_unit_test(test_creation_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
