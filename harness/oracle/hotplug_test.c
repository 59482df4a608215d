/* Devices that come and go: EVENT_DEVICE, and what the upper tester does about it. */
#include "harness/oracle/testing.h"

static void hotplug(struct session *s, uint16_t dev, uint32_t state)
{
    event(s, "EVENT_DEVICE", F(dev, state), NULL, 0);
}

static void add_or_remove(struct session *s, uint16_t dev, enum vmsg_note_kind kind)
{
    uint16_t before = s->dev;

    s->dev = dev;
    note(s, kind, 0, 0);
    s->dev = before;
}

static void test_add_and_remove(void **state)
{
    struct session s = with_defaults();

    info(&s);
    add_or_remove(&s, 7, VMSG_NOTE_ADD);
    assert_true(vmsg_oracle_owes(s.oracle));
    hotplug(&s, 7, VMSG_DEVICE_ADDED);
    assert_false(vmsg_oracle_owes(s.oracle));
    s.dev = 7;
    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    window(&s, 0, 8, 0, 8, "\201", 1);
    to(&s, "GET_DEVICE_STATUS", 1, NULL); /* under way when it goes */
    add_or_remove(&s, 7, VMSG_NOTE_REMOVE);
    hotplug(&s, 7, VMSG_DEVICE_REMOVED);
    hotplug(&s, 7, VMSG_DEVICE_REMOVED); /* "duplicate events can occur" */
    event(&s, "EVENT_USED", F(0), NULL, 0);
    to(&s, "GET_DEVICE_STATUS", 2, NULL);
    s.dev = 0;
    read_status(&s, 0);
    window(&s, 0, 8, 0, 8, "\1", 1);
    exercised(&s, VMSG_BUS_HOTPLUG_AND_REMOVAL_1);
    exercised(&s, VMSG_BUS_EVENT_DEVICE_1);
    exercised(&s, VMSG_BUS_EVENT_DEVICE_2);
    exercised(&s, VMSG_BUS_PROSE_DEVICE_STATE_VALUES);
    settle(&s);
    exercised(&s, VMSG_BUS_EVENT_DEVICE_3);
    clean(&s);
}

/* The same number, but another device. */
static void test_added_again(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    hotplug(&s, 0, VMSG_DEVICE_REMOVED);
    hotplug(&s, 0, VMSG_DEVICE_ADDED);
    ask(&s, "GET_DEVICE_INFO", NULL, F(4, 0, 0, 1, 0, 1));
    read_status(&s, 0xf);
    ask(&s, "GET_VQUEUE", F(0), F(0, 16, 16, 1, 0x1000, 0x2000, 0x3000));
    clean(&s);
}

/* The same of a bus without EVENT_DEVICE: nobody knows when it goes and comes. */
static void test_added_again_untold(void **state)
{
    struct session s = with_defaults();

    s.config.bus_messages = 0;
    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    read_config(&s, 0, "abcd", 4, 3);
    add_or_remove(&s, 0, VMSG_NOTE_REMOVE);
    read_status(&s, 0xf); /* not gone yet */
    twisted(&s, VMSG_TO_DEVICE, "GET_DEVICE_STATUS", 1, NULL, (struct twist){.msg_size = 7});
    add_or_remove(&s, 0, VMSG_NOTE_ADD);
    note(&s, VMSG_NOTE_NEEDS_RESET, 0, 0);
    note(&s, VMSG_NOTE_USED, 0, 1);
    read_status(&s, 0);
    read_queue(&s, 0, 0, 0, false);
    read_config(&s, 0, "abcX", 4, 3);
    clean(&s);
}

/* Gone and back before the driver side hears of the latter: what it says meanwhile may be served.
 */
static void test_asked_while_it_comes_back(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    add_or_remove(&s, 0, VMSG_NOTE_REMOVE);
    to(&s, "GET_DEVICE_INFO", 1, NULL);
    add_or_remove(&s, 0, VMSG_NOTE_ADD);
    hotplug(&s, 0, VMSG_DEVICE_REMOVED); /* told late */
    to(&s, "SET_DEVICE_STATUS", 2, F(0));
    to(&s, "SET_DEVICE_STATUS", 3, F(1));
    vmsg_oracle_settle(s.oracle);
    hotplug(&s, 0, VMSG_DEVICE_ADDED);
    from(&s, "GET_DEVICE_INFO", 1, F(2, 0, 0, 2, 0, 4));
    from(&s, "SET_DEVICE_STATUS", 2, F(0));
    from(&s, "SET_DEVICE_STATUS", 3, F(1));
    clean(&s);
}

/* What it was sent while it was away may still be unread when it comes back. */
static void test_read_when_it_is_back(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    add_or_remove(&s, 0, VMSG_NOTE_REMOVE);
    hotplug(&s, 0, VMSG_DEVICE_REMOVED);
    to(&s, "SET_DEVICE_STATUS", 2, F(0));
    to(&s, "SET_DEVICE_STATUS", 3, F(1));
    add_or_remove(&s, 0, VMSG_NOTE_ADD);
    hotplug(&s, 0, VMSG_DEVICE_ADDED);
    from(&s, "SET_DEVICE_STATUS", 2, F(0));
    from(&s, "SET_DEVICE_STATUS", 3, F(1));
    clean(&s);
}

static void test_duplicate_added(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_DRIVER_OK);
    enable_queue(&s, 0x1000);
    hotplug(&s, 0, VMSG_DEVICE_ADDED);
    read_status(&s, 0xf);
    read_queue(&s, 0, 64, 0x1000, true);
    clean(&s);
}

static void test_spontaneous_hotplug(void **state)
{
    struct session s = with_defaults();

    info(&s);
    s.dev = 3;
    to(&s, "GET_DEVICE_INFO", 1, NULL); /* crosses its event */
    to(&s, "GET_DEVICES", 2, F(0, 8));
    hotplug(&s, 3, VMSG_DEVICE_ADDED);
    from(&s, "GET_DEVICE_INFO", 1, F(2, 0, 0, 2, 0, 4));
    from_tail(&s, "GET_DEVICES", 2, F(0, 0, 8), "\11", 1);
    window(&s, 0, 8, 0, 8, "\1", 1); /* gone already, the event is under way */
    hotplug(&s, 3, VMSG_DEVICE_REMOVED);
    hotplug(&s, 3, 0x8000);
    clean(&s);
}

static void test_hotplug_without_events(void **state)
{
    struct session s = with_defaults();

    s.config.bus_messages = VMSG_BUS_GET_DEVICES;
    info(&s);
    add_or_remove(&s, 3, VMSG_NOTE_ADD);
    s.dev = 3;
    info(&s);
    add_or_remove(&s, 3, VMSG_NOTE_REMOVE);
    to(&s, "GET_DEVICE_STATUS", 1, NULL);
    s.dev = 0;
    read_status(&s, 0);
    clean(&s);
}

static void test_other_device_meanwhile(void **state)
{
    struct session s = with_defaults();

    add_or_remove(&s, 7, VMSG_NOTE_ADD);
    hotplug(&s, 8, VMSG_DEVICE_ADDED);
    hotplug(&s, 7, VMSG_DEVICE_ADDED);
    clean(&s);
}

static void test_hotplug_silent(void **state)
{
    struct session s = with_defaults();

    add_or_remove(&s, 7, VMSG_NOTE_ADD);
    only(&s, VMSG_BUS_HOTPLUG_AND_REMOVAL_1);
    s = with_defaults();
    add_or_remove(&s, 0, VMSG_NOTE_REMOVE);
    only(&s, VMSG_BUS_HOTPLUG_AND_REMOVAL_1);
}

static void test_wrong_device_named(void **state)
{
    struct session s = with_defaults();

    add_or_remove(&s, 7, VMSG_NOTE_ADD);
    hotplug(&s, 8, VMSG_DEVICE_ADDED);
    only(&s, VMSG_BUS_EVENT_DEVICE_1, VMSG_BUS_HOTPLUG_AND_REMOVAL_1);
    s = with_defaults();
    hotplug(&s, 9, VMSG_DEVICE_REMOVED);
    only(&s, VMSG_BUS_EVENT_DEVICE_1);
}

static void test_added_but_silent(void **state)
{
    struct session s = with_defaults();

    info(&s);
    hotplug(&s, 7, VMSG_DEVICE_ADDED);
    s.dev = 7;
    to(&s, "GET_DEVICE_INFO", 1, NULL);
    settle(&s);
    assert_true(s.found[VMSG_BUS_EVENT_DEVICE_2]);
    only(&s, VMSG_BUS_EVENT_DEVICE_2);
}

static void test_removed_but_answering(void **state)
{
    struct session s = with_defaults();

    info(&s);
    hotplug(&s, 0, VMSG_DEVICE_REMOVED);
    info(&s);
    only(&s, VMSG_BUS_EVENT_DEVICE_3);
}

static void test_reserved_state(void **state)
{
    struct session s = with_defaults();

    hotplug(&s, 0, 3);
    only(&s, VMSG_BUS_PROSE_DEVICE_STATE_VALUES);
}

static void test_cut_off_event(void **state)
{
    struct session s = with_defaults();

    twisted(&s, VMSG_TO_DRIVER, "EVENT_DEVICE", 0, F(0, 1),
            (struct twist){.len = 10, .msg_size = 10});
    only(&s, VMSG_BUS_BUS_MESSAGES_2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_and_remove),
        cmocka_unit_test(test_added_again),
        cmocka_unit_test(test_added_again_untold),
        cmocka_unit_test(test_asked_while_it_comes_back),
        cmocka_unit_test(test_read_when_it_is_back),
        cmocka_unit_test(test_duplicate_added),
        cmocka_unit_test(test_spontaneous_hotplug),
        cmocka_unit_test(test_hotplug_without_events),
        cmocka_unit_test(test_other_device_meanwhile),
        cmocka_unit_test(test_hotplug_silent),
        cmocka_unit_test(test_wrong_device_named),
        cmocka_unit_test(test_added_but_silent),
        cmocka_unit_test(test_removed_but_answering),
        cmocka_unit_test(test_reserved_state),
        cmocka_unit_test(test_cut_off_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
