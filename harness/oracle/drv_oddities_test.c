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

static void device_event(struct session *s, unsigned what)
{
    event(s, "EVENT_DEVICE", F(0, what), NULL, 0);
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

static void test_device_that_is_there_is_added(void **state)
{
    struct session s = driver();

    running(&s, 0);
    device_event(&s, VMSG_DEVICE_ADDED);
    notify(&s, 0, 0);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_set_up_at_once),
        cmocka_unit_test(test_late_second_answer),
        cmocka_unit_test(test_under_way_when_the_device_goes),
        cmocka_unit_test(test_device_that_is_there_is_added),
        cmocka_unit_test(test_driver_ok_by_event),
        cmocka_unit_test(test_change_of_no_concern),
        cmocka_unit_test(test_suppressed_notifications),
        cmocka_unit_test(test_broken_ring),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
