/* Resets of a device: synchronous, asynchronous, and what is written meanwhile. */
#include "harness/oracle/testing.h"

/* While a reset goes on, writes may be lost; whatever else comes between, it may go on yet. */
static void test_writes_while_a_reset_goes_on(void **state)
{
    for (unsigned how = 0; how < 2; how++) {
        struct session s = with_defaults();

        initialise(&s, AT_RESET);
        status(&s, 1, 1);
        status(&s, 0, 1);
        if (how) /* it may do anything */
            twisted(&s, VMSG_TO_DEVICE, "EVENT_AVAIL", 1, F(0), (struct twist){.msg_id = 0xed});
        status(&s, 3, 1);
        status(&s, 3, 1);
        status(&s, 0x01000000, 1);
        read_status(&s, 1);
        clean(&s);
    }
}

/* The reset was complete before the queue was set up, or the features selected; seen later. */
static void test_set_up_after_an_unseen_end_of_reset(void **state)
{
    for (unsigned told = 0; told < 2; told++) {
        struct session s = with_defaults();

        initialise(&s, AT_FEATURES_OK);
        read_queue(&s, 0, 0, 0, false);
        status(&s, 0, 0xb);
        set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0x1000);
        ask(&s, "GET_CONFIG", F(0, 0), F(3, 0, 0));
        if (told)
            event_config(&s, 0, 4, 0, NULL, 4);
        else
            read_status(&s, 0);
        read_queue(&s, 0, 64, 0x1000, true);
        clean(&s);
    }
}

/* The reset may be complete already: of a device in status 0 nothing need be told. */
static void test_error_while_a_reset_goes_on(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    status(&s, 0, 0xf);
    note(&s, VMSG_NOTE_NEEDS_RESET, 0, 0);
    read_status(&s, VIRTIO_S_NEEDS_RESET);
    clean(&s);
}

static void test_asynchronous_reset(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    read_config(&s, 0, "abcd", 4, 9);
    status(&s, 0, 0xf);
    event(&s, "EVENT_USED", F(0), NULL, 0);
    read_status(&s, 0xf);
    read_queue(&s, 0, 64, 0x1000, true);
    read_queue(&s, 0, 64, 0x1000, false);
    read_queue(&s, 0, 0, 0, false);
    read_status(&s, 3);
    event_config(&s, 3, 10, 0, NULL, 0);
    read_status(&s, VIRTIO_S_NEEDS_RESET);
    read_status(&s, 0);
    read_queue(&s, 0, 0, 0, false);
    read_status(&s, 0);
    exercised(&s, VMSG_DEV_SET_DEVICE_STATUS_3);
    status(&s, 1, 1);
    clean(&s);
}

static void test_reset_completes_by_event(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    status(&s, 0, 0xf);
    event_config(&s, 0, 1, 0, NULL, 0);
    read_status(&s, 0);
    status(&s, 1, 1);
    clean(&s);
}

static void test_reset_never_completes(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    status(&s, 0, 0xf);
    read_status(&s, 0xf);
    note(&s, VMSG_NOTE_RESET_TIMEOUT, 0, 0);
    only(&s, VMSG_DEV_SET_DEVICE_STATUS_2);
}

static void test_reset_reported_too_early(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    status(&s, 0, 0);
    read_status(&s, 0xf);
    only(&s, VMSG_DEV_SET_DEVICE_STATUS_4);
}

static void test_reset_keeps_queues(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    read_queue(&s, 0, 64, 0x1000, true);
    status(&s, 0, 0);
    read_queue(&s, 0, 64, 0x1000, true);
    only(&s, VMSG_DEV_SET_DEVICE_STATUS_4);
}

/* A driver that does not wait: nothing can be expected until the next reset. */
static void test_written_before_the_reset_is_complete(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    status(&s, 0, 0xf);
    status(&s, 1, 0xf);
    read_status(&s, 0xf);
    read_queue(&s, 0, 64, 0x1000, true);
    read_status(&s, 1);
    read_queue(&s, 0, 0, 0, false);
    read_status(&s, 0);
    status(&s, 0, 0);
    read_status(&s, 0);
    clean(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes_while_a_reset_goes_on),
        cmocka_unit_test(test_set_up_after_an_unseen_end_of_reset),
        cmocka_unit_test(test_error_while_a_reset_goes_on),
        cmocka_unit_test(test_asynchronous_reset),
        cmocka_unit_test(test_reset_completes_by_event),
        cmocka_unit_test(test_reset_never_completes),
        cmocka_unit_test(test_reset_reported_too_early),
        cmocka_unit_test(test_reset_keeps_queues),
        cmocka_unit_test(test_written_before_the_reset_is_complete),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
