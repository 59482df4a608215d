/* Configuration space: reads, writes, generation counts and the two profiles. */
#include "harness/oracle/testing.h"

static void at_driver_ok(struct session *s, bool strict)
{
    s->config.transport_features = strict ? VMSG_F_STRICT_CONFIG_GENERATION : 0;
    initialise(s, AT_DRIVER_OK);
}

/* ---- legal devices ---- */

/* AMBIGUITIES 2: a write of the driver's changes the generation or not, with an event or not. */
static void test_own_writes(void **state)
{
    for (unsigned how = 0; how < 16; how++) {
        struct session s = with_defaults();
        uint32_t now = 3 + (how & 1);

        at_driver_ok(&s, how & 8);
        read_config(&s, 0, "abcdefgh", 8, 3);
        write_config(&s, 2, "XY", 2, how & 8 ? 3 : 0, true, now);
        if (how & 2)
            event_config(&s, 0xf, now, 2, how & 4 ? "XY" : NULL, 2);
        read_config(&s, 0, "abXYefgh", 8, now);
        read_config(&s, 0, "abXYefgh", 8, now);
        if (!(how & 2) && how & 4)
            event_config(&s, 0xf, now, 0, NULL, 0); /* late */
        read_status(&s, 0xf);
        exercised(&s, VMSG_DEV_SET_CONFIG_3);
        if (!(how & 2))
            exercised(&s, VMSG_DEV_SET_CONFIG_1);
        exercised(&s, VMSG_DEV_PROSE_SET_CONFIG_ECHO);
        exercised(&s, VMSG_DEV_GET_CONFIG_1);
        exercised(&s, VMSG_DEV_PROFILES_2);
        clean(&s);
    }
}

static void test_refused_writes(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    read_config(&s, 0, "abcdefgh", 8, 3);
    write_config(&s, 2, "XY", 2, 0, false, 3);
    read_config(&s, 0, "abcdefgh", 8, 3);
    exercised(&s, VMSG_DEV_SET_CONFIG_3);
    exercised(&s, VMSG_DEV_SET_CONFIG_4);
    clean(&s);
}

/* A device that changes its configuration by itself, event first or read first. */
static void test_own_changes(void **state)
{
    for (unsigned how = 0; how < 8; how++) {
        struct session s = with_defaults();

        at_driver_ok(&s, false);
        for (uint32_t gen = 3; gen < 6; gen++) {
            char now[] = "abcdefgh";

            now[1] = (char)('0' + gen);
            if (gen > 3 && how & 1)
                event_config(&s, 0xf, gen, how & 4 ? 0 : 1, how & 2 ? now + 1 : NULL,
                             how & 4 && !(how & 2) ? 0 : 1);
            read_config(&s, 0, now, 8, gen);
            read_config(&s, 0, now, 8, gen);
            if (gen > 3 && !(how & 1)) {
                assert_true(vmsg_oracle_owes(s.oracle));
                event_config(&s, 0xf, gen, 1, how & 2 ? now + 1 : NULL, 1);
                assert_false(vmsg_oracle_owes(s.oracle));
            }
        }
        exercised(&s, VMSG_DEV_PROFILES_3);
        exercised(&s, VMSG_DEV_PROFILES_7);
        clean(&s);
    }
}

/* The device wrote the very bytes that the driver writes next and may not: what reads showed before
 * that is no measure. */
static void test_refused_write_of_what_is_there(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    read_config(&s, 0, "abcdefgh", 8, 3);
    event_config(&s, 0xf, 4, 2, "XY", 2);
    write_config(&s, 2, "XY", 2, 4, false, 4);
    read_config(&s, 0, "abXYefgh", 8, 4);
    clean(&s);
}

/* The same, unseen: while its status is 0 a device need not tell (AMBIGUITIES 1). */
static void test_refused_write_of_what_came_in_silence(void **state)
{
    for (uint32_t length = 0; length <= 2; length += 2) {
        struct session s = with_defaults();

        initialise(&s, AT_RESET);
        read_config(&s, 0, "abcdefgh", 8, 3);
        write_config(&s, 2, "XY", length, 0, false, 4);
        read_config(&s, 0, "abXYefgh", 8, 4);
        clean(&s);
    }
}

/* And told late: the event is under way. */
static void test_refused_write_of_what_is_told_late(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    read_config(&s, 0, "abcdefgh", 8, 3);
    write_config(&s, 2, "XY", 2, 0, false, 4);
    read_config(&s, 0, "abXYefgh", 8, 4);
    assert_true(vmsg_oracle_owes(s.oracle));
    event_config(&s, 0xf, 4, 2, "XY", 2);
    clean(&s);
}

/* A write is reset with the rest; a changed device may show what it likes after a status write. */
static void test_write_then_reset(void **state)
{
    for (unsigned pending = 0; pending < 2; pending++) {
        struct session s = with_defaults();

        at_driver_ok(&s, false);
        read_config(&s, 0, "abcd", 4, 3);
        write_config(&s, 0, "WXYZ", 4, 0, true, 4);
        status(&s, 0, pending ? 0xf : 0);
        if (pending)
            read_status(&s, 0);
        read_config(&s, 0, "abcd", 4, 0);
        exercised(&s, VMSG_DEV_PROFILES_11);
        write_config(&s, 0, "WXYZ", 4, 9, false, 0); /* a state in which it takes none */
        clean(&s);
    }
}

static void test_change_after_an_applied_write(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    read_config(&s, 0, "abcd", 4, 3);
    write_config(&s, 0, "WXYZ", 4, 0, true, 4);
    read_config(&s, 0, "abcd", 4, 5); /* the device took it back, and its event is under way */
    event_config(&s, 0xf, 5, 0, NULL, 4);
    clean(&s);
}

/* AMBIGUITIES 4. */
static void test_write_of_nothing(void **state)
{
    for (unsigned answered = 0; answered < 2; answered++) {
        struct session s = with_defaults();

        at_driver_ok(&s, false);
        read_config(&s, 0, "abcd", 4, 3);
        to(&s, "SET_CONFIG", 1, F(0, 0, 0));
        if (answered)
            from(&s, "SET_CONFIG", 1, F(3, 0, 0));
        read_config(&s, 0, "abcd", 4, 3);
        if (answered)
            exercised(&s, VMSG_DEV_SET_CONFIG_2);
        to(&s, "SET_CONFIG", 1, F(0, 0, 0));
        if (answered)
            from(&s, "SET_CONFIG", 1, F(3, 0, 0));
        read_config(&s, 0, "abXd", 4, 4); /* a change of the device's own */
        event_config(&s, 0xf, 4, 2, "X", 1);
        clean(&s);
    }
}

/* AMBIGUITIES 1. */
static void test_change_while_inactive(void **state)
{
    for (unsigned announced = 0; announced < 2; announced++) {
        struct session s = with_defaults();

        at_driver_ok(&s, false);
        read_config(&s, 0, "abcd", 4, 3);
        status(&s, 0, 0);
        note_change(&s, 0, "X", 1);
        assert_false(vmsg_oracle_owes(s.oracle));
        if (announced)
            event_config(&s, 0, 4, 0, NULL, 0);
        read_status(&s, 0);
        read_config(&s, 0, "Xbcd", 4, 4);
        read_config(&s, 0, "Xbcd", 4, 4);
        clean(&s);
    }
}

/* The driver may have caused it through a control queue, which is not announced. */
static void test_change_by_way_of_a_queue(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    read_config(&s, 0, "abcd", 4, 3);
    to(&s, "EVENT_AVAIL", 0, F(0, 0));
    read_config(&s, 0, "abXd", 4, 4);
    clean(&s);
}

/* A change that no one saw between a write and the next reads is no contradiction, once. */
static void test_generation_moves_unseen(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    read_config(&s, 0, "abcd", 4, 3);
    write_config(&s, 0, "abcX", 4, 0, true, 4);
    read_config(&s, 0, "abcX", 4, 5);
    read_config(&s, 0, "abcX", 4, 5);
    read_config(&s, 0, "abcX", 4, 6);
    clean(&s);

    s = with_defaults(); /* late events explain any number of them */
    at_driver_ok(&s, false);
    for (uint32_t gen = 3; gen < 30; gen += 2) {
        write_config(&s, 0, "abcX", 4, 0, true, gen);
        read_config(&s, 0, "abcX", 4, gen + 1);
        read_config(&s, 0, "abcX", 4, gen + 1);
        event_config(&s, 0xf, gen + 1, 8, NULL, 4);
    }
    clean(&s);
}

static void test_selecting_field(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    for (unsigned i = 0; i < 4; i++) {
        char select = (char)i, shown[] = "s---", what = (char)('a' + i);

        shown[0] = select;
        shown[1] = what;
        write_config(&s, 0, &select, 1, 0, true, 3);
        read_config(&s, 0, shown, 4, 3); /* driver's own writes may have effects elsewhere */
    }
    clean(&s);
}

/* ---- reads ---- */

static void test_bytes_that_do_not_exist(void **state)
{
    struct session s = with_defaults();

    info(&s);
    read_config(&s, SPACE - 2, "abcd", 4, 3);
    only(&s, VMSG_DEV_GET_DEVICE_INFO_1);
}

static void test_read_not_echoed(void **state)
{
    struct session s = with_defaults();

    info(&s);
    to(&s, "GET_CONFIG", 1, F(4, 4));
    from_tail(&s, "GET_CONFIG", 1, F(3, 0, 4), "abcd", 4);
    to(&s, "GET_CONFIG", 2, F(4, 4));
    from_tail(&s, "GET_CONFIG", 2, F(3, 4, 3), "abc", 3);
    only(&s, VMSG_DEV_PROSE_RESPONSE_ECHO);
}

static void test_changes_without_generation(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    read_config(&s, 0, "abcd", 4, 3);
    read_config(&s, 0, "abcX", 4, 3);
    only(&s, VMSG_DEV_PROFILES_3);
}

static void test_changes_without_event(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    read_config(&s, 0, "abcd", 4, 3);
    read_config(&s, 0, "abcX", 4, 4);
    only(&s, VMSG_DEV_PROFILES_7);
}

static void test_noted_change(void **state)
{
    for (unsigned how = 0; how < 3; how++) {
        struct session s = with_defaults();

        at_driver_ok(&s, false);
        read_config(&s, 0, "abcd", 4, 3);
        note_change(&s, 0, "ab", 2); /* no change */
        note_change(&s, 0, NULL, 0);
        assert_false(vmsg_oracle_owes(s.oracle));
        note_change(&s, 0, "XY", 2);
        assert_true(vmsg_oracle_owes(s.oracle));
        if (how == 0)
            event_config(&s, 0xf, 4, 0, "XY", 2);
        read_config(&s, 0, "XYcd", 4, 4);
        if (how == 1)
            event_config(&s, 0xf, 4, 0, NULL, 0);
        if (how == 2)
            only(&s, VMSG_DEV_PROFILES_7);
        else
            clean(&s);
    }
}

static void test_large_change(void **state)
{
    for (unsigned how = 0; how < 3; how++) {
        struct session s = with_defaults();
        uint8_t old[60] = {0}, new[60];

        memset(new, 1, sizeof new);
        s.config.max_msg_size = 52;
        at_driver_ok(&s, false);
        read_config(&s, 0, old, 32, 3);
        note_change(&s, 0, new, sizeof new);
        event_config(&s, 0xf, 4, 0, NULL, sizeof new);
        read_config(&s, 0, how == 1 ? old : new, 32, how == 2 ? 5 : 4);
        if (how == 0)
            exercised(&s, VMSG_DEV_PROFILES_13);
        if (how == 2) { /* once more, smaller */
            event_config(&s, 0xf, 6, 0, NULL, 1);
            read_config(&s, 0, old, 32, 6);
        }
        if (how == 1)
            only(&s, VMSG_DEV_PROFILES_13);
        else
            clean(&s);
    }
}

/* ---- writes ---- */

static void test_bad_lengths(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    to_tail(&s, "SET_CONFIG", 1, F(0, 0, 4), "abcd", 4);
    from_tail(&s, "SET_CONFIG", 1, F(3, 0, 3), "abc", 3);
    only(&s, VMSG_DEV_SET_CONFIG_3);

    s = with_defaults();
    at_driver_ok(&s, false);
    write_config(&s, SPACE - 2, "abcd", 4, 0, true, 3); /* beyond the space */
    only(&s, VMSG_DEV_SET_CONFIG_3);

    s = with_defaults();
    at_driver_ok(&s, false);
    to(&s, "SET_CONFIG", 1, F(0, 0, 0));
    from(&s, "SET_CONFIG", 1, F(3, 0, 1));
    settle(&s);
    assert_true(s.found[VMSG_DEV_SET_CONFIG_2]);
    only(&s, VMSG_DEV_SET_CONFIG_2);
}

static void test_write_outcomes(void **state)
{
    static const struct {
        bool applied;
        const char *now;
    } bad[] = {{true, "abcd"}, {true, "WXcd"}, {false, "WXYZ"}, {false, "Wbcd"}};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct session s = with_defaults();

        at_driver_ok(&s, false);
        read_config(&s, 0, "abcd", 4, 3);
        write_config(&s, 0, "WXYZ", 4, 0, bad[i].applied, 3);
        read_config(&s, 0, bad[i].now, 4, 3);
        only(&s, VMSG_DEV_SET_CONFIG_3);
    }
}

static void test_refused_write_is_made(void **state)
{
    for (uint32_t gen = 3; gen < 5; gen++) {
        struct session s = with_defaults();

        at_driver_ok(&s, false);
        read_config(&s, 0, "abcd", 4, 3);
        write_config(&s, 0, "WXYZ", 4, 0, false, gen);
        read_config(&s, 0, "WXYZ", 4, gen);
        only(&s, VMSG_DEV_SET_CONFIG_3);
    }
}

static void test_write_of_nothing_writes(void **state)
{
    for (uint32_t gen = 3; gen < 5; gen++) {
        struct session s = with_defaults();

        at_driver_ok(&s, false);
        read_config(&s, 0, "abcd", 4, 3);
        to(&s, "SET_CONFIG", 1, F(0, 0, 0));
        from(&s, "SET_CONFIG", 1, F(gen, 0, 0));
        read_config(&s, 0, "Xbcd", 4, gen);
        only(&s, VMSG_DEV_SET_CONFIG_2);
    }
}

static void test_refusal_with_data(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    to_tail(&s, "SET_CONFIG", 1, F(0, 0, 4), "abcd", 4);
    from_tail(&s, "SET_CONFIG", 1, F(3, 0, 0), "abcd", 4);
    only(&s, VMSG_DEV_SET_CONFIG_4);
    s = with_defaults();
    at_driver_ok(&s, false);
    to(&s, "SET_CONFIG", 1, F(0, 0, 0));
    from_tail(&s, "SET_CONFIG", 1, F(3, 0, 0), "abcd", 4);
    only(&s, VMSG_DEV_SET_CONFIG_4);
}

static void test_data_not_echoed(void **state)
{
    static const char *const echoes[] = {"abcX", ""};

    for (unsigned i = 0; i < 2; i++) {
        struct session s = with_defaults();

        at_driver_ok(&s, false);
        to_tail(&s, "SET_CONFIG", 1, F(0, 0, 4), "abcd", 4);
        from_tail(&s, "SET_CONFIG", 1, F(3, 0, 4), echoes[i], strlen(echoes[i]));
        only(&s, VMSG_DEV_PROSE_SET_CONFIG_ECHO);
    }
}

static void test_long_data_not_echoed(void **state)
{
    struct session s = with_defaults();
    char data[200] = {0};

    ask(&s, "GET_DEVICE_INFO", NULL, F(2, 0, 0, 2, 1000, QUEUES));
    to_tail(&s, "SET_CONFIG", 1, F(0, 0, 200), data, 200);
    data[199] = 1;
    from_tail(&s, "SET_CONFIG", 1, F(3, 0, 200), data, 200);
    only(&s, VMSG_DEV_PROSE_SET_CONFIG_ECHO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_writes),
        cmocka_unit_test(test_refused_writes),
        cmocka_unit_test(test_own_changes),
        cmocka_unit_test(test_refused_write_of_what_is_there),
        cmocka_unit_test(test_refused_write_of_what_came_in_silence),
        cmocka_unit_test(test_refused_write_of_what_is_told_late),
        cmocka_unit_test(test_write_then_reset),
        cmocka_unit_test(test_change_after_an_applied_write),
        cmocka_unit_test(test_write_of_nothing),
        cmocka_unit_test(test_change_while_inactive),
        cmocka_unit_test(test_change_by_way_of_a_queue),
        cmocka_unit_test(test_generation_moves_unseen),
        cmocka_unit_test(test_selecting_field),
        cmocka_unit_test(test_bytes_that_do_not_exist),
        cmocka_unit_test(test_read_not_echoed),
        cmocka_unit_test(test_changes_without_generation),
        cmocka_unit_test(test_changes_without_event),
        cmocka_unit_test(test_noted_change),
        cmocka_unit_test(test_large_change),
        cmocka_unit_test(test_bad_lengths),
        cmocka_unit_test(test_write_outcomes),
        cmocka_unit_test(test_refused_write_is_made),
        cmocka_unit_test(test_write_of_nothing_writes),
        cmocka_unit_test(test_refusal_with_data),
        cmocka_unit_test(test_data_not_echoed),
        cmocka_unit_test(test_long_data_not_echoed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
