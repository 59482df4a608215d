/* More requests of one token, or bus messages, than a response is tried on. */
#include "harness/oracle/testing.h"

#define CROWD 100u /* more than STEPS of state.h */

/* Sent while the device was away; whether it reads them when it is back is open. */
static void crowd_of_one_token(struct session *s)
{
    info(s);
    event(s, "EVENT_DEVICE", F(0, VMSG_DEVICE_REMOVED), NULL, 0);
    for (unsigned i = 0; i < CROWD; i++)
        to(s, "GET_VQUEUE", 9, F(i % 2));
    event(s, "EVENT_DEVICE", F(0, VMSG_DEVICE_ADDED), NULL, 0);
}

static void test_answer_behind_a_crowd(void **state)
{
    struct session s = with_defaults();

    crowd_of_one_token(&s);
    to(&s, "GET_VQUEUE", 9, F(2));
    from(&s, "GET_VQUEUE", 9, F(2, 256, 0, 0));
    info(&s);
    clean(&s);
}

/* What comes after the crowd is gone counts as ever. */
static void test_after_a_crowd(void **state)
{
    struct session s = with_defaults();

    crowd_of_one_token(&s);
    info(&s);
    to(&s, "GET_VQUEUE", 9, F(2));
    from(&s, "GET_VQUEUE", 9, F(1, 256, 0, 0));
    only(&s, VMSG_DEV_PROSE_RESPONSE_ECHO);
}

/* All of it to be discarded: the one that must not be is answered. */
static void test_answer_behind_malformed_ones(void **state)
{
    struct session s = with_defaults();

    info(&s);
    for (unsigned i = 0; i < CROWD; i++)
        twisted(&s, VMSG_TO_DEVICE, "GET_DEVICE_STATUS", 9, NULL, (struct twist){.msg_size = 7});
    to(&s, "GET_DEVICE_STATUS", 9, NULL);
    from(&s, "GET_DEVICE_STATUS", 9, F(0));
    clean(&s);
}

/* In order, of those that must be answered each gets its own. */
static void test_crowd_that_is_due(void **state)
{
    for (unsigned wrong = 0; wrong < 2; wrong++) {
        struct session s = with_defaults();

        info(&s);
        for (unsigned i = 0; i < CROWD; i++)
            to(&s, "GET_VQUEUE", 9, F(i % 2));
        for (unsigned i = 0; i < CROWD; i++)
            from(&s, "GET_VQUEUE", 9, F(i % 2 ^ (wrong && i == 8), 256));
        if (wrong)
            only(&s, VMSG_DEV_PROSE_RESPONSE_ECHO);
        else
            clean(&s);
    }
}

/* ---- bus messages ---- */

/* A bus may discard them for their device number, and for what they say. */
static void open_windows(struct session *s, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        twisted(s, VMSG_TO_DEVICE, "GET_DEVICES", 7, F(0, 8), (struct twist){.dev_num = 5});
}

static void test_window_behind_a_crowd(void **state)
{
    struct session s = with_defaults();

    open_windows(&s, CROWD);
    to(&s, "GET_DEVICES", 8, F(640, 0));
    from(&s, "GET_DEVICES", 0, F(640, 0, 0)); /* with a token of its own */
    clean(&s);
}

static void test_window_behind_events(void **state)
{
    struct session s = with_defaults();

    for (unsigned i = 0; i < CROWD; i++)
        to(&s, "EVENT_DEVICE", 0, F(9, VMSG_DEVICE_ADDED));
    to(&s, "GET_DEVICES", 8, F(640, 0));
    from(&s, "GET_DEVICES", 0, F(640, 0, 0));
    clean(&s);
}

/* Late answers to what was let go are no inventions. */
static void test_late_answers_of_a_crowd(void **state)
{
    struct session s = with_defaults();

    info(&s);
    open_windows(&s, CROWD);
    for (unsigned i = 0; i < CROWD; i++)
        to(&s, "PING", (uint16_t)(8 + i), F(i));
    for (unsigned i = 0; i < CROWD; i++)
        from(&s, "PING", 0, F(CROWD - 1 - i));
    from_tail(&s, "GET_DEVICES", 0, F(0, 0, 8), "\1", 1);
    clean(&s);
}

/* They come at last, or not at all: then everything counts again. */
static void test_long_after_a_crowd(void **state)
{
    struct session s = with_defaults();

    open_windows(&s, CROWD);
    for (unsigned i = 0; i < CROWD; i++)
        ask(&s, "PING", F(i), F(i));
    ask(&s, "PING", F(7), F(8));
    only(&s, VMSG_BUS_PING_1);
}

/* Up to there everything counts. */
static void test_no_crowd(void **state)
{
    struct session s = with_defaults();

    open_windows(&s, 60);
    to(&s, "GET_DEVICES", 8, F(640, 0));
    from(&s, "GET_DEVICES", 8, F(64, 0, 0));
    only(&s, VMSG_BUS_GET_DEVICES_7, VMSG_BUS_BUS_MESSAGES_2);
    s = with_defaults();
    open_windows(&s, CROWD);
    to(&s, "PING", 8, F(1));
    settle(&s);
    only(&s, VMSG_BUS_BUS_MESSAGES_2); /* and what must be answered is not let go */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer_behind_a_crowd),
        cmocka_unit_test(test_after_a_crowd),
        cmocka_unit_test(test_answer_behind_malformed_ones),
        cmocka_unit_test(test_crowd_that_is_due),
        cmocka_unit_test(test_window_behind_a_crowd),
        cmocka_unit_test(test_window_behind_events),
        cmocka_unit_test(test_late_answers_of_a_crowd),
        cmocka_unit_test(test_long_after_a_crowd),
        cmocka_unit_test(test_no_crowd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
