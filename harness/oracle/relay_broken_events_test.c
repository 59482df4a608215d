/*
 * The judge of buses and the mistakes that implementers make with events and with the bus's own
 * messages; those with requests are in relay_broken_test.c.
 */
#include "harness/oracle/relay_broken_testing.h"

/* ---- events ---- */

static void holds_events(struct world *w)
{
    goes(w, 0, 1, 1, 0);
    device_sends(w, used(0, 0));
    round_trip(w, 5, 1, 1, 0);
    later(w, TIMEOUT_MS / 2);
    comes(w, 0, 1, 1, 0);
    driver_gets(w, used(0, 0));
}

static void holds_notifications(struct world *w)
{
    goes(w, 0, 1, 1, 0);
    driver_sends(w, avail(0, 0, 0));
    round_trip(w, 5, 1, 1, 0);
    later(w, TIMEOUT_MS / 2);
    comes(w, 0, 1, 1, 0);
    device_gets(w, avail(0, 0, 0));
}

static void loses_an_event(struct world *w)
{
    driver_sends(w, avail(0, 0, 0));
    device_sends(w, used(0, 0));
    driver_gets(w, used(0, 0));
}

static void doubles_an_event(struct world *w)
{
    device_sends(w, used(0, 0));
    driver_gets(w, used(0, 0));
    driver_gets(w, used(0, 0));
}

static void invents_an_event(struct world *w)
{
    driver_gets(w, used(0, 0));
}

static void drops_next_offset(struct world *w)
{
    driver_sends(w, avail(0, 0, 0x80000005));
    device_gets(w, avail(0, 0, 0));
}

static void event_as_response(struct world *w)
{
    struct message m = used(0, 0);

    device_sends(w, m);
    m.b[0] = RESPONSE;
    driver_gets(w, m);
}

static void makes_events_when_polling(struct world *w)
{
    driver_gets(w, used(0, 0));
}

/* ---- bus messages ---- */

static void window(struct world *w, unsigned offset, unsigned count, unsigned next, unsigned n)
{
    struct message a =
        message(BUS | RESPONSE, VMSG_ID_GET_DEVICES, 0, 1, 3, offset | next << 16, n, 0);

    driver_sends(w, message(BUS, VMSG_ID_GET_DEVICES, 0, 1, 1, offset | count << 16));
    a.len = VMSG_HEADER_SIZE + 6 + (n + 7) / 8;
    a.b[6] = (uint8_t)a.len;
    driver_gets(w, a);
}

static void next_offset_stands_still(struct world *w)
{
    window(w, 400, 8, 400, 8);
}

static void next_offset_at_the_end(struct world *w)
{
    window(w, 0xFFFF, 1, 0xFFFF, 1);
}

static void more_than_asked(struct world *w)
{
    window(w, 400, 8, 0, 16);
}

static void shows_an_absent_device(struct world *w)
{
    struct message a =
        message(BUS | RESPONSE, VMSG_ID_GET_DEVICES, 0, 1, 2, 72, 8 | 1u << 16 | 0x20 << 16);

    driver_sends(w, message(BUS, VMSG_ID_GET_DEVICES, 0, 1, 1, 72 | 8 << 16));
    a.b[14] = 0x20;
    a.len = a.b[6] = 15;
    driver_gets(w, a);
}

static void changes_ping(struct world *w)
{
    driver_sends(w, message(BUS, VMSG_ID_PING, 0, 1, 1, 5));
    driver_gets(w, message(BUS | RESPONSE, VMSG_ID_PING, 0, 1, 1, 0x05000000));
}

static void answers_bad_ping_of_its_peer(struct world *w)
{
    struct message m = message(BUS, VMSG_ID_PING, 0, 9, 1, 5);

    m.b[6] = 200;
    device_sends(w, m);
    device_gets(w, message(BUS | RESPONSE, VMSG_ID_PING, 0, 9, 1, 5));
}

static void answers_unknown_bus_request(struct world *w)
{
    driver_sends(w, message(BUS, 0x0C, 0, 3, 0));
    driver_gets(w, message(BUS | RESPONSE, 0x0C, 0, 3, 0));
}

static void arrival_untold(struct world *w)
{
    device_appears(w, 9);
}

static void removal_untold(struct world *w)
{
    round_trip(w, 5, 1, 1, 0);
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_REMOVE, .dev_num = 5});
}

static void arrival_of_nobody(struct world *w)
{
    driver_gets(w, hotplug(9, VMSG_DEVICE_ADDED));
}

static void added_but_out_of_reach(struct world *w)
{
    device_appears(w, 9);
    driver_gets(w, hotplug(9, VMSG_DEVICE_ADDED));
    driver_sends(w, message(0, VMSG_ID_GET_DEVICE_INFO, 9, 1, 0));
    driver_gets(w, failure(9, 1, VMSG_ID_GET_DEVICE_INFO));
}

static void removed_but_in_reach(struct world *w)
{
    device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    round_trip(w, 5, 1, 1, 0);
}

static void new_limit_untold(struct world *w)
{
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_MAX_SIZE, .value = 100});
    round_trip(w, 0, 1, 1, 0);
}

/* ---- all of them ---- */

/* clang-format off */
static const struct broken cases[] = {
    BROKEN(holds_events, VMSG_BUS_ORDERING_5),
    BROKEN(holds_notifications, VMSG_BUS_ORDERING_5),
    BROKEN(loses_an_event, VMSG_BUS_RUNTIME_NOTIFICATIONS_3),
    BROKEN(doubles_an_event, VMSG_BUS_RUNTIME_NOTIFICATIONS_3),
    BROKEN(invents_an_event, VMSG_BUS_RUNTIME_NOTIFICATIONS_3),
    BROKEN(drops_next_offset, VMSG_BUS_EVENT_AVAIL_1),
    BROKEN(event_as_response, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE),
    {"makes_events_when_polling", makes_events_when_polling, {VMSG_BUS_RUNTIME_NOTIFICATIONS_6}, true},
    BROKEN(next_offset_stands_still, VMSG_BUS_GET_DEVICES_6),
    BROKEN(next_offset_at_the_end, VMSG_BUS_GET_DEVICES_5),
    BROKEN(more_than_asked, VMSG_BUS_GET_DEVICES_3),
    BROKEN(shows_an_absent_device, VMSG_BUS_DEVICE_DISCOVERY_1),
    BROKEN(changes_ping, VMSG_BUS_PING_1),
    BROKEN(answers_bad_ping_of_its_peer, VMSG_BUS_ERROR_SIGNALING_4),
    BROKEN(answers_unknown_bus_request, VMSG_BUS_ERROR_SIGNALING_4),
    BROKEN(arrival_untold, VMSG_BUS_HOTPLUG_AND_REMOVAL_1, VMSG_BUS_HOTPLUG_AND_REMOVAL_2),
    BROKEN(removal_untold, VMSG_BUS_HOTPLUG_AND_REMOVAL_1, VMSG_BUS_HOTPLUG_AND_REMOVAL_2),
    BROKEN(arrival_of_nobody, VMSG_BUS_DEVICE_DISCOVERY_1),
    BROKEN(added_but_out_of_reach, VMSG_BUS_EVENT_DEVICE_2),
    BROKEN(removed_but_in_reach, VMSG_BUS_EVENT_DEVICE_3),
    BROKEN(new_limit_untold, VMSG_BUS_PARAMETERS_6),
};
/* clang-format on */

static void test_broken(void **state)
{
    (void)state;
    all_are_blamed(cases, sizeof cases / sizeof *cases);
}

/* Nothing is called late where no bound is declared; everything else is found all the same. */
static void test_without_a_bound(void **state)
{
    (void)state;
    all_are_blamed_without_a_bound(cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_without_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
