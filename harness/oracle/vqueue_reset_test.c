/* RESET_VQUEUE, and SET_VQUEUE for queues that are not there. */
#include "harness/oracle/testing.h"

/* At `stage`, queue 0 is disabled with what area 0x1000 holds, or enabled with it. */
static void queue_at(struct session *s, enum stage stage, bool enabled)
{
    initialise(s, stage);
    read_queue(s, 0, 0, 0, false);
    set_queue(s, 0, enabled ? VMSG_VQ_ENABLE : VMSG_VQ_KEEP_DISABLED, 64, 0x1000);
    read_queue(s, 0, 64, 0x1000, enabled);
}

static void test_stray_updates(void **state)
{
    for (uint32_t index = 3; index < 5; index++)
        for (unsigned changed = 0; changed < 2; changed++) {
            struct session s = with_defaults();

            queue_at(&s, AT_FEATURES_OK, false);
            ask(&s, "GET_VQUEUE", F(3), F(3));
            set_queue(&s, index, VMSG_VQ_ENABLE, 32, 0x5000);
            read_queue(&s, 0, changed ? 32 : 64, changed ? 0x5000 : 0x1000, changed);
            exercised(&s, VMSG_DEV_SET_VQUEUE_1);
            if (changed)
                only(&s, VMSG_DEV_SET_VQUEUE_1);
            else
                clean(&s);
        }
}

static void test_unavailable_queue_is_set_up(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    ask(&s, "GET_VQUEUE", F(3), F(3));
    set_queue(&s, 3, VMSG_VQ_ENABLE, 32, 0x5000);
    ask(&s, "GET_VQUEUE", F(3), F(3, 0, 32, 1, MEM(0x5000), MEM(0x6000), MEM(0x7000)));
    only(&s, VMSG_DEV_SET_VQUEUE_1, VMSG_DEV_GET_VQUEUE_2);
}

/* ---- RESET_VQUEUE ---- */

/* AMBIGUITIES 9: zeros, or the old values disabled. */
static void test_queue_reset(void **state)
{
    for (unsigned how = 0; how < 3; how++) {
        struct session s = with_defaults();

        queue_at(&s, AT_DRIVER_OK, true);
        ask(&s, "RESET_VQUEUE", F(0), NULL);
        if (how == 0)
            read_queue(&s, 0, 0, 0, false);
        else if (how == 1)
            read_queue(&s, 0, 0, 0x1000, false);
        else
            read_queue(&s, 0, 64, 0x1000, false);
        set_queue(&s, 0, VMSG_VQ_ENABLE, 32, 0x5000);
        read_queue(&s, 0, 32, 0x5000, true);
        exercised(&s, VMSG_DEV_RESET_VQUEUE_3);
        exercised(&s, VMSG_DEV_PROSE_RESET_VQUEUE_QUIESCED);
        exercised(&s, VMSG_DEV_PROSE_EMPTY_RESPONSE);
        clean(&s);
    }
}

/* The same: what is still to be read is not configured, and a SET_VQUEUE that leaves some of it as
 * it is may enable the queue or not. */
static void test_leftovers_of_a_reset(void **state)
{
    for (unsigned how = 0; how < 4; how++) {
        struct session s = with_defaults();
        bool taken = how & 1;

        queue_at(&s, how & 2 ? AT_DRIVER_OK : AT_FEATURES_OK, true);
        if (how & 2)
            ask(&s, "RESET_VQUEUE", F(0), NULL);
        else
            initialise(&s, AT_FEATURES_OK);
        read_queue(&s, 0, 0, 0x1000, false);
        set_queue(&s, 0, VMSG_VQ_ENABLE | VMSG_VQ_IGNORE_DEVICE, 32, 0x1000);
        read_queue(&s, 0, taken ? 32 : 0, 0x1000, taken);
        clean(&s);
    }
}

static void test_queue_reset_does_nothing(void **state)
{
    struct session s = with_defaults();

    queue_at(&s, AT_DRIVER_OK, true);
    ask(&s, "RESET_VQUEUE", F(0), NULL);
    read_queue(&s, 0, 64, 0x1000, true);
    only(&s, VMSG_DEV_RESET_VQUEUE_3);
}

/* AMBIGUITIES 10: a status whose bits are all ignored or cleared is no reset, so RING_RESET may be
 * negotiated yet. */
static void test_queue_reset_after_cleared_status(void **state)
{
    for (unsigned kept = 0; kept < 2; kept++) {
        struct session s = with_defaults();

        queue_at(&s, AT_DRIVER_OK, true);
        status(&s, 0x4000d000, 0);
        status(&s, 0xb, 0xb);
        read_queue(&s, 0, 64, 0x1000, true);
        ask(&s, "RESET_VQUEUE", F(0), NULL);
        read_queue(&s, 0, kept ? 64 : 0, kept ? 0x1000 : 0, kept);
        clean(&s);
    }
}

/* Features written at status 0, which some devices take; and then nobody knew the status for a
 * while: that it is 0 is no reset. */
static void test_queue_reset_after_features_at_zero(void **state)
{
    struct session s = with_defaults();

    queue_at(&s, AT_DRIVER_OK, true);
    status(&s, 0, 0);
    select_features(&s, 0, 2, 0, OFFERED);
    set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0x1000);
    twisted(&s, VMSG_TO_DEVICE, "GET_DEVICE_STATUS", 0, NULL, (struct twist){.msg_id = 0x85});
    read_status(&s, 0);
    status(&s, 0xb, 0xb);
    read_queue(&s, 0, 64, 0x1000, true);
    ask(&s, "RESET_VQUEUE", F(0), NULL);
    read_queue(&s, 0, 0, 0, false);
    clean(&s);
}

static void test_queue_reset_not_negotiated(void **state)
{
    for (unsigned how = 0; how < 3; how++) {
        struct session s = with_defaults();

        initialise(&s, AT_DRIVER);
        select_features(&s, 0, 2, 0, V1);
        status(&s, 0xb, 0xb);
        enable_queue(&s, 0x1000);
        to(&s, "RESET_VQUEUE", 1, F(0));
        if (how < 2)
            from(&s, "RESET_VQUEUE", 1, NULL);
        if (how == 1)
            read_queue(&s, 0, 0, 0, false);
        else
            read_queue(&s, 0, 64, 0x1000, true);
        if (how == 0) {
            exercised(&s, VMSG_DEV_RESET_VQUEUE_2);
            clean(&s);
        } else {
            only(&s, VMSG_DEV_RESET_VQUEUE_2);
        }
    }
}

static void test_stray_queue_resets(void **state)
{
    for (uint32_t index = 3; index < 5; index++)
        for (unsigned changed = 0; changed < 2; changed++) {
            struct session s = with_defaults();

            queue_at(&s, AT_DRIVER_OK, true);
            ask(&s, "GET_VQUEUE", F(3), F(3));
            ask(&s, "RESET_VQUEUE", F(index), NULL);
            if (changed)
                read_queue(&s, 0, 0, 0, false);
            else
                read_queue(&s, 0, 64, 0x1000, true);
            exercised(&s, VMSG_DEV_RESET_VQUEUE_1);
            if (changed)
                only(&s, VMSG_DEV_RESET_VQUEUE_1);
            else
                clean(&s);
        }
}

/* AMBIGUITIES 10: when the driver clears FEATURES_OK, the features may stay negotiated. */
static void test_reset_when_features_ok_was_cleared(void **state)
{
    for (unsigned taken = 0; taken < 2; taken++) {
        struct session s = with_defaults();

        initialise(&s, AT_FEATURES_OK);
        status(&s, 1, 1);
        read_queue(&s, 0, 0, 0, false);
        set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0x1000);
        read_queue(&s, 0, 64, 0x1000, true);
        ask(&s, "RESET_VQUEUE", F(0), NULL);
        read_queue(&s, 0, taken ? 0 : 64, taken ? 0 : 0x1000, !taken);
        clean(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stray_updates),
        cmocka_unit_test(test_unavailable_queue_is_set_up),
        cmocka_unit_test(test_queue_reset),
        cmocka_unit_test(test_leftovers_of_a_reset),
        cmocka_unit_test(test_reset_when_features_ok_was_cleared),
        cmocka_unit_test(test_queue_reset_does_nothing),
        cmocka_unit_test(test_queue_reset_after_cleared_status),
        cmocka_unit_test(test_queue_reset_after_features_at_zero),
        cmocka_unit_test(test_queue_reset_not_negotiated),
        cmocka_unit_test(test_stray_queue_resets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
