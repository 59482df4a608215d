/* EVENT_USED, and buffers that are used or not. */
#include "harness/oracle/testing.h"

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

/* Whatever the queue was before: nobody knows what the reset took away. */
static void test_complete_before_a_reset(void **state)
{
    struct session s = with_defaults();

    s.config.mem_size = 0;
    running(&s);
    ask(&s, "RESET_VQUEUE", F(0), NULL);
    note(&s, VMSG_NOTE_COMPLETE, 0, 0);
    ask(&s, "RESET_VQUEUE", F(0), NULL);
    clean(&s);
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
        cmocka_unit_test(test_spurious_while_running),
        cmocka_unit_test(test_used_after_driver_ok_was_cleared),
        cmocka_unit_test(test_used_after_reset),
        cmocka_unit_test(test_used_before_driver_ok),
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
        cmocka_unit_test(test_complete_before_a_reset),
        cmocka_unit_test(test_names_the_queue),
        cmocka_unit_test(test_flood_of_queues),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
