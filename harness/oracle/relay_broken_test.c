/*
 * The judge of buses and the mistakes that implementers make: each is named under its clause, and
 * no other clause is, apart from those that break with it by the text.
 */
#include "harness/oracle/relay_testing.h"

/* ---- tokens, numbers, payloads ---- */

static void every_token_wrong(struct world *w)
{
    for (unsigned i = 0; i < 6; i++) {
        goes(w, 5, i, 100 + i, i);
        device_sends(w, answer(5, 100 + i, i));
        driver_gets(w, answer(5, 100 + i, i)); /* its own token */
    }
}

static void token_always_zero(struct world *w)
{
    for (unsigned i = 1; i < 6; i++) {
        goes(w, 5, i, i, i);
        device_sends(w, answer(5, i, i));
        driver_gets(w, answer(5, 0, i));
    }
}

static void token_big_endian(struct world *w)
{
    goes(w, 0, 0x1234, 1, 2);
    device_sends(w, answer(0, 1, 2));
    driver_gets(w, answer(0, 0x3412, 2));
}

static void responses_exchanged(struct world *w)
{
    for (unsigned i = 1; i < 3; i++)
        goes(w, 0, i, i, i);
    for (unsigned i = 1; i < 3; i++)
        device_sends(w, answer(0, i, i));
    driver_gets(w, answer(0, 1, 2));
    driver_gets(w, answer(0, 2, 1));
}

/* Equal requests of which the one gets the other's response. */
static void status_of_another_time(struct world *w)
{
    for (unsigned i = 1; i < 3; i++) {
        driver_sends(w, message(0, VMSG_ID_GET_DEVICE_STATUS, 0, i, 0));
        device_gets(w, message(0, VMSG_ID_GET_DEVICE_STATUS, 0, i, 0));
    }
    for (unsigned i = 1; i < 3; i++)
        device_sends(w, message(RESPONSE, VMSG_ID_GET_DEVICE_STATUS, 0, i, 1, i));
    for (unsigned i = 1; i < 3; i++)
        driver_gets(w, message(RESPONSE, VMSG_ID_GET_DEVICE_STATUS, 0, i, 1, 3 - i));
}

static void number_byte_swapped(struct world *w)
{
    driver_sends(w, ask(5, 1, 0));
    device_gets(w, ask(0x0500, 1, 0));
    device_sends(w, answer(0x0500, 1, 0));
    driver_gets(w, answer(5, 1, 0));
}

static void number_of_response_swapped(struct world *w)
{
    goes(w, 5, 1, 1, 0);
    device_sends(w, answer(5, 1, 0));
    driver_gets(w, answer(0x0500, 1, 0));
}

static void to_another_device(struct world *w)
{
    driver_sends(w, ask(5, 1, 0));
    device_gets(w, ask(0, 1, 0));
    comes(w, 0, 1, 1, 0);
}

static void request_changed(struct world *w)
{
    driver_sends(w, ask(0, 1, 3));
    device_gets(w, ask(0, 1, 4));
    comes(w, 0, 1, 1, 4);
}

static void response_changed(struct world *w)
{
    goes(w, 0, 1, 1, 3);
    device_sends(w, answer(0, 1, 3));
    driver_gets(w, answer(0, 1, 4));
}

static void request_with_response_bit(struct world *w)
{
    struct message m = ask(0, 1, 0);

    driver_sends(w, m);
    m.b[0] = RESPONSE;
    device_gets(w, m);
    comes(w, 0, 1, 1, 0);
}

static void response_without_its_bit(struct world *w)
{
    struct message a = answer(0, 1, 0);

    goes(w, 0, 1, 1, 0);
    device_sends(w, a);
    a.b[0] = 0;
    driver_gets(w, a);
}

static void rubbish_behind(struct world *w)
{
    struct message m = ask(0, 1, 0);

    driver_sends(w, m);
    m.b[m.len++] = 7;
    device_gets(w, m);
    comes(w, 0, 1, 1, 0);
}

/* ---- forwarding and order ---- */

static void forwards_twice(struct world *w)
{
    goes(w, 0, 1, 1, 0);
    device_gets(w, ask(0, 1, 0));
    comes(w, 0, 1, 1, 0);
}

static void repeats_what_was_answered(struct world *w)
{
    round_trip(w, 0, 1, 1, 0);
    device_gets(w, ask(0, 1, 0));
}

static void invents_a_request(struct world *w)
{
    round_trip(w, 0, 1, 1, 0);
    device_gets(w, ask(0, 44, 9));
}

static void reorders(struct world *w)
{
    for (unsigned i = 0; i < 3; i++)
        driver_sends(w, ask(0, i, i));
    device_gets(w, ask(0, 1, 1));
    device_gets(w, ask(0, 2, 2));
    device_gets(w, ask(0, 0, 0));
    for (unsigned i = 0; i < 3; i++)
        comes(w, 0, i, i, i);
}

static void forwards_to_absent(struct world *w)
{
    driver_sends(w, ask(77, 1, 0));
    device_gets(w, ask(77, 1, 0));
    driver_gets(w, failure(77, 1, VMSG_ID_GET_VQUEUE));
}

static void event_to_absent(struct world *w)
{
    driver_sends(w, avail(77, 0, 0));
    device_gets(w, avail(77, 0, 0));
}

static void answers_for_its_device(struct world *w)
{
    driver_sends(w, ask(0, 1, 0));
    driver_gets(w, answer(0, 1, 0));
}

static void invents_a_response(struct world *w)
{
    round_trip(w, 0, 1, 1, 0);
    driver_gets(w, answer(0, 55, 0));
}

static void judges_ids(struct world *w)
{
    driver_sends(w, message(0, 0x20, 0, 1, 0));
    driver_gets(w, failure(0, 1, 0x20));
}

/* ---- completion ---- */

static void drops_for_absent(struct world *w)
{
    driver_sends(w, ask(77, 1, 0));
}

static void completes_never(struct world *w)
{
    goes(w, 0, 1, 1, 0);
}

static void loses_a_request(struct world *w)
{
    driver_sends(w, ask(0, 1, 0));
}

static void swallows_a_response(struct world *w)
{
    goes(w, 0, 1, 1, 0);
    device_sends(w, answer(0, 1, 0));
}

static void fails_twice(struct world *w)
{
    goes(w, 0, 1, 1, 0);
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(0, 1, VMSG_ID_GET_VQUEUE));
    driver_gets(w, failure(0, 1, VMSG_ID_GET_VQUEUE));
}

static void fails_after_the_response(struct world *w)
{
    round_trip(w, 0, 1, 1, 0);
    driver_gets(w, failure(0, 1, VMSG_ID_GET_VQUEUE));
}

static void delivers_late(struct world *w)
{
    goes(w, 0, 1, 1, 0);
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(0, 1, VMSG_ID_GET_VQUEUE));
    device_sends(w, answer(0, 1, 0));
    driver_gets(w, answer(0, 1, 0));
}

/* The late response completes another request that has the token now. */
static void delivers_late_to_another(struct world *w)
{
    goes(w, 0, 7, 1, 1);
    later(w, TIMEOUT_MS);
    driver_gets(w, failure(0, 7, VMSG_ID_GET_VQUEUE));
    goes(w, 0, 7, 2, 2);
    device_sends(w, answer(0, 1, 1));
    driver_gets(w, answer(0, 7, 1));
    comes(w, 0, 7, 2, 2);
}

static void delivers_twice(struct world *w)
{
    round_trip(w, 0, 1, 1, 0);
    device_sends(w, answer(0, 1, 0));
    driver_gets(w, answer(0, 1, 0));
}

/* While an equal one is on its way: they are not mixed up. */
static void delivers_twice_among_equals(struct world *w)
{
    goes(w, 0, 1, 1, 0);
    goes(w, 0, 2, 2, 0);
    comes(w, 0, 1, 1, 0);
    device_sends(w, answer(0, 2, 0));
    driver_gets(w, answer(0, 1, 0));
    driver_gets(w, answer(0, 2, 0));
}

static void fails_a_request_that_was_not_sent(struct world *w)
{
    goes(w, 0, 1, 1, 0);
    comes(w, 0, 1, 1, 0);
    driver_gets(w, failure(0, 2, VMSG_ID_GET_VQUEUE));
}

static void fails_without_an_error(struct world *w)
{
    driver_sends(w, ask(77, 1, 0));
    driver_gets(w, message(BUS, VMSG_ID_REQUEST_FAILED, 0, 0, 3, 77 | 1 << 16, VMSG_ID_GET_VQUEUE,
                           0));
}

static void failure_with_a_device_number(struct world *w)
{
    struct message m = failure(77, 1, VMSG_ID_GET_VQUEUE);

    driver_sends(w, ask(77, 1, 0));
    m.b[2] = 77;
    driver_gets(w, m);
}

static void fails_an_event(struct world *w)
{
    driver_sends(w, avail(77, 0, 0));
    driver_gets(w, failure(77, 0, VMSG_ID_EVENT_AVAIL));
}

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
    window(w, 0xFFF8, 8, 0xFFFF, 8);
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

#define MOST_CLAUSES 5

struct broken {
    const char *name;
    void (*play)(struct world *w);
    enum vmsg_clause_no clauses[MOST_CLAUSES]; /* the first must be blamed, the others may be */
};

/* clang-format off */
#define BROKEN(name, ...) {#name, name, {__VA_ARGS__}}

static const struct broken cases[] = {
    BROKEN(every_token_wrong, VMSG_BUS_COMMON_MESSAGE_FORMAT_6),
    BROKEN(token_always_zero, VMSG_BUS_COMMON_MESSAGE_FORMAT_6),
    BROKEN(token_big_endian, VMSG_BUS_COMMON_MESSAGE_FORMAT_6),
    BROKEN(responses_exchanged, VMSG_BUS_COMMON_MESSAGE_FORMAT_6),
    BROKEN(status_of_another_time, VMSG_BUS_COMMON_MESSAGE_FORMAT_6),
    BROKEN(number_byte_swapped, VMSG_BUS_COMMON_MESSAGE_FORMAT_1, VMSG_BUS_FORWARDING_2),
    BROKEN(number_of_response_swapped, VMSG_BUS_COMMON_MESSAGE_FORMAT_1),
    BROKEN(to_another_device, VMSG_BUS_FORWARDING_2, VMSG_BUS_COMMON_MESSAGE_FORMAT_1,
           VMSG_BUS_ERROR_SIGNALING_1, VMSG_BUS_ERROR_SIGNALING_3, VMSG_BUS_ORDERING_1),
    BROKEN(request_changed, VMSG_BUS_FORWARDING_3),
    BROKEN(response_changed, VMSG_BUS_FORWARDING_3),
    BROKEN(request_with_response_bit, VMSG_ANY_PROSE_RESPONSE_TYPE),
    BROKEN(response_without_its_bit, VMSG_ANY_PROSE_RESPONSE_TYPE),
    BROKEN(rubbish_behind, VMSG_BUS_COMMON_MESSAGE_FORMAT_3),
    BROKEN(forwards_twice, VMSG_BUS_FORWARDING_2),
    BROKEN(repeats_what_was_answered, VMSG_BUS_FORWARDING_2),
    BROKEN(invents_a_request, VMSG_BUS_FORWARDING_2),
    BROKEN(reorders, VMSG_BUS_ORDERING_3),
    BROKEN(forwards_to_absent, VMSG_BUS_FORWARDING_1),
    BROKEN(event_to_absent, VMSG_BUS_FORWARDING_1),
    BROKEN(answers_for_its_device, VMSG_BUS_FORWARDING_2),
    BROKEN(invents_a_response, VMSG_BUS_ORDERING_1),
    BROKEN(judges_ids, VMSG_BUS_ERROR_SIGNALING_5),
    BROKEN(drops_for_absent, VMSG_BUS_FORWARDING_4),
    BROKEN(completes_never, VMSG_BUS_ERROR_SIGNALING_1, VMSG_BUS_ERROR_SIGNALING_3),
    BROKEN(loses_a_request, VMSG_BUS_ERROR_SIGNALING_1),
    BROKEN(swallows_a_response, VMSG_BUS_ORDERING_1, VMSG_BUS_ERROR_SIGNALING_1),
    BROKEN(fails_twice, VMSG_BUS_ERROR_SIGNALING_2),
    BROKEN(fails_after_the_response, VMSG_BUS_ERROR_SIGNALING_2),
    BROKEN(delivers_late, VMSG_BUS_ERROR_SIGNALING_2),
    BROKEN(delivers_late_to_another, VMSG_BUS_ERROR_SIGNALING_2),
    BROKEN(delivers_twice, VMSG_BUS_ERROR_SIGNALING_2),
    BROKEN(delivers_twice_among_equals, VMSG_BUS_ERROR_SIGNALING_2),
    BROKEN(fails_a_request_that_was_not_sent, VMSG_BUS_ORDERING_1),
    BROKEN(fails_without_an_error, VMSG_BUS_ERROR_SIGNALING_2),
    BROKEN(failure_with_a_device_number, VMSG_BUS_COMMON_MESSAGE_FORMAT_1),
    BROKEN(fails_an_event, VMSG_BUS_ERROR_SIGNALING_6),
    BROKEN(holds_events, VMSG_BUS_ORDERING_5),
    BROKEN(holds_notifications, VMSG_BUS_ORDERING_5),
    BROKEN(loses_an_event, VMSG_BUS_RUNTIME_NOTIFICATIONS_3),
    BROKEN(doubles_an_event, VMSG_BUS_RUNTIME_NOTIFICATIONS_3),
    BROKEN(invents_an_event, VMSG_BUS_RUNTIME_NOTIFICATIONS_3),
    BROKEN(drops_next_offset, VMSG_BUS_EVENT_AVAIL_1),
    BROKEN(event_as_response, VMSG_ANY_PROSE_EVENT_NOT_RESPONSE),
    BROKEN(makes_events_when_polling, VMSG_BUS_RUNTIME_NOTIFICATIONS_6),
    BROKEN(next_offset_stands_still, VMSG_BUS_GET_DEVICES_6),
    BROKEN(next_offset_at_the_end, VMSG_BUS_GET_DEVICES_5),
    BROKEN(more_than_asked, VMSG_BUS_GET_DEVICES_3),
    BROKEN(shows_an_absent_device, VMSG_BUS_DEVICE_DISCOVERY_1),
    BROKEN(changes_ping, VMSG_BUS_PING_1),
    BROKEN(answers_bad_ping_of_its_peer, VMSG_BUS_ERROR_SIGNALING_4),
    BROKEN(answers_unknown_bus_request, VMSG_BUS_ERROR_SIGNALING_4),
    BROKEN(arrival_untold, VMSG_BUS_HOTPLUG_AND_REMOVAL_1, VMSG_BUS_HOTPLUG_AND_REMOVAL_2),
    BROKEN(arrival_of_nobody, VMSG_BUS_DEVICE_DISCOVERY_1),
    BROKEN(added_but_out_of_reach, VMSG_BUS_EVENT_DEVICE_2),
    BROKEN(removed_but_in_reach, VMSG_BUS_EVENT_DEVICE_3),
    BROKEN(new_limit_untold, VMSG_BUS_PARAMETERS_6),
};
/* clang-format on */

static bool may_be_blamed(const struct broken *b, enum vmsg_clause_no clause)
{
    for (unsigned i = 0; i < MOST_CLAUSES && (i == 0 || b->clauses[i]); i++)
        if (b->clauses[i] == clause)
            return true;
    return false;
}

static void judge(const struct broken *b, struct world *w)
{
    if (!w->blamed[b->clauses[0]])
        fail_msg("%s: %s is not blamed; first: %s", b->name, vmsg_clause_id(b->clauses[0]),
                 w->first);
    for (int i = 0; i < VMSG_CLAUSE_COUNT; i++)
        if (w->blamed[i] && !may_be_blamed(b, i))
            fail_msg("%s: %s is blamed, too; first: %s", b->name, vmsg_clause_id(i), w->first);
}

static void test_broken(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vmsg_oracle_config config = world_config();
        struct world w;

        config.polling = cases[i].play == makes_events_when_polling;
        world_begin(&w, config);
        opens(&w);
        cases[i].play(&w);
        world_end(&w);
        judge(&cases[i], &w);
    }
}

/* Nothing is called late where no bound is declared; everything else is found all the same. */
static void test_without_a_bound(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vmsg_oracle_config config = world_config();
        bool late = false;
        struct world w;

        config.polling = cases[i].play == makes_events_when_polling;
        config.request_timeout_ms = 0;
        world_begin(&w, config);
        opens(&w);
        cases[i].play(&w);
        world_end(&w);
        for (unsigned k = 0; k < MOST_CLAUSES; k++)
            late |= cases[i].clauses[k] == VMSG_BUS_ERROR_SIGNALING_1;
        assert_false(w.blamed[VMSG_BUS_ERROR_SIGNALING_1]);
        assert_false(w.blamed[VMSG_BUS_ERROR_SIGNALING_3]);
        if (!late && cases[i].clauses[0] != VMSG_BUS_FORWARDING_4)
            judge(&cases[i], &w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_without_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
