/* What a driver may do although it looks wrong at first sight, and what is wrong only in memory. */
#include "harness/oracle/drv_testing.h"

#define QUEUE(flags, size) F(0, flags, size, 0, MEM(0), MEM(0x1000), MEM(0x2000))

/* Configured, enabled and looked at without waiting for an answer in between. */
static void test_queue_set_up_at_once(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    read_queue(&s, 0, 0, 0, false);
    to(&s, "SET_VQUEUE", 900, QUEUE(VMSG_VQ_KEEP_DISABLED, 64));
    to(&s, "SET_VQUEUE", 901, QUEUE(VMSG_VQ_ENABLE | 0x3c, 0));
    to(&s, "GET_VQUEUE", 902, F(0));
    from(&s, "SET_VQUEUE", 900, NULL);
    from(&s, "SET_VQUEUE", 901, NULL);
    from(&s, "GET_VQUEUE", 902, F(0, 256, 64, 1, MEM(0), MEM(0x1000), MEM(0x2000)));
    status(&s, 0xf, 0xf);
    available(&s, 1, 1);
    notify(&s, 0, 0);
    exercised(&s, VMSG_DRV_OVERVIEW_3);
    clean(&s);
}

/* A second attempt's late answer does not undo that the queue was confirmed. */
static void test_late_second_answer(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    read_queue(&s, 0, 0, 0, false);
    to(&s, "SET_VQUEUE", 900, QUEUE(VMSG_VQ_ENABLE, 64));
    to(&s, "SET_VQUEUE", 901, QUEUE(VMSG_VQ_ENABLE, 64));
    from(&s, "SET_VQUEUE", 900, NULL);
    ask(&s, "GET_VQUEUE", F(0), F(0, 256, 64, 1, MEM(0), MEM(0x1000), MEM(0x2000)));
    from(&s, "SET_VQUEUE", 901, NULL);
    status(&s, 0xf, 0xf);
    notify(&s, 0, 0);
    clean(&s);
}

/* Nor does that of a reset, when the queue is set up again already. */
static void test_late_second_reset_answer(void **state)
{
    struct session s = driver();

    running(&s, 0x100);
    to(&s, "RESET_VQUEUE", 900, F(0));
    to(&s, "RESET_VQUEUE", 901, F(0));
    from(&s, "RESET_VQUEUE", 901, NULL);
    ask(&s, "SET_VQUEUE", QUEUE(VMSG_VQ_ENABLE, 64), NULL);
    ask(&s, "GET_VQUEUE", F(0), F(0, 256, 64, 1, MEM(0), MEM(0x1000), MEM(0x2000)));
    from(&s, "RESET_VQUEUE", 900, NULL);
    available(&s, 1, 1);
    notify(&s, 0, 0);
    clean(&s);
}

static void device_event(struct session *s, unsigned what)
{
    event(s, "EVENT_DEVICE", F(0, what), NULL, 0);
}

/* What was a queue of a device that went may be another's meanwhile, though the device is back. */
static void test_memory_of_a_device_that_went(void **state)
{
    struct session s = driver();

    running(&s, 0);
    device_event(&s, VMSG_DEVICE_REMOVED);
    device_event(&s, VMSG_DEVICE_ADDED);
    info(&s);
    status(&s, 0, 0);
    available(&s, 1, 1);
    clean(&s);
}

/* What the driver sent before it had read that the device is gone, and here again. */
static void test_under_way_when_the_device_goes(void **state)
{
    struct session s = driver();

    running(&s, 0);
    device_event(&s, VMSG_DEVICE_REMOVED);
    available(&s, 1, 1);
    notify(&s, 0, 0);
    device_event(&s, VMSG_DEVICE_ADDED);
    to(&s, "GET_CONFIG", 900, F(0, 8));
    running(&s, 0);
    clean(&s);
    s = driver();
    running(&s, 0);
    device_event(&s, VMSG_DEVICE_REMOVED);
    device_event(&s, VMSG_DEVICE_ADDED);
    info(&s);
    to(&s, "GET_VQUEUE", 901, F(0)); /* but it knows now */
    only(&s, VMSG_DRV_PROSE_EARLY_DISCOVERY);
}

/* Its user started it again while it was gone; that it is back says nothing new to the driver. */
static void test_restarted_when_the_device_was_gone(void **state)
{
    struct session s = driver();

    running(&s, 0);
    device_event(&s, VMSG_DEVICE_REMOVED);
    info(&s);
    status(&s, 0, 0);
    device_event(&s, VMSG_DEVICE_ADDED);
    for (unsigned i = 0; i < 32; i++)
        read_config(&s, i, "", 1, 1);
    set_queue(&s, 1, VMSG_VQ_ENABLE, 64, 0x4000);
    clean(&s);
}

static void test_device_that_is_there_is_added(void **state)
{
    struct session s = driver();

    running(&s, 0);
    device_event(&s, VMSG_DEVICE_ADDED);
    notify(&s, 0, 0);
    clean(&s);
}

/* As long as it is gone nothing is judged, however much is said to it. */
static void test_use_of_a_device_that_went(void **state)
{
    struct session s = driver();

    running(&s, 0);
    device_event(&s, VMSG_DEVICE_REMOVED);
    for (unsigned i = 0; i < 3; i++)
        running(&s, 0);
    for (unsigned i = 0; i < 40; i++)
        to(&s, "GET_CONFIG", (uint16_t)(900 + i), F(0, 8));
    clean(&s);
}

/* A driver "MUST NOT rely on" the token: another one may be the answer, or be discarded. */
static void test_response_with_another_token(void **state)
{
    struct session s = driver();

    info(&s);
    to(&s, "SET_DEVICE_STATUS", 900, F(0));
    from(&s, "SET_DEVICE_STATUS", 901, F(0));
    status(&s, 1, 1);
    clean(&s);
    s = driver();
    running(&s, 0);
    to(&s, "GET_DEVICE_STATUS", 900, F());
    from(&s, "GET_DEVICE_STATUS", 901, F(VIRTIO_S_NEEDS_RESET | 0xf)); /* no reset follows */
    clean(&s);
    s = driver();
    running(&s, 0); /* the request was under way already */
    from(&s, "GET_DEVICE_STATUS", 901, F(0xf));
    to(&s, "GET_DEVICE_STATUS", 900, F());
    to(&s, "SET_VQUEUE", 902, QUEUE(VMSG_VQ_ENABLE, 512));
    clean(&s);
    s = driver();
    running(&s, 0);
    from(&s, "GET_DEVICE_STATUS", 901, F(0xf)); /* but an answer to nothing is none */
    read_queue(&s, 1, 0, 0, false);
    read_queue(&s, 1, 0, 0, false);
    read_status(&s, 0xf);
    to(&s, "GET_DEVICE_FEATURES", 903, F(0, 2));
    to(&s, "SET_DEVICE_STATUS", 904, F(0x3));
    only(&s, VMSG_DRV_SET_DEVICE_STATUS_1);
}

/* A device that tells two things of which only one can be true. */
static void test_device_contradicts_itself(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK); /* the maximum of a queue that is being set up */
    read_queue(&s, 0, 0, 0, false);
    set_queue(&s, 0, VMSG_VQ_KEEP_DISABLED, 64, 0);
    ask(&s, "GET_VQUEUE", F(0), F(0, 0, 64, 0, MEM(0), MEM(0x1000), MEM(0x2000)));
    set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0);
    ask(&s, "GET_VQUEUE", F(0), F(0, 1, 64, 1, MEM(0), MEM(0x1000), MEM(0x2000)));
    status(&s, 0xf, 0xf);
    notify(&s, 0, 0);
    clean(&s);
    s = driver();
    running(&s, 0); /* a queue that was confirmed */
    ask(&s, "GET_VQUEUE", F(0), F(0, 256, 64, 0, MEM(0), MEM(0x1000), MEM(0x2000)));
    available(&s, 1, 1);
    notify(&s, 0, 0);
    clean(&s);
    s = driver();
    running(&s, 0); /* what kind of a device it is */
    ask(&s, "GET_DEVICE_INFO", F(), F(2));
    status(&s, 0, 0);
    status(&s, 1, 1);
    status(&s, 3, 3);
    status(&s, 0xb, 3);
    clean(&s);
}

/* More bytes than are defined: "malformed" is open, so that one driver takes it and one does not.
 */
static void test_response_with_more_than_is_defined(void **state)
{
    struct session s = driver();

    running(&s, 0);
    to(&s, "GET_DEVICE_STATUS", 900, F());
    twisted(&s, VMSG_TO_DRIVER, "GET_DEVICE_STATUS", 900, F(VIRTIO_S_NEEDS_RESET | 0xf),
            (struct twist){.msg_size = 16, .len = 16});
    clean(&s);
}

static void test_driver_ok_by_event(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    read_queue(&s, 0, 0, 0, false);
    set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0);
    ask(&s, "GET_VQUEUE", F(0), F(0, 256, 64, 1, MEM(0), MEM(0x1000), MEM(0x2000)));
    to(&s, "SET_DEVICE_STATUS", 900, F(0xf));
    event(&s, "EVENT_CONFIG", F(0xf, 1, 0, 0), NULL, 0);
    notify(&s, 0, 0);
    clean(&s);
}

/* Configuration that the driver has never read need not be read when it changes. */
static void test_change_of_no_concern(void **state)
{
    struct session s = driver();

    running(&s, 0);
    ask(&s, "GET_CONFIG", F(0, 8), F(1, 0, 8));
    event(&s, "EVENT_CONFIG", F(0xf, 2, 46, 1), NULL, 0);
    assert_false(vmsg_oracle_owes(oracle_of(&s)));
    event(&s, "EVENT_CONFIG", F(0xf, 3, 4, 1), NULL, 0);
    assert_true(vmsg_oracle_owes(oracle_of(&s)));
    ask(&s, "GET_CONFIG", F(0, 8), F(3, 0, 8));
    clean(&s);
}

static void suppressed(struct session *s, uint32_t position, bool unwanted)
{
    vmsg_oracle_note(oracle_of(s), &(struct vmsg_note){.kind = VMSG_NOTE_AVAILABLE,
                                                       .index = s->index,
                                                       .dev_num = s->dev,
                                                       .value = 1,
                                                       .position = position,
                                                       .unwanted = unwanted});
}

/* The device says of which buffers it wants to be told. */
static void test_suppressed_notifications(void **state)
{
    struct session s = driver();

    running(&s, 0);
    suppressed(&s, 1, false);
    assert_true(vmsg_oracle_owes_notification(oracle_of(&s)));
    notify(&s, 0, 0);
    assert_false(vmsg_oracle_owes_notification(oracle_of(&s)));
    suppressed(&s, 2, true);
    assert_false(vmsg_oracle_owes_notification(oracle_of(&s)));
    clean(&s);
    s = driver();
    running(&s, 0);
    suppressed(&s, 1, false);
    only(&s, VMSG_DRV_DRIVER_NOTIFICATIONS_3);
}

static void test_broken_ring(void **state)
{
    struct session s = driver();

    running(&s, 0);
    vmsg_oracle_note(oracle_of(&s), &(struct vmsg_note){.kind = VMSG_NOTE_BROKEN_RING,
                                                        .data = (const uint8_t *)"why",
                                                        .data_len = 3});
    only(&s, VMSG_DRV_MANDATORY_1);
    assert_non_null(strstr(s.last, "why"));
}

/* Answers to what was asked before a reset come after it: they say nothing of the new life. */
static void test_answers_from_before_a_reset(void **state)
{
    struct session s = driver();

    running(&s, 0x100); /* RING_RESET */
    to(&s, "RESET_VQUEUE", 900, F(0));
    running(&s, 0x100);
    from(&s, "RESET_VQUEUE", 900, NULL);
    available(&s, 1, 1);
    notify(&s, 0, 0);
    clean(&s);
    s = driver();
    running(&s, 0);
    to(&s, "SET_DEVICE_STATUS", 901, F(0x0f));
    status(&s, 0, 0);
    status(&s, 1, 1);
    status(&s, 3, 3);
    offer_features(&s, 0, 2, 0, OFFERED);
    select_features(&s, 0, 2, 0, V1);
    status(&s, 0xb, 0xb);
    read_queue(&s, 0, 0, 0, false);
    set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0);
    ask(&s, "GET_VQUEUE", F(0), F(0, 256, 64, 1, MEM(0), MEM(0x1000), MEM(0x2000)));
    from(&s, "SET_DEVICE_STATUS", 901, F(0x0f)); /* a driver need not look at the token */
    available(&s, 1, 1);
    to(&s, "SET_DEVICE_STATUS", 902, F(0x0f));
    from(&s, "SET_DEVICE_STATUS", 902, F(0x0f));
    clean(&s);
}

/* It is said to be gone, and shown as present before it is said to be added. */
static void test_gone_but_shown(void **state)
{
    struct session s = driver();

    running(&s, 0);
    device_event(&s, VMSG_DEVICE_REMOVED);
    to(&s, "GET_DEVICES", 900, F(0, 8));
    from_tail(&s, "GET_DEVICES", 900, F(0, 0, 8), "\1", 1);
    running(&s, 0);
    device_event(&s, VMSG_DEVICE_ADDED);
    status(&s, 0, 0); /* no GET_DEVICE_INFO: it was there all the time */
    status(&s, 1, 1);
    status(&s, 3, 3);
    offer_features(&s, 0, 2, 0, OFFERED);
    select_features(&s, 0, 2, 0, V1);
    clean(&s);
}

/* A failure that names no request: the read may have been made twice, and its first answer used. */
static void test_failure_of_nothing(void **state)
{
    static const uint8_t data[8];
    struct session s = strict_driver();

    running(&s, 0);
    event(&s, "REQUEST_FAILED", F(0, 0, VMSG_ID_GET_CONFIG), NULL, 0);
    read_config(&s, 0, data, 8, 7);
    read_config(&s, 0, data, 8, 9);
    to_tail(&s, "SET_CONFIG", 900, F(7, 0, 4), data, 4);
    clean(&s);
}

/* What was asked before a queue was set up comes after it, and shows what was there before. */
static void test_queue_shown_as_it_was(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    to(&s, "GET_VQUEUE", 900, F(0));
    read_queue(&s, 0, 0, 0, false);
    set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0);
    from(&s, "GET_VQUEUE", 900, F(0, 256, 0, 0, 0, 0, 0));
    to(&s, "SET_VQUEUE", 901, QUEUE(VMSG_VQ_KEEP_DISABLED, 64));
    clean(&s);
}

/* All of the initialisation, with one token for all; the status or the queue asked for twice. */
static void run_with_one_token(struct session *s, bool status_again)
{
    initialise(s, AT_DRIVER);
    if (status_again)
        to(s, "SET_DEVICE_STATUS", 0, F(3));
    to(s, "SET_DEVICE_STATUS", 0, F(3));
    from(s, "SET_DEVICE_STATUS", 0, F(3));
    select_features(s, 0, 2, 0, V1);
    to(s, "SET_DEVICE_STATUS", 0, F(0xb));
    from(s, "SET_DEVICE_STATUS", 0, F(0xb));
    if (!status_again)
        to(s, "GET_VQUEUE", 0, F(0));
    to(s, "GET_VQUEUE", 0, F(0));
    from(s, "GET_VQUEUE", 0, F(0, 256));
    set_queue(s, 0, VMSG_VQ_ENABLE, 64, 0);
    to(s, "GET_VQUEUE", 0, F(0));
    from(s, "GET_VQUEUE", 0, F(0, 256, 64, 1, MEM(0), MEM(0x1000), MEM(0x2000)));
    from(s, status_again ? "SET_DEVICE_STATUS" : "GET_VQUEUE", 0,
         status_again ? F(3) : F(0, 256)); /* of the first attempt */
    status(s, 0xf, 0xf);
    available(s, 1, 1);
    notify(s, 0, 0);
}

/* With one token for several requests, a late answer may be taken for that of another one. */
static void test_late_answers_with_one_token(void **state)
{
    for (unsigned status_again = 0; status_again < 2; status_again++) {
        struct session s = driver();

        run_with_one_token(&s, status_again);
        clean(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_set_up_at_once),
        cmocka_unit_test(test_late_second_answer),
        cmocka_unit_test(test_memory_of_a_device_that_went),
        cmocka_unit_test(test_late_second_reset_answer),
        cmocka_unit_test(test_under_way_when_the_device_goes),
        cmocka_unit_test(test_restarted_when_the_device_was_gone),
        cmocka_unit_test(test_use_of_a_device_that_went),
        cmocka_unit_test(test_response_with_another_token),
        cmocka_unit_test(test_device_contradicts_itself),
        cmocka_unit_test(test_response_with_more_than_is_defined),
        cmocka_unit_test(test_device_that_is_there_is_added),
        cmocka_unit_test(test_driver_ok_by_event),
        cmocka_unit_test(test_change_of_no_concern),
        cmocka_unit_test(test_suppressed_notifications),
        cmocka_unit_test(test_broken_ring),
        cmocka_unit_test(test_answers_from_before_a_reset),
        cmocka_unit_test(test_gone_but_shown),
        cmocka_unit_test(test_failure_of_nothing),
        cmocka_unit_test(test_queue_shown_as_it_was),
        cmocka_unit_test(test_late_answers_with_one_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
