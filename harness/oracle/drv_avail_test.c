/* A driver's buffers and notifications, and what it makes of EVENT_USED. */
#include "harness/oracle/drv_testing.h"

#define DATA_HIGH   (1u << (VIRTIO_F_NOTIFICATION_DATA - 32))
#define PACKED_HIGH (1u << (VIRTIO_F_RING_PACKED - 32))

static void test_announced(void **state)
{
    struct session s = driver();

    running(&s, 0);
    available(&s, 1, 1);
    notify(&s, 0, 0);
    used(&s, 1);
    available(&s, 1, 2);
    notify(&s, 0, 0);
    exercised(&s, VMSG_DRV_DRIVER_NOTIFICATIONS_3);
    exercised(&s, VMSG_DRV_DEVICE_NOTIFICATIONS_3);
    exercised(&s, VMSG_DRV_EVENT_AVAIL_1);
    exercised(&s, VMSG_DRV_EVENT_AVAIL_2);
    exercised(&s, VMSG_DRV_OVERVIEW_3);
    exercised(&s, VMSG_DRV_SET_VQUEUE_9);
    exercised(&s, VMSG_DRV_FINAL_2);
    exercised(&s, VMSG_DRV_FINAL_3);
    clean(&s);
}

static void test_not_announced(void **state)
{
    struct session s = driver();

    running(&s, 0);
    available(&s, 1, 1);
    only(&s, VMSG_DRV_DRIVER_NOTIFICATIONS_3);
    s = driver();
    s.config.polling = true;
    running(&s, 0);
    available(&s, 1, 1);
    settle(&s);
    exercised(&s, VMSG_DRV_DRIVER_NOTIFICATIONS_2);
    clean(&s);
}

static void test_too_early(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    enable_queue(&s, 0x10000);
    notify(&s, 0, 0);
    only(&s, VMSG_DRV_FINAL_2, VMSG_DRV_OVERVIEW_4);
    s = driver();
    initialise(&s, AT_FEATURES_OK);
    enable_queue(&s, 0x10000);
    to(&s, "SET_DEVICE_STATUS", 900, F(0xf));
    notify(&s, 0, 0); /* written, not confirmed */
    only(&s, VMSG_DRV_FINAL_2);
}

static void test_queue_not_set_up(void **state)
{
    struct session s = driver();

    running(&s, 0);
    notify(&s, 1, 0);
    only(&s, VMSG_DRV_FINAL_3);
    s = driver();
    running(&s, 0);
    available(&s, 1, 1);
    notify(&s, 1, 0); /* the buffers are on queue 0 */
    also(&s, VMSG_DRV_EVENT_AVAIL_1);
}

static void test_not_confirmed(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    read_queue(&s, 0, 0, 0, false);
    set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0);
    status(&s, 0xf, 0xf);
    notify(&s, 0, 0);
    only(&s, VMSG_DRV_OVERVIEW_3, VMSG_DRV_SET_VQUEUE_9);
}

static void test_left_alone_after_refusal(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    read_queue(&s, 0, 0, 0, false);
    set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0);
    read_queue(&s, 0, 0, 0, false);
    status(&s, 0x8b, 0x8b);
    settle(&s);
    exercised(&s, VMSG_DRV_SET_VQUEUE_9);
    clean(&s);
}

/* A reset ends queues and features: what comes for them after it is one mistake, and next_offset
 * is right by what was negotiated. */
static void test_notified_after_a_reset(void **state)
{
    struct session s = driver();

    running(&s, DATA_HIGH);
    available(&s, 1, 1);
    notify(&s, 0, 1);
    status(&s, 0, 0);
    notify(&s, 0, 2);
    only(&s, VMSG_DRV_FINAL_2, VMSG_DRV_FINAL_3, VMSG_DRV_OVERVIEW_4);
}

static void test_offset_without_the_feature(void **state)
{
    struct session s = driver();

    running(&s, 0);
    available(&s, 1, 1);
    notify(&s, 0, 1);
    only(&s, VMSG_DRV_EVENT_AVAIL_2);
}

/* What a driver adds when its memory is not looked at: its device is away, and it was not told. */
static void test_offset_of_an_unseen_ring(void **state)
{
    static const uint32_t packed[] = {0, PACKED_HIGH};

    for (unsigned i = 0; i < 2; i++) {
        struct session s = driver();

        running(&s, DATA_HIGH | packed[i]);
        available(&s, 1, 1);
        notify(&s, 0, 1);
        notify(&s, 0, 2);
        notify(&s, 0, 2);
        clean(&s);
        s = driver();
        running(&s, DATA_HIGH | packed[i]);
        available(&s, 1, 1);
        notify(&s, 0, 1);
        notify(&s, 0, 2);
        available(&s, 1, 3);
        notify(&s, 0, 4);
        only(&s, VMSG_DRV_EVENT_AVAIL_2);
    }
}

static void test_offset_of_a_split_ring(void **state)
{
    struct session s = driver();

    running(&s, DATA_HIGH);
    available(&s, 1, 1);
    notify(&s, 0, 1);
    available(&s, 2, 3);
    notify(&s, 0, 2); /* behind: more follows */
    notify(&s, 0, 3);
    clean(&s);
    s = driver();
    running(&s, DATA_HIGH);
    available(&s, 1, 1);
    notify(&s, 0, 5); /* ahead */
    also(&s, VMSG_DRV_EVENT_AVAIL_2);
    s = driver();
    running(&s, DATA_HIGH);
    available(&s, 3, 3);
    notify(&s, 0, 2); /* and nothing more */
    only(&s, VMSG_DRV_EVENT_AVAIL_2);
}

/* The notifications wait to be read while the ring, of 64, goes round. */
static void test_offset_that_is_read_late(void **state)
{
    struct session s = driver();

    running(&s, DATA_HIGH);
    available(&s, 64, 64);
    available(&s, 64, 128);
    notify(&s, 0, 1);
    notify(&s, 0, 128);
    clean(&s);
}

/* Bit 15 of the index: in next_wrap by core, nowhere by the chapter. */
static void test_wrap_of_a_split_ring(void **state)
{
    struct session s = driver();

    running(&s, DATA_HIGH);
    available(&s, 1, 0x8001);
    notify(&s, 0, 0x80000001);
    notify(&s, 0, 1);
    notify(&s, 0, 0x8001);
    clean(&s);
}

static void test_offset_of_a_packed_ring(void **state)
{
    struct session s = driver();

    running(&s, DATA_HIGH | PACKED_HIGH);
    available(&s, 1, 0x80000001);
    notify(&s, 0, 0x80000001);
    clean(&s);
    s = driver();
    running(&s, DATA_HIGH | PACKED_HIGH);
    available(&s, 1, 0x80000001);
    notify(&s, 0, 1); /* the wrap counter is missing */
    only(&s, VMSG_DRV_EVENT_AVAIL_2);
    s = driver();
    running(&s, DATA_HIGH | PACKED_HIGH);
    available(&s, 1, 0x80000001);
    notify(&s, 0, 64); /* no place in a ring of 64 */
    also(&s, VMSG_DRV_EVENT_AVAIL_2);
}

static void test_used_buffers_not_taken_back(void **state)
{
    struct session s = driver();

    running(&s, 0);
    available(&s, 2, 2);
    notify(&s, 0, 0);
    note(&s, VMSG_NOTE_REFUSED, 0, 0); /* the device still has them */
    used(&s, 2);
    clean(&s);
    s = driver();
    running(&s, 0);
    available(&s, 2, 2);
    notify(&s, 0, 0);
    used(&s, 2);
    note(&s, VMSG_NOTE_REFUSED, 0, 0);
    only(&s, VMSG_DRV_DEVICE_NOTIFICATIONS_3);
    s = driver();
    s.config.polling = true;
    running(&s, 0);
    available(&s, 2, 2);
    note(&s, VMSG_NOTE_USED, 0, 2);
    note(&s, VMSG_NOTE_REFUSED, 0, 0);
    only(&s, VMSG_DRV_DEVICE_NOTIFICATIONS_4);
}

static void test_token_of_event_used(void **state)
{
    struct session s = driver();

    running(&s, 0);
    available(&s, 2, 2);
    notify(&s, 0, 0);
    note(&s, VMSG_NOTE_USED, 0, 2);
    twisted(&s, VMSG_TO_DRIVER, "EVENT_USED", 0xbeef, F(0), (struct twist){0});
    note(&s, VMSG_NOTE_REFUSED, 0, 0);
    only(&s, VMSG_DRV_HEADER_5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_announced),
        cmocka_unit_test(test_not_announced),
        cmocka_unit_test(test_too_early),
        cmocka_unit_test(test_queue_not_set_up),
        cmocka_unit_test(test_not_confirmed),
        cmocka_unit_test(test_left_alone_after_refusal),
        cmocka_unit_test(test_notified_after_a_reset),
        cmocka_unit_test(test_offset_without_the_feature),
        cmocka_unit_test(test_offset_of_an_unseen_ring),
        cmocka_unit_test(test_offset_of_a_split_ring),
        cmocka_unit_test(test_offset_that_is_read_late),
        cmocka_unit_test(test_wrap_of_a_split_ring),
        cmocka_unit_test(test_offset_of_a_packed_ring),
        cmocka_unit_test(test_used_buffers_not_taken_back),
        cmocka_unit_test(test_token_of_event_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
