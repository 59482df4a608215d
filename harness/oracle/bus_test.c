/* Bus messages that the device side answers or sends: GET_DEVICES, PING, EVENT_DEVICE. */
#include "harness/oracle/testing.h"

static void window(struct session *s, uint32_t offset, uint32_t count, uint32_t next,
                   uint32_t returned, const void *bitmap, size_t len)
{
    s->token++;
    to(s, "GET_DEVICES", s->token, F(offset, count));
    from_tail(s, "GET_DEVICES", s->token, F(offset, next, returned), bitmap, len);
}

static void hotplug(struct session *s, uint16_t dev, uint32_t state)
{
    event(s, "EVENT_DEVICE", F(dev, state), NULL, 0);
}

static void add_or_remove(struct session *s, uint16_t dev, enum vmsg_note_kind kind)
{
    uint16_t before = s->dev;

    s->dev = dev;
    note(s, kind, 0, 0);
    s->dev = before;
}

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
        only(&s, VMSG_BUS_ERROR_SIGNALING_4);
    }
}

/* ---- hotplug ---- */

static void test_add_and_remove(void **state)
{
    struct session s = with_defaults();

    info(&s);
    add_or_remove(&s, 7, VMSG_NOTE_ADD);
    assert_true(vmsg_oracle_owes(s.oracle));
    hotplug(&s, 7, VMSG_DEVICE_ADDED);
    assert_false(vmsg_oracle_owes(s.oracle));
    s.dev = 7;
    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    window(&s, 0, 8, 0, 8, "\201", 1);
    to(&s, "GET_DEVICE_STATUS", 1, NULL); /* under way when it goes */
    add_or_remove(&s, 7, VMSG_NOTE_REMOVE);
    hotplug(&s, 7, VMSG_DEVICE_REMOVED);
    hotplug(&s, 7, VMSG_DEVICE_REMOVED); /* "duplicate events can occur" */
    event(&s, "EVENT_USED", F(0), NULL, 0);
    to(&s, "GET_DEVICE_STATUS", 2, NULL);
    s.dev = 0;
    read_status(&s, 0);
    window(&s, 0, 8, 0, 8, "\1", 1);
    exercised(&s, VMSG_BUS_HOTPLUG_AND_REMOVAL_1);
    exercised(&s, VMSG_BUS_EVENT_DEVICE_1);
    exercised(&s, VMSG_BUS_EVENT_DEVICE_2);
    exercised(&s, VMSG_BUS_PROSE_DEVICE_STATE_VALUES);
    settle(&s);
    exercised(&s, VMSG_BUS_EVENT_DEVICE_3);
    clean(&s);
}

/* The same number, but another device. */
static void test_added_again(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    hotplug(&s, 0, VMSG_DEVICE_REMOVED);
    hotplug(&s, 0, VMSG_DEVICE_ADDED);
    ask(&s, "GET_DEVICE_INFO", NULL, F(4, 0, 0, 1, 0, 1));
    read_status(&s, 0xf);
    ask(&s, "GET_VQUEUE", F(0), F(0, 16, 16, 1, 0x1000, 0x2000, 0x3000));
    clean(&s);
}

/* Gone and back before the driver side hears of the latter: what it says meanwhile may be served.
 */
static void test_asked_while_it_comes_back(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    add_or_remove(&s, 0, VMSG_NOTE_REMOVE);
    to(&s, "GET_DEVICE_INFO", 1, NULL);
    add_or_remove(&s, 0, VMSG_NOTE_ADD);
    hotplug(&s, 0, VMSG_DEVICE_REMOVED); /* told late */
    to(&s, "SET_DEVICE_STATUS", 2, F(0));
    to(&s, "SET_DEVICE_STATUS", 3, F(1));
    vmsg_oracle_settle(s.oracle);
    hotplug(&s, 0, VMSG_DEVICE_ADDED);
    from(&s, "GET_DEVICE_INFO", 1, F(2, 0, 0, 2, 0, 4));
    from(&s, "SET_DEVICE_STATUS", 2, F(0));
    from(&s, "SET_DEVICE_STATUS", 3, F(1));
    clean(&s);
}

/* What it was sent while it was away may still be unread when it comes back. */
static void test_read_when_it_is_back(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    add_or_remove(&s, 0, VMSG_NOTE_REMOVE);
    hotplug(&s, 0, VMSG_DEVICE_REMOVED);
    to(&s, "SET_DEVICE_STATUS", 2, F(0));
    to(&s, "SET_DEVICE_STATUS", 3, F(1));
    add_or_remove(&s, 0, VMSG_NOTE_ADD);
    hotplug(&s, 0, VMSG_DEVICE_ADDED);
    from(&s, "SET_DEVICE_STATUS", 2, F(0));
    from(&s, "SET_DEVICE_STATUS", 3, F(1));
    clean(&s);
}

static void test_duplicate_added(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    hotplug(&s, 0, VMSG_DEVICE_ADDED);
    read_status(&s, 0xf);
    read_queue(&s, 0, 64, 0x1000, true);
    clean(&s);
}

static void test_spontaneous_hotplug(void **state)
{
    struct session s = with_defaults();

    info(&s);
    s.dev = 3;
    to(&s, "GET_DEVICE_INFO", 1, NULL); /* crosses its event */
    to(&s, "GET_DEVICES", 2, F(0, 8));
    hotplug(&s, 3, VMSG_DEVICE_ADDED);
    from(&s, "GET_DEVICE_INFO", 1, F(2, 0, 0, 2, 0, 4));
    from_tail(&s, "GET_DEVICES", 2, F(0, 0, 8), "\11", 1);
    window(&s, 0, 8, 0, 8, "\1", 1); /* gone already, the event is under way */
    hotplug(&s, 3, VMSG_DEVICE_REMOVED);
    hotplug(&s, 3, 0x8000);
    clean(&s);
}

static void test_hotplug_without_events(void **state)
{
    struct session s = with_defaults();

    s.config.bus_messages = VMSG_BUS_GET_DEVICES;
    info(&s);
    add_or_remove(&s, 3, VMSG_NOTE_ADD);
    s.dev = 3;
    info(&s);
    add_or_remove(&s, 3, VMSG_NOTE_REMOVE);
    to(&s, "GET_DEVICE_STATUS", 1, NULL);
    s.dev = 0;
    read_status(&s, 0);
    clean(&s);
}

static void test_other_device_meanwhile(void **state)
{
    struct session s = with_defaults();

    add_or_remove(&s, 7, VMSG_NOTE_ADD);
    hotplug(&s, 8, VMSG_DEVICE_ADDED);
    hotplug(&s, 7, VMSG_DEVICE_ADDED);
    clean(&s);
}

static void test_hotplug_silent(void **state)
{
    struct session s = with_defaults();

    add_or_remove(&s, 7, VMSG_NOTE_ADD);
    only(&s, VMSG_BUS_HOTPLUG_AND_REMOVAL_1);
    s = with_defaults();
    add_or_remove(&s, 0, VMSG_NOTE_REMOVE);
    only(&s, VMSG_BUS_HOTPLUG_AND_REMOVAL_1);
}

static void test_wrong_device_named(void **state)
{
    struct session s = with_defaults();

    add_or_remove(&s, 7, VMSG_NOTE_ADD);
    hotplug(&s, 8, VMSG_DEVICE_ADDED);
    only(&s, VMSG_BUS_EVENT_DEVICE_1, VMSG_BUS_HOTPLUG_AND_REMOVAL_1);
    s = with_defaults();
    hotplug(&s, 9, VMSG_DEVICE_REMOVED);
    only(&s, VMSG_BUS_EVENT_DEVICE_1);
}

static void test_added_but_silent(void **state)
{
    struct session s = with_defaults();

    info(&s);
    hotplug(&s, 7, VMSG_DEVICE_ADDED);
    s.dev = 7;
    to(&s, "GET_DEVICE_INFO", 1, NULL);
    settle(&s);
    assert_true(s.found[VMSG_BUS_EVENT_DEVICE_2]);
    only(&s, VMSG_BUS_EVENT_DEVICE_2);
}

static void test_removed_but_answering(void **state)
{
    struct session s = with_defaults();

    info(&s);
    hotplug(&s, 0, VMSG_DEVICE_REMOVED);
    info(&s);
    only(&s, VMSG_BUS_EVENT_DEVICE_3);
}

static void test_reserved_state(void **state)
{
    struct session s = with_defaults();

    hotplug(&s, 0, 3);
    only(&s, VMSG_BUS_PROSE_DEVICE_STATE_VALUES);
}

static void test_cut_off_event(void **state)
{
    struct session s = with_defaults();

    twisted(&s, VMSG_TO_DRIVER, "EVENT_DEVICE", 0, F(0, 1),
            (struct twist){.len = 10, .msg_size = 10});
    only(&s, VMSG_BUS_BUS_MESSAGES_2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_bad_windows),
        cmocka_unit_test(test_more_than_none),
        cmocka_unit_test(test_one_token_for_open_and_due),
        cmocka_unit_test(test_open_and_due_without_tokens),
        cmocka_unit_test(test_open_and_due_both_answered),
        cmocka_unit_test(test_window_not_echoed),
        cmocka_unit_test(test_padded_windows),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_tokens_of_bus_responses),
        cmocka_unit_test(test_ping_answered_twice),
        cmocka_unit_test(test_ping_of_the_devices_own),
        cmocka_unit_test(test_pings_that_may_be_discarded),
        cmocka_unit_test(test_bus_header),
        cmocka_unit_test(test_malformed_bus_messages),
        cmocka_unit_test(test_add_and_remove),
        cmocka_unit_test(test_added_again),
        cmocka_unit_test(test_asked_while_it_comes_back),
        cmocka_unit_test(test_read_when_it_is_back),
        cmocka_unit_test(test_duplicate_added),
        cmocka_unit_test(test_spontaneous_hotplug),
        cmocka_unit_test(test_hotplug_without_events),
        cmocka_unit_test(test_other_device_meanwhile),
        cmocka_unit_test(test_hotplug_silent),
        cmocka_unit_test(test_wrong_device_named),
        cmocka_unit_test(test_added_but_silent),
        cmocka_unit_test(test_removed_but_answering),
        cmocka_unit_test(test_reserved_state),
        cmocka_unit_test(test_cut_off_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
