/* Who answers what, and when: order, tokens, silence, late and doubled answers. */
#include "harness/oracle/testing.h"

static void test_answers_in_order(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    for (uint16_t i = 0; i < 200; i++)
        to(&s, i % 2 ? "GET_DEVICE_STATUS" : "GET_SHM", (uint16_t)(i % 3), i % 2 ? NULL : F(1));
    for (uint16_t i = 0; i < 200; i++)
        from(&s, i % 2 ? "GET_DEVICE_STATUS" : "GET_SHM", (uint16_t)(i % 3),
             i % 2 ? F(0xf) : F(1, 0, 0, 0));
    exercised(&s, VMSG_DEV_ORDERING_1);
    exercised(&s, VMSG_DEV_ORDERING_2);
    exercised(&s, VMSG_DEV_HEADER_6);
    exercised(&s, VMSG_DEV_MANDATORY_1);
    exercised(&s, VMSG_ANY_PROSE_RESPONSE_TYPE);
    exercised(&s, VMSG_DEV_PROSE_RESPONSE_ECHO);
    exercised(&s, VMSG_DEV_DEVICE_LIMITS_2);
    assert_false(vmsg_oracle_owes(s.oracle));
    clean(&s);
}

static void test_answers_swapped(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    to(&s, "GET_DEVICE_STATUS", 1, NULL);
    to(&s, "GET_SHM", 2, F(1));
    from(&s, "GET_SHM", 2, F(1));
    from(&s, "GET_DEVICE_STATUS", 1, F(0xf));
    only(&s, VMSG_DEV_ORDERING_1);
}

static void test_effect_overtaken(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER);
    to(&s, "SET_DEVICE_STATUS", 1, F(0xb));
    to(&s, "GET_DEVICE_STATUS", 2, NULL);
    from(&s, "SET_DEVICE_STATUS", 1, F(0xb));
    from(&s, "GET_DEVICE_STATUS", 2, F(3)); /* as if it had been processed first */
    only(&s, VMSG_DEV_ORDERING_1);
}

static void test_unanswered(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    read_status(&s, 0xf);
    to(&s, "GET_DEVICE_STATUS", 1, NULL);
    assert_true(vmsg_oracle_owes(s.oracle));
    ask(&s, "GET_DEVICE_STATUS", NULL, F(0xf)); /* the fence */
    assert_false(vmsg_oracle_owes(s.oracle));
    only(&s, VMSG_DEV_ORDERING_2);
}

static void test_answered_twice(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    read_status(&s, 0xf);
    from(&s, "GET_DEVICE_STATUS", s.token, F(0xf));
    only(&s, VMSG_DEV_ORDERING_2);
}

static void test_answer_to_nothing(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    from(&s, "GET_SHM", 7, F(1));
    only(&s, VMSG_DEV_ORDERING_2);
}

/* What a recording that begins in the middle shows first. */
static void test_begins_in_the_middle(void **state)
{
    struct session s = with_defaults();

    from(&s, "GET_SHM", 7, F(1));
    event_config(&s, 0xf, 3, 0, NULL, 0);
    event(&s, "EVENT_USED", F(0), NULL, 0);
    read_status(&s, 0xf);
    clean(&s);
}

static void test_never_answered(void **state)
{
    struct session s = with_defaults();

    info(&s);
    to(&s, "GET_SHM", 1, F(1));
    read_status(&s, 0);
    only(&s, VMSG_DEV_MANDATORY_1);
}

static void test_cut_off_response(void **state)
{
    struct session s = with_defaults();

    info(&s);
    to(&s, "GET_SHM", 1, F(1));
    twisted(&s, VMSG_TO_DRIVER, "GET_SHM", 1, F(1), (struct twist){.len = 20, .msg_size = 20});
    assert_non_null(strstr(s.last, "its payload has 12 bytes, and its fields take 24"));
    only(&s, VMSG_DEV_MANDATORY_1);
}

/* ---- malformed and unsupported ---- */

static const struct {
    const char *name;
    struct twist twist;
} malformed[] = {
    {"GET_VQUEUE", {.len = 10, .msg_size = 10}},  /* cut off */
    {"GET_VQUEUE", {.msg_size = 13}},             /* more than delivered */
    {"GET_VQUEUE", {.msg_size = 7}},              /* less than the header */
    {"GET_VQUEUE", {.len = 12, .msg_size = 11}},  /* the payload is cut by msg_size */
    {"EVENT_AVAIL", {.type = 1}},                 /* an event as a response */
    {"GET_VQUEUE", {.type = 1}},                  /* a response */
    {"GET_VQUEUE", {.msg_id = 0x0d}},             /* not in revision 1 */
    {"GET_VQUEUE", {.msg_id = 0x01}},             /* reserved */
    {"EVENT_AVAIL", {.msg_id = 0x43}},            /* unknown event */
    {"EVENT_AVAIL", {.len = 12, .msg_size = 12}}, /* event cut off */
    {"EVENT_CONFIG", {.type = 0}},                /* an event that devices send */
};

static void test_nonsense_meets_silence(void **state)
{
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        struct session s = with_defaults();

        initialise(&s, AT_DRIVER_OK);
        twisted(&s, VMSG_TO_DEVICE, malformed[i].name, 0, F(0), malformed[i].twist);
        assert_false(vmsg_oracle_owes(s.oracle));
        assert_int_equal(vmsg_oracle_exercised(s.oracle, VMSG_DEV_ERROR_SIGNALING_1), 0);
        read_status(&s, 0xf);
        exercised(&s, VMSG_DEV_ERROR_SIGNALING_1);
        if (malformed[i].twist.msg_id == 0x0d) {
            exercised(&s, VMSG_DEV_ORDERING_3);
            exercised(&s, VMSG_DEV_VERSIONING_2);
        }
        clean(&s);
    }
}

static void test_nonsense_answered(void **state)
{
    for (size_t i = 0; i < 9; i++) {
        struct session s = with_defaults();
        struct twist answer = {.type = 1, .msg_id = malformed[i].twist.msg_id};

        initialise(&s, AT_DRIVER_OK);
        twisted(&s, VMSG_TO_DEVICE, malformed[i].name, 9, F(0), malformed[i].twist);
        twisted(&s, VMSG_TO_DRIVER, malformed[i].name, 9, F(0), answer);
        settle(&s);
        assert_true(s.found[VMSG_DEV_ERROR_SIGNALING_1]);
        if (malformed[i].twist.msg_id == 0x0d)
            assert_non_null(strstr(s.last, "msg_id 0x0d (message"));
        if (malformed[i].twist.msg_id == 0x0d)
            only(&s, VMSG_DEV_ERROR_SIGNALING_1, VMSG_DEV_ORDERING_3, VMSG_DEV_VERSIONING_2);
        else if (i == 4 || i == 8) /* no request */
            only(&s, VMSG_DEV_ERROR_SIGNALING_1, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE);
        else if (i == 5)
            only(&s, VMSG_DEV_ERROR_SIGNALING_1);
        else
            only(&s, VMSG_DEV_ERROR_SIGNALING_1, VMSG_DEV_ORDERING_3);
    }
}

static void test_shorter_than_a_header(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    for (size_t n = 0; n < VMSG_HEADER_SIZE; n++)
        deliver(&s, VMSG_TO_DEVICE, "\0\7\0\0\1\0\10", n);
    read_status(&s, 0xf);
    clean(&s);
}

static void test_short_message_answered(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    deliver(&s, VMSG_TO_DEVICE, "\0\7\0\0", 4);
    from(&s, "GET_DEVICE_STATUS", 0, F(0xf));
    only(&s, VMSG_DEV_ERROR_SIGNALING_1, VMSG_DEV_ORDERING_3);
}

/* Silence of a SUT that answers nothing afterwards is no witness. */
static void test_silence_of_the_dead(void **state)
{
    struct session s = with_defaults();

    info(&s);
    twisted(&s, VMSG_TO_DEVICE, "GET_VQUEUE", 1, F(0), (struct twist){.msg_id = 0x0d});
    settle(&s);
    assert_int_equal(vmsg_oracle_exercised(s.oracle, VMSG_DEV_ORDERING_3), 0);
    clean(&s);
}

static void test_event_caused_by_nonsense(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    read_config(&s, 0, "abcd", 4, 3);
    event_config(&s, 0xf, 3, 0, NULL, 0); /* late, of a change before the first read */
    read_config(&s, 0, "abcd", 4, 3);
    twisted(&s, VMSG_TO_DEVICE, "GET_VQUEUE", 1, F(0), (struct twist){.len = 9, .msg_size = 9});
    event_config(&s, 0xf, 3, 0, NULL, 0);
    read_status(&s, 0xf);
    only(&s, VMSG_DEV_ERROR_SIGNALING_1, VMSG_DEV_PROFILES_8);
}

/* One requests's answer after another's that the device must discard, both with one token. */
static void test_discarded_and_served_share_a_token(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    twisted(&s, VMSG_TO_DEVICE, "GET_VQUEUE", 0, F(1), (struct twist){.len = 9, .msg_size = 9});
    to(&s, "GET_VQUEUE", 0, F(1));
    from(&s, "GET_VQUEUE", 0, F(1, 256));
    to(&s, "GET_VQUEUE", 0, F(2)); /* again, now that the first was passed */
    from(&s, "GET_VQUEUE", 0, F(2, 256));
    clean(&s);
}

static void test_open_and_served_share_a_token(void **state)
{
    for (unsigned served = 0; served < 2; served++) {
        struct session s = with_defaults();
        uint8_t both[8] = {1, 0, 0, 0, 2, 0, 0, 0};

        initialise(&s, AT_FEATURES_OK);
        read_queue(&s, 0, 0, 0, false);
        read_queue(&s, 1, 0, 0, false);
        /* Bytes beyond the payload: the text lets a device serve this one or not. */
        to_tail(&s, "SET_VQUEUE", 0, F(1, 1, 64, 0, MEM(0x8000), MEM(0x9000), MEM(0xa000)), both,
                8);
        to(&s, "SET_VQUEUE", 0, F(0, 0, 64, 0, MEM(0x4000), MEM(0x5000), MEM(0x6000)));
        from(&s, "SET_VQUEUE", 0, NULL);
        if (served)
            from(&s, "SET_VQUEUE", 0, NULL);
        read_queue(&s, 0, 64, 0x4000, false);
        if (served)
            read_queue(&s, 1, 64, 0x8000, true);
        else
            read_queue(&s, 1, 0, 0, false);
        clean(&s);
    }
}

static void test_open_requests(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    for (unsigned answered = 0; answered < 2; answered++) {
        uint16_t token = (uint16_t)(10 * answered);

        /* Out of the space, of no length, of no blocks, too many blocks, an id of one's own. */
        to(&s, "GET_CONFIG", token, F(SPACE, 4));
        to(&s, "GET_CONFIG", ++token, F(0, 1000));
        to(&s, "SET_CONFIG", ++token, F(0, 0, 0));
        to(&s, "GET_DEVICE_FEATURES", ++token, F(0, 0));
        to(&s, "GET_DEVICE_FEATURES", ++token, F(0, 100));
        to(&s, "SET_DRIVER_FEATURES", ++token, F(0, 0));
        twisted(&s, VMSG_TO_DEVICE, "GET_SHM", ++token, F(0), (struct twist){.msg_id = 0x85});
        assert_false(vmsg_oracle_owes(s.oracle));
        if (answered) {
            token = 10;
            from(&s, "GET_CONFIG", token, F(3, SPACE, 0));
            from(&s, "GET_CONFIG", ++token, F(3, 0, 0));
            from(&s, "SET_CONFIG", ++token, F(3, 0, 0));
            from(&s, "GET_DEVICE_FEATURES", ++token, F(0, 0));
            from_tail(&s, "GET_DEVICE_FEATURES", ++token, F(0, 100), "\0\0\0\0", 4);
            from(&s, "SET_DRIVER_FEATURES", ++token, NULL);
            twisted(&s, VMSG_TO_DRIVER, "GET_SHM", ++token, F(0), (struct twist){.msg_id = 0x85});
        }
        read_status(&s, 0xf);
    }
    clean(&s);
}

/* AMBIGUITIES 6: extra payload, trailing bytes and oversize, served or discarded. */
static void test_doubtful_sizes(void **state)
{
    static uint8_t big[1000];

    for (unsigned answered = 0; answered < 2; answered++) {
        struct session s = with_defaults();

        initialise(&s, AT_DRIVER_OK);
        to_tail(&s, "GET_DEVICE_STATUS", 1, NULL, "xyz", 3);
        to_tail(&s, "GET_DEVICE_STATUS", 2, NULL, big, sizeof big);
        twisted(&s, VMSG_TO_DEVICE, "GET_DEVICE_STATUS", 3, NULL, (struct twist){.len = 11});
        to_tail(&s, "SET_CONFIG", 4, F(0, 0, 8), "abcd", 4);
        for (uint16_t i = 1; i <= 3 && answered; i++)
            from(&s, "GET_DEVICE_STATUS", i, F(0xf));
        if (answered)
            from(&s, "SET_CONFIG", 4, F(0, 0, 0));
        read_status(&s, 0xf);
        clean(&s);
    }
}

/* ---- size of the work ---- */

static void test_many_of_one_token(void **state)
{
    struct session s = with_defaults();

    info(&s);
    for (unsigned i = 0; i < 60000; i++)
        to(&s, i % 2 ? "GET_DEVICE_STATUS" : "GET_SHM", 0, F(i / 2));
    for (unsigned i = 0; i < 60000; i++)
        from(&s, i % 2 ? "GET_DEVICE_STATUS" : "GET_SHM", 0, i % 2 ? F(0) : F(i / 2));
    for (unsigned i = 0; i < 60000; i++)
        to(&s, "GET_DEVICE_STATUS", 0, NULL);
    settle(&s);
    only(&s, VMSG_DEV_ORDERING_2);
}

/* Traffic of one direction does not fill the memory, and is no SUT's fault. */
static void test_one_direction(void **state)
{
    struct session s = with_defaults();

    info(&s);
    for (unsigned i = 0; i < 400000; i++)
        twisted(&s, VMSG_TO_DEVICE, "GET_SHM", (uint16_t)i, F(1), (struct twist){.msg_id = 0x0d});
    from(&s, "GET_SHM", 77, F(1));
    clean(&s);
}

/* The first answer may be that of the first request, which may also be discarded. */
static void test_equal_requests_around_another(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    twisted(&s, VMSG_TO_DEVICE, "GET_VQUEUE", 900, F(0), (struct twist){.len = 13, .msg_size = 13});
    to(&s, "GET_SHM", 901, F(0));
    to(&s, "GET_VQUEUE", 900, F(0));
    from(&s, "GET_VQUEUE", 900, F(0, 256, 0, 0, 0, 0, 0));
    from(&s, "GET_SHM", 901, F(0, 0, 0, 0));
    from(&s, "GET_VQUEUE", 900, F(0, 256, 0, 0, 0, 0, 0));
    clean(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_in_order),
        cmocka_unit_test(test_answers_swapped),
        cmocka_unit_test(test_effect_overtaken),
        cmocka_unit_test(test_equal_requests_around_another),
        cmocka_unit_test(test_unanswered),
        cmocka_unit_test(test_answered_twice),
        cmocka_unit_test(test_answer_to_nothing),
        cmocka_unit_test(test_begins_in_the_middle),
        cmocka_unit_test(test_never_answered),
        cmocka_unit_test(test_cut_off_response),
        cmocka_unit_test(test_nonsense_meets_silence),
        cmocka_unit_test(test_nonsense_answered),
        cmocka_unit_test(test_shorter_than_a_header),
        cmocka_unit_test(test_short_message_answered),
        cmocka_unit_test(test_silence_of_the_dead),
        cmocka_unit_test(test_event_caused_by_nonsense),
        cmocka_unit_test(test_discarded_and_served_share_a_token),
        cmocka_unit_test(test_open_and_served_share_a_token),
        cmocka_unit_test(test_open_requests),
        cmocka_unit_test(test_doubtful_sizes),
        cmocka_unit_test(test_many_of_one_token),
        cmocka_unit_test(test_one_direction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
