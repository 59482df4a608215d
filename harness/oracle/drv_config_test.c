/* How a driver reads and writes configuration, and keeps up with it. */
#include "harness/oracle/drv_testing.h"

static const uint8_t data[SPACE];

static void writes(struct session *s, uint32_t generation, bool applied, uint32_t now)
{
    write_config(s, 0, data, 4, generation, applied, now);
}

static void test_inside(void **state)
{
    struct session s = driver();

    running(&s, 0);
    read_config(&s, 0, data, SPACE, 1);
    read_config(&s, SPACE - 1, data, 1, 1);
    writes(&s, 0, true, 2);
    exercised(&s, VMSG_DRV_DEVICE_INFORMATION_1);
    exercised(&s, VMSG_DRV_GET_CONFIG_1);
    exercised(&s, VMSG_DRV_SET_CONFIG_1);
    exercised(&s, VMSG_DRV_PROFILES_4);
    exercised(&s, VMSG_DRV_PROFILES_2);
    clean(&s);
}

static void test_outside(void **state)
{
    struct session s = driver();

    running(&s, 0);
    to(&s, "GET_CONFIG", 900, F(SPACE - 1, 2));
    only(&s, VMSG_DRV_DEVICE_INFORMATION_1, VMSG_DRV_GET_CONFIG_1);
    s = driver();
    running(&s, 0);
    to_tail(&s, "SET_CONFIG", 900, F(0, SPACE, 4), data, 4);
    only(&s, VMSG_DRV_DEVICE_INFORMATION_1, VMSG_DRV_SET_CONFIG_1);
    s = driver();
    running(&s, 0);
    to(&s, "GET_CONFIG", 900, F(0xfffffff0, 0x20)); /* wraps in 32 bits */
    only(&s, VMSG_DRV_DEVICE_INFORMATION_1, VMSG_DRV_GET_CONFIG_1);
}

static void test_baseline_generation(void **state)
{
    struct session s = driver();

    running(&s, 0);
    read_config(&s, 0, data, 8, 7);
    writes(&s, 3, true, 8);
    only(&s, VMSG_DRV_PROFILES_4);
    s = driver();
    running(&s, 0);
    read_config(&s, 0, data, 8, 7);
    writes(&s, 7, true, 8); /* as in the strict profile */
    only(&s, VMSG_DRV_PROFILES_4, VMSG_DRV_PROFILES_2);
}

static void test_strict_generation(void **state)
{
    struct session s = strict_driver();

    running(&s, 0);
    read_config(&s, 0, data, 8, 7);
    writes(&s, 7, true, 8);
    writes(&s, 8, true, 9);
    event_config(&s, 0xf, 12, 0, data, 8);
    writes(&s, 12, true, 13);
    exercised(&s, VMSG_DRV_PROFILES_6);
    clean(&s);
    s = strict_driver();
    running(&s, 0);
    read_config(&s, 0, data, 8, 7);
    read_config(&s, 0, data, 8, 9);
    writes(&s, 7, false, 9);
    only(&s, VMSG_DRV_PROFILES_6);
    s = strict_driver();
    running(&s, 0);
    read_config(&s, 0, data, 8, 7);
    writes(&s, 0, false, 7);
    only(&s, VMSG_DRV_PROFILES_6, VMSG_DRV_PROFILES_2);
}

/* What the event told was still on its way. */
static void test_strict_race(void **state)
{
    struct session s = strict_driver();

    running(&s, 0);
    read_config(&s, 0, data, 8, 7);
    event_config(&s, 0xf, 8, 0, data, 8);
    writes(&s, 7, false, 8);
    clean(&s);
}

/* Several requests were sent at once before the event, and are read and answered after it: in no
 * time where that is virtual, in little elsewhere. */
static void test_strict_race_of_many(void **state)
{
    static const uint64_t begins[] = {0, MS};

    for (unsigned begin = 0; begin < 2; begin++)
        for (uint64_t later = 0; later < 3; later++) {
            struct session s = strict_driver();

            vmsg_oracle_time(oracle_of(&s), begins[begin]);
            running(&s, 0);
            read_config(&s, 0, data, 8, 7);
            event_config(&s, 0xf, 8, 0, data, 8);
            vmsg_oracle_time(oracle_of(&s), begins[begin] + later * 9 * MS + later / 2 * MS);
            for (unsigned i = 0; i < 3; i++)
                read_queue(&s, 1, 0, 0, false);
            writes(&s, 7, false, 8);
            if (later > 1)
                only(&s, VMSG_DRV_PROFILES_6);
            else
                clean(&s);
        }
}

/* The same with a read among them: who sends on does not wait for its answer. In real time silence
 * may be that of a machine with other things to do, unless it lasts. */
static void test_strict_race_with_a_read(void **state)
{
    static const struct {
        bool virtual_time, blamed;
        unsigned waits; /* milliseconds */
    } cases[] = {{true, false, 0}, {true, true, 20}, {false, false, 900}, {false, true, 1100}};

    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct session s = strict_driver();

        s.config.virtual_time = cases[i].virtual_time;
        at(&s, 1);
        running(&s, 0);
        read_config(&s, 0, data, 8, 7);
        read_config(&s, 0, data, 8, 8);
        at(&s, 1 + cases[i].waits);
        read_queue(&s, 1, 0, 0, false);
        read_queue(&s, 1, 0, 0, false);
        writes(&s, 7, false, 8);
        if (cases[i].blamed)
            only(&s, VMSG_DRV_PROFILES_6);
        else
            clean(&s);
    }
}

/* "From GET_CONFIG and EVENT_CONFIG": what an answer to a write tells may be the latest, or not. */
static void test_generation_of_an_answer(void **state)
{
    for (unsigned held = 7; held <= 9; held++) {
        struct session s = strict_driver();

        at(&s, 1);
        running(&s, 0);
        read_config(&s, 0, data, 8, 7);
        to(&s, "SET_CONFIG", 900, F(7, 0, 0));
        from(&s, "SET_CONFIG", 900, F(8, 0, 0));
        to(&s, "SET_CONFIG", 901, F(7, 0, 0));
        from(&s, "SET_CONFIG", 901, F(9, 0, 0));
        at(&s, 100);
        read_queue(&s, 1, 0, 0, false);
        read_queue(&s, 1, 0, 0, false);
        writes(&s, held, true, 10);
        if (held == 8)
            only(&s, VMSG_DRV_PROFILES_6);
        else
            clean(&s);
    }
}

/* More are under way than are remembered. */
static void test_many_events_under_way(void **state)
{
    struct session s = strict_driver();

    at(&s, 1);
    running(&s, 0);
    read_config(&s, 0, data, 8, 7);
    for (uint32_t gen = 8; gen < 20; gen++)
        event_config(&s, 0xf, gen, 0, data, 8);
    writes(&s, 7, false, 19);
    clean(&s);
}

static void test_strict_rejection(void **state)
{
    struct session s = strict_driver();

    running(&s, 0);
    read_config(&s, 0, data, 8, 7);
    event_config(&s, 0xf, 8, 0, data, 8);
    writes(&s, 7, false, 8);
    read_config(&s, 0, data, 8, 8);
    writes(&s, 8, true, 9);
    exercised(&s, VMSG_DRV_PROFILES_7);
    clean(&s);
    s = strict_driver();
    running(&s, 0);
    read_config(&s, 0, data, 8, 7);
    event_config(&s, 0xf, 8, 0, data, 8);
    writes(&s, 7, false, 8);
    writes(&s, 8, true, 9);
    only(&s, VMSG_DRV_PROFILES_7);
}

static void test_generation_from_before_a_reset(void **state)
{
    struct session s = strict_driver();

    running(&s, 0);
    read_config(&s, 0, data, 8, 40);
    running(&s, 0);
    read_config(&s, 0, data, 8, 3);
    writes(&s, 3, true, 4);
    exercised(&s, VMSG_DRV_PROFILES_8);
    clean(&s);
    s = strict_driver();
    running(&s, 0);
    read_config(&s, 0, data, 8, 40);
    running(&s, 0);
    read_config(&s, 0, data, 8, 3);
    writes(&s, 40, false, 3);
    only(&s, VMSG_DRV_PROFILES_8);
}

static void test_event_without_data(void **state)
{
    struct session s = driver();

    running(&s, 0);
    read_config(&s, 0, data, 8, 1);
    event_config(&s, 0xf, 2, 0, NULL, 8);
    read_config(&s, 0, data, 8, 2);
    exercised(&s, VMSG_DRV_DEVICE_NOTIFICATIONS_1);
    exercised(&s, VMSG_DRV_PROFILES_5);
    clean(&s);
    s = driver();
    running(&s, 0);
    read_config(&s, 0, data, 8, 1);
    event_config(&s, 0xf, 2, 0, NULL, 0);
    only(&s, VMSG_DRV_DEVICE_NOTIFICATIONS_1, VMSG_DRV_DEVICE_NOTIFICATIONS_2, VMSG_DRV_PROFILES_5);
}

static void test_event_that_asks_for_nothing(void **state)
{
    struct session s = driver();

    running(&s, 0);
    event_config(&s, 0xf, 2, 0, NULL, 8); /* it has never read any */
    clean(&s);
    s = driver();
    running(&s, 0);
    read_config(&s, 0, data, 8, 1);
    event_config(&s, 0xf, 2, 0, data, 8);
    event_config(&s, 0xf, 3, SPACE, NULL, 8); /* beyond the space */
    clean(&s);
}

static void test_changes_under_way(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    read_config(&s, 0, data, 32, 1);
    read_config(&s, 32, data, 32, 2);
    read_config(&s, 0, data, 32, 2);
    exercised(&s, VMSG_DRV_PROFILES_3);
    clean(&s);
    s = driver();
    initialise(&s, AT_FEATURES_OK);
    read_config(&s, 0, data, 32, 1);
    read_config(&s, 32, data, 32, 2);
    read_queue(&s, 0, 0, 0, false);
    set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0);
    only(&s, VMSG_DRV_PROFILES_3);
}

static void test_nothing_written(void **state)
{
    struct session s = driver();

    running(&s, 0);
    to(&s, "SET_CONFIG", 900, F(0, 0, 0));
    exercised(&s, VMSG_DRV_SET_CONFIG_2);
    clean(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inside),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_baseline_generation),
        cmocka_unit_test(test_strict_generation),
        cmocka_unit_test(test_strict_race),
        cmocka_unit_test(test_strict_race_of_many),
        cmocka_unit_test(test_strict_race_with_a_read),
        cmocka_unit_test(test_generation_of_an_answer),
        cmocka_unit_test(test_many_events_under_way),
        cmocka_unit_test(test_strict_rejection),
        cmocka_unit_test(test_generation_from_before_a_reset),
        cmocka_unit_test(test_event_without_data),
        cmocka_unit_test(test_event_that_asks_for_nothing),
        cmocka_unit_test(test_changes_under_way),
        cmocka_unit_test(test_nothing_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
