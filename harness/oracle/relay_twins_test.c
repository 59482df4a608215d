/*
 * The judge of buses and equal requests, of which some need not be delivered: which of them came
 * out, and which one failed, cannot be seen. Nobody is blamed for either.
 */
#include "harness/oracle/relay_testing.h"

/* More bytes than it says: a bus may deliver it or not. */
static struct message trailing(struct message m)
{
    m.len += 4;
    return m;
}

/* It says more bytes than there are. */
static struct message lying(struct message m)
{
    vmsg_put_le16(m.b + 6, (uint16_t)(m.len + 60));
    return m;
}

static void fails(struct world *w, unsigned dev, unsigned token)
{
    driver_gets(w, failure(dev, token, VMSG_ID_GET_VQUEUE));
}

/* It is forwarded, its device stays silent, and after a while it fails. */
static void gives_up(struct world *w, unsigned token, unsigned ours, unsigned vq)
{
    device_gets(w, ask(0, ours, vq));
    later(w, TIMEOUT_MS);
    fails(w, 0, token);
}

/* One request at a time, each given up when its device is silent: all come out in their order. */
static void doubtful_one_first(struct world *w)
{
    driver_sends(w, trailing(ask(0, 1, 7)));
    driver_sends(w, ask(0, 2, 8));
    driver_sends(w, ask(0, 3, 7));
    gives_up(w, 1, 900, 7);
    gives_up(w, 2, 901, 8);
    gives_up(w, 3, 902, 7);
}

/* The first to come out is taken for the one that must; then the other one is given up. */
static void failure_tells_which_came_out(struct world *w)
{
    driver_sends(w, trailing(ask(0, 1, 7)));
    driver_sends(w, ask(0, 2, 7));
    gives_up(w, 1, 900, 7);
    device_gets(w, ask(0, 901, 7));
    device_sends(w, answer(0, 901, 7));
    driver_gets(w, answer(0, 2, 7));
}

/* Several of one token; the malformed ones are refused at once. */
static void one_token(struct world *w)
{
    driver_sends(w, ask(0, 5, 7));
    driver_sends(w, lying(ask(0, 5, 7)));
    fails(w, 0, 5);
    driver_sends(w, ask(0, 6, 7));
    driver_sends(w, lying(ask(0, 5, 7)));
    fails(w, 0, 5);
    gives_up(w, 5, 900, 7);
    gives_up(w, 6, 901, 7);
}

/* The one that comes out may be the one for which the failure was taken. */
static struct message cut(struct message m)
{
    m.len -= 1;
    vmsg_put_le16(m.b + 6, (uint16_t)m.len);
    return m;
}

static void failed_before_it_comes_out(struct world *w)
{
    driver_sends(w, cut(ask(0, 5, 7)));
    driver_sends(w, lying(ask(0, 5, 7)));
    fails(w, 0, 5);
    device_gets(w, cut(ask(0, 900, 7)));
    later(w, TIMEOUT_MS);
    fails(w, 0, 5);
}

static void answered_after_all(struct world *w)
{
    driver_sends(w, trailing(ask(0, 5, 8)));
    driver_sends(w, lying(ask(0, 5, 7)));
    fails(w, 0, 5);
    device_gets(w, ask(0, 900, 8));
    comes(w, 0, 5, 900, 8);
}

/* An answer that need not come through is like the one to another request. */
static void answers_alike(struct world *w)
{
    driver_sends(w, lying(message(0, VMSG_ID_RESET_VQUEUE, 0, 1, 1, 3)));
    device_gets(w, message(0, VMSG_ID_RESET_VQUEUE, 0, 900, 1, 3));
    device_sends(w, message(RESPONSE, VMSG_ID_RESET_VQUEUE, 0, 900, 0));
    driver_sends(w, trailing(message(0, VMSG_ID_RESET_VQUEUE, 0, 2, 1, 4))); /* lost */
    driver_sends(w, trailing(message(0, VMSG_ID_RESET_VQUEUE, 0, 3, 1, 4)));
    device_gets(w, message(0, VMSG_ID_RESET_VQUEUE, 0, 901, 1, 4));
    device_sends(w, message(RESPONSE, VMSG_ID_RESET_VQUEUE, 0, 901, 0));
    driver_gets(w, message(RESPONSE, VMSG_ID_RESET_VQUEUE, 0, 3, 0));
}

/* However many other requests there were. */
static void after_thousands(struct world *w)
{
    for (unsigned i = 0; i < 5000; i++) {
        driver_sends(w, lying(ask(0, 100 + i, i)));
        driver_gets(w, failure(0, 100 + i, VMSG_ID_GET_VQUEUE));
    }
    failure_tells_which_came_out(w);
}

/* Many equal ones, one at a time, some of which may be lost; all come out in their order. */
static void many_equal_ones(struct world *w)
{
    static const bool odd[] = {true, false, false, true};
    enum { N = sizeof odd / sizeof *odd };

    goes(w, 0, 3, 800, 7);
    for (unsigned i = 0; i < N; i++) {
        driver_sends(w, odd[i] ? trailing(ask(0, 10 + i, 7)) : ask(0, 10 + i, 7));
        if (i == 0)
            driver_sends(w, ask(0, 40, 8));
    }
    later(w, TIMEOUT_MS);
    fails(w, 0, 3);
    for (unsigned i = 0; i < N; i++) {
        gives_up(w, 10 + i, 900 + i, 7);
        if (i == 0) {
            device_gets(w, ask(0, 990, 8));
            comes(w, 0, 40, 990, 8);
        }
    }
}

/* The device went and came: what was sent meanwhile is failed, and that is told late. */
static void failed_late(struct world *w)
{
    device_sends(w, hotplug(0, VMSG_DEVICE_REMOVED));
    driver_sends(w, ask(0, 1, 7));
    driver_gets(w, hotplug(0, VMSG_DEVICE_REMOVED));
    device_appears(w, 0);
    driver_sends(w, ask(0, 2, 7));
    driver_sends(w, ask(0, 3, 8));
    device_gets(w, ask(0, 900, 7));
    device_sends(w, answer(0, 900, 7));
    fails(w, 0, 1);
    driver_gets(w, hotplug(0, VMSG_DEVICE_ADDED));
    driver_gets(w, answer(0, 2, 7));
    device_gets(w, ask(0, 901, 8));
    comes(w, 0, 3, 901, 8);
}

/* What was sent before the device went is delivered and fails late, beside what must not be. */
static void delivered_before_it_went(struct world *w)
{
    driver_sends(w, ask(0, 1, 7));
    driver_sends(w, ask(0, 2, 7));
    device_gets(w, ask(0, 900, 7));
    device_sends(w, lying(answer(0, 900, 7)));
    device_sends(w, hotplug(0, VMSG_DEVICE_REMOVED));
    driver_sends(w, ask(0, 3, 7));
    fails(w, 0, 1);
    device_gets(w, ask(0, 901, 7));
    fails(w, 0, 2);
    driver_gets(w, hotplug(0, VMSG_DEVICE_REMOVED));
    fails(w, 0, 3);
}

/* One is equal to one that shares its token with a third, which is refused. */
static void equal_to_one_of_one_token(struct world *w)
{
    driver_sends(w, ask(0, 5, 7));
    driver_sends(w, ask(0, 6, 8));
    driver_sends(w, ask(0, 7, 7));
    driver_sends(w, lying(cut(ask(0, 5, 7))));
    fails(w, 0, 5);
    gives_up(w, 5, 900, 7);
    gives_up(w, 6, 901, 8);
    gives_up(w, 7, 902, 7);
}

/* The upper tester had one lost, and nobody can tell which. */
static void lost_by_order(struct world *w)
{
    vmsg_oracle_note(w->o, &(struct vmsg_note){.kind = VMSG_NOTE_DROP_NEXT});
    driver_sends(w, ask(0, 1, 7));
    driver_sends(w, ask(0, 2, 7));
    gives_up(w, 1, 900, 7);
    device_gets(w, ask(0, 901, 7));
    comes(w, 0, 2, 901, 7);
}

static const struct legal cases[] = {
    LEGAL(doubtful_one_first), LEGAL(failure_tells_which_came_out),
    LEGAL(one_token),          LEGAL(failed_before_it_comes_out),
    LEGAL(answered_after_all), LEGAL(answers_alike),
    LEGAL(many_equal_ones),    LEGAL(equal_to_one_of_one_token),
    LEGAL(failed_late),        LEGAL(delivered_before_it_went),
    LEGAL(after_thousands),    LEGAL(lost_by_order),
};

static void test_nobody_is_blamed(void **state)
{
    (void)state;
    play_legal(cases, sizeof cases / sizeof *cases, world_config(), true);
}

/* There are as many failures as there were requests, whichever they end. */
static void test_failures_are_counted(void **state)
{
    struct world w;

    (void)state;
    world_begin(&w, world_config());
    opens(&w);
    failed_before_it_comes_out(&w);
    assert_string_equal(w.first, "");
    fails(&w, 0, 5);
    assert_true(w.blamed[VMSG_BUS_ERROR_SIGNALING_2]);
    world_end(&w);
}

/* Without a doubtful one there is nothing to be lenient about. */
static void test_order_is_judged(void **state)
{
    struct world w;

    (void)state;
    world_begin(&w, world_config());
    opens(&w);
    driver_sends(&w, ask(0, 1, 7));
    driver_sends(&w, ask(0, 2, 8));
    driver_sends(&w, ask(0, 3, 9));
    device_gets(&w, ask(0, 900, 9));
    world_end(&w);
    assert_true(w.blamed[VMSG_BUS_ORDERING_3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_is_blamed),
        cmocka_unit_test(test_failures_are_counted),
        cmocka_unit_test(test_order_is_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
