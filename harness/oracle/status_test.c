/* Status and recovery. */
#include "harness/oracle/testing.h"

#define NEEDS_RESET 0x40u

static void test_every_stage_reads_back(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_INFO);
    read_status(&s, 0);
    for (unsigned i = 0; i < 2; i++) {
        status(&s, 0, 0);
        read_status(&s, 0);
        status(&s, 1, 1);
        read_status(&s, 1);
        status(&s, 3, 3);
        select_features(&s, 0, 2, 0, V1);
        status(&s, 0xb, 0xb);
        read_status(&s, 0xb);
        status(&s, 0xf, 0xf);
        read_status(&s, 0xf);
    }
    exercised(&s, VMSG_DEV_GET_DEVICE_STATUS_1);
    exercised(&s, VMSG_DEV_SET_DEVICE_STATUS_1);
    exercised(&s, VMSG_DEV_SET_DEVICE_STATUS_2);
    exercised(&s, VMSG_DEV_SET_DEVICE_STATUS_4);
    clean(&s);
}

static void test_read_differs(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    read_status(&s, 3); /* hides FEATURES_OK */
    only(&s, VMSG_DEV_GET_DEVICE_STATUS_1);
}

static void test_error_disappears(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER);
    read_status(&s, 3 | NEEDS_RESET);
    read_status(&s, 3);
    only(&s, VMSG_DEV_GET_DEVICE_STATUS_1);
}

static void test_response_inaccurate(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_RESET);
    status(&s, 1, 0x81);
    read_status(&s, 1);
    only(&s, VMSG_DEV_SET_DEVICE_STATUS_1);
}

static void test_refusal_reported_as_taken(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER);
    select_features(&s, 0, 2, 1, OFFERED); /* bit 0 is not offered */
    status(&s, 0xb, 0xb);
    read_status(&s, 3);
    only(&s, VMSG_DEV_SET_DEVICE_STATUS_1, VMSG_DEV_DEVICE_FEATURES_2);
}

static void test_bits_that_nobody_asked_for(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_RESET);
    status(&s, 1, 3);
    read_status(&s, 3);
    only(&s, VMSG_DEV_SET_DEVICE_STATUS_1);
}

static void test_reset_of_nothing(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_RESET);
    status(&s, 0, 3);
    only(&s, VMSG_DEV_SET_DEVICE_STATUS_1);
}

/* AMBIGUITIES 10: clear bits, skip steps, set undefined bits; refusals of any kind. */
static void test_device_decides(void **state)
{
    static const uint32_t asked[] = {0xf, 0x3, 0x80, 0x10, 0xffffffff, 0xf, 0xf};
    static const uint32_t got[] = {0x3, 0xb, 0x83, 0x3, 0xf, 0xb, 0xb | NEEDS_RESET};

    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct session s = with_defaults();

        initialise(&s, i < 5 ? AT_DRIVER : AT_FEATURES_OK);
        status(&s, asked[i], got[i]);
        read_status(&s, got[i]);
        read_status(&s, got[i]);
        clean(&s);
    }
}

/* A bit that stays, and its mirror image that the device does not know. */
static void test_looks_swapped(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_RESET);
    status(&s, 0x80, 0x80);
    status(&s, 0x80000000, 0x80);
    read_status(&s, 0x80);
    clean(&s);
}

static void test_features_refused(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER);
    for (unsigned i = 0; i < 3; i++) {
        select_features(&s, 0, 2, 0, i == 2 ? V1 : 0);
        status(&s, 0xb, i == 2 ? 0xb : 3);
        read_status(&s, i == 2 ? 0xb : 3);
    }
    clean(&s);
}

/* Core virtio: DEVICE_NEEDS_RESET may come at any time, and is reported once DRIVER_OK is set. */
static void test_needs_reset_at_any_time(void **state)
{
    for (enum stage stage = AT_INFO; stage <= AT_DRIVER_OK; stage++) {
        static const uint32_t at[] = {0, 0, 3, 0xb, 0xf};
        struct session s = with_defaults();

        initialise(&s, stage);
        read_status(&s, at[stage]);
        read_status(&s, at[stage] | NEEDS_RESET);
        assert_int_equal(vmsg_oracle_owes(s.oracle), stage == AT_DRIVER_OK);
        if (stage == AT_DRIVER_OK)
            event_config(&s, 0xf | NEEDS_RESET, 3, 0, NULL, 0);
        read_status(&s, at[stage] | NEEDS_RESET);
        status(&s, 0, stage == AT_INFO ? NEEDS_RESET : 0);
        read_status(&s, 0);
        clean(&s);
    }
}

static void test_needs_reset_by_event_first(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    event_config(&s, 0xf | NEEDS_RESET, 3, 0, NULL, 0);
    read_status(&s, 0xf | NEEDS_RESET);
    status(&s, 0, 0);
    clean(&s);
}

static void test_needs_reset_while_a_write_is_under_way(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    to(&s, "SET_DEVICE_STATUS", 1, F(0xf));
    event_config(&s, 0xf | NEEDS_RESET, 3, 0, NULL, 0);
    from(&s, "SET_DEVICE_STATUS", 1, F(0xf | NEEDS_RESET));
    read_status(&s, 0xf | NEEDS_RESET);
    clean(&s);
}

static void test_needs_reset_silent(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    read_status(&s, 0xf);
    read_status(&s, 0xf | NEEDS_RESET);
    only(&s, VMSG_DEV_PROFILES_8);
}

static void test_noted_error(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    note(&s, VMSG_NOTE_NEEDS_RESET, 0, 0);
    assert_true(vmsg_oracle_owes(s.oracle));
    read_status(&s, 0xf); /* the command is accepted; the error comes in its own time */
    event_config(&s, 0xf | NEEDS_RESET, 3, 0, NULL, 0);
    read_status(&s, 0xf | NEEDS_RESET);
    exercised(&s, VMSG_DEV_GET_DEVICE_STATUS_2);
    clean(&s);
}

static void test_noted_error_not_shown(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER);
    note(&s, VMSG_NOTE_NEEDS_RESET, 0, 0);
    read_status(&s, 3);
    only(&s, VMSG_DEV_GET_DEVICE_STATUS_2);
}

/* Core virtio 1.4's SUSPEND, where negotiated: the status follows when it likes. */
static void test_suspend(void **state)
{
    for (unsigned negotiated = 0; negotiated < 2; negotiated++) {
        struct session s = with_defaults();
        uint32_t high = V1 | (negotiated ? 1u << (43 - 32) : 0);

        initialise(&s, AT_RESET);
        status(&s, 1, 1);
        status(&s, 3, 3);
        offer_features(&s, 0, 2, 0, high);
        select_features(&s, 0, 2, 0, high);
        status(&s, 0xb, 0xb);
        status(&s, 0xf, 0xf);
        status(&s, 0x1f, 0xf);
        read_status(&s, 0xf);
        read_status(&s, 0x1b);
        if (!negotiated) {
            only(&s, VMSG_DEV_GET_DEVICE_STATUS_1);
            continue;
        }
        status(&s, 0xf, 0x1b);
        read_status(&s, 0xf);
        clean(&s);
    }
}

/* ---- after malformed messages ---- */

static void test_nonsense_changes_status(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    read_status(&s, 0xf);
    twisted(&s, VMSG_TO_DEVICE, "SET_DEVICE_STATUS", 1, F(0),
            (struct twist){.len = 9, .msg_size = 9});
    read_status(&s, 0);
    only(&s, VMSG_DEV_ERROR_SIGNALING_2);
}

static void test_nonsense_changes_nothing(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    twisted(&s, VMSG_TO_DEVICE, "SET_DEVICE_STATUS", 1, F(0),
            (struct twist){.len = 9, .msg_size = 9});
    read_status(&s, 0xf);
    read_queue(&s, 0, 64, 0x1000, true);
    exercised(&s, VMSG_DEV_ERROR_SIGNALING_2);
    clean(&s);
}

static void test_nonsense_changes_a_queue(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    twisted(&s, VMSG_TO_DEVICE, "RESET_VQUEUE", 1, F(0), (struct twist){.len = 9, .msg_size = 9});
    read_queue(&s, 0, 0, 0, false);
    only(&s, VMSG_DEV_ERROR_SIGNALING_2);
}

static void test_big_endian_status(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_RESET);
    status(&s, 1, 0x01000000);
    read_status(&s, 0x01000000);
    event_config(&s, 0x01000000, 0, 0, NULL, 0);
    only(&s, VMSG_DEV_ENDIANNESS_1);
}

/* A device that takes its time over the reset, and keeps a bit that is none. */
static void test_undefined_bit_that_was_written(void **state)
{
    static const uint32_t written[] = {0x80000000, 0, 1, 3, 0xf, 0x80};
    struct session s = with_defaults();

    for (unsigned i = 0; i < sizeof written / sizeof *written; i++)
        status(&s, written[i], 0x80000000);
    clean(&s);
}

/* A write that was answered wrongly must not make what follows look wrong. */
static void test_unanswered_write_may_have_effect(void **state)
{
    for (unsigned effect = 0; effect < 2; effect++) {
        struct session s = with_defaults();

        initialise(&s, AT_DRIVER_OK);
        read_status(&s, 0xf);
        to(&s, "SET_DEVICE_STATUS", 1, F(0));
        read_status(&s, effect ? 0 : 0xf);
        read_status(&s, effect ? 0 : 0xf);
        only(&s, VMSG_DEV_ORDERING_2);
    }
}

static void test_own_messages_may_do_anything(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    twisted(&s, VMSG_TO_DEVICE, "GET_SHM", 4, F(0), (struct twist){.msg_id = 0x85});
    twisted(&s, VMSG_TO_DRIVER, "GET_SHM", 4, F(0), (struct twist){.msg_id = 0x85});
    read_status(&s, 0);
    read_queue(&s, 0, 0, 0, false);
    twisted(&s, VMSG_TO_DEVICE, "EVENT_AVAIL", 4, F(0), (struct twist){.msg_id = 0xc5});
    read_status(&s, 1);
    read_status(&s, 1);
    clean(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_stage_reads_back),
        cmocka_unit_test(test_read_differs),
        cmocka_unit_test(test_error_disappears),
        cmocka_unit_test(test_response_inaccurate),
        cmocka_unit_test(test_refusal_reported_as_taken),
        cmocka_unit_test(test_bits_that_nobody_asked_for),
        cmocka_unit_test(test_reset_of_nothing),
        cmocka_unit_test(test_device_decides),
        cmocka_unit_test(test_looks_swapped),
        cmocka_unit_test(test_features_refused),
        cmocka_unit_test(test_needs_reset_at_any_time),
        cmocka_unit_test(test_needs_reset_by_event_first),
        cmocka_unit_test(test_needs_reset_while_a_write_is_under_way),
        cmocka_unit_test(test_needs_reset_silent),
        cmocka_unit_test(test_noted_error),
        cmocka_unit_test(test_noted_error_not_shown),
        cmocka_unit_test(test_suspend),
        cmocka_unit_test(test_nonsense_changes_status),
        cmocka_unit_test(test_nonsense_changes_nothing),
        cmocka_unit_test(test_nonsense_changes_a_queue),
        cmocka_unit_test(test_big_endian_status),
        cmocka_unit_test(test_undefined_bit_that_was_written),
        cmocka_unit_test(test_unanswered_write_may_have_effect),
        cmocka_unit_test(test_own_messages_may_do_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
