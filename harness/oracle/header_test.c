/* The common header of messages from the device, their size and padding. */
#include "harness/oracle/testing.h"

#define STATUS "GET_DEVICE_STATUS"

static void asked(struct session *s)
{
    info(s);
    to(s, STATUS, 1, NULL);
}

static void answer(struct session *s, struct twist t)
{
    twisted(s, VMSG_TO_DRIVER, STATUS, 1, F(0), t);
}

static void test_plain(void **state)
{
    struct session s = with_defaults();

    asked(&s);
    answer(&s, (struct twist){0});
    exercised(&s, VMSG_DEV_HEADER_1);
    exercised(&s, VMSG_DEV_HEADER_2);
    exercised(&s, VMSG_DEV_ENDIANNESS_1);
    clean(&s);
}

static void test_reserved_type_bits(void **state)
{
    for (unsigned bit = 2; bit < 8; bit++) {
        struct session s = with_defaults();

        asked(&s);
        answer(&s, (struct twist){.type = (uint8_t)(1u << bit)});
        only(&s, VMSG_DEV_HEADER_1);
    }
}

static void test_reserved_type_bits_received(void **state)
{
    for (unsigned ignored = 0; ignored < 2; ignored++) {
        struct session s = with_defaults();

        info(&s);
        twisted(&s, VMSG_TO_DEVICE, STATUS, 1, NULL, (struct twist){.type = 0x80});
        if (ignored)
            answer(&s, (struct twist){0});
        else
            ask(&s, STATUS, NULL, F(0));
        exercised(&s, VMSG_DEV_HEADER_1);
        if (ignored)
            clean(&s);
        else
            only(&s, VMSG_DEV_HEADER_1);
    }
}

static void test_size_lies(void **state)
{
    static const uint16_t sizes[] = {1, 7, 8, 11, 13, 1000};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct session s = with_defaults();

        asked(&s);
        answer(&s, (struct twist){.msg_size = sizes[i]});
        only(&s, VMSG_DEV_HEADER_2);
    }
}

static void test_size_big_endian(void **state)
{
    struct session s = with_defaults();

    asked(&s);
    answer(&s, (struct twist){.msg_size = 12 << 8});
    only(&s, VMSG_DEV_ENDIANNESS_1);
}

static void test_short_header(void **state)
{
    struct session s = with_defaults();

    info(&s);
    deliver(&s, VMSG_TO_DRIVER, "\1\7\0\0\1", 5);
    only(&s, VMSG_DEV_HEADER_2);
}

static void test_oversize(void **state)
{
    static uint8_t data[VMSG_MAX_SIZE_MOST + 1];
    struct session s = with_defaults();

    s.config.max_msg_size = 52;
    ask(&s, "GET_DEVICE_INFO", NULL, F(2, 0, 0, 2, 200, QUEUES));
    to(&s, "GET_CONFIG", 1, F(0, 32)); /* 52 bytes */
    from_tail(&s, "GET_CONFIG", 1, F(0, 0, 32), data, 32);
    to(&s, "GET_CONFIG", 2, F(0, 33)); /* AMBIGUITIES 5 */
    from(&s, "GET_CONFIG", 2, F(0, 0, 0));
    exercised(&s, VMSG_DEV_DEVICE_LIMITS_1);
    assert_int_equal(s.total, 0);
    to(&s, "GET_CONFIG", 3, F(0, 33));
    from_tail(&s, "GET_CONFIG", 3, F(0, 0, 33), data, 33);
    data[1] = VMSG_ID_IMPLEMENTATION;
    deliver(&s, VMSG_TO_DRIVER, data, sizeof data);
    only(&s, VMSG_DEV_DEVICE_LIMITS_1, VMSG_DEV_HEADER_2);
}

static void test_padding(void **state)
{
    struct session s = with_defaults();

    asked(&s);
    from_tail(&s, STATUS, 1, F(0), "\0\0\0\0", 4); /* inside msg_size */
    to(&s, STATUS, 1, NULL);
    twisted(&s, VMSG_TO_DRIVER, STATUS, 1, F(0), (struct twist){.len = 264}); /* the bus's */
    exercised(&s, VMSG_DEV_HEADER_4);
    clean(&s);

    s = with_defaults();
    asked(&s);
    from_tail(&s, STATUS, 1, F(0), "\0\0\0\1", 4);
    only(&s, VMSG_DEV_HEADER_4);
}

static void test_padding_after_the_size_is_not_zero(void **state)
{
    struct session s = with_defaults();

    asked(&s);
    deliver(&s, VMSG_TO_DRIVER, "\1\7\0\0\1\0\14\0\0\0\0\0\0\1", 14);
    only(&s, VMSG_DEV_HEADER_2, VMSG_DEV_HEADER_4);
}

static void test_ids(void **state)
{
    static const struct {
        uint8_t type, msg_id;
        enum vmsg_clause_no clause;
    } bad[] = {
        {0, 0x00, VMSG_ANY_PROSE_RESERVED_IDS},       {0, 0x01, VMSG_ANY_PROSE_RESERVED_IDS},
        {2, 0x00, VMSG_ANY_PROSE_RESERVED_IDS},       {0, 0x0d, VMSG_DEV_DEVICE_LIMITS_2},
        {0, 0x43, VMSG_DEV_DEVICE_LIMITS_2},          {1, 0x42, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE},
        {1, 0x43, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE}, {0, 0x02, VMSG_ANY_PROSE_INITIATING_SIDE},
        {2, 0x02, VMSG_ANY_PROSE_INITIATING_SIDE},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct session s = with_defaults();
        uint8_t m[] = {bad[i].type, bad[i].msg_id, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0};

        info(&s);
        deliver(&s, VMSG_TO_DRIVER, m, sizeof m);
        only(&s, bad[i].clause);
    }
}

/* AMBIGUITIES 20. */
static void test_ids_of_ones_own(void **state)
{
    struct session s = with_defaults();

    info(&s);
    for (unsigned type = 0; type < 4; type++)
        for (unsigned id = 0x80; id < 0x100; id++) {
            uint8_t m[] = {(uint8_t)type, (uint8_t)id, 0, 0, 0, 0, 9, 0, 1};

            deliver(&s, VMSG_TO_DRIVER, m, sizeof m);
        }
    clean(&s);
}

static void test_events_are_not_responses(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    event(&s, "EVENT_USED", F(0), NULL, 0);
    exercised(&s, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE);
    clean(&s);
}

static void test_silence_for_the_driver_role(void **state)
{
    struct session s = with_defaults();

    s.config.judged = VMSG_JUDGE_DRIVER;
    asked(&s);
    answer(&s, (struct twist){.type = 0xf0, .msg_size = 99});
    settle(&s);
    assert_int_equal(vmsg_oracle_exercised(s.oracle, VMSG_DEV_HEADER_1), 0);
    clean(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_reserved_type_bits),
        cmocka_unit_test(test_reserved_type_bits_received),
        cmocka_unit_test(test_size_lies),
        cmocka_unit_test(test_size_big_endian),
        cmocka_unit_test(test_short_header),
        cmocka_unit_test(test_oversize),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_padding_after_the_size_is_not_zero),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_ids_of_ones_own),
        cmocka_unit_test(test_events_are_not_responses),
        cmocka_unit_test(test_silence_for_the_driver_role),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
