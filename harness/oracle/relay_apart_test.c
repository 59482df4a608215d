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

/* The driver asks who it is; what the device answers need not come out. */
static void looked_at(struct world *w, unsigned dev)
{
    driver_sends(w, message(0, VMSG_ID_GET_DEVICE_INFO, dev, 7, 0));
    device_gets(w, message(0, VMSG_ID_GET_DEVICE_INFO, dev, 700, 0));
    device_sends(w, message(RESPONSE, VMSG_ID_GET_DEVICE_INFO, dev, 700, 0));
    driver_gets(w, failure(dev, 7, VMSG_ID_GET_DEVICE_INFO));
}

/* Each change of the limit is told, the first of them when the second was asked for already. */
static void limit_changes_twice(struct world *w)
{
    for (unsigned round = 0; round < 2; round++)
        vmsg_oracle_note(
            w->o, &(struct vmsg_note){.kind = VMSG_NOTE_MAX_SIZE, .index = w->index, .value = 100});
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < w->config.n_devices; i++) {
            driver_gets(w, hotplug(w->config.devices[i], VMSG_DEVICE_REMOVED));
            driver_sends(w, used(w->config.devices[i], 0));
            device_gets(w, used(w->config.devices[i], 0)); /* it is back for the bus */
            driver_gets(w, hotplug(w->config.devices[i], VMSG_DEVICE_ADDED));
            looked_at(w, w->config.devices[i]);
        }
}

/* What is under way when the upper tester asks for it may be what the bus drops. */
static void drops_what_is_under_way(struct world *w)
{
    driver_sends(w, ask(5, 1, 0));
    driver_sends(w, ask(5, 2, 1));
    upper(w, VMSG_NOTE_DROP_NEXT, 0);
    driver_sends(w, ask(5, 3, 2));
    driver_sends(w, ask(5, 4, 0));
    for (unsigned i = 0; i < 3; i++)
        device_gets(w, ask(5, 900 + i, (i + 1) % 3));
    for (unsigned i = 0; i < 3; i++)
        comes(w, 5, 2 + i, 900 + i, (i + 1) % 3);
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(5, 1, VMSG_ID_GET_VQUEUE));
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
    LEGAL(limit_changes_twice),
    LEGAL(drops_what_is_under_way),
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

/* The caller waits for what a change of the limit makes the bus tell. */
static void test_telling_is_waited_for(void **state)
{
    struct world w;

    (void)state;
    world_begin(&w, apart());
    opens(&w);
    vmsg_oracle_note(
        w.o, &(struct vmsg_note){.kind = VMSG_NOTE_MAX_SIZE, .index = w.index, .value = 100});
    for (unsigned i = 0; i < w.config.n_devices; i++) {
        assert_true(vmsg_oracle_owes(w.o));
        driver_gets(&w, hotplug(w.config.devices[i], VMSG_DEVICE_REMOVED));
        driver_gets(&w, hotplug(w.config.devices[i], VMSG_DEVICE_ADDED));
    }
    assert_false(vmsg_oracle_owes(w.o));
    world_end(&w);
}

/* It goes before the bus has found it, and comes by an event that may be discarded. */
static void test_never_told_that_it_went(void **state)
{
    (void)state;
    for (unsigned together = 0; together < 2; together++) {
        struct message odd = hotplug(5, VMSG_DEVICE_ADDED);
        struct world w;

        vmsg_put_le16(odd.b + 2, 1); /* dev_num */
        world_begin(&w, together ? world_config() : apart());
        device_sends(&w, hotplug(5, VMSG_DEVICE_REMOVED));
        device_sends(&w, odd);
        driver_gets(&w, hotplug(5, VMSG_DEVICE_ADDED));
        device_sends(&w, hotplug(5, VMSG_DEVICE_ADDED));
        world_end(&w);
        assert_string_equal(w.first, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_is_blamed),
        cmocka_unit_test(test_told_is_told),
        cmocka_unit_test(test_failed_and_passed),
        cmocka_unit_test(test_telling_is_waited_for),
        cmocka_unit_test(test_never_told_that_it_went),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
