/* Headers of messages that a driver sends, their sizes, ids and device numbers. */
#include "harness/oracle/drv_testing.h"

static void test_header(void **state)
{
    struct session s = driver();

    running(&s, 0);
    exercised(&s, VMSG_DRV_HEADER_1);
    exercised(&s, VMSG_DRV_HEADER_2);
    exercised(&s, VMSG_DRV_HEADER_3);
    exercised(&s, VMSG_DRV_ENDIANNESS_1);
    exercised(&s, VMSG_DRV_DRIVER_LIMITS_1);
    exercised(&s, VMSG_DRV_DRIVER_LIMITS_2);
    exercised(&s, VMSG_DRV_PROSE_EMPTY_REQUEST);
    clean(&s);
}

/* One twisted message after a good start: which clause does it break? */
static void breaks(const char *name, const uint64_t *f, struct twist t, enum vmsg_clause_no clause)
{
    struct session s = driver();

    info(&s);
    twisted(&s, VMSG_TO_DEVICE, name, 77, f, t);
    only(&s, clause);
}

static void test_broken_headers(void **state)
{
    breaks("GET_DEVICE_STATUS", NULL, (struct twist){.type = 0x80}, VMSG_DRV_HEADER_1);
    breaks("GET_DEVICE_STATUS", NULL, (struct twist){.type = 0x04}, VMSG_DRV_HEADER_1);
    breaks("GET_DEVICE_STATUS", NULL, (struct twist){.msg_size = 9}, VMSG_DRV_HEADER_2);
    breaks("GET_DEVICE_STATUS", NULL, (struct twist){.len = 5}, VMSG_DRV_HEADER_2);
    breaks("GET_DEVICE_STATUS", NULL, (struct twist){.dev_num = 7}, VMSG_DRV_HEADER_3);
    breaks("GET_DEVICE_STATUS", NULL, (struct twist){.msg_size = 0x0800}, VMSG_DRV_ENDIANNESS_1);
    breaks("GET_DEVICE_STATUS", NULL, (struct twist){.msg_id = 0x01}, VMSG_ANY_PROSE_RESERVED_IDS);
    breaks("GET_DEVICE_STATUS", NULL, (struct twist){.msg_id = 0x30}, VMSG_DRV_DRIVER_LIMITS_2);
    breaks("EVENT_USED", F(0), (struct twist){0}, VMSG_ANY_PROSE_INITIATING_SIDE);
    breaks("EVENT_AVAIL", F(0), (struct twist){.type = 1}, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE);
    breaks("GET_DEVICE_INFO", NULL, (struct twist){.type = 1, .len = 52, .msg_size = 52},
           VMSG_DRV_ERROR_SIGNALING_1);
}

static void test_implementation_ids_are_its_own(void **state)
{
    struct session s = driver();

    info(&s);
    twisted(&s, VMSG_TO_DEVICE, "GET_DEVICE_STATUS", 77, NULL, (struct twist){.msg_id = 0x83});
    clean(&s);
}

static void test_cut_off(void **state)
{
    struct session s = driver();

    info(&s);
    twisted(&s, VMSG_TO_DEVICE, "GET_VQUEUE", 9, F(0), (struct twist){.len = 10, .msg_size = 10});
    only(&s, VMSG_DRV_MANDATORY_1);
}

/* A recording does not tell what a driver knows from platform data, unless GET_DEVICES tells it. */
static void test_devices_that_nobody_declares(void **state)
{
    struct session s = driver();

    s.config.n_devices = 0;
    s.config.more_devices = true;
    to(&s, "GET_DEVICE_INFO", 1, NULL);
    assert_int_equal(s.total, 0);
    assert_int_equal(vmsg_oracle_exercised(s.oracle, VMSG_DRV_HEADER_3), 0);
    to(&s, "GET_DEVICES", 2, F(0, 8));
    from_tail(&s, "GET_DEVICES", 2, F(0, 0, 8), "\x20", 1);
    to(&s, "GET_DEVICE_STATUS", 3, NULL);
    only(&s, VMSG_DRV_HEADER_3);
}

static void test_too_long(void **state)
{
    uint8_t m[80] = {0, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 1, 0, 80, 0};
    struct session s = driver();

    s.config.max_msg_size = 52;
    info(&s);
    deliver(&s, VMSG_TO_DEVICE, m, sizeof m);
    only(&s, VMSG_DRV_DRIVER_LIMITS_1, VMSG_DRV_HEADER_2);
}

static void test_bus_padding_is_not_the_drivers(void **state)
{
    uint8_t m[80] = {0, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 1, 0, 8, 0};
    struct session s = driver();

    s.config.max_msg_size = 52;
    info(&s);
    deliver(&s, VMSG_TO_DEVICE, m, sizeof m);
    clean(&s);
}

static void test_padding(void **state)
{
    uint8_t zero[16] = {0, VMSG_ID_GET_VQUEUE, 0, 0, 1, 0, 16, 0};
    uint8_t other[16] = {0, VMSG_ID_GET_VQUEUE, 0, 0, 1, 0, 16, 0, [15] = 1};
    uint8_t empty[12] = {0, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 2, 0, 12, 0, [11] = 1};
    struct session s = driver();

    initialise(&s, AT_RESET);
    deliver(&s, VMSG_TO_DEVICE, zero, sizeof zero);
    exercised(&s, VMSG_DRV_HEADER_4);
    clean(&s);
    s = driver();
    initialise(&s, AT_RESET);
    deliver(&s, VMSG_TO_DEVICE, other, sizeof other);
    only(&s, VMSG_DRV_HEADER_4);
    s = driver();
    initialise(&s, AT_RESET);
    deliver(&s, VMSG_TO_DEVICE, empty, sizeof empty);
    only(&s, VMSG_DRV_PROSE_EMPTY_REQUEST);
}

static void test_big_endian_is_one_finding(void **state)
{
    struct session s = driver();

    initialise(&s, AT_DRIVER);
    to(&s, "GET_DEVICE_FEATURES", 1, F(0, 0x02000000));
    to(&s, "GET_VQUEUE", 2, F(0x01000000));
    only(&s, VMSG_DRV_ENDIANNESS_1);
}

static void test_devices_are_learned(void **state)
{
    struct session s = driver();

    s.config.n_devices = 0;
    s.dev = 5;
    to(&s, "GET_DEVICES", 1, F(0, 8));
    from_tail(&s, "GET_DEVICES", 1, F(0, 0, 8), "\x20", 1);
    info(&s);
    s.dev = 9;
    event(&s, "EVENT_DEVICE", F(9, VMSG_DEVICE_ADDED), NULL, 0);
    info(&s);
    exercised(&s, VMSG_DRV_HEADER_3);
    clean(&s);
}

static void test_ping(void **state)
{
    struct session s = driver();

    event(&s, "PING", F(0x11223344), NULL, 0);
    twisted(&s, VMSG_TO_DEVICE, "PING", 0, F(0x11223344), (struct twist){.type = 1});
    exercised(&s, VMSG_BUS_PING_1);
    exercised(&s, VMSG_ANY_PROSE_RESPONSE_TYPE);
    clean(&s);
    s = driver();
    event(&s, "PING", F(0x11223344), NULL, 0);
    twisted(&s, VMSG_TO_DEVICE, "PING", 0, F(0x11223345), (struct twist){.type = 1});
    only(&s, VMSG_BUS_PING_1);
    s = driver();
    event(&s, "PING", F(0x11223344), NULL, 0);
    to(&s, "PING", 0, F(0x11223344));
    only(&s, VMSG_ANY_PROSE_RESPONSE_TYPE);
    s = driver();
    event(&s, "PING", F(0x11223344), NULL, 0);
    to(&s, "PING", 5, F(9)); /* one of its own */
    clean(&s);
}

static void test_bus_header(void **state)
{
    struct session s = driver();

    twisted(&s, VMSG_TO_DEVICE, "GET_DEVICES", 1, F(0, 8), (struct twist){.type = 0x40});
    only(&s, VMSG_BUS_COMMON_MESSAGE_FORMAT_2);
    s = driver();
    twisted(&s, VMSG_TO_DEVICE, "GET_DEVICES", 1, F(0, 8), (struct twist){.dev_num = 3});
    only(&s, VMSG_BUS_COMMON_MESSAGE_FORMAT_1);
    s = driver();
    twisted(&s, VMSG_TO_DEVICE, "GET_DEVICES", 1, F(0, 8), (struct twist){.len = 9, .msg_size = 9});
    only(&s, VMSG_BUS_BUS_MESSAGES_2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_broken_headers),
        cmocka_unit_test(test_implementation_ids_are_its_own),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_devices_that_nobody_declares),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_bus_padding_is_not_the_drivers),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_big_endian_is_one_finding),
        cmocka_unit_test(test_devices_are_learned),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_bus_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
