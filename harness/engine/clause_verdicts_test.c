/* Verdicts of clauses from synthetic outcomes, against the real catalogue. */
#include "harness/engine/testing.h"

#include "harness/engine/clause_verdicts.h"

#define MUST_CLAUSE   VMSG_DEV_SET_VQUEUE_2
#define SHOULD_CLAUSE VMSG_DEV_GET_DEVICE_INFO_8

struct made {
    struct bench bench;
    struct vmsg_tally tallies[2];
    const char *clauses[2][2];
    uint64_t exercised[VMSG_CLAUSE_COUNT], found[VMSG_CLAUSE_COUNT];
    struct vmsg_clause_input in;
    struct vmsg_run_result result;
};

/* Two scenarios that both set out to test `clause`. */
static void make(struct made *m, const char *clause)
{
    memset(m, 0, sizeof *m);
    bench_open(&m->bench, NULL);
    for (int i = 0; i < 2; i++) {
        m->clauses[i][0] = clause;
        m->tallies[i].result.id = i ? "device/x/two" : "device/x/one";
        m->tallies[i].result.clauses = m->clauses[i];
        m->tallies[i].result.verdict = VMSG_VERDICT_INCONCLUSIVE;
        m->tallies[i].result.reason = i ? "reason two" : "reason one";
    }
    m->in = (struct vmsg_clause_input){.catalogue = m->bench.catalogue,
                                       .role = VMSG_ROLE_DEVICE,
                                       .exercised = m->exercised,
                                       .found = m->found,
                                       .scenarios = m->tallies,
                                       .n_scenarios = 2,
                                       .suite = m->bench.suite,
                                       .memory = true,
                                       .upper = true,
                                       .strict = true,
                                       .bus_messages = 7};
}

static const struct vmsg_clause_result *judged(struct made *m, const char *id)
{
    vmsg_run_result_clear(&m->result);
    assert_true(vmsg_clause_verdicts(&m->in, &m->result));
    for (size_t i = 0; i < m->result.n_clauses; i++)
        if (strcmp(m->result.clauses[i].clause->id, id) == 0)
            return &m->result.clauses[i];
    return NULL;
}

static void expect(struct made *m, const char *id, enum vmsg_clause_verdict verdict,
                   const char *reason)
{
    const struct vmsg_clause_result *r = judged(m, id);

    assert_non_null(r);
    if (r->verdict != verdict)
        fail_msg("%s: %s", id, vmsg_clause_verdict_text(r->verdict));
    if (verdict != VMSG_CLAUSE_PASS)
        assert_non_null(r->reason);
    if (reason && !strstr(r->reason, reason))
        fail_msg("'%s' does not say '%s'", r->reason, reason);
}

static void drop(struct made *m)
{
    vmsg_run_result_clear(&m->result);
    bench_close(&m->bench);
}

static void only_a_witness_passes(void **state)
{
    struct made m;

    make(&m, "dev.set-vqueue.2");
    expect(&m, "dev.set-vqueue.2", VMSG_CLAUSE_INCONCLUSIVE, "reason one");
    m.tallies[0].result.verdict = VMSG_VERDICT_PASS;
    expect(&m, "dev.set-vqueue.2", VMSG_CLAUSE_INCONCLUSIVE, "reason two");
    m.tallies[0].result.verdict = m.tallies[1].result.verdict = VMSG_VERDICT_FAIL;
    expect(&m, "dev.set-vqueue.2", VMSG_CLAUSE_INCONCLUSIVE, "did not arise");
    m.exercised[MUST_CLAUSE] = 1;
    expect(&m, "dev.set-vqueue.2", VMSG_CLAUSE_PASS, NULL);
    m.found[MUST_CLAUSE] = 1;
    expect(&m, "dev.set-vqueue.2", VMSG_CLAUSE_FAIL, NULL);
    drop(&m);
}

static void a_broken_should_warns(void **state)
{
    struct made m;

    make(&m, "dev.get-device-info.8");
    m.exercised[SHOULD_CLAUSE] = m.found[SHOULD_CLAUSE] = 2;
    expect(&m, "dev.get-device-info.8", VMSG_CLAUSE_WARN, NULL);
    assert_int_equal(judged(&m, "dev.get-device-info.8")->findings, 2);
    drop(&m);
}

static void why_nothing_was_seen(void **state)
{
    struct made m;

    make(&m, "dev.set-vqueue.2");
    m.tallies[0].result.verdict = VMSG_VERDICT_SKIP;
    expect(&m, "dev.set-vqueue.2", VMSG_CLAUSE_INCONCLUSIVE, "reason two");
    m.tallies[1].unobservable = true;
    expect(&m, "dev.set-vqueue.2", VMSG_CLAUSE_NOT_OBSERVABLE, "reason two");
    m.tallies[1].unobservable = false;
    m.tallies[1].result.verdict = VMSG_VERDICT_SKIP;
    expect(&m, "dev.set-vqueue.2", VMSG_CLAUSE_NOT_APPLICABLE, "reason one");
    expect(&m, "dev.set-vqueue.3", VMSG_CLAUSE_INCONCLUSIVE, "selected");
    m.in.stopped = "interrupted";
    expect(&m, "dev.set-vqueue.3", VMSG_CLAUSE_INCONCLUSIVE, "interrupted");
    drop(&m);
}

static void what_is_declared_absent_does_not_apply(void **state)
{
    static const char *const strict = "dev.configuration-semantics-profiles.12";
    struct made m;

    make(&m, strict);
    expect(&m, strict, VMSG_CLAUSE_INCONCLUSIVE, NULL);
    m.in.strict = false;
    expect(&m, strict, VMSG_CLAUSE_NOT_APPLICABLE, "strict");
    expect(&m, "dev.device-notifications.2", VMSG_CLAUSE_NOT_APPLICABLE, "polling");
    m.in.polling = true;
    expect(&m, "dev.device-notifications.1", VMSG_CLAUSE_NOT_APPLICABLE, "polling");
    m.in.bus_messages = VMSG_BUS_GET_DEVICES;
    expect(&m, "bus.ping.1", VMSG_CLAUSE_NOT_APPLICABLE, "PING");
    expect(&m, "bus.event-device.2", VMSG_CLAUSE_NOT_APPLICABLE, "EVENT_DEVICE");
    expect(&m, "bus.get-devices.1", VMSG_CLAUSE_INCONCLUSIVE, NULL);
    drop(&m);
}

static void each_way_of_observing_has_its_verdict(void **state)
{
    struct made m;

    make(&m, "dev.set-vqueue.2");
    m.in.memory = m.in.upper = false;
    judged(&m, "");
    for (size_t i = 0; i < m.result.n_clauses; i++) {
        const struct vmsg_clause_result *r = &m.result.clauses[i];
        bool absent = vmsg_clause_absent(&m.in, r->clause->id);

        if (r->clause->observe == VMSG_OBSERVE_RESTATED)
            assert_int_equal(r->verdict, VMSG_CLAUSE_NOT_APPLICABLE);
        if (r->clause->observe == VMSG_OBSERVE_DECLARATION)
            assert_int_equal(r->verdict, VMSG_CLAUSE_DECLARED);
        if (!absent &&
            (r->clause->observe == VMSG_OBSERVE_NONE || r->clause->observe == VMSG_OBSERVE_MEMORY))
            assert_int_equal(r->verdict, VMSG_CLAUSE_NOT_OBSERVABLE);
        if (!absent && r->clause->observe == VMSG_OBSERVE_UPPER)
            assert_int_equal(r->verdict, VMSG_CLAUSE_INCONCLUSIVE);
        assert_int_not_equal(r->verdict, VMSG_CLAUSE_PASS);
    }
    drop(&m);
}

static void a_device_answers_for_its_own_clauses(void **state)
{
    struct made m;

    make(&m, "dev.set-vqueue.2");
    assert_non_null(judged(&m, "dev.set-vqueue.2"));
    assert_non_null(judged(&m, "bus.ping.1"));
    assert_non_null(judged(&m, "any.prose.initiating-side"));
    assert_null(judged(&m, "drv.overview.1"));
    assert_null(judged(&m, "bus.assignment.1"));
    drop(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_witness_passes),
        cmocka_unit_test(a_broken_should_warns),
        cmocka_unit_test(why_nothing_was_seen),
        cmocka_unit_test(what_is_declared_absent_does_not_apply),
        cmocka_unit_test(each_way_of_observing_has_its_verdict),
        cmocka_unit_test(a_device_answers_for_its_own_clauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
