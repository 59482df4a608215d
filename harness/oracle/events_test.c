/* EVENT_CONFIG and EVENT_USED, and what is told beside the stream. */
#include "harness/oracle/testing.h"

/* Status, generation and bytes are known: what an event repeats of them is no news. */
static void all_known(struct session *s)
{
    initialise(s, AT_DRIVER_OK);
    read_config(s, 0, "abcd", 4, 3);
    read_status(s, 0xf);
}

/* ---- EVENT_CONFIG without cause ---- */

static void test_no_news(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    event_config(&s, 0xf, 3, 0, NULL, 0); /* late, of a change before the first read */
    read_config(&s, 0, "abcd", 4, 3);
    event_config(&s, 0xf, 3, 0, NULL, 0);
    only(&s, VMSG_DEV_PROFILES_8);
    s = with_defaults();
    all_known(&s);
    event_config(&s, 0xf, 3, 0, NULL, 0);
    read_config(&s, 0, "abcd", 4, 3);
    event_config(&s, 0xf, 3, 0, "ab", 2);
    only(&s, VMSG_DEV_PROFILES_8);
}

/* Anything that could be news is none of the judge's business. */
static void test_news(void **state)
{
    for (unsigned how = 0; how < 7; how++) {
        struct session s = with_defaults();

        all_known(&s);
        if (how == 0)
            event_config(&s, 0xf, 4, 0, NULL, 0); /* generic: MAY */
        else if (how == 1)
            event_config(&s, 0xf, 3, 0, "aX", 2);
        else if (how == 2)
            event_config(&s, 0xf, 3, 2, "cdef", 4); /* reaches what was not read */
        else if (how == 3)
            event_config(&s, 0x4f, 3, 0, NULL, 0);
        else if (how == 4)
            event_config(&s, 0xf, 0, 0, NULL, 64);
        else if (how == 5)
            event_config(&s, 0x4f, 4, 8, "X", 1); /* both */
        for (unsigned i = 0; how == 6 && i < 3; i++)
            event_config(&s, 0xf, 4 + i, 0, NULL, 0);
        clean(&s);
    }
}

static void test_generation_that_moves_proves_nothing(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    read_config(&s, 0, "abcd", 4, 4);
    event_config(&s, 0xf, 4, 32, NULL, 4); /* late, of bytes that nobody read */
    clean(&s);
}

static void test_status_write_is_no_cause(void **state)
{
    for (unsigned before = 0; before < 2; before++) {
        struct session s = with_defaults();

        initialise(&s, AT_FEATURES_OK);
        read_config(&s, 0, "abcd", 4, 3);
        event_config(&s, 0xb, 3, 0, NULL, 0); /* late, of a change before the first read */
        read_config(&s, 0, "abcd", 4, 3);
        to(&s, "SET_DEVICE_STATUS", 1, F(0xf));
        if (before)
            event_config(&s, 0xf, 3, 0, NULL, 0);
        from(&s, "SET_DEVICE_STATUS", 1, F(0xf));
        if (!before)
            event_config(&s, 0xf, 3, 0, NULL, 0);
        only(&s, VMSG_DEV_PROFILES_9);
    }
}

static void test_status_write_without_event(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    read_config(&s, 0, "abcd", 4, 3);
    status(&s, 0xf, 0xf);
    read_status(&s, 0xf);
    exercised(&s, VMSG_DEV_PROFILES_9);
    clean(&s);
}

/* Own write, its event, and a status write of no consequence, all under way at once. */
static void test_own_write_and_status_write(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    to_tail(&s, "SET_CONFIG", 1, F(0, 8, 1), "X", 1);
    to(&s, "SET_DEVICE_STATUS", 2, F(0xf));
    from_tail(&s, "SET_CONFIG", 1, F(3, 8, 1), "X", 1);
    event_config(&s, 0xf, 3, 8, NULL, 1);
    from(&s, "SET_DEVICE_STATUS", 2, F(0xf));
    clean(&s);
}

/* A device may object to a notification that comes too early. Whatever is written meanwhile, that
 * is no event for the write. */
static void test_notification_is_the_cause(void **state)
{
    for (unsigned how = 0; how < 3; how++) {
        struct session s = with_defaults();

        initialise(&s, AT_FEATURES_OK);
        read_config(&s, 0, "abcd", 4, 3);
        event_config(&s, 0xb, 3, 0, NULL, 0); /* late, of a change before the first read */
        read_config(&s, 0, "abcd", 4, 3);
        if (how == 2)
            status(&s, 0xb, 0xb);
        to(&s, "EVENT_AVAIL", 0, F(0, 0));
        if (how < 2)
            to(&s, "SET_DEVICE_STATUS", 1, F(0xb));
        event_config(&s, 0xb, 3, 0, NULL, 0);
        if (how < 2)
            from(&s, "SET_DEVICE_STATUS", 1, F(how ? 0x4b : 0xb));
        if (how == 1)
            clean(&s);
        else
            only(&s, VMSG_DEV_PROFILES_8);
    }
}

/* Unless writes do so when no notification is about: then this one is late. */
static void test_notification_is_not_the_cause(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    read_config(&s, 0, "abcd", 4, 3);
    event_config(&s, 0xb, 3, 0, NULL, 0);
    read_config(&s, 0, "abcd", 4, 3);
    for (unsigned i = 0; i < 2; i++) {
        status(&s, 0xb, 0xb);
        if (i)
            to(&s, "EVENT_AVAIL", 0, F(0, 0));
        event_config(&s, 0xb, 3, 0, NULL, 0);
    }
    only(&s, VMSG_DEV_PROFILES_9);
}

static void test_mismatch_is_no_cause(void **state)
{
    for (unsigned before = 0; before < 2; before++) {
        struct session s = with_defaults();

        s.config.transport_features = VMSG_F_STRICT_CONFIG_GENERATION;
        all_known(&s);
        event_config(&s, 0xf, 3, 0, NULL, 0); /* late, of a change before the first read */
        read_config(&s, 0, "abcd", 4, 3);
        to_tail(&s, "SET_CONFIG", 1, F(77, 0, 4), "WXYZ", 4);
        if (before)
            event_config(&s, 0xf, 3, 0, NULL, 0);
        from(&s, "SET_CONFIG", 1, F(3, 0, 0));
        if (!before)
            event_config(&s, 0xf, 3, 0, NULL, 0);
        settle(&s);
        exercised(&s, VMSG_DEV_PROFILES_5);
        only(&s, VMSG_DEV_PROFILES_5);
    }
}

static void test_status_news_with_a_range(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    event_config(&s, 0x4f, 3, 0, NULL, 4);
    only(&s, VMSG_DEV_PROFILES_10);
    s = with_defaults();
    all_known(&s);
    event_config(&s, 0x4f, 3, 0, NULL, 0);
    exercised(&s, VMSG_DEV_PROFILES_10);
    exercised(&s, VMSG_DEV_PROFILES_8);
    clean(&s);
}

static void test_generic_event_after_a_change(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    note_change(&s, 0, "X", 1);
    event_config(&s, 0xf, 4, 0, NULL, 0);
    read_config(&s, 0, "Xbcd", 4, 4);
    exercised(&s, VMSG_DEV_PROFILES_6);
    exercised(&s, VMSG_DEV_PROFILES_7);
    clean(&s);
}

static void test_cut_off_event(void **state)
{
    struct session s = with_defaults();

    all_known(&s);
    twisted(&s, VMSG_TO_DRIVER, "EVENT_CONFIG", 0, F(0xf),
            (struct twist){.len = 20, .msg_size = 20});
    only(&s, VMSG_DEV_PROFILES_2);
    s = with_defaults();
    all_known(&s);
    twisted(&s, VMSG_TO_DRIVER, "EVENT_USED", 0, F(0), (struct twist){.len = 10, .msg_size = 10});
    only(&s, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
}

/* ---- EVENT_USED ---- */

static void test_spurious_while_running(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    enable_queue(&s, 0x1000);
    to(&s, "SET_DEVICE_STATUS", 1, F(0xf));
    event(&s, "EVENT_USED", F(0), NULL, 0); /* processed, not answered yet */
    from(&s, "SET_DEVICE_STATUS", 1, F(0xf));
    for (unsigned i = 0; i < 3; i++)
        event(&s, "EVENT_USED", F(i), NULL, 0);
    exercised(&s, VMSG_DEV_PROSE_EVENT_USED_QUEUE);
    clean(&s);
}

/* DRIVER_OK is cleared without a reset: what the device used before is told now, or even used. */
static void test_used_after_driver_ok_was_cleared(void **state)
{
    static const uint32_t cleared[][2] = {{3, 3}, {0x80000000, 0}};

    for (unsigned i = 0; i < 2; i++) {
        struct session s = with_defaults();

        initialise(&s, AT_FEATURES_OK);
        enable_queue(&s, 0x1000);
        status(&s, 0xf, 0xf);
        status(&s, cleared[i][0], cleared[i][1]);
        event(&s, "EVENT_USED", F(0), NULL, 0);
        note(&s, VMSG_NOTE_AVAILABLE, 0, 1);
        note(&s, VMSG_NOTE_USED, 0, 1);
        event(&s, "EVENT_USED", F(0), NULL, 0);
        clean(&s);
    }
}

/* A reset is something else, and so are such writes to a device that never ran. */
static void test_used_after_reset(void **state)
{
    for (unsigned i = 0; i < 2; i++) {
        struct session s = with_defaults();

        initialise(&s, i ? AT_FEATURES_OK : AT_DRIVER_OK);
        status(&s, i ? 0x80000000 : 0, 0);
        event(&s, "EVENT_USED", F(0), NULL, 0);
        only(&s, VMSG_DEV_FINAL_1);
    }
}

static void test_used_before_driver_ok(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    enable_queue(&s, 0x1000);
    event(&s, "EVENT_USED", F(0), NULL, 0);
    only(&s, VMSG_DEV_FINAL_1);
    s = with_defaults();
    initialise(&s, AT_FEATURES_OK);
    enable_queue(&s, 0x1000);
    note(&s, VMSG_NOTE_AVAILABLE, 0, 1);
    exercised(&s, VMSG_DEV_FINAL_1);
    note(&s, VMSG_NOTE_USED, 0, 1);
    only(&s, VMSG_DEV_FINAL_1);
}

static void test_used_queue_beyond(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    event(&s, "EVENT_USED", F(QUEUES), NULL, 0);
    only(&s, VMSG_DEV_PROSE_EVENT_USED_QUEUE);
    s = with_defaults();
    initialise(&s, AT_DRIVER_OK);
    event(&s, "EVENT_USED", F(0x01000000), NULL, 0);
    only(&s, VMSG_DEV_ENDIANNESS_1);
}

static void test_used_after_queue_reset(void **state)
{
    for (unsigned how = 0; how < 3; how++) {
        struct session s = with_defaults();

        initialise(&s, AT_FEATURES_OK);
        enable_queue(&s, 0x1000);
        status(&s, 0xf, 0xf);
        ask(&s, "RESET_VQUEUE", F(0), NULL);
        read_queue(&s, 0, 0, 0, false);
        to(&s, "SET_VQUEUE", 1, F(0, 1, 64, 0, MEM(0x5000), MEM(0x6000), MEM(0x7000)));
        if (how == 0) {
            event(&s, "EVENT_USED", F(0), NULL, 0); /* enabled already, not answered yet */
            note(&s, VMSG_NOTE_USED, 0, 1);
            event(&s, "EVENT_USED", F(0), NULL, 0);
        }
        from(&s, "SET_VQUEUE", 1, NULL);
        read_queue(&s, 0, 64, 0x5000, true);
        if (how == 0) {
            clean(&s);
            continue;
        }
        ask(&s, "RESET_VQUEUE", F(0), NULL);
        if (how == 1)
            event(&s, "EVENT_USED", F(0), NULL, 0);
        else
            note(&s, VMSG_NOTE_USED, 0, 1);
        settle(&s);
        if (how == 1)
            only(&s, VMSG_DEV_PROSE_RESET_VQUEUE_QUIESCED);
        else
            only(&s, VMSG_DEV_RESET_VQUEUE_3, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
    }
}

/* ---- buffers ---- */

static void running(struct session *s)
{
    initialise(s, AT_FEATURES_OK);
    enable_queue(s, 0x1000);
    status(s, 0xf, 0xf);
}

static void test_buffers_are_used_and_notified(void **state)
{
    struct session s = with_defaults();

    running(&s);
    for (unsigned i = 0; i < 3; i++) {
        note(&s, VMSG_NOTE_AVAILABLE, 0, 2);
        to(&s, "EVENT_AVAIL", 0, F(0, 0));
        assert_true(vmsg_oracle_owes(s.oracle));
        note(&s, VMSG_NOTE_USED, 0, 2);
        assert_true(vmsg_oracle_owes(s.oracle));
        event(&s, "EVENT_USED", F(0), NULL, 0); /* one for both */
        assert_false(vmsg_oracle_owes(s.oracle));
    }
    exercised(&s, VMSG_DEV_FINAL_2);
    exercised(&s, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
    clean(&s);
}

static void test_buffers_are_not_used(void **state)
{
    struct session s = with_defaults();

    running(&s);
    note(&s, VMSG_NOTE_AVAILABLE, 0, 2);
    note(&s, VMSG_NOTE_USED, 0, 1);
    event(&s, "EVENT_USED", F(0), NULL, 0);
    only(&s, VMSG_DEV_FINAL_2);
}

static void test_buffers_are_not_notified(void **state)
{
    struct session s = with_defaults();

    running(&s);
    note(&s, VMSG_NOTE_AVAILABLE, 0, 1);
    note(&s, VMSG_NOTE_USED, 0, 1);
    only(&s, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
}

static void test_polling(void **state)
{
    for (unsigned events = 0; events < 2; events++) {
        struct session s = with_defaults();

        s.config.polling = true;
        running(&s);
        note(&s, VMSG_NOTE_AVAILABLE, 0, 1);
        note(&s, VMSG_NOTE_USED, 0, 1);
        if (events)
            event(&s, "EVENT_USED", F(0), NULL, 0);
        exercised(&s, VMSG_DEV_DEVICE_NOTIFICATIONS_2);
        clean(&s);
    }
}

/* AMBIGUITIES 11: suppressed or not; and what is used around the switching. */
static void test_suppression(void **state)
{
    for (unsigned events = 0; events < 2; events++) {
        struct session s = with_defaults();

        running(&s);
        note(&s, VMSG_NOTE_AVAILABLE, 0, 1);
        note(&s, VMSG_NOTE_USED, 0, 1);
        note(&s, VMSG_NOTE_NO_INTERRUPT, 0, 1);
        note(&s, VMSG_NOTE_AVAILABLE, 0, 3);
        note(&s, VMSG_NOTE_USED, 0, 1);
        if (events)
            event(&s, "EVENT_USED", F(0), NULL, 0);
        note(&s, VMSG_NOTE_NO_INTERRUPT, 0, 0);
        note(&s, VMSG_NOTE_USED, 0, 2); /* used while it was suppressed, seen now */
        clean(&s);
    }
}

static void test_notified_again_after_suppression(void **state)
{
    struct session s = with_defaults();

    running(&s);
    note(&s, VMSG_NOTE_NO_INTERRUPT, 0, 1);
    note(&s, VMSG_NOTE_NO_INTERRUPT, 0, 0);
    note(&s, VMSG_NOTE_AVAILABLE, 0, 1);
    note(&s, VMSG_NOTE_USED, 0, 1);
    only(&s, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
}

static void test_broken_ring(void **state)
{
    struct session s = with_defaults();

    running(&s);
    note(&s, VMSG_NOTE_AVAILABLE, 0, 1);
    note(&s, VMSG_NOTE_CORRUPTED, 0, 0);
    event_config(&s, 0x4f, 3, 0, NULL, 0);
    read_status(&s, 0x4f);
    exercised(&s, VMSG_DEV_GET_DEVICE_STATUS_2);
    clean(&s);
}

static void test_error_excuses_buffers(void **state)
{
    struct session s = with_defaults();

    running(&s);
    note(&s, VMSG_NOTE_AVAILABLE, 0, 1);
    event_config(&s, 0x4f, 3, 0, NULL, 0);
    clean(&s);
}

static void test_reset_forgives(void **state)
{
    for (unsigned queue = 0; queue < 2; queue++) {
        struct session s = with_defaults();

        running(&s);
        note(&s, VMSG_NOTE_AVAILABLE, 0, 2);
        note(&s, VMSG_NOTE_USED, 0, 1);
        if (queue)
            ask(&s, "RESET_VQUEUE", F(0), NULL);
        else
            status(&s, 0, 0);
        assert_false(vmsg_oracle_owes(s.oracle));
        clean(&s);
    }
}

static void test_complete_without_memory(void **state)
{
    for (unsigned comes = 0; comes < 2; comes++) {
        struct session s = with_defaults();

        s.config.mem_size = 0;
        running(&s);
        note(&s, VMSG_NOTE_COMPLETE, 0, 0);
        assert_true(vmsg_oracle_owes(s.oracle));
        if (comes) {
            event(&s, "EVENT_USED", F(0), NULL, 0);
            clean(&s);
        } else {
            only(&s, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
        }
    }
}

/* A finding names the queue it is about, wherever that is kept. */
static void test_names_the_queue(void **state)
{
    static const uint32_t queues[] = {0, 63, 64, 1000, 65535};

    for (unsigned i = 0; i < sizeof queues / sizeof *queues; i++) {
        struct session s = with_defaults();
        char name[32];

        ask(&s, "GET_DEVICE_INFO", NULL, F(2, 0x1af4, 0, 2, SPACE, 65536, 0, 0));
        status(&s, 1, 1);
        status(&s, 3, 3);
        select_features(&s, 0, 2, 0, OFFERED);
        status(&s, 0xb, 0xb);
        set_queue(&s, queues[i], VMSG_VQ_ENABLE, 64, 0x1000);
        status(&s, 0xf, 0xf);
        note(&s, VMSG_NOTE_AVAILABLE, queues[i], 1);
        note(&s, VMSG_NOTE_USED, queues[i], 1);
        only(&s, VMSG_DEV_DEVICE_NOTIFICATIONS_1);
        snprintf(name, sizeof name, "virtqueue %u ", queues[i]);
        assert_non_null(strstr(s.last, name));
    }
}

/* A SUT that floods does not fill the memory. */
static void test_flood_of_queues(void **state)
{
    struct session s = with_defaults();

    s.config.n_devices = 0;
    for (uint32_t i = 0; i < 65536; i++) {
        s.dev = (uint16_t)(i % 16);
        event(&s, "EVENT_USED", F(i), NULL, 0);
    }
    clean(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_news),
        cmocka_unit_test(test_news),
        cmocka_unit_test(test_generation_that_moves_proves_nothing),
        cmocka_unit_test(test_status_write_is_no_cause),
        cmocka_unit_test(test_status_write_without_event),
        cmocka_unit_test(test_own_write_and_status_write),
        cmocka_unit_test(test_notification_is_the_cause),
        cmocka_unit_test(test_notification_is_not_the_cause),
        cmocka_unit_test(test_mismatch_is_no_cause),
        cmocka_unit_test(test_status_news_with_a_range),
        cmocka_unit_test(test_generic_event_after_a_change),
        cmocka_unit_test(test_cut_off_event),
        cmocka_unit_test(test_spurious_while_running),
        cmocka_unit_test(test_used_after_reset),
        cmocka_unit_test(test_used_before_driver_ok),
        cmocka_unit_test(test_used_after_driver_ok_was_cleared),
        cmocka_unit_test(test_used_queue_beyond),
        cmocka_unit_test(test_used_after_queue_reset),
        cmocka_unit_test(test_buffers_are_used_and_notified),
        cmocka_unit_test(test_buffers_are_not_used),
        cmocka_unit_test(test_buffers_are_not_notified),
        cmocka_unit_test(test_polling),
        cmocka_unit_test(test_suppression),
        cmocka_unit_test(test_notified_again_after_suppression),
        cmocka_unit_test(test_broken_ring),
        cmocka_unit_test(test_error_excuses_buffers),
        cmocka_unit_test(test_reset_forgives),
        cmocka_unit_test(test_complete_without_memory),
        cmocka_unit_test(test_names_the_queue),
        cmocka_unit_test(test_flood_of_queues),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
