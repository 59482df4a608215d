/* The reference driver's upper-tester commands. */
#include "harness/peers/driver_world.h"

static void test_bad_lines(void **state)
{
    static const char *const lines[] = {
        "",
        "fly 0",
        "init",
        "init x",
        "init 65536",
        "init 0 0",
        "status -1",
        "get-config 0 0",
        "get-config 0 0 1 1",
        "set-config 0 0 abc",
        "set-config 0 0 zz",
        "kick 0",
        "kick 0 65536",
    };
    struct world *w = world_new();
    unsigned before;
    char line[2000];

    (void)state;
    world_go(w);
    before = w->n_log;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        world_command(w, lines[i], "error ");
    memset(line, 'a', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    world_command(w, line, "error ");
    assert_int_equal(w->n_log, before);
    world_free(w);
}

static void test_status_reset_init(void **state)
{
    struct world *w = world_new();

    (void)state;
    world_go(w);
    world_command(w, "status 0", "ok");
    assert_int_equal(world_count(w, "GET_DEVICE_STATUS"), 2);
    world_command(w, "reset 0", "ok");
    assert_int_equal(w->status, 0);
    world_command(w, "kick 0 0", "error the device is not running");
    world_command(w, "get-config 0 0 4", "error the device is not running");
    world_command(w, "status 0", "ok");
    assert_int_equal(world_count(w, "GET_DEVICE_STATUS"), 3);
    world_command(w, "init 0", "ok");
    assert_int_equal(w->status, 0xf);
    assert_int_equal(world_count(w, "GET_DEVICE_INFO"), 2);
    world_command(w, "init 7", "ok");
    world_find(w, 0, "GET_DEVICE_INFO req dev=7");
    world_free(w);
}

static void test_remove(void **state)
{
    struct world *w = world_new();

    (void)state;
    world_go(w);
    world_command(w, "remove 0", "ok");
    assert_int_equal(w->status, 0);
    world_command(w, "status 0", "error unknown device");
    world_free(w);
}

static void test_config_access(void **state)
{
    struct world *w = world_new();
    unsigned before;

    (void)state;
    w->config_size = 300;
    w->generation = 5; /* the baseline profile writes 0 all the same */
    world_go(w);
    world_command(w, "get-config 0 8 4", "ok");
    assert_non_null(strstr(w->log[w->n_log - 1], "offset=8 length=4"));
    world_command(w, "set-config 0 32 0aff", "ok");
    assert_non_null(strstr(w->log[w->n_log - 1], "generation=0 offset=32 length=2 data=0aff"));
    assert_int_equal(w->space[33], 0xff);
    world_command(w, "set-config 0 0x20", "ok");
    assert_non_null(strstr(w->log[w->n_log - 1], "offset=32 length=0"));
    before = w->n_log;
    world_command(w, "get-config 0 298 3", "error outside the configuration space");
    world_command(w, "get-config 0 4294967295 4294967295", "error outside");
    world_command(w, "set-config 0 299 0000", "error outside the configuration space");
    world_command(w, "get-config 0 0 245", "error more than one message carries");
    assert_int_equal(w->n_log, before);
    world_free(w);
}

static void test_strict_generation(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->host.transport_features = VMSG_F_STRICT_CONFIG_GENERATION;
    w->generation = 41;
    world_go(w);
    world_command(w, "set-config 0 32 01", "ok");
    assert_non_null(strstr(w->log[w->n_log - 1], "generation=41"));
    assert_int_equal(w->space[32], 1);
    w->generation = 50; /* rejected, read again, then retried */
    world_command(w, "set-config 0 32 02", "ok");
    assert_non_null(strstr(w->log[w->n_log - 2], "GET_CONFIG"));
    assert_non_null(strstr(w->log[w->n_log - 1], "generation=50"));
    assert_int_equal(w->space[32], 2);
    world_free(w);
}

static void test_queues(void **state)
{
    struct world *w = world_new();
    unsigned at;

    (void)state;
    world_go(w);
    at = w->n_log;
    world_command(w, "reset-vqueue 0 0", "ok");
    at = world_find(w, at, "RESET_VQUEUE req dev=0");
    at = world_find(w, at, "GET_VQUEUE");
    at = world_find(w, at, "SET_VQUEUE");
    world_find(w, at, "GET_VQUEUE");
    at = w->n_log;
    world_command(w, "kick 0 0", "ok");
    assert_int_equal(w->n_log, at + 1);
    assert_string_equal(w->log[at], "EVENT_AVAIL event dev=0 tok=0 vq_index=0 next_offset=1");
    world_command(w, "setup-vqueue 0 0", "ok");
    world_find(w, at, "RESET_VQUEUE");
    world_command(w, "setup-vqueue 0 1", "error the device has no such virtqueue");
    world_command(w, "kick 0 1", "error the virtqueue is not set up");
    world_free(w);
}

static void test_full_queue(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->silent_io = true;
    world_go(w); /* one buffer is out; 16 descriptors hold five */
    for (unsigned i = 0; i < 4; i++)
        world_command(w, "kick 0 0", "ok");
    world_command(w, "kick 0 0", "error the virtqueue holds no further buffer");
    world_free(w);
}

static void test_no_ring_reset(void **state)
{
    struct world *w = world_new();

    (void)state;
    w->offered[1] = 1;
    world_go(w);
    world_command(w, "reset-vqueue 0 0", "error VIRTIO_F_RING_RESET was not negotiated");
    world_command(w, "setup-vqueue 0 0", "error VIRTIO_F_RING_RESET was not negotiated");
    assert_int_equal(world_count(w, "RESET_VQUEUE"), 0);
    world_free(w);
}

static void test_commands_wait(void **state)
{
    struct world *w = world_new();
    char reply[160];

    (void)state;
    world_start(w, "0");
    vmsg_driver_tick(w->driver, 0); /* GET_DEVICE_INFO is outstanding */
    for (unsigned i = 0; i < 8; i++) {
        vmsg_driver_command(w->driver, i < 5 ? "kick 0 0" : "status 0", reply, sizeof(reply));
        assert_string_equal(reply, "ok");
    }
    world_command(w, "kick 0 0", "error 8 commands wait");
    world_run(w, 100);
    assert_int_equal(world_count(w, "EVENT_AVAIL"), 9); /* 5, and 4 of its own */
    assert_int_equal(world_count(w, "GET_DEVICE_STATUS"), 4);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_status_reset_init),
        cmocka_unit_test(test_remove),
        cmocka_unit_test(test_config_access),
        cmocka_unit_test(test_strict_generation),
        cmocka_unit_test(test_queues),
        cmocka_unit_test(test_full_queue),
        cmocka_unit_test(test_no_ring_reset),
        cmocka_unit_test(test_commands_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
