/* EVENT_CONFIG without cause. */
#include "harness/oracle/testing.h"

/* Status, generation and bytes are known: what an event repeats of them is no news. */
static void all_known(struct session *s)
{
    initialise(s, AT_DRIVER_OK);
    read_config(s, 0, "abcd", 4, 3);
    read_status(s, 0xf);
}

static void test_no_news(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    event_config(&s, 0xf, 3, 0, NULL, 0); /* late, of a change before the first read */
    read_config(&s, 0, "abcd", 4, 3);
    event_config(&s, 0xf, 3, 0, NULL, 0);
    only(&s, VMSG_DEV_PROFILES_8);
    s = with_defaults();
    all_known(&s);
    event_config(&s, 0xf, 3, 0, NULL, 0);
    read_config(&s, 0, "abcd", 4, 3);
    event_config(&s, 0xf, 3, 0, "ab", 2);
    only(&s, VMSG_DEV_PROFILES_8);
}

/* Anything that could be news is none of the judge's business. */
static void test_news(void **state)
{
    for (unsigned how = 0; how < 7; how++) {
        struct session s = with_defaults();

        all_known(&s);
        if (how == 0)
            event_config(&s, 0xf, 4, 0, NULL, 0); /* generic: MAY */
        else if (how == 1)
            event_config(&s, 0xf, 3, 0, "aX", 2);
        else if (how == 2)
            event_config(&s, 0xf, 3, 2, "cdef", 4); /* reaches what was not read */
        else if (how == 3)
            event_config(&s, 0x4f, 3, 0, NULL, 0);
        else if (how == 4)
            event_config(&s, 0xf, 0, 0, NULL, 64);
        else if (how == 5)
            event_config(&s, 0x4f, 4, 8, "X", 1); /* both */
        for (unsigned i = 0; how == 6 && i < 3; i++)
            event_config(&s, 0xf, 4 + i, 0, NULL, 0);
        clean(&s);
    }
}

static void test_generation_that_moves_proves_nothing(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    read_config(&s, 0, "abcd", 4, 4);
    event_config(&s, 0xf, 4, 32, NULL, 4); /* late, of bytes that nobody read */
    clean(&s);
}

static void test_status_write_is_no_cause(void **state)
{
    for (unsigned before = 0; before < 2; before++) {
        struct session s = with_defaults();

        initialise(&s, AT_FEATURES_OK);
        read_config(&s, 0, "abcd", 4, 3);
        event_config(&s, 0xb, 3, 0, NULL, 0); /* late, of a change before the first read */
        read_config(&s, 0, "abcd", 4, 3);
        to(&s, "SET_DEVICE_STATUS", 1, F(0xf));
        if (before)
            event_config(&s, 0xf, 3, 0, NULL, 0);
        from(&s, "SET_DEVICE_STATUS", 1, F(0xf));
        if (!before)
            event_config(&s, 0xf, 3, 0, NULL, 0);
        only(&s, VMSG_DEV_PROFILES_9);
    }
}

static void test_status_write_without_event(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    read_config(&s, 0, "abcd", 4, 3);
    status(&s, 0xf, 0xf);
    read_status(&s, 0xf);
    exercised(&s, VMSG_DEV_PROFILES_9);
    clean(&s);
}

/* Own write, its event, and a status write of no consequence, all under way at once. */
static void test_own_write_and_status_write(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    to_tail(&s, "SET_CONFIG", 1, F(0, 8, 1), "X", 1);
    to(&s, "SET_DEVICE_STATUS", 2, F(0xf));
    from_tail(&s, "SET_CONFIG", 1, F(3, 8, 1), "X", 1);
    event_config(&s, 0xf, 3, 8, NULL, 1);
    from(&s, "SET_DEVICE_STATUS", 2, F(0xf));
    clean(&s);
}

/* A device may object to a notification that comes too early. Whatever is written meanwhile, that
 * is no event for the write. */
static void test_notification_is_the_cause(void **state)
{
    for (unsigned how = 0; how < 3; how++) {
        struct session s = with_defaults();

        initialise(&s, AT_FEATURES_OK);
        read_config(&s, 0, "abcd", 4, 3);
        event_config(&s, 0xb, 3, 0, NULL, 0); /* late, of a change before the first read */
        read_config(&s, 0, "abcd", 4, 3);
        if (how == 2)
            status(&s, 0xb, 0xb);
        to(&s, "EVENT_AVAIL", 0, F(0, 0));
        if (how < 2)
            to(&s, "SET_DEVICE_STATUS", 1, F(0xb));
        event_config(&s, 0xb, 3, 0, NULL, 0);
        if (how < 2)
            from(&s, "SET_DEVICE_STATUS", 1, F(how ? 0x4b : 0xb));
        if (how == 1)
            clean(&s);
        else
            only(&s, VMSG_DEV_PROFILES_8);
    }
}

/* Unless writes do so when no notification is about: then this one is late. */
static void test_notification_is_not_the_cause(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    read_config(&s, 0, "abcd", 4, 3);
    event_config(&s, 0xb, 3, 0, NULL, 0);
    read_config(&s, 0, "abcd", 4, 3);
    for (unsigned i = 0; i < 2; i++) {
        status(&s, 0xb, 0xb);
        if (i)
            to(&s, "EVENT_AVAIL", 0, F(0, 0));
        event_config(&s, 0xb, 3, 0, NULL, 0);
    }
    only(&s, VMSG_DEV_PROFILES_9);
}

static void test_mismatch_is_no_cause(void **state)
{
    for (unsigned before = 0; before < 2; before++) {
        struct session s = with_defaults();

        s.config.transport_features = VMSG_F_STRICT_CONFIG_GENERATION;
        all_known(&s);
        event_config(&s, 0xf, 3, 0, NULL, 0); /* late, of a change before the first read */
        read_config(&s, 0, "abcd", 4, 3);
        to_tail(&s, "SET_CONFIG", 1, F(77, 0, 4), "WXYZ", 4);
        if (before)
            event_config(&s, 0xf, 3, 0, NULL, 0);
        from(&s, "SET_CONFIG", 1, F(3, 0, 0));
        if (!before)
            event_config(&s, 0xf, 3, 0, NULL, 0);
        settle(&s);
        exercised(&s, VMSG_DEV_PROFILES_5);
        only(&s, VMSG_DEV_PROFILES_5);
    }
}

static void test_status_news_with_a_range(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    event_config(&s, 0x4f, 3, 0, NULL, 4);
    only(&s, VMSG_DEV_PROFILES_10);
    s = with_defaults();
    all_known(&s);
    event_config(&s, 0x4f, 3, 0, NULL, 0);
    exercised(&s, VMSG_DEV_PROFILES_10);
    exercised(&s, VMSG_DEV_PROFILES_8);
    clean(&s);
}

static void test_generic_event_after_a_change(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    note_change(&s, 0, "X", 1);
    event_config(&s, 0xf, 4, 0, NULL, 0);
    read_config(&s, 0, "Xbcd", 4, 4);
    exercised(&s, VMSG_DEV_PROFILES_6);
    exercised(&s, VMSG_DEV_PROFILES_7);
    clean(&s);
}

static void test_cut_off_event(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    twisted(&s, VMSG_TO_DRIVER, "EVENT_CONFIG", 0, F(0xf),
            (struct twist){.len = 20, .msg_size = 20});
    only(&s, VMSG_DEV_PROFILES_2);
    s = with_defaults();
    all_known(&s);
    twisted(&s, VMSG_TO_DRIVER, "EVENT_USED", 0, F(0), (struct twist){.len = 10, .msg_size = 10});
    only(&s, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_news),
        cmocka_unit_test(test_news),
        cmocka_unit_test(test_generation_that_moves_proves_nothing),
        cmocka_unit_test(test_status_write_is_no_cause),
        cmocka_unit_test(test_status_write_without_event),
        cmocka_unit_test(test_own_write_and_status_write),
        cmocka_unit_test(test_notification_is_the_cause),
        cmocka_unit_test(test_notification_is_not_the_cause),
        cmocka_unit_test(test_mismatch_is_no_cause),
        cmocka_unit_test(test_status_news_with_a_range),
        cmocka_unit_test(test_generic_event_after_a_change),
        cmocka_unit_test(test_cut_off_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
