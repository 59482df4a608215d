/* Bus messages that the device side answers or sends: GET_DEVICES, PING, and their form. */
#include "harness/oracle/testing.h"

/* ---- GET_DEVICES ---- */

static void test_windows(void **state)
{
    struct session s = with_defaults();

    window(&s, 0, 16, 16, 16, "\1\0", 2);
    window(&s, 16, 16, 0, 3, "\0", 1);
    window(&s, 100, 16, 0, 0, NULL, 0);
    window(&s, 0, 0, 0, 0, NULL, 0);
    window(&s, 0, 0, 1, 0, NULL, 0); /* AMBIGUITIES 14 */
    window(&s, 0, 3, 65535, 3, "\1", 1);
    window(&s, 65535, 1, 0, 1, "\0", 1);
    window(&s, 65530, 100, 0, 6, "\0", 1);
    for (unsigned i = VMSG_BUS_GET_DEVICES_1; i <= VMSG_BUS_GET_DEVICES_8; i++)
        exercised(&s, i);
    exercised(&s, VMSG_BUS_BUS_MESSAGES_2);
    exercised(&s, VMSG_BUS_COMMON_MESSAGE_FORMAT_1);
    exercised(&s, VMSG_BUS_COMMON_MESSAGE_FORMAT_2);
    clean(&s);
}

static void test_bad_windows(void **state)
{
    static const struct {
        uint32_t offset, count, next, returned;
        const char *bitmap;
        size_t len;
        enum vmsg_clause_no clause;
    } bad[] = {
        {0, 8, 0, 8, "\200", 1, VMSG_BUS_GET_DEVICES_1},   /* most significant bit first */
        {0, 16, 0, 16, "\1", 1, VMSG_BUS_GET_DEVICES_1},   /* too short */
        {0, 8, 0, 8, "\1\0\0", 3, VMSG_BUS_GET_DEVICES_1}, /* too long */
        {0, 8, 0, 8, "\1\1", 2, VMSG_BUS_GET_DEVICES_1},
        {0, 0, 0, 0, "\1", 1, VMSG_BUS_GET_DEVICES_2},
        {0, 8, 0, 9, "\1\0", 2, VMSG_BUS_GET_DEVICES_3},
        {0, 4, 0, 4, "\21", 1, VMSG_BUS_GET_DEVICES_4},
        {65535, 1, 65535, 1, "\0", 1, VMSG_BUS_GET_DEVICES_5},
        {8, 8, 8, 8, "\0", 1, VMSG_BUS_GET_DEVICES_6},
        {8, 8, 3, 8, "\0", 1, VMSG_BUS_GET_DEVICES_6},
        {8, 8, 0, 1, "\1", 1, VMSG_BUS_GET_DEVICES_7}, /* the window from 0 */
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct session s = with_defaults();

        window(&s, bad[i].offset, bad[i].count, bad[i].next, bad[i].returned, bad[i].bitmap,
               bad[i].len);
        only(&s, bad[i].clause);
    }
}

static void test_more_than_none(void **state)
{
    struct session s = with_defaults();

    window(&s, 0, 0, 0, 8, "\1", 1);
    only(&s, VMSG_BUS_GET_DEVICES_2, VMSG_BUS_GET_DEVICES_3);
}

/* Two with one token, of which the first may be discarded: one answer is enough, two are fine. */
static void test_one_token_for_open_and_due(void **state)
{
    for (unsigned answers = 0; answers <= 2; answers++) {
        struct session s = with_defaults();

        twisted(&s, VMSG_TO_DEVICE, "GET_DEVICES", 5, F(0, 8),
                (struct twist){.len = 20, .msg_size = 20});
        to(&s, "GET_DEVICES", 5, F(0, 8));
        for (unsigned i = 0; i < answers; i++)
            from_tail(&s, "GET_DEVICES", 5, F(0, 0, 8), "\1", 1);
        if (answers)
            clean(&s);
        else
            only(&s, VMSG_BUS_BUS_MESSAGES_2);
    }
}

/* Of a bus that repeats no tokens, one that happens to fit the discarded request proves nothing. */
static void test_open_and_due_without_tokens(void **state)
{
    for (unsigned echoes = 0; echoes < 2; echoes++) {
        struct session s = with_defaults();

        if (echoes)
            ask(&s, "PING", F(1), F(1));
        twisted(&s, VMSG_TO_DEVICE, "PING", 0, F(7), (struct twist){.len = 20, .msg_size = 20});
        to(&s, "PING", 9, F(7));
        from(&s, "PING", 0, F(7));
        if (echoes)
            only(&s, VMSG_BUS_BUS_MESSAGES_2);
        else
            clean(&s);
    }
}

/* In any order, before it is known whether tokens are repeated. */
static void test_open_and_due_both_answered(void **state)
{
    for (unsigned swapped = 0; swapped < 2; swapped++) {
        struct session s = with_defaults();

        twisted(&s, VMSG_TO_DEVICE, "PING", 4, F(7), (struct twist){.len = 20, .msg_size = 20});
        to(&s, "PING", 9, F(7));
        from(&s, "PING", swapped ? 9 : 4, F(7));
        from(&s, "PING", swapped ? 4 : 9, F(7));
        clean(&s);
    }
}

/* A bus that puts 0 into each token, and a request with just that one behind others. */
static void test_open_and_due_all_answered_with_zero(void **state)
{
    struct session s = with_defaults();

    twisted(&s, VMSG_TO_DEVICE, "PING", 9, F(7), (struct twist){.len = 20, .msg_size = 20});
    to(&s, "PING", 0, F(7));
    from(&s, "PING", 0, F(7));
    to(&s, "PING", 8, F(5));
    from(&s, "PING", 0, F(7));
    from(&s, "PING", 0, F(5));
    clean(&s);
}

/* Of two windows at one place, the second was asked for with just that token. */
static void test_windows_answered_with_zero(void **state)
{
    for (unsigned swapped = 0; swapped < 2; swapped++) {
        struct session s = with_defaults();

        to(&s, "GET_DEVICES", 9, F(4096, 0));
        to(&s, "GET_DEVICES", 0, F(4096, 64));
        for (unsigned i = 0; i < 2; i++)
            if (i == swapped)
                from_tail(&s, "GET_DEVICES", swapped ? 9 : 0, F(4096, 0, 0), NULL, 0);
            else
                from_tail(&s, "GET_DEVICES", 0, F(4096, 0, 64), "\0\0\0\0\0\0\0\0", 8);
        clean(&s);
    }
}

/* Those that are never answered do not stand in the way of others, however many they are. */
static void test_many_discarded(void **state)
{
    struct session s = with_defaults();

    for (unsigned i = 0; i < 1000; i++) {
        twisted(&s, VMSG_TO_DEVICE, "PING", 9, F(7), (struct twist){.len = 20, .msg_size = 20});
        ask(&s, "PING", F(i + 8), F(i + 8));
    }
    to(&s, "PING", 0, F(5000));
    from(&s, "PING", 0, F(6000));
    only(&s, VMSG_BUS_PING_1);
}

static void test_window_not_echoed(void **state)
{
    struct session s = with_defaults();

    to(&s, "GET_DEVICES", 1, F(8, 8));
    from_tail(&s, "GET_DEVICES", 1, F(0, 0, 8), "\1", 1);
    only(&s, VMSG_BUS_BUS_MESSAGES_2, VMSG_BUS_GET_DEVICES_7);
}

static void test_padded_windows(void **state)
{
    struct session s = with_defaults();

    window(&s, 0, 8, 0, 8, "\1\0", 2); /* 16 bytes */
    window(&s, 0, 0, 0, 0, "\0\0", 2);
    clean(&s);
}

/* ---- PING ---- */

static void test_ping(void **state)
{
    struct session s = with_defaults();

    ask(&s, "PING", F(0x12345678), F(0x12345678));
    exercised(&s, VMSG_BUS_PING_1);
    clean(&s);
    s = with_defaults();
    ask(&s, "PING", F(0x12345678), F(0x12345679));
    only(&s, VMSG_BUS_PING_1);
    s = with_defaults();
    to(&s, "PING", 1, F(1));
    assert_true(vmsg_oracle_owes(oracle_of(&s)));
    only(&s, VMSG_BUS_BUS_MESSAGES_2);
}

/* AMBIGUITIES 14: tokens of bus responses are free; and bus messages have no order. */
static void test_tokens_of_bus_responses(void **state)
{
    for (unsigned how = 0; how < 3; how++) {
        struct session s = with_defaults();

        for (uint16_t i = 0; i < 20; i++)
            to(&s, "PING", i, F(100 + i));
        for (uint16_t i = 0; i < 20; i++)
            from(&s, "PING",
                 how == 0   ? 0
                 : how == 1 ? (uint16_t)(19 - i)
                            : 3,
                 F(100 + (how == 1 ? 19 - i : i)));
        clean(&s);
    }
}

static void test_ping_answered_twice(void **state)
{
    struct session s = with_defaults();

    ask(&s, "PING", F(1), F(1));
    from(&s, "PING", s.token, F(1));
    only(&s, VMSG_BUS_BUS_MESSAGES_2);
}

static void test_ping_of_the_devices_own(void **state)
{
    struct session s = with_defaults();

    to(&s, "PING", 0, F(1)); /* the same token, by chance */
    event(&s, "PING", F(7), NULL, 0);
    from(&s, "PING", 0, F(1));
    twisted(&s, VMSG_TO_DEVICE, "PING", 0, F(7), (struct twist){.type = 1});
    clean(&s);
}

/* AMBIGUITIES 7: a number that is not 0, and messages that the SUT does not claim to serve. */
static void test_pings_that_may_be_discarded(void **state)
{
    for (unsigned answered = 0; answered < 2; answered++) {
        struct session s = with_defaults();

        twisted(&s, VMSG_TO_DEVICE, "PING", 1, F(5), (struct twist){.dev_num = 3});
        if (answered)
            from(&s, "PING", 0, F(5));
        ask(&s, "PING", F(6), F(6));
        clean(&s);

        s = with_defaults();
        s.config.bus_messages = 0;
        to(&s, "PING", 9, F(6));
        if (answered)
            from(&s, "PING", 0, F(6));
        clean(&s);
    }
}

static void test_bus_header(void **state)
{
    struct session s = with_defaults();

    to(&s, "PING", 1, F(5));
    twisted(&s, VMSG_TO_DRIVER, "PING", 1, F(5), (struct twist){.dev_num = 3});
    only(&s, VMSG_BUS_COMMON_MESSAGE_FORMAT_1);
    s = with_defaults();
    to(&s, "PING", 1, F(5));
    twisted(&s, VMSG_TO_DRIVER, "PING", 1, F(5), (struct twist){.type = 4});
    only(&s, VMSG_BUS_COMMON_MESSAGE_FORMAT_2);
}

static void test_malformed_bus_messages(void **state)
{
    static const struct {
        const char *name;
        struct twist twist;
    } bad[] = {
        {"PING", {.len = 10, .msg_size = 10}},
        {"PING", {.msg_size = 13}},
        {"PING", {.msg_id = 0x05}},
        {"EVENT_DEVICE", {.type = 0}},
        {"PING", {.len = 3}},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct session s = with_defaults();

        twisted(&s, VMSG_TO_DEVICE, bad[i].name, 5, F(0), bad[i].twist);
        ask(&s, "PING", F(6), F(6));
        settle(&s);
        exercised(&s, VMSG_BUS_ERROR_SIGNALING_4);
        clean(&s);
    }
    for (size_t i = 0; i < 3; i++) {
        struct session s = with_defaults();

        ask(&s, "PING", F(6), F(6));
        twisted(&s, VMSG_TO_DEVICE, "PING", 5, F(0), bad[i].twist);
        twisted(&s, VMSG_TO_DRIVER, "PING", 5, F(0),
                (struct twist){.type = 1, .msg_id = bad[i].twist.msg_id});
        assert_non_null(strstr(s.last, i < 2 ? "is malformed" : "is not supported"));
        only(&s, VMSG_BUS_ERROR_SIGNALING_4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_bad_windows),
        cmocka_unit_test(test_more_than_none),
        cmocka_unit_test(test_one_token_for_open_and_due),
        cmocka_unit_test(test_open_and_due_without_tokens),
        cmocka_unit_test(test_windows_answered_with_zero),
        cmocka_unit_test(test_open_and_due_both_answered),
        cmocka_unit_test(test_open_and_due_all_answered_with_zero),
        cmocka_unit_test(test_many_discarded),
        cmocka_unit_test(test_window_not_echoed),
        cmocka_unit_test(test_padded_windows),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_tokens_of_bus_responses),
        cmocka_unit_test(test_ping_answered_twice),
        cmocka_unit_test(test_ping_of_the_devices_own),
        cmocka_unit_test(test_pings_that_may_be_discarded),
        cmocka_unit_test(test_bus_header),
        cmocka_unit_test(test_malformed_bus_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
