/*
 * The judge of buses whose two ends are reached by different ways: what goes in at one end may be
 * taken in before what went in earlier at the other, and what comes out be read in another order.
 */
#include "harness/oracle/relay_testing.h"

static void upper(struct world *w, enum vmsg_note_kind kind, uint16_t dev)
{
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = kind, .index = w->index, .dev_num = dev});
}

/* The bus reads of the removal before the event that was sent to it earlier. */
static void removal_overtakes(struct world *w)
{
    driver_sends(w, avail(5, 0, 0));
    driver_sends(w, ask(5, 1, 0));
    device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, failure(5, 1, VMSG_ID_GET_VQUEUE));
}

/* What it passed on before it knew is read after what it told then. */
static void forwarded_before_it_knew(struct world *w)
{
    device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_sends(w, ask(5, 1, 0));
    driver_sends(w, used(5, 0));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    device_gets(w, ask(5, 900, 0));
    device_gets(w, used(5, 0));
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(5, 1, VMSG_ID_GET_VQUEUE));
}

static void comes_back(struct world *w)
{
    device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
    device_sends(w, hotplug(5, VMSG_DEVICE_ADDED));
    driver_sends(w, avail(5, 0, 0)); /* lost between the two */
    driver_sends(w, ask(5, 1, 0));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, failure(5, 1, VMSG_ID_GET_VQUEUE));
    driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    round_trip(w, 5, 2, 901, 3);
}

/* It comes back by an event that the bus may discard, and takes in before the request. */
static void may_come_back(struct world *w)
{
    struct message odd = hotplug(5, VMSG_DEVICE_ADDED);

    vmsg_put_le16(odd.b + 2, 1); /* dev_num */
    device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_sends(w, ask(5, 1, 0));
    driver_sends(w, avail(5, 0, 0));
    device_sends(w, odd);
    device_gets(w, ask(5, 900, 0));
    device_gets(w, avail(5, 0, 0));
    driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    comes(w, 5, 1, 900, 0);
}

/* The upper tester removes it, and gives it again: when the bus does so is seen when it tells. */
static void given_by_the_upper_tester(struct world *w)
{
    upper(w, VMSG_NOTE_REMOVE, 5);
    driver_sends(w, ask(5, 1, 0)); /* forwarded still */
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    device_gets(w, ask(5, 900, 0));
    upper(w, VMSG_NOTE_ADD, 5);
    driver_sends(w, used(5, 0));
    driver_sends(w, ask(5, 2, 0));
    device_gets(w, used(5, 0));
    device_gets(w, ask(5, 901, 0));
    driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    comes(w, 5, 2, 901, 0);
    driver_gets(w, failure(5, 1, VMSG_ID_GET_VQUEUE));
    round_trip(w, 5, 3, 902, 0);
}

static void given_before_it_is_told(struct world *w)
{
    upper(w, VMSG_NOTE_REMOVE, 5);
    upper(w, VMSG_NOTE_ADD, 5);
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_sends(w, ask(5, 1, 0));
    device_gets(w, ask(5, 900, 0));
    driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    comes(w, 5, 1, 900, 0);
}

/* It goes, after all devices were shown anew for another limit: the bus tells one after the other.
 */
static void removed_after_the_limit(struct world *w)
{
    vmsg_oracle_note(
        w->o, &(struct vmsg_note){.kind = VMSG_NOTE_MAX_SIZE, .index = w->index, .value = 100});
    upper(w, VMSG_NOTE_REMOVE, 5);
    for (unsigned i = 0; i < w->config.n_devices; i++) {
        driver_gets(w, hotplug(w->config.devices[i], VMSG_DEVICE_REMOVED));
        driver_gets(w, hotplug(w->config.devices[i], VMSG_DEVICE_ADDED));
    }
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
}

/* Its failure is read before it comes out of the other end, where it went before. */
static void failed_before_it_is_seen(struct world *w)
{
    driver_sends(w, ask(5, 1, 0));
    device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, failure(5, 1, VMSG_ID_GET_VQUEUE));
    device_gets(w, ask(5, 900, 0));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
}

/* One that was sent earlier never comes out, as it was failed; that is read later. */
static void failure_is_read_late(struct world *w)
{
    driver_sends(w, ask(5, 1, 0));
    driver_sends(w, ask(5, 2, 1));
    device_gets(w, ask(5, 900, 1));
    driver_gets(w, failure(5, 1, VMSG_ID_GET_VQUEUE));
    comes(w, 5, 2, 900, 1);
}

static const struct legal cases[] = {
    LEGAL(given_by_the_upper_tester),
    LEGAL(given_before_it_is_told),
    LEGAL(removed_after_the_limit),
    LEGAL(failed_before_it_is_seen),
    LEGAL(failure_is_read_late),
    LEGAL(removal_overtakes),
    LEGAL(forwarded_before_it_knew),
    LEGAL(comes_back),
    LEGAL(may_come_back),
};

static struct vmsg_oracle_config apart(void)
{
    struct vmsg_oracle_config config = world_config();

    config.ends_apart = true;
    return config;
}

static void test_nobody_is_blamed(void **state)
{
    (void)state;
    play_legal(cases, sizeof cases / sizeof *cases, apart(), true);
}

/* What is sent after the bus told of the removal has no such excuse. */
static void test_told_is_told(void **state)
{
    struct world w;

    (void)state;
    world_begin(&w, apart());
    opens(&w);
    device_sends(&w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(&w, hotplug(5, VMSG_DEVICE_REMOVED));
    goes(&w, 5, 1, 900, 0);
    assert_true(w.blamed[VMSG_BUS_EVENT_DEVICE_3]);
    world_end(&w);
}

/* Failed, and then passed by a later one: it cannot come out any more. */
static void test_failed_and_passed(void **state)
{
    struct world w;

    (void)state;
    world_begin(&w, apart());
    opens(&w);
    driver_sends(&w, ask(5, 1, 0));
    driver_gets(&w, failure(5, 1, VMSG_ID_GET_VQUEUE));
    round_trip(&w, 5, 2, 900, 1);
    device_gets(&w, ask(5, 901, 0));
    assert_true(w.blamed[VMSG_BUS_FORWARDING_2]);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_is_blamed),
        cmocka_unit_test(test_told_is_told),
        cmocka_unit_test(test_failed_and_passed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
