/* The reference device side's bus messages: windows of device numbers, PING, hotplug. */
#include "harness/peers/refdev_world.h"

static struct world *two_devices(uint16_t a, uint16_t b)
{
    struct world *w = world_new("block", a);

    w->config.devices[1].dev_num = b;
    w->config.devices[1].model = "entropy";
    w->config.n_devices = 2;
    world_start(w);
    return w;
}

static void windows_show_who_is_there(void **state)
{
    struct world *w = two_devices(0, 5);
    struct vmsg m = world_ask_bus(w, VMSG_ID_GET_DEVICES, 0, 4);

    assert_int_equal(m.f[VMSG_GET_DEVICES_RESP_count], 4);
    assert_int_equal(m.f[VMSG_GET_DEVICES_RESP_next_offset], 4);
    assert_int_equal(m.tail[0], 1);
    m = world_ask_bus(w, VMSG_ID_GET_DEVICES, 4, 13);
    assert_int_equal(m.f[VMSG_GET_DEVICES_RESP_offset], 4);
    assert_int_equal(m.f[VMSG_GET_DEVICES_RESP_count], 13);
    assert_int_equal(m.f[VMSG_GET_DEVICES_RESP_next_offset], 0);
    assert_int_equal(m.tail_len, 2);
    assert_int_equal(m.tail[0], 2);
    m = world_ask_bus(w, VMSG_ID_GET_DEVICES, 0, 0);
    assert_int_equal(m.f[VMSG_GET_DEVICES_RESP_count], 0);
    assert_int_equal(m.payload_len, 6);
    world_free(w);
}

/* Follow next_offset from 0; returns the device numbers found, the number of windows limited. */
static unsigned enumerate(struct world *w, uint16_t count, uint16_t *found, unsigned cap)
{
    uint32_t offset = 0;
    unsigned n = 0;

    for (unsigned i = 0; i < 20000; i++) {
        struct vmsg m;

        w->n = w->seen = 0;
        w->log_len = 0;
        m = world_ask_bus(w, VMSG_ID_GET_DEVICES, offset, count);
        assert_true(m.f[VMSG_GET_DEVICES_RESP_count] <= count);
        for (uint32_t j = 0; j < m.f[VMSG_GET_DEVICES_RESP_count]; j++)
            if (m.tail[j / 8] >> j % 8 & 1) {
                assert_true(n < cap);
                found[n++] = (uint16_t)(offset + j);
            }
        if (m.f[VMSG_GET_DEVICES_RESP_next_offset] == 0)
            return n;
        assert_true(m.f[VMSG_GET_DEVICES_RESP_next_offset] > offset);
        offset = (uint32_t)m.f[VMSG_GET_DEVICES_RESP_next_offset];
    }
    fail_msg("the enumeration does not end");
    return 0;
}

static void enumeration_finds_all_and_ends(void **state)
{
    static const char *const quirks[] = {NULL, "get-devices-short-window", "get-devices-zero-count",
                                         "get-devices-to-the-end", "get-devices-jumps"};
    static const uint16_t counts[] = {7, 64, 1000, 65535};
    uint16_t found[4];

    for (unsigned i = 0; i < sizeof quirks / sizeof quirks[0]; i++)
        for (unsigned j = 0; j < sizeof counts / sizeof counts[0]; j++) {
            struct world *w = world_new("block", 9);

            w->config.devices[1].dev_num = 65535;
            w->config.devices[1].model = "entropy";
            w->config.n_devices = 2;
            w->config.quirks[0] = quirks[i];
            w->host.max_msg_size = j % 2 ? 264 : 52;
            world_start(w);
            assert_int_equal(enumerate(w, counts[j], found, 4), 2);
            assert_int_equal(found[0], 9);
            assert_int_equal(found[1], 65535);
            world_free(w);
        }
}

static void window_fits_the_message(void **state)
{
    struct world *w = world_new("block", 0);
    struct vmsg m;

    w->host.max_msg_size = 52;
    world_start(w);
    m = world_ask_bus(w, VMSG_ID_GET_DEVICES, 1, 65535);
    assert_int_equal(m.delivered, 52);
    assert_int_equal(m.f[VMSG_GET_DEVICES_RESP_count], 38 * 8);
    m = world_ask_bus(w, VMSG_ID_GET_DEVICES, 65535, 9);
    assert_int_equal(m.f[VMSG_GET_DEVICES_RESP_count], 1);
    assert_int_equal(m.f[VMSG_GET_DEVICES_RESP_next_offset], 0);
    world_free(w);
}

static void ping_is_echoed(void **state)
{
    struct world *w = two_devices(0, 5);

    assert_int_equal(world_ask_bus(w, VMSG_ID_PING, 0xDEADBEEF, 0).f[0], 0xDEADBEEF);
    world_free(w);
}

static void hotplug_event(struct world *w, uint16_t number, uint16_t bus_state)
{
    struct vmsg m;

    assert_true(world_next(w, &m));
    assert_int_equal(m.type, VMSG_TYPE_BUS);
    assert_int_equal(m.msg_id, VMSG_ID_EVENT_DEVICE);
    assert_int_equal(m.dev_num, 0);
    assert_int_equal(m.f[VMSG_EVENT_DEVICE_REQ_device_number], number);
    assert_int_equal(m.f[VMSG_EVENT_DEVICE_REQ_device_bus_state], bus_state);
}

static void devices_come_and_go(void **state)
{
    struct world *w = two_devices(0, 5);

    w->dev = 5;
    world_status(w, 1);
    world_command(w, "remove 5", "ok");
    hotplug_event(w, 5, VMSG_DEVICE_REMOVED);
    world_send(w, VMSG_ID_GET_DEVICE_INFO, 0);
    world_nothing_more(w);
    world_command(w, "remove 5", "error ");
    world_command(w, "add 5", "ok");
    hotplug_event(w, 5, VMSG_DEVICE_ADDED);
    assert_int_equal(world_ask(w, VMSG_ID_GET_DEVICE_INFO, 0).f[0], 4);
    assert_int_equal(world_get_status(w), 0);
    world_command(w, "add 5", "error ");
    w->dev = 65535;
    world_command(w, "add 65535", "ok");
    hotplug_event(w, 65535, VMSG_DEVICE_ADDED);
    world_get_status(w);
    world_free(w);
}

static void commands_are_checked(void **state)
{
    static const char *const wrong[] = {"",
                                        "add",
                                        "add ",
                                        "add x",
                                        "add -1",
                                        "add 1x",
                                        "add 65536",
                                        "remove 0 1",
                                        "frobnicate 1",
                                        "complete 0 65536",
                                        "needs-reset 1 2",
                                        "change-config 0"};
    struct world *w = two_devices(0, 5);

    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        world_command(w, wrong[i], "error ");
    world_nothing_more(w);
    world_free(w);
}

static void hotplug_is_bounded(void **state)
{
    struct world *w = two_devices(0, 5);
    char line[32], reply[160];
    unsigned added = 0;

    for (unsigned i = 100; i < 200; i++) {
        snprintf(line, sizeof line, "add %u", i);
        vmsg_peer_command(w->peer, line, reply, sizeof reply);
        added += strcmp(reply, "ok") == 0;
    }
    assert_in_range(added, 1, 64);
    assert_int_equal(w->n, added);
    world_free(w);
}

/* With dev_num 0 on the bus, and in the order of the requests. */
static void own_ids_are_answered_in_order(void **state)
{
    static const uint8_t bus[] = {0x02, 0x8b, 0x00, 0x01, 0x34, 0x12, 0x08, 0x00};
    static const uint8_t device[] = {0x00, 0x8b, 0x00, 0x00, 0x35, 0x12, 0x08, 0x00};
    struct world *w = world_new("block", 0);
    struct vmsg m;

    w->config.quirks[0] = "answers-implementation-ids";
    w->config.quirks[1] = "answers-late";
    world_start(w);
    vmsg_peer_receive(w->peer, bus, sizeof bus);
    assert_true(world_next(w, &m));
    assert_int_equal(m.type, VMSG_TYPE_RESPONSE | VMSG_TYPE_BUS);
    assert_int_equal(m.dev_num, 0);
    assert_int_equal(m.token, 0x1234);
    world_send(w, VMSG_ID_GET_DEVICE_STATUS, 0);
    vmsg_peer_receive(w->peer, device, sizeof device);
    vmsg_peer_tick(w->peer, UINT64_C(1000000000));
    world_answer(w, VMSG_ID_GET_DEVICE_STATUS);
    assert_true(world_next(w, &m));
    assert_int_equal(m.type, VMSG_TYPE_RESPONSE);
    assert_int_equal(m.msg_id, 0x8b);
    assert_int_equal(m.token, 0x1235);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_show_who_is_there),
        cmocka_unit_test(enumeration_finds_all_and_ends),
        cmocka_unit_test(window_fits_the_message),
        cmocka_unit_test(ping_is_echoed),
        cmocka_unit_test(devices_come_and_go),
        cmocka_unit_test(commands_are_checked),
        cmocka_unit_test(hotplug_is_bounded),
        cmocka_unit_test(own_ids_are_answered_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
