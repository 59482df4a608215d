/* How a driver sets up virtqueues, and resets them. */
#include "harness/oracle/drv_testing.h"

/* The fields of a SET_VQUEUE that is right, but for one. */
static void asks_for(struct session *s, unsigned field, uint64_t value)
{
    uint64_t f[VMSG_MAX_FIELDS] = {0, VMSG_VQ_ENABLE, 64, 0, MEM(0), MEM(0x1000), MEM(0x2000)};

    f[field] = value;
    ask(s, "SET_VQUEUE", f, NULL);
}

static void breaks(unsigned field, uint64_t value, enum vmsg_clause_no clause)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    read_queue(&s, 0, 0, 0, false);
    asks_for(&s, field, value);
    only(&s, clause);
}

static void test_well_shaped(void **state)
{
    struct session s = driver();

    running(&s, 0);
    exercised(&s, VMSG_DRV_SET_VQUEUE_1);
    exercised(&s, VMSG_DRV_SET_VQUEUE_2);
    exercised(&s, VMSG_DRV_SET_VQUEUE_3);
    exercised(&s, VMSG_DRV_SET_VQUEUE_5);
    exercised(&s, VMSG_DRV_SET_VQUEUE_6);
    exercised(&s, VMSG_DRV_GET_VQUEUE_1);
    exercised(&s, VMSG_DRV_GET_VQUEUE_2);
    exercised(&s, VMSG_DRV_GET_DEVICE_INFO_2);
    clean(&s);
}

static void test_broken_fields(void **state)
{
    breaks(3, 1, VMSG_DRV_SET_VQUEUE_1);
    breaks(1, VMSG_VQ_ENABLE | 0x40, VMSG_DRV_SET_VQUEUE_1);
    breaks(1, VMSG_VQ_STATE_BAD, VMSG_DRV_SET_VQUEUE_2);
    breaks(4, MEM(8), VMSG_DRV_SET_VQUEUE_6);
    breaks(5, MEM(0x1001), VMSG_DRV_SET_VQUEUE_6);
    breaks(6, MEM(0x2002), VMSG_DRV_SET_VQUEUE_6);
    breaks(4, 0x1000, VMSG_DRV_SET_VQUEUE_6);
    breaks(6, MEM(0x100000 - 16), VMSG_DRV_SET_VQUEUE_6);
}

static void test_size_above_the_maximum(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    read_queue(&s, 0, 0, 0, false);
    asks_for(&s, 2, 512);
    only(&s, VMSG_DRV_SET_VQUEUE_5, VMSG_DRV_GET_VQUEUE_2);
}

static void test_without_looking(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    asks_for(&s, 2, 64);
    only(&s, VMSG_DRV_GET_VQUEUE_1, VMSG_DRV_SET_VQUEUE_3);
    s = driver();
    initialise(&s, AT_FEATURES_OK);
    ask(&s, "GET_VQUEUE", F(0), F(0, 0));
    asks_for(&s, 2, 64);
    also(&s, VMSG_DRV_GET_VQUEUE_1);
}

static void test_absent_queue_left_alone(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    ask(&s, "GET_VQUEUE", F(0), F(0, 0));
    assert_false(vmsg_oracle_exercised(s.oracle, VMSG_DRV_GET_VQUEUE_1));
    settle(&s);
    exercised(&s, VMSG_DRV_GET_VQUEUE_1);
    clean(&s);
}

/* It had no queue to set up when it wrote DRIVER_OK, and sets one up when it is there. */
static void test_queue_that_comes_late(void **state)
{
    for (unsigned was_there = 0; was_there < 2; was_there++) {
        struct session s = driver();

        initialise(&s, AT_FEATURES_OK);
        ask(&s, "GET_VQUEUE", F(0), F(0, was_there * 64));
        status(&s, 0xf, 0xf);
        ask(&s, "GET_VQUEUE", F(0), F(0, 64));
        asks_for(&s, 2, 64);
        if (was_there)
            only(&s, VMSG_DRV_FINAL_1);
        else
            clean(&s);
    }
}

static void test_index_beyond(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    ask(&s, "GET_VQUEUE", F(9), F(9, 0));
    asks_for(&s, 0, 9);
    also(&s, VMSG_DRV_GET_DEVICE_INFO_1);
}

static void test_admin_queues_count(void **state)
{
    struct session s = driver();

    ask(&s, "GET_DEVICE_INFO", NULL, F(2, 0x1af4, 0, 2, SPACE, 4, 4, 1));
    status(&s, 0, 0);
    status(&s, 1, 1);
    status(&s, 3, 3);
    offer_features(&s, 0, 2, 0, OFFERED);
    select_features(&s, 0, 2, 0, V1);
    status(&s, 0xb, 0xb);
    ask(&s, "GET_VQUEUE", F(4), F(4, 256));
    asks_for(&s, 0, 4);
    only(&s, VMSG_DRV_GET_DEVICE_INFO_3);
}

static void test_before_features(void **state)
{
    struct session s = driver();

    initialise(&s, AT_DRIVER);
    select_features(&s, 0, 2, 0, V1);
    read_queue(&s, 0, 0, 0, false);
    asks_for(&s, 2, 64);
    also(&s, VMSG_DRV_OVERVIEW_2);
}

static void test_changes_while_enabled(void **state)
{
    struct session s = driver();

    running(&s, 0);
    asks_for(&s, 2, 32);
    only(&s, VMSG_DRV_SET_VQUEUE_7);
    s = driver();
    running(&s, RING_RESET);
    asks_for(&s, 2, 32);
    only(&s, VMSG_DRV_SET_VQUEUE_7, VMSG_DRV_SET_VQUEUE_8);
    s = driver();
    running(&s, 0);
    ask(&s, "SET_VQUEUE", F(0, VMSG_VQ_KEEP_DISABLED | 0x3c), NULL);
    only(&s, VMSG_DRV_SET_VQUEUE_4);
    s = driver();
    running(&s, 0);
    ask(&s, "SET_VQUEUE", F(0, VMSG_VQ_KEEP | 0x3c), NULL); /* changes nothing */
    clean(&s);
}

static void test_reset_of_a_queue(void **state)
{
    struct session s = driver();

    running(&s, RING_RESET);
    ask(&s, "RESET_VQUEUE", F(0), NULL);
    read_queue(&s, 0, 0, 0, false);
    asks_for(&s, 2, 32);
    exercised(&s, VMSG_DRV_RESET_VQUEUE_1);
    exercised(&s, VMSG_DRV_RESET_VQUEUE_2);
    exercised(&s, VMSG_DRV_RESET_VQUEUE_3);
    exercised(&s, VMSG_DRV_SET_VQUEUE_8);
    clean(&s);
    s = driver();
    running(&s, 0);
    ask(&s, "RESET_VQUEUE", F(0), NULL);
    only(&s, VMSG_DRV_RESET_VQUEUE_1);
    s = driver();
    running(&s, RING_RESET);
    ask(&s, "RESET_VQUEUE", F(1), NULL);
    only(&s, VMSG_DRV_RESET_VQUEUE_2);
    s = driver();
    running(&s, RING_RESET);
    to(&s, "RESET_VQUEUE", 900, F(0));
    asks_for(&s, 2, 32);
    only(&s, VMSG_DRV_RESET_VQUEUE_3);
}

/* The response got lost; GET_VQUEUE tells as much. */
static void test_lost_responses(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    read_queue(&s, 0, 0, 0, false);
    to(&s, "SET_VQUEUE", 900, F(0, VMSG_VQ_ENABLE, 64, 0, MEM(0), MEM(0x1000), MEM(0x2000)));
    ask(&s, "GET_VQUEUE", F(0), F(0, 256, 64, 1, MEM(0), MEM(0x1000), MEM(0x2000)));
    from(&s, "SET_VQUEUE", 900, NULL); /* late */
    status(&s, 0xf, 0xf);
    available(&s, 1, 1);
    notify(&s, 0, 0);
    clean(&s);
    s = driver();
    running(&s, RING_RESET);
    to(&s, "RESET_VQUEUE", 900, F(0));
    read_queue(&s, 0, 0, 0, false);
    asks_for(&s, 2, 32);
    clean(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_well_shaped),
        cmocka_unit_test(test_broken_fields),
        cmocka_unit_test(test_size_above_the_maximum),
        cmocka_unit_test(test_without_looking),
        cmocka_unit_test(test_absent_queue_left_alone),
        cmocka_unit_test(test_queue_that_comes_late),
        cmocka_unit_test(test_index_beyond),
        cmocka_unit_test(test_admin_queues_count),
        cmocka_unit_test(test_before_features),
        cmocka_unit_test(test_changes_while_enabled),
        cmocka_unit_test(test_reset_of_a_queue),
        cmocka_unit_test(test_lost_responses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
