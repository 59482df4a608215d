/*
 * The judge of buses and what a bus may do: odd but legal behaviour is never blamed, however much
 * of it there is. The comments name the freedom.
 */
#include "harness/oracle/relay_testing.h"

static void keeps_tokens(struct world *w)
{
    for (unsigned i = 0; i < 8; i++)
        round_trip(w, 5, i, i, i);
}

/* A driver need not vary its tokens: "Drivers and devices treat this field as opaque". */
static void one_token_for_all(struct world *w)
{
    for (unsigned i = 0; i < 300; i++)
        goes(w, 0, 7, i, i);
    for (unsigned i = 300; i-- > 0;)
        comes(w, 0, 7, i, i);
}

static void responses_in_any_order(struct world *w)
{
    for (unsigned i = 0; i < 100; i++)
        goes(w, 0, i, 1000 + i, i % 3);
    for (unsigned i = 0; i < 100; i++)
        comes(w, 0, i * 37 % 100, 1000 + i * 37 % 100, i * 37 % 100 % 3);
}

static void devices_overtake_each_other(struct world *w)
{
    for (unsigned i = 0; i < 20; i++)
        driver_sends(w, ask(world_devices[i % 3], i, i));
    for (unsigned d = 3; d-- > 0;)
        for (unsigned i = d; i < 20; i += 3)
            device_gets(w, ask(world_devices[d], 500 + i, i));
    for (unsigned i = 0; i < 20; i++)
        comes(w, world_devices[i % 3], i, 500 + i, i);
}

static void fails_and_swallows_the_late_response(struct world *w)
{
    goes(w, 0, 1, 9, 1);
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(0, 1, VMSG_ID_GET_VQUEUE));
    goes(w, 0, 1, 10, 2); /* the same token again */
    device_sends(w, answer(0, 9, 1));
    comes(w, 0, 1, 10, 2);
}

static void absent_devices(struct world *w)
{
    driver_sends(w, ask(77, 1, 0));
    driver_gets(w, failure(77, 1, VMSG_ID_GET_VQUEUE));
    driver_sends(w, avail(77, 0, 0));
    device_sends(w, used(77, 0));
    round_trip(w, 0, 2, 2, 0);
}

static void unknown_ids(struct world *w)
{
    for (unsigned id = 0x43; id <= 0x7F; id += 12) {
        driver_sends(w, message(0, id, 0, 0, 2, 1, 2));
        device_gets(w, message(0, id, 0, 0, 2, 1, 2));
        driver_sends(w, message(0, id, 0, 0, 2, 3, 4)); /* dropped */
        device_sends(w, message(0, id, 5, 0, 0));
    }
    driver_sends(w, message(0, 0x20, 0, 1, 1, 5));
    device_gets(w, message(0, 0x20, 0, 2, 1, 5)); /* and nothing answers it */
    driver_sends(w, message(0, 0x21, 0, 3, 0));
    device_gets(w, message(0, 0x21, 0, 4, 0));
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(0, 3, 0x21));
    /* Implementation-defined ids may be the bus's own: answered, forwarded, or neither. */
    driver_sends(w, message(0, 0x85, 0, 5, 0));
    driver_gets(w, message(RESPONSE, 0x85, 0, 5, 1, 1));
    driver_gets(w, message(BUS, 0xC7, 0, 0, 1, 1));
    driver_gets(w, message(0, 0xC3, 0, 0, 1, 1));
}

/* A size that lies or is too large: failed, dropped or forwarded. */
static void sizes(struct world *w)
{
    struct message m = ask(0, 1, 0);

    for (unsigned how = 0; how < 3; how++) {
        m.b[4] = (uint8_t)(1 + how);
        m.b[6] = 200;
        driver_sends(w, m);
        if (how == 0)
            device_gets(w, m);
        else if (how == 1)
            driver_gets(w, failure(0, 1 + how, VMSG_ID_GET_VQUEUE));
    }
    for (unsigned how = 0; how < 3; how++) {
        struct message big = message(0, VMSG_ID_GET_VQUEUE, 5, 10 + how, 1, 0);

        big.len = 300;
        vmsg_put_le16(big.b + 6, 300);
        driver_sends(w, big);
        if (how == 0)
            device_gets(w, big);
        else if (how == 1)
            driver_gets(w, failure(5, 10 + how, VMSG_ID_GET_VQUEUE));
    }
    round_trip(w, 0, 50, 50, 0);
}

static void pads_with_zeros(struct world *w)
{
    struct message m = ask(0, 1, 3), a = answer(0, 1, 3);

    driver_sends(w, m);
    m.len = 64;
    device_gets(w, m);
    device_sends(w, a);
    a.len = 64;
    driver_gets(w, a);
}

static void reserved_bits(struct world *w)
{
    for (unsigned kept = 0; kept < 2; kept++) {
        struct message m = message(0xF0, VMSG_ID_GET_VQUEUE, 0, kept, 1, 0);

        driver_sends(w, m);
        m.b[0] = kept ? 0xF0 : 0;
        device_gets(w, m);
        comes(w, 0, kept, kept, 0);
    }
}

static void asks_devices_itself(struct world *w)
{
    device_gets(w, message(BUS, VMSG_ID_GET_DEVICES, 0, 1, 1, 0xFFFF0000));
    device_gets(w, message(0, VMSG_ID_GET_DEVICE_INFO, 0, 7, 0));
    device_sends(
        w, message(RESPONSE, VMSG_ID_GET_DEVICE_INFO, 0, 7, 11, 2, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0));
    device_gets(w, message(BUS, VMSG_ID_PING, 0, 2, 1, 5));
    driver_gets(w, message(BUS, VMSG_ID_PING, 0, 3, 1, 6));
    driver_sends(w, message(BUS | RESPONSE, VMSG_ID_PING, 0, 3, 1, 6));
}

/* GET_DEVICES as its responder likes it: small windows, early ends, tokens of its own. */
static void small_windows(struct world *w)
{
    static const uint8_t bits[] = {0x21, 0, 0, 0};

    for (unsigned offset = 0; offset < 32; offset += 8) {
        struct message a =
            message(BUS | RESPONSE, VMSG_ID_GET_DEVICES, 0, offset + 99, 2,
                    offset | (offset + 8) << 16, 8 | (uint32_t)bits[offset / 8] << 16);

        driver_sends(w, message(BUS, VMSG_ID_GET_DEVICES, 0, offset, 1, offset | 100u << 16));
        a.len = 15;
        a.b[6] = 15;
        driver_gets(w, a);
    }
    driver_sends(w, message(BUS, VMSG_ID_GET_DEVICES, 0, 1, 1, 400 | 8u << 16));
    struct message none = message(BUS | RESPONSE, VMSG_ID_GET_DEVICES, 0, 1, 2, 400, 0);

    none.len = none.b[6] = 14;
    driver_gets(w, none);
}

static void bus_message_with_a_device_number(struct world *w)
{
    driver_sends(w, message(BUS, VMSG_ID_PING, 9, 1, 1, 5)); /* discarded */
    driver_sends(w, message(BUS, VMSG_ID_PING, 9, 2, 1, 6));
    driver_gets(w, message(BUS | RESPONSE, VMSG_ID_PING, 0, 2, 1, 6));
    round_trip(w, 0, 1, 1, 0);
}

/* Only the peer's EVENT_DEVICE says so. */
static void arrival_at_the_peer(struct world *w)
{
    device_appears(w, 9);
    driver_gets(w, hotplug(9, VMSG_DEVICE_ADDED));
    driver_gets(w, hotplug(9, VMSG_DEVICE_ADDED)); /* "Duplicate ... events can occur" */
    round_trip(w, 9, 1, 1, 0);
    device_sends(w, hotplug(9, VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(9, VMSG_DEVICE_REMOVED));
    driver_sends(w, ask(9, 2, 0));
    driver_gets(w, failure(9, 2, VMSG_ID_GET_VQUEUE));
    driver_gets(w, hotplug(5, 0x8001)); /* an implementation's own state */
}

/* The bus tells one after the other, and is behind. */
static void comes_and_goes_before_it_is_told(struct world *w)
{
    device_sends(w, hotplug(9, VMSG_DEVICE_ADDED));
    device_sends(w, hotplug(9, VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(9, VMSG_DEVICE_ADDED));
    driver_gets(w, hotplug(9, VMSG_DEVICE_REMOVED));
}

static void goes_and_comes_before_it_is_told(struct world *w)
{
    round_trip(w, 5, 1, 1, 0);
    device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
    device_sends(w, hotplug(5, VMSG_DEVICE_ADDED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    round_trip(w, 5, 2, 2, 0);
}

/* What went comes again, and goes again, by events that a bus takes or discards: it may be late to
 * tell the first of them. */
static void goes_and_may_come(struct world *w)
{
    for (unsigned taken = 0; taken < 2; taken++) {
        struct message odd = hotplug(5, VMSG_DEVICE_ADDED);

        vmsg_put_le16(odd.b + 2, 1); /* dev_num */
        round_trip(w, 5, 1, 1, 0);
        device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
        device_sends(w, odd);
        driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
        if (taken)
            driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
        device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
        if (taken)
            driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
        device_sends(w, hotplug(5, VMSG_DEVICE_ADDED));
        driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    }
}

/* And twice: the first failure may have been of any of the three. */
static void fails_two_of_one_token(struct world *w)
{
    struct message lies = ask(5, 9001, 0);

    vmsg_put_le16(lies.b + 6, 400);
    goes(w, 5, 9001, 9002, 0);
    for (unsigned i = 0; i < 2; i++) {
        driver_sends(w, lies);
        driver_gets(w, failure(5, 9001, VMSG_ID_GET_VQUEUE));
    }
    comes(w, 5, 9001, 9002, 0);
}

/* The same the other way round: it may have gone, and is there. */
static void may_go_and_comes(struct world *w)
{
    struct message odd = hotplug(5, VMSG_DEVICE_REMOVED);

    vmsg_put_le16(odd.b + 2, 1); /* dev_num */
    round_trip(w, 5, 1, 1, 0);
    device_sends(w, odd);
    device_sends(w, hotplug(5, VMSG_DEVICE_ADDED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    round_trip(w, 5, 2, 2, 0);
}

/* The upper tester took it away, and the bus looks again what its end has: that it is there. */
static void found_again(struct world *w)
{
    round_trip(w, 5, 1, 1, 0);
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_REMOVE, .dev_num = 5});
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    device_gets(w, window_of(0, 9, 0));
    device_sends(w, window_of(RESPONSE, 9, 0x21));
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_ADD, .dev_num = 5});
    round_trip(w, 5, 2, 2, 0);
}

/* What the bus has not found yet nobody misses. */
static void gone_before_it_was_found(struct world *w)
{
    driver_sends(w, message(0, VMSG_ID_GET_DEVICE_INFO, 5, 1, 0));
    driver_gets(w, failure(5, 1, VMSG_ID_GET_DEVICE_INFO));
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_REMOVE, .dev_num = 5});
}

/* A failure names either of two requests with one token, of which one may be failed at once. */
static void fails_one_of_one_token(struct world *w)
{
    struct message lies = ask(5, 6, 0);

    vmsg_put_le16(lies.b + 6, 400);
    round_trip(w, 0, 1, 1, 0);
    goes(w, 5, 6, 7, 0);
    driver_sends(w, lies);
    driver_gets(w, failure(5, 6, VMSG_ID_GET_VQUEUE));
    comes(w, 5, 6, 7, 0);
    goes(w, 5, 6, 8, 0);
    driver_sends(w, lies); /* dropped */
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(5, 6, VMSG_ID_GET_VQUEUE));
    device_sends(w, answer(5, 8, 0)); /* too late */
}

/* "The next request towards the device": one that is failed for another reason is not it. */
static void loses_one_later(struct world *w)
{
    round_trip(w, 5, 9, 9, 0);
    driver_sends(w, ask(77, 1, 0));
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_DROP_NEXT});
    driver_sends(w, ask(77, 2, 0));
    driver_gets(w, failure(77, 1, VMSG_ID_GET_VQUEUE));
    driver_gets(w, failure(77, 2, VMSG_ID_GET_VQUEUE));
    driver_sends(w, ask(5, 3, 1));
    driver_sends(w, ask(5, 4, 2));
    device_gets(w, ask(5, 4, 2));
    comes(w, 5, 4, 4, 2);
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(5, 3, VMSG_ID_GET_VQUEUE));
}

/* Of two equal requests to a device that has just come either may be the one that is lost. */
static void loses_one_of_two(struct world *w)
{
    round_trip(w, 5, 9, 9, 0);
    device_sends(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_DROP_NEXT});
    device_appears(w, 5);
    driver_sends(w, ask(5, 7001, 777));
    driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    driver_sends(w, ask(5, 7002, 777));
    device_gets(w, ask(5, 7010, 777));
    comes(w, 5, 7002, 7010, 777);
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(5, 7001, VMSG_ID_GET_VQUEUE));
}

/* A device goes before the bus has found it: nobody misses it. */
static void goes_unknown(struct world *w)
{
    device_sends(w, hotplug(300, VMSG_DEVICE_REMOVED));
    round_trip(w, 0, 1, 1, 0);
    device_appears(w, 300);
    driver_gets(w, hotplug(300, VMSG_DEVICE_ADDED));
}

/* The bus need not pass on what nobody defined, and may discard what is framed oddly. */
static void odd_hotplug_at_the_device_end(struct world *w)
{
    struct message odd = hotplug(78, VMSG_DEVICE_ADDED);

    device_sends(w, hotplug(77, 3));
    device_sends(w, hotplug(77, 0x8000));
    vmsg_put_le16(odd.b + 2, 1); /* dev_num */
    device_sends(w, odd);
    round_trip(w, 0, 1, 1, 0);
    driver_sends(w, ask(78, 2, 0)); /* failed, or forwarded: it is there, or not */
    driver_gets(w, failure(78, 2, VMSG_ID_GET_VQUEUE));
    round_trip(w, 78, 3, 3, 0);
}

/* It may have gone and come again, by events that a bus takes or discards; this one takes both. */
static void may_go_and_may_come(struct world *w)
{
    struct message gone = hotplug(5, VMSG_DEVICE_REMOVED), back = hotplug(5, VMSG_DEVICE_ADDED);

    vmsg_put_le16(gone.b + 2, 1); /* dev_num */
    vmsg_put_le16(back.b + 2, 1);
    round_trip(w, 5, 1, 1, 0);
    device_sends(w, gone);
    device_sends(w, back);
    driver_gets(w, hotplug(5, VMSG_DEVICE_REMOVED));
    driver_gets(w, hotplug(5, VMSG_DEVICE_ADDED));
    round_trip(w, 5, 2, 2, 0);
}

/* Before the bus knew its devices it dropped an event like one that it passes on at once later. */
static void equal_events(struct world *w)
{
    driver_sends(w, used(300, 0));
    round_trip(w, 300, 1, 1, 0);
    goes(w, 300, 2, 2, 1);
    driver_sends(w, used(300, 0));
    device_gets(w, used(300, 0));
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(300, 2, VMSG_ID_GET_VQUEUE));
    round_trip(w, 0, 3, 3, 0);
    driver_sends(w, used(300, 0));
    device_gets(w, used(300, 0));
}

/* A bus that is slow, with all that it does. */
static void slow_but_right(struct world *w)
{
    goes(w, 0, 1, 1, 0);
    driver_sends(w, avail(0, 0, 0));
    device_sends(w, used(0, 0));
    later(w, TIMEOUT_MS / 2);
    comes(w, 0, 1, 1, 0);
    device_gets(w, avail(0, 0, 0));
    driver_gets(w, used(0, 0));
}

static void events_pass(struct world *w)
{
    goes(w, 0, 1, 1, 0);
    for (unsigned i = 0; i < 50; i++) {
        driver_sends(w, avail(0, i % 2, 0)); /* equal ones, too */
        device_sends(w, used(0, 0));
    }
    for (unsigned i = 0; i < 50; i++) {
        driver_gets(w, used(0, 0));
        device_gets(w, avail(0, i % 2, 0));
    }
    comes(w, 0, 1, 1, 0);
}

/* More under way than any search looks at, all alike; and what was dropped is not in the way. */
static void thousands(struct world *w)
{
    struct message lie = ask(0, 1, 0);

    lie.b[6] = 200;
    for (unsigned i = 0; i < 9000; i++)
        driver_sends(w, lie);
    for (unsigned i = 0; i < 9000; i++)
        driver_sends(w, avail(77, i, 0));
    for (unsigned i = 0; i < 5000; i++)
        driver_sends(w, ask(5, i, 1));
    for (unsigned i = 0; i < 5000; i++)
        device_gets(w, ask(5, 10000 + i, 1));
    for (unsigned i = 5000; i-- > 0;)
        comes(w, 5, i, 10000 + i, 1);
    for (unsigned i = 0; i < 5000; i++)
        round_trip(w, 300, 3, i, i);
}

static const struct legal cases[] = {
    LEGAL(keeps_tokens),
    LEGAL(one_token_for_all),
    LEGAL(responses_in_any_order),
    LEGAL(devices_overtake_each_other),
    LEGAL(fails_and_swallows_the_late_response),
    LEGAL(absent_devices),
    LEGAL(unknown_ids),
    LEGAL(sizes),
    LEGAL(pads_with_zeros),
    LEGAL(reserved_bits),
    LEGAL(asks_devices_itself),
    LEGAL(small_windows),
    LEGAL(bus_message_with_a_device_number),
    LEGAL(arrival_at_the_peer),
    LEGAL(comes_and_goes_before_it_is_told),
    LEGAL(goes_and_comes_before_it_is_told),
    LEGAL(goes_and_may_come),
    LEGAL(fails_one_of_one_token),
    LEGAL(fails_two_of_one_token),
    LEGAL(may_go_and_comes),
    LEGAL(may_go_and_may_come),
    LEGAL(found_again),
    LEGAL(gone_before_it_was_found),
    LEGAL(loses_one_later),
    LEGAL(loses_one_of_two),
    LEGAL(goes_unknown),
    LEGAL(odd_hotplug_at_the_device_end),
    LEGAL(equal_events),
    LEGAL(slow_but_right),
    LEGAL(events_pass),
    LEGAL(thousands),
};

static void test_legal(void **state)
{
    (void)state;
    play_legal(cases, sizeof cases / sizeof *cases, world_config(), false);
}

/* One after the other at one oracle: what one leaves behind does not spoil the next. */
static void test_all_in_a_row(void **state)
{
    struct world w;

    (void)state;
    world_begin(&w, world_config());
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
            if (cases[i].play == goes_unknown)
                continue; /* the bus knows its devices */
            cases[i].play(&w);
            if (*w.first)
                fail_msg("%s, round %u: %s", cases[i].name, round, w.first);
            later(&w, 10 * TIMEOUT_MS);
            vmsg_oracle_settle(w.o);
            if (*w.first)
                fail_msg("%s, round %u, settled: %s", cases[i].name, round, w.first);
        }
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_legal),
        cmocka_unit_test(test_all_in_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
