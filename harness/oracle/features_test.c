/* Feature blocks, their negotiation, and GET_DEVICE_INFO and GET_SHM responses. */
#include "harness/oracle/testing.h"

/* ---- GET_DEVICE_FEATURES ---- */

static void test_offered_set(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK); /* selects less than what follows */
    offer_features(&s, 0, 2, 0, OFFERED);
    offer_features(&s, 1, 1, OFFERED, 0);
    offer_features(&s, 2, 2, 0, 0);
    offer_features(&s, 0xfffffffe, 1, 0, 0);
    exercised(&s, VMSG_DEV_DEVICE_FEATURE_BLOCKS_1);
    exercised(&s, VMSG_DEV_DEVICE_FEATURES_1);
    exercised(&s, VMSG_DEV_GET_DEVICE_INFO_2);
    clean(&s);
}

static void test_blocks_beyond(void **state)
{
    struct session s = with_defaults();

    info(&s);
    offer_features(&s, 2, 1, 1, 0);
    only(&s, VMSG_DEV_DEVICE_FEATURE_BLOCKS_1);
}

static void test_too_few_blocks_reported(void **state)
{
    struct session s = with_defaults();

    ask(&s, "GET_DEVICE_INFO", NULL, F(2, 0, 0, 1, SPACE, QUEUES));
    offer_features(&s, 0, 2, 0, V1);
    only(&s, VMSG_DEV_GET_DEVICE_INFO_2);
}

static void test_offers_what_was_selected(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER);
    select_features(&s, 0, 2, 0, V1);
    offer_features(&s, 0, 2, 0, OFFERED);
    exercised(&s, VMSG_DEV_DEVICE_FEATURE_BLOCKS_3);
    offer_features(&s, 0, 2, 0, V1);
    only(&s, VMSG_DEV_DEVICE_FEATURE_BLOCKS_3);
}

static void test_offers_the_excluded_bit(void **state)
{
    struct session s = with_defaults();

    info(&s);
    offer_features(&s, 1, 1, V1 | 1u << (VIRTIO_F_NOTIF_CONFIG_DATA - 32), 0);
    only(&s, VMSG_DEV_DEVICE_FEATURES_1);
}

static void test_features_not_echoed(void **state)
{
    struct session s = with_defaults();

    info(&s);
    s.token++;
    to(&s, "GET_DEVICE_FEATURES", s.token, F(1, 1));
    from_tail(&s, "GET_DEVICE_FEATURES", s.token, F(0, 1), "\0\0\0\0", 4);
    to(&s, "GET_DEVICE_FEATURES", ++s.token, F(0, 2));
    from_tail(&s, "GET_DEVICE_FEATURES", s.token, F(0, 1), "\0\0\0\0", 4);
    only(&s, VMSG_DEV_PROSE_RESPONSE_ECHO);
}

static void test_features_big_endian(void **state)
{
    struct session s = with_defaults();

    info(&s);
    to(&s, "GET_DEVICE_FEATURES", 1, F(0x100, 1));
    from_tail(&s, "GET_DEVICE_FEATURES", 1, F(0x10000, 1), "\0\0\0\0", 4);
    only(&s, VMSG_DEV_ENDIANNESS_1);
}

/* ---- negotiation ---- */

static void test_unoffered_features(void **state)
{
    for (unsigned accepted = 0; accepted < 2; accepted++) {
        struct session s = with_defaults();

        initialise(&s, AT_DRIVER);
        select_features(&s, 0, 2, 2, OFFERED);
        status(&s, 0xb, accepted ? 0xb : 3);
        exercised(&s, VMSG_DEV_DEVICE_FEATURES_2);
        assert_int_equal(strstr(s.last, "feature bit 1,") != NULL, accepted);
        if (accepted)
            only(&s, VMSG_DEV_DEVICE_FEATURES_2);
        else
            clean(&s);
    }
}

/* What the driver selected when no device need listen is not known. */
static void test_selected_at_odd_times(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_RESET);
    offer_features(&s, 0, 2, 0, OFFERED);
    select_features(&s, 0, 2, 7, OFFERED); /* before DRIVER */
    status(&s, 1, 1);
    status(&s, 3, 3);
    status(&s, 0xb, 0xb);
    enable_queue(&s, 0x1000);
    ask(&s, "RESET_VQUEUE", F(0), NULL);
    read_queue(&s, 0, 64, 0x1000, true); /* RING_RESET or not */
    clean(&s);

    s = with_defaults();
    initialise(&s, AT_FEATURES_OK);
    enable_queue(&s, 0x1000);
    select_features(&s, 0, 2, 0, V1); /* too late: RING_RESET may stay negotiated */
    ask(&s, "RESET_VQUEUE", F(0), NULL);
    read_queue(&s, 0, 0, 0, false);
    clean(&s);
}

/* AMBIGUITIES 19 and 6: no blocks at all, and extra bytes. */
static void test_selected_in_doubtful_messages(void **state)
{
    for (unsigned doubt = 0; doubt < 2; doubt++) {
        for (unsigned works = 0; works < 2; works++) {
            struct session s = with_defaults();
            uint8_t tail[12] = {0};

            initialise(&s, AT_DRIVER);
            vmsg_put_le32(tail + 4, OFFERED);
            if (doubt) { /* the selection, and something after it */
                to_tail(&s, "SET_DRIVER_FEATURES", 1, F(0, 2), tail, 12);
            } else {
                select_features(&s, 0, 2, 0, OFFERED);
                to(&s, "SET_DRIVER_FEATURES", 1, F(0, 0));
            }
            from(&s, "SET_DRIVER_FEATURES", 1, NULL);
            status(&s, 0xb, 0xb);
            enable_queue(&s, 0x1000);
            ask(&s, "RESET_VQUEUE", F(0), NULL);
            if (works)
                read_queue(&s, 0, 0, 0, false);
            else
                read_queue(&s, 0, 64, 0x1000, true);
            if (!works && !doubt) /* no block changed, so RING_RESET is negotiated */
                only(&s, VMSG_DEV_RESET_VQUEUE_3);
            else
                clean(&s);
        }
    }
}

/* A set that was accepted whole, then in parts. */
static void in_parts(struct session *s, bool v1_needed, uint32_t got)
{
    initialise(s, AT_RESET);
    if (v1_needed) {
        status(s, 1, 1);
        status(s, 3, 3);
        select_features(s, 0, 2, 0, 0);
        status(s, 0xb, 3);
        status(s, 0, 0);
    }
    status(s, 1, 1);
    status(s, 3, 3);
    select_features(s, 0, 2, 5, V1);
    status(s, 0xb, 0xb);
    status(s, 0, 0);
    status(s, 1, 1);
    status(s, 3, 3);
    select_features(s, 1, 1, V1, 0);
    select_features(s, 0, 1, 5, 0);
    status(s, 0xb, got);
}

static void test_blocks_change_alone(void **state)
{
    struct session s = with_defaults();

    in_parts(&s, true, 0xb);
    exercised(&s, VMSG_DEV_DEVICE_FEATURE_BLOCKS_2);
    clean(&s);
    s = with_defaults();
    in_parts(&s, true, 3);
    only(&s, VMSG_DEV_DEVICE_FEATURE_BLOCKS_2);
    s = with_defaults();
    in_parts(&s, true, 0x43); /* an error of its own */
    clean(&s);
}

static void test_blocks_change_others(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    enable_queue(&s, 0x1000);
    ask(&s, "RESET_VQUEUE", F(0), NULL);
    read_queue(&s, 0, 0, 0, false);
    status(&s, 0, 0);
    status(&s, 1, 1);
    status(&s, 3, 3);
    select_features(&s, 1, 1, OFFERED, 0);
    select_features(&s, 0, 1, 0, 0); /* must leave block 1 alone */
    status(&s, 0xb, 0xb);
    enable_queue(&s, 0x1000);
    ask(&s, "RESET_VQUEUE", F(0), NULL);
    read_queue(&s, 0, 64, 0x1000, true);
    only(&s, VMSG_DEV_DEVICE_FEATURE_BLOCKS_2);
}

static void test_selected_features_response_has_no_payload(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER);
    to_tail(&s, "SET_DRIVER_FEATURES", 1, F(0, 1), "\0\0\0\0", 4);
    from_tail(&s, "SET_DRIVER_FEATURES", 1, NULL, "\0\0\0\0", 4); /* padding */
    exercised(&s, VMSG_DEV_PROSE_EMPTY_RESPONSE);
    exercised(&s, VMSG_DEV_HEADER_4);
    to_tail(&s, "SET_DRIVER_FEATURES", 1, F(0, 1), "\0\0\0\0", 4);
    from_tail(&s, "SET_DRIVER_FEATURES", 1, NULL, "\0\0\0\1", 4);
    only(&s, VMSG_DEV_PROSE_EMPTY_RESPONSE, VMSG_DEV_HEADER_4);
}

/* ---- GET_DEVICE_INFO ---- */

static void test_device_info(void **state)
{
    struct session s = with_defaults();

    info(&s);
    info(&s);
    status(&s, 0, 0);
    info(&s);
    exercised(&s, VMSG_DEV_GET_DEVICE_INFO_1);
    exercised(&s, VMSG_DEV_GET_DEVICE_INFO_3);
    exercised(&s, VMSG_DEV_GET_DEVICE_INFO_5);
    exercised(&s, VMSG_DEV_GET_DEVICE_INFO_9);
    clean(&s);

    s = with_defaults();
    ask(&s, "GET_DEVICE_INFO", NULL, F(2, 0, 0, 2, 0, 65536, 65535, 1));
    exercised(&s, VMSG_DEV_GET_DEVICE_INFO_4);
    exercised(&s, VMSG_DEV_GET_DEVICE_INFO_6);
    clean(&s);
}

static void test_device_info_varies(void **state)
{
    for (unsigned i = 0; i < 7; i++) {
        struct session s = with_defaults();
        uint64_t f[VMSG_MAX_FIELDS] = {2, 3, 0, 4, 5, 6, 1, 1};

        ask(&s, "GET_DEVICE_INFO", NULL, f);
        f[i + (i >= 2)]++;
        ask(&s, "GET_DEVICE_INFO", NULL, f);
        only(&s, VMSG_DEV_GET_DEVICE_INFO_1);
    }
}

static void test_device_info_limits(void **state)
{
    static const struct {
        uint64_t max, start, count;
        enum vmsg_clause_no clause, also;
    } bad[] = {
        {65537, 0, 0, VMSG_DEV_GET_DEVICE_INFO_3, VMSG_DEV_GET_DEVICE_INFO_3},
        {4, 1, 0, VMSG_DEV_GET_DEVICE_INFO_5, VMSG_DEV_GET_DEVICE_INFO_5},
        {4, 4, 1, VMSG_DEV_GET_DEVICE_INFO_4, VMSG_DEV_GET_DEVICE_INFO_6},
        {4, 0xffffffff, 2, VMSG_DEV_GET_DEVICE_INFO_4, VMSG_DEV_GET_DEVICE_INFO_6},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct session s = with_defaults();

        ask(&s, "GET_DEVICE_INFO", NULL, F(2, 0, 0, 2, 0, bad[i].max, bad[i].start, bad[i].count));
        if (bad[i].clause == bad[i].also)
            only(&s, bad[i].clause);
        else
            only(&s, bad[i].clause, bad[i].also);
    }
}

static void with_uuid(struct session *s, const uint8_t *uuid)
{
    struct bytes m;

    s->token++;
    to(s, "GET_DEVICE_INFO", s->token, NULL);
    encode(&m, s, "GET_DEVICE_INFO", true, s->token, F(2, 0, 0, 2, 0, 1), NULL, 0);
    memcpy(m.b + VMSG_HEADER_SIZE + 8, uuid, 16);
    deliver(s, VMSG_TO_DRIVER, m.b, m.len);
}

static void test_uuid(void **state)
{
    static const uint8_t v4[] = {1, 2, 3, 4, 5, 6, 0x4f, 8, 0xb9, 10, 11, 12, 13, 14, 15, 16};
    static const uint8_t v1[] = {1, 2, 3, 4, 5, 6, 0x1f, 8, 0xb9, 10, 11, 12, 13, 14, 15, 16};
    struct session s = with_defaults();

    with_uuid(&s, v4);
    with_uuid(&s, v4);
    exercised(&s, VMSG_DEV_GET_DEVICE_INFO_7);
    exercised(&s, VMSG_DEV_GET_DEVICE_INFO_8);
    clean(&s);

    s = with_defaults();
    with_uuid(&s, v1);
    only(&s, VMSG_DEV_GET_DEVICE_INFO_8);

    s = with_defaults();
    with_uuid(&s, v4);
    with_uuid(&s, v1);
    only(&s, VMSG_DEV_GET_DEVICE_INFO_9);

    s = with_defaults();
    s.config.facts = &(struct vmsg_device_facts){.no_uuid = true};
    s.config.n_facts = 1;
    with_uuid(&s, v4);
    only(&s, VMSG_DEV_GET_DEVICE_INFO_9);
}

static void test_info_unanswered_while_inactive(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_RESET);
    to(&s, "GET_DEVICE_INFO", 1, NULL);
    read_status(&s, 0);
    only(&s, VMSG_DEV_GET_DEVICE_INFO_1);
}

static void test_info_big_endian(void **state)
{
    struct session s = with_defaults();

    ask(&s, "GET_DEVICE_INFO", NULL, F(0x02000000, 0, 0, 0x02000000, 0, 0x01000000));
    only(&s, VMSG_DEV_ENDIANNESS_1);
}

/* ---- GET_SHM ---- */

static void test_shared_memory(void **state)
{
    static const uint32_t regions[] = {1};
    struct vmsg_device_facts facts = {.shm_declared = true, .shm = regions, .n_shm = 1};
    struct session s = with_defaults();

    s.config.facts = &facts;
    s.config.n_facts = 1;
    initialise(&s, AT_DRIVER_OK);
    for (unsigned i = 0; i < 2; i++) {
        ask(&s, "GET_SHM", F(1), F(1, 0, 0x1000, 0x80000000));
        ask(&s, "GET_SHM", F(2), F(2, 0, 0, i)); /* the address of nothing does not count */
    }
    status(&s, 0, 0);
    ask(&s, "GET_SHM", F(1), F(1, 0, 0x1000, 0x90000000)); /* placed anew */
    exercised(&s, VMSG_DEV_GET_SHM_1);
    exercised(&s, VMSG_DEV_GET_SHM_2);
    clean(&s);

    for (unsigned i = 0; i < 4; i++) {
        static const uint64_t asked[] = {1, 2, 1, 1}, length[] = {0, 16, 32, 16};
        static const uint64_t address[] = {0, 0, 0, UINT64_MAX - 3};

        s = with_defaults();
        s.config.facts = &facts;
        s.config.n_facts = 1;
        info(&s);
        if (i == 2)
            ask(&s, "GET_SHM", F(1), F(1, 0, 16, 0));
        ask(&s, "GET_SHM", F(asked[i]), F(asked[i], 0, length[i], address[i]));
        only(&s, VMSG_DEV_GET_SHM_1);
    }
}

static void test_shared_memory_fields(void **state)
{
    struct session s = with_defaults();

    info(&s);
    ask(&s, "GET_SHM", F(1), F(1, 1, 0, 0));
    only(&s, VMSG_DEV_GET_SHM_2);
    s = with_defaults();
    info(&s);
    ask(&s, "GET_SHM", F(1), F(2, 0, 0, 0));
    only(&s, VMSG_DEV_PROSE_RESPONSE_ECHO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offered_set),
        cmocka_unit_test(test_blocks_beyond),
        cmocka_unit_test(test_too_few_blocks_reported),
        cmocka_unit_test(test_offers_what_was_selected),
        cmocka_unit_test(test_offers_the_excluded_bit),
        cmocka_unit_test(test_features_not_echoed),
        cmocka_unit_test(test_features_big_endian),
        cmocka_unit_test(test_unoffered_features),
        cmocka_unit_test(test_selected_at_odd_times),
        cmocka_unit_test(test_selected_in_doubtful_messages),
        cmocka_unit_test(test_blocks_change_alone),
        cmocka_unit_test(test_blocks_change_others),
        cmocka_unit_test(test_selected_features_response_has_no_payload),
        cmocka_unit_test(test_device_info),
        cmocka_unit_test(test_device_info_varies),
        cmocka_unit_test(test_device_info_limits),
        cmocka_unit_test(test_uuid),
        cmocka_unit_test(test_info_unanswered_while_inactive),
        cmocka_unit_test(test_info_big_endian),
        cmocka_unit_test(test_shared_memory),
        cmocka_unit_test(test_shared_memory_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
