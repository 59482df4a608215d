/* Tokens, device numbers, and what a device may send at all. */
#include "harness/oracle/testing.h"

/* ---- tokens and numbers ---- */

static void test_token_matters(void **state)
{
    struct session s = with_defaults();

    info(&s);
    read_status(&s, 0);
    for (unsigned i = 0; i < 3; i++) {
        to(&s, "GET_DEVICE_STATUS", 0, NULL);
        read_status(&s, 0);
    }
    only(&s, VMSG_DEV_HEADER_5, VMSG_DEV_ORDERING_2);
}

static void test_token_does_not_matter(void **state)
{
    struct session s = with_defaults();

    info(&s);
    for (uint32_t token = 0; token < 65536; token += 13) {
        to(&s, "GET_DEVICE_STATUS", (uint16_t)token, NULL);
        from(&s, "GET_DEVICE_STATUS", (uint16_t)token, F(0));
    }
    exercised(&s, VMSG_DEV_HEADER_5);
    clean(&s);
}

/* Three with one token: one that may be answered, one that must be, one that must not. */
static void test_one_token_for_open_due_and_malformed(void **state)
{
    struct session s = with_defaults();
    const uint64_t *f = F(0, VMSG_VQ_KEEP_DISABLED, 64, 0, MEM(0), MEM(0x1000), MEM(0x2000));

    initialise(&s, AT_FEATURES_OK);
    read_queue(&s, 0, 0, 0, false);
    twisted(&s, VMSG_TO_DEVICE, "SET_VQUEUE", 0, f, (struct twist){.len = 52});
    to(&s, "SET_VQUEUE", 0, f);
    twisted(&s, VMSG_TO_DEVICE, "SET_VQUEUE", 0, f, (struct twist){.msg_size = 400});
    from(&s, "SET_VQUEUE", 0, NULL);
    from(&s, "SET_VQUEUE", 0, NULL);
    read_status(&s, 0xb);
    clean(&s);
}

/* The first may be discarded, and here it is answered, before a request of another token. */
static void test_one_token_for_open_and_due(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    twisted(&s, VMSG_TO_DEVICE, "GET_DEVICE_STATUS", 0, NULL,
            (struct twist){.len = 14, .msg_size = 14});
    to(&s, "GET_VQUEUE", 3, F(9));
    to(&s, "SET_DEVICE_STATUS", 4, F(0xf));
    to(&s, "GET_DEVICE_STATUS", 0, NULL);
    from(&s, "GET_DEVICE_STATUS", 0, F(0xb));
    from(&s, "GET_VQUEUE", 3, F(9));
    from(&s, "SET_DEVICE_STATUS", 4, F(0xf));
    from(&s, "GET_DEVICE_STATUS", 0, F(0xf));
    read_status(&s, 0xf);
    clean(&s);
}

/* The same, discarded: the one answer is that of the second, and the status it shows is true. */
static void test_one_token_for_discarded_and_due(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    twisted(&s, VMSG_TO_DEVICE, "SET_DEVICE_STATUS", 0, F(0xf),
            (struct twist){.len = 18, .msg_size = 18});
    to(&s, "SET_DEVICE_STATUS", 0, F(0x8b));
    from(&s, "SET_DEVICE_STATUS", 0, F(0x8b));
    read_status(&s, 0x8b);
    clean(&s);
}

static void test_token_not_copied(void **state)
{
    struct session s = with_defaults();

    info(&s);
    to(&s, "GET_DEVICE_STATUS", 5, NULL);
    from(&s, "GET_DEVICE_STATUS", 6, F(0));
    only(&s, VMSG_DEV_HEADER_6);
}

static void test_token_big_endian(void **state)
{
    struct session s = with_defaults();

    info(&s);
    to(&s, "GET_DEVICE_STATUS", 0x1234, NULL);
    from(&s, "GET_DEVICE_STATUS", 0x3412, F(0));
    to(&s, "GET_DEVICE_STATUS", 0x5678, NULL);
    from(&s, "GET_DEVICE_STATUS", 0x7856, F(0));
    only(&s, VMSG_DEV_ENDIANNESS_1);
    s = with_defaults(); /* by chance */
    info(&s);
    to(&s, "GET_DEVICE_STATUS", 0x1234, NULL);
    from(&s, "GET_DEVICE_STATUS", 0x3412, F(0));
    to(&s, "GET_DEVICE_STATUS", 0x1236, NULL);
    from(&s, "GET_DEVICE_STATUS", 0x3413, F(0));
    only(&s, VMSG_DEV_HEADER_6);
}

static void test_several_devices(void **state)
{
    static const uint16_t devices[] = {0, 5, 65535};
    struct session s = with_defaults();

    s.config.devices = devices;
    s.config.n_devices = 3;
    for (unsigned i = 0; i < 3; i++) {
        s.dev = devices[i];
        initialise(&s, i ? AT_DRIVER_OK : AT_INFO);
    }
    for (unsigned i = 0; i < 3; i++) {
        s.dev = devices[i];
        to(&s, "GET_DEVICE_STATUS", 7, NULL);
    }
    for (unsigned i = 3; i-- > 0;) { /* devices have no order among each other */
        s.dev = devices[i];
        from(&s, "GET_DEVICE_STATUS", 7, i ? F(0xf) : F(0));
    }
    exercised(&s, VMSG_DEV_HEADER_3);
    clean(&s);
}

static void test_wrong_device_number(void **state)
{
    static const uint16_t sent[] = {0, 5, 0x1234}, came[] = {1, 0, 0x3412};

    for (unsigned i = 0; i < 3; i++) {
        struct session s = with_defaults();

        s.config.devices = &sent[i];
        s.dev = sent[i];
        info(&s);
        to(&s, "GET_DEVICE_STATUS", 7, NULL);
        s.dev = came[i];
        from(&s, "GET_DEVICE_STATUS", 7, F(0));
        if (i == 2)
            only(&s, VMSG_DEV_ENDIANNESS_1);
        else
            only(&s, VMSG_DEV_HEADER_3);
    }
}

static void test_absent_device(void **state)
{
    struct session s = with_defaults();

    info(&s);
    s.dev = 9;
    to(&s, "GET_DEVICE_INFO", 1, NULL);
    s.dev = 0;
    read_status(&s, 0);
    clean(&s);

    s = with_defaults();
    info(&s);
    s.dev = 9;
    info(&s);
    event(&s, "EVENT_USED", F(0), NULL, 0);
    only(&s, VMSG_DEV_HEADER_3);
}

/* ---- what a device may send at all ---- */

static void test_wrong_message_id(void **state)
{
    struct session s = with_defaults();

    info(&s);
    to(&s, "GET_DEVICE_STATUS", 7, NULL);
    from(&s, "SET_DEVICE_STATUS", 7, F(0));
    only(&s, VMSG_ANY_PROSE_RESPONSE_TYPE);
}

static void test_response_bit_missing(void **state)
{
    struct session s = with_defaults();

    info(&s);
    to(&s, "GET_DEVICE_STATUS", 0, NULL);
    event(&s, "GET_DEVICE_STATUS", NULL, "\0\0\0", 4);
    only(&s, VMSG_ANY_PROSE_RESPONSE_TYPE);
}

static void test_initiating_side(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    event(&s, "EVENT_USED", F(0), NULL, 0);
    exercised(&s, VMSG_ANY_PROSE_INITIATING_SIDE);
    exercised(&s, VMSG_ANY_PROSE_RESERVED_IDS);
    event(&s, "EVENT_AVAIL", F(0, 0), NULL, 0);
    event(&s, "GET_DEVICE_STATUS", NULL, NULL, 0);
    only(&s, VMSG_ANY_PROSE_INITIATING_SIDE);
}

static void test_failed_request(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    to(&s, "SET_DEVICE_STATUS", 5, F(0xf));
    event(&s, "REQUEST_FAILED", F(0, 5, VMSG_ID_SET_DEVICE_STATUS, 0, 0, 0, 110), NULL, 0);
    assert_false(vmsg_oracle_owes(s.oracle));
    read_status(&s, 0xf); /* it may have taken effect, or not */
    read_status(&s, 0xf);
    clean(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_matters),
        cmocka_unit_test(test_token_does_not_matter),
        cmocka_unit_test(test_one_token_for_open_due_and_malformed),
        cmocka_unit_test(test_one_token_for_open_and_due),
        cmocka_unit_test(test_one_token_for_discarded_and_due),
        cmocka_unit_test(test_token_not_copied),
        cmocka_unit_test(test_token_big_endian),
        cmocka_unit_test(test_several_devices),
        cmocka_unit_test(test_wrong_device_number),
        cmocka_unit_test(test_absent_device),
        cmocka_unit_test(test_wrong_message_id),
        cmocka_unit_test(test_response_bit_missing),
        cmocka_unit_test(test_initiating_side),
        cmocka_unit_test(test_failed_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
