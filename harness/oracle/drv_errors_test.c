/* Timeouts, retries and recovery of a driver, and what it has to discard. */
#include "harness/oracle/drv_testing.h"

static void patience_over(struct session *s)
{
    vmsg_oracle_note(
        oracle_of(s),
        &(struct vmsg_note){.kind = VMSG_NOTE_PATIENCE_OVER, .index = s->index, .dev_num = s->dev});
}

static void lost(struct session *s, unsigned attempts)
{
    for (unsigned i = 0; i < attempts; i++) {
        at(s, 100 * i);
        to(s, "GET_VQUEUE", (uint16_t)(900 + i), F(0));
    }
    at(s, 100 * attempts);
}

static void test_retried(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    lost(&s, 2);
    from(&s, "GET_VQUEUE", 901, F(0, 256));
    exercised(&s, VMSG_DRV_ERROR_SIGNALING_2);
    clean(&s);
}

static void test_recovered(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    lost(&s, 3);
    status(&s, 0, 0);
    exercised(&s, VMSG_DRV_ERROR_SIGNALING_2);
    exercised(&s, VMSG_DRV_ERROR_SIGNALING_3);
    clean(&s);
}

static void test_waits_for_ever(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    lost(&s, 1);
    patience_over(&s);
    only(&s, VMSG_DRV_ERROR_SIGNALING_2);
}

static void test_no_recovery(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    lost(&s, 3);
    patience_over(&s);
    only(&s, VMSG_DRV_ERROR_SIGNALING_3);
}

static void test_goes_on(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    lost(&s, 1);
    status(&s, 0xf, 0xf);
    patience_over(&s);
    only(&s, VMSG_DRV_ERROR_SIGNALING_3);
}

static void test_retries_without_end(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    lost(&s, 30);
    only(&s, VMSG_DRV_ERROR_SIGNALING_2);
}

static void test_nothing_declared(void **state)
{
    struct session s = driver();

    s.config.request_timeout_ms = s.config.attempts = 0;
    initialise(&s, AT_FEATURES_OK);
    lost(&s, 1);
    patience_over(&s);
    clean(&s);
}

static void test_no_such_device(void **state)
{
    struct session s = driver();

    for (unsigned i = 0; i < 3; i++) {
        at(&s, 100 * i);
        to(&s, "GET_DEVICE_INFO", (uint16_t)(900 + i), NULL);
    }
    patience_over(&s);
    exercised(&s, VMSG_DRV_ERROR_SIGNALING_2);
    clean(&s);
    s = driver(); /* it may have given up sooner: there is nothing to reset */
    to(&s, "GET_DEVICE_INFO", 900, NULL);
    at(&s, 900);
    patience_over(&s);
    clean(&s);
}

/* The driver starts again from the information, in place of a reset at once. */
static void test_starts_anew(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    lost(&s, 3);
    to(&s, "GET_DEVICE_INFO", 910, NULL);
    patience_over(&s);
    clean(&s);
    s = driver();
    initialise(&s, AT_FEATURES_OK);
    lost(&s, 3);
    info(&s);
    status(&s, 0, 0);
    clean(&s);
    s = driver();
    initialise(&s, AT_FEATURES_OK);
    lost(&s, 3);
    info(&s);
    read_queue(&s, 1, 0, 0, false);
    only(&s, VMSG_DRV_ERROR_SIGNALING_3);
}

/* Several of the same at a time are no retries, nor are polls of the status. */
static void test_many_at_a_time(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    for (unsigned i = 0; i < 100; i++) {
        at(&s, 1 + i / 10);
        to(&s, "GET_VQUEUE", (uint16_t)(900 + i), F(0));
    }
    clean(&s);
    s = driver();
    initialise(&s, AT_FEATURES_OK);
    for (unsigned i = 0; i < 10; i++) {
        at(&s, 1 + i);
        twisted(&s, VMSG_TO_DRIVER, "EVENT_USED", 0, F(0), (struct twist){.len = 9, .msg_size = 9});
        to(&s, "GET_DEVICE_STATUS", (uint16_t)(900 + i), NULL);
    }
    clean(&s);
}

static void test_reset_that_never_ends(void **state)
{
    struct session s = driver();

    info(&s);
    status(&s, 0, 0xf);
    for (unsigned i = 0; i < 50; i++) {
        at(&s, 10 * i);
        read_status(&s, 0xf);
    }
    at(&s, 5000);
    patience_over(&s);
    exercised(&s, VMSG_DRV_ERROR_SIGNALING_2);
    clean(&s);
    s = driver();
    info(&s);
    status(&s, 0, 0xf);
    for (unsigned i = 0; i < 500; i++) {
        at(&s, 10 * i);
        read_status(&s, 0xf);
    }
    patience_over(&s);
    only(&s, VMSG_DRV_ERROR_SIGNALING_2);
}

static void test_discarded(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    twisted(&s, VMSG_TO_DRIVER, "EVENT_CONFIG", 0, F(0), (struct twist){.len = 9, .msg_size = 9});
    twisted(&s, VMSG_TO_DRIVER, "EVENT_USED", 0, F(0), (struct twist){.msg_id = 0x60});
    read_status(&s, 0xb);
    exercised(&s, VMSG_DRV_ERROR_SIGNALING_1);
    exercised(&s, VMSG_DRV_VERSIONING_2);
    clean(&s);
}

static void test_bus_messages_discarded(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    twisted(&s, VMSG_TO_DRIVER, "EVENT_DEVICE", 0, F(0), (struct twist){.msg_id = 0x60});
    read_status(&s, 0xb);
    exercised(&s, VMSG_BUS_ERROR_SIGNALING_4);
    clean(&s);
}

static void test_answers_what_it_has_to_discard(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    twisted(&s, VMSG_TO_DRIVER, "GET_DEVICE_STATUS", 7, F(0),
            (struct twist){.len = 8, .msg_size = 8});
    twisted(&s, VMSG_TO_DEVICE, "GET_DEVICE_STATUS", 7, NULL,
            (struct twist){.type = 1, .len = 8, .msg_size = 8});
    only(&s, VMSG_DRV_ERROR_SIGNALING_1);
}

/* Each malformed message makes it send its request again at once. */
static void test_repeats_at_once(void **state)
{
    struct session s = driver();

    initialise(&s, AT_FEATURES_OK);
    for (unsigned i = 0; i < 3; i++) {
        at(&s, 1000 * i);
        read_status(&s, 0xb);
        to(&s, "GET_VQUEUE", (uint16_t)(900 + 2 * i), F(i));
        twisted(&s, VMSG_TO_DRIVER, "EVENT_USED", 0, F(0), (struct twist){.len = 9, .msg_size = 9});
        at(&s, 1000 * i + 1);
        to(&s, "GET_VQUEUE", (uint16_t)(901 + 2 * i), F(i));
        from(&s, "GET_VQUEUE", (uint16_t)(901 + 2 * i), F(i, 256));
    }
    also(&s, VMSG_DRV_ERROR_SIGNALING_1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retried),
        cmocka_unit_test(test_recovered),
        cmocka_unit_test(test_waits_for_ever),
        cmocka_unit_test(test_no_recovery),
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_retries_without_end),
        cmocka_unit_test(test_nothing_declared),
        cmocka_unit_test(test_no_such_device),
        cmocka_unit_test(test_starts_anew),
        cmocka_unit_test(test_many_at_a_time),
        cmocka_unit_test(test_reset_that_never_ends),
        cmocka_unit_test(test_discarded),
        cmocka_unit_test(test_bus_messages_discarded),
        cmocka_unit_test(test_answers_what_it_has_to_discard),
        cmocka_unit_test(test_repeats_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
