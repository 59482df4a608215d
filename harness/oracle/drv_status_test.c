/* A driver's steps from GET_DEVICE_INFO to DRIVER_OK, its features, resets and recoveries. */
#include "harness/oracle/drv_testing.h"

static void test_all_steps(void **state)
{
    struct session s = driver();

    running(&s, 0);
    exercised(&s, VMSG_DRV_OVERVIEW_1);
    exercised(&s, VMSG_DRV_OVERVIEW_2);
    exercised(&s, VMSG_DRV_OVERVIEW_4);
    exercised(&s, VMSG_DRV_PROSE_EARLY_DISCOVERY);
    exercised(&s, VMSG_DRV_PROSE_STATUS_PROGRESSION);
    exercised(&s, VMSG_DRV_SET_DEVICE_STATUS_1);
    exercised(&s, VMSG_DRV_SET_DEVICE_STATUS_2);
    exercised(&s, VMSG_DRV_FINAL_1);
    exercised(&s, VMSG_DRV_MANDATORY_1);
    exercised(&s, VMSG_DRV_DEVICE_FEATURES_1);
    exercised(&s, VMSG_DRV_DEVICE_FEATURES_3);
    clean(&s);
}

static void test_without_information(void **state)
{
    struct session s = driver();

    status(&s, 0, 0);
    status(&s, 1, 1);
    status(&s, 3, 3);
    offer_features(&s, 0, 2, 0, OFFERED);
    only(&s, VMSG_DRV_OVERVIEW_1);
}

static void test_without_reset(void **state)
{
    struct session s = driver();

    info(&s);
    status(&s, 1, 1);
    only(&s, VMSG_DRV_PROSE_STATUS_PROGRESSION);
    s = driver();
    info(&s);
    offer_features(&s, 0, 2, 0, OFFERED);
    only(&s, VMSG_DRV_PROSE_EARLY_DISCOVERY);
}

static void test_status_may_be_read_first(void **state)
{
    struct session s = driver();

    read_status(&s, 0);
    info(&s);
    read_status(&s, 0);
    status(&s, 0, 0);
    clean(&s);
}

static void test_skipped_steps(void **state)
{
    struct session s = driver();

    initialise(&s, AT_RESET);
    status(&s, 2, 2);
    only(&s, VMSG_DRV_PROSE_STATUS_PROGRESSION);
    s = driver();
    initialise(&s, AT_DRIVER);
    status(&s, 0xb, 0xb); /* no features were written */
    only(&s, VMSG_DRV_PROSE_STATUS_PROGRESSION);
    s = driver();
    initialise(&s, AT_DRIVER);
    select_features(&s, 0, 2, 0, V1);
    status(&s, 7, 7);
    only(&s, VMSG_DRV_FINAL_1, VMSG_DRV_DEVICE_FEATURES_3);
}

static void test_features_too_early(void **state)
{
    struct session s = driver();

    initialise(&s, AT_RESET);
    status(&s, 1, 1);
    offer_features(&s, 0, 2, 0, OFFERED); /* to look is no harm */
    select_features(&s, 0, 2, 0, V1);
    only(&s, VMSG_DRV_PROSE_STATUS_PROGRESSION);
}

static void test_bits_taken_back(void **state)
{
    struct session s = driver();

    running(&s, 0);
    status(&s, 0xb, 0xf);
    only(&s, VMSG_DRV_SET_DEVICE_STATUS_1);
    s = driver();
    running(&s, 0);
    status(&s, 0x8f, 0x8f); /* FAILED may come at any time */
    status(&s, 0, 0);
    clean(&s);
}

/* Drivers add to the status that they read. */
static void test_bits_that_the_device_does_not_show(void **state)
{
    for (unsigned shown = 0; shown < 3; shown += 2) {
        struct session s = driver();

        initialise(&s, AT_DRIVER);
        select_features(&s, 0, 2, 0, V1);
        read_status(&s, shown);
        status(&s, shown | 8, 0xb);
        read_status(&s, 0xb);
        clean(&s);
    }
}

static void test_refused_features(void **state)
{
    struct session s = driver();

    initialise(&s, AT_DRIVER);
    select_features(&s, 0, 2, 0, V1);
    status(&s, 0xb, 3);
    status(&s, 0xf, 7);
    only(&s, VMSG_DRV_DEVICE_FEATURES_3);
    s = driver();
    initialise(&s, AT_DRIVER);
    select_features(&s, 0, 2, 0, OFFERED);
    status(&s, 0xb, 3);
    select_features(&s, 0, 2, 0, V1); /* tries others */
    status(&s, 0xb, 0xb);
    status(&s, 0xf, 0xf);
    clean(&s);
    s = driver();
    initialise(&s, AT_DRIVER);
    select_features(&s, 0, 2, 0, OFFERED);
    status(&s, 0xb, 3);
    status(&s, 0x83, 0x83); /* gives up */
    clean(&s);
}

static void test_unoffered_features(void **state)
{
    struct session s = driver();

    initialise(&s, AT_DRIVER);
    select_features(&s, 0, 2, 1 << 5, V1);
    only(&s, VMSG_DRV_SET_DRIVER_FEATURES_1);
    s = driver();
    initialise(&s, AT_DRIVER);
    select_features(&s, 0, 2, OFFERED, 0); /* the right bits in the wrong block */
    only(&s, VMSG_DRV_GET_DEVICE_FEATURES_1);
    s = driver();
    info(&s);
    status(&s, 0, 0);
    status(&s, 3, 3);
    select_features(&s, 0, 2, 0, V1);
    only(&s, VMSG_DRV_DEVICE_FEATURES_1);
    s = driver();
    initialise(&s, AT_DRIVER);
    offer_features(&s, 1, 1, OFFERED | 1u << (VIRTIO_F_NOTIF_CONFIG_DATA - 32), 0);
    select_features(&s, 1, 1, V1 | 1u << (VIRTIO_F_NOTIF_CONFIG_DATA - 32), 0);
    only(&s, VMSG_DRV_DEVICE_FEATURES_2);
}

static void test_features_in_parts(void **state)
{
    struct session s = driver();

    initialise(&s, AT_DRIVER);
    select_features(&s, 0, 1, 0, 0);
    select_features(&s, 1, 1, V1, 0);
    exercised(&s, VMSG_DRV_SET_DRIVER_FEATURES_2);
    clean(&s);
}

static void test_reset_is_waited_for(void **state)
{
    struct session s = driver();

    info(&s);
    status(&s, 0, 0xf);
    read_status(&s, 0xf);
    read_status(&s, 0);
    status(&s, 1, 1);
    exercised(&s, VMSG_DRV_GET_DEVICE_STATUS_3);
    clean(&s);
    s = driver();
    info(&s);
    status(&s, 0, 0xf);
    status(&s, 1, 1);
    only(&s, VMSG_DRV_SET_DEVICE_STATUS_2, VMSG_DRV_GET_DEVICE_STATUS_3);
}

static void test_reset_may_be_repeated(void **state)
{
    struct session s = driver();

    info(&s);
    status(&s, 0, 0xf);
    status(&s, 0, 0);
    status(&s, 1, 1);
    clean(&s);
}

static void test_needs_reset(void **state)
{
    struct session s = driver();

    running(&s, 0);
    read_status(&s, 0x4f);
    status(&s, 0, 0);
    exercised(&s, VMSG_DRV_GET_DEVICE_STATUS_2);
    clean(&s);
    s = driver();
    running(&s, 0);
    event_config(&s, 0x4f, 1, 0, NULL, 0);
    only(&s, VMSG_DRV_GET_DEVICE_STATUS_2);
    s = driver();
    info(&s);
    read_status(&s, 0x40); /* nothing runs yet */
    clean(&s);
}

/* Whoever found out before the bus said so need not ask again. */
static void test_device_that_is_asked_before_it_is_told(void **state)
{
    struct session s = driver();

    running(&s, 0);
    event(&s, "EVENT_DEVICE", F(0, VMSG_DEVICE_REMOVED), NULL, 0);
    info(&s);
    event(&s, "EVENT_DEVICE", F(0, VMSG_DEVICE_ADDED), NULL, 0);
    status(&s, 0, 0);
    status(&s, 1, 1);
    status(&s, 3, 3);
    offer_features(&s, 0, 2, 0, OFFERED);
    clean(&s);
}

static void test_device_that_comes_again(void **state)
{
    struct session s = driver();

    running(&s, 0);
    event(&s, "EVENT_DEVICE", F(0, VMSG_DEVICE_REMOVED), NULL, 0);
    event(&s, "EVENT_DEVICE", F(0, VMSG_DEVICE_ADDED), NULL, 0);
    status(&s, 0, 0);
    status(&s, 1, 1);
    status(&s, 3, 3);
    offer_features(&s, 0, 2, 0, OFFERED);
    only(&s, VMSG_DRV_OVERVIEW_1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_steps),
        cmocka_unit_test(test_without_information),
        cmocka_unit_test(test_without_reset),
        cmocka_unit_test(test_status_may_be_read_first),
        cmocka_unit_test(test_skipped_steps),
        cmocka_unit_test(test_features_too_early),
        cmocka_unit_test(test_bits_taken_back),
        cmocka_unit_test(test_bits_that_the_device_does_not_show),
        cmocka_unit_test(test_refused_features),
        cmocka_unit_test(test_unoffered_features),
        cmocka_unit_test(test_features_in_parts),
        cmocka_unit_test(test_reset_is_waited_for),
        cmocka_unit_test(test_reset_may_be_repeated),
        cmocka_unit_test(test_needs_reset),
        cmocka_unit_test(test_device_that_comes_again),
        cmocka_unit_test(test_device_that_is_asked_before_it_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
