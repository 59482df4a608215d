/* Whole runs: against the reference device, and against fakes that make the engine's hard cases. */
#include "harness/engine/testing.h"

static bool run_ref(struct bench *b, struct vmsg_run_result *r)
{
    char err[600] = "";

    b->config.sut_uri = "ref:";
    b->config.mem_size = 1 << 24;
    if (!vmsg_run(&b->config, r, err, sizeof err))
        fail_msg("%s", err);
    return true;
}

static bool run_fake(struct bench *b, struct fake_kind *kind, struct vmsg_run_result *r, char *err,
                     size_t err_size)
{
    return vmsg_run_from(&b->config,
                         (struct vmsg_adapter_source){.create = fake_create, .ctx = kind}, r, err,
                         err_size);
}

static void check_verdict(const struct vmsg_scenario_result *s, const char *body,
                          enum vmsg_verdict verdict, const char *reason)
{
    if (s->verdict != verdict)
        fail_msg("%s: %s (%s)", body, vmsg_verdict_text(s->verdict), s->reason ? s->reason : "");
    if (reason && !strstr(s->reason, reason))
        fail_msg("%s: '%s' does not say '%s'", body, s->reason, reason);
}

/* One scenario from a file against the reference device. */
static void expect_verdict(const char *needs, const char *body, const char *const *ics,
                           enum vmsg_verdict verdict, const char *reason)
{
    static const char *const select[] = {"file/*", NULL};
    struct vmsg_run_result r;
    struct bench b;
    char path[40], err[600] = "";

    write_scenario(path, needs, body);
    bench_open(&b, path);
    unlink(path);
    for (; *ics; ics += 2)
        if (!vmsg_ics_set(&b.ics, ics[0], ics[1], err, sizeof err))
            fail_msg("%s", err);
    b.config.select = select;
    run_ref(&b, &r);
    assert_int_equal(r.n_scenarios, 1);
    check_verdict(&r.scenarios[0], body, verdict, reason);
    vmsg_run_result_clear(&r);
    bench_close(&b);
}

static void verdicts_of_scenarios(void **state)
{
    static const char *const one[] = {"devices", "0", NULL};

    expect_verdict("", "t:GET_DEVICE_STATUS{}", one, VMSG_VERDICT_PASS, NULL);
    expect_verdict("", "t:skip('no')", one, VMSG_VERDICT_SKIP, "no");
    expect_verdict("", "t:inconclusive('why')", one, VMSG_VERDICT_INCONCLUSIVE, "why");
    expect_verdict("", "pcall(t.skip, t, 'no')", one, VMSG_VERDICT_SKIP, "no");
    expect_verdict("", "error('boom')", one, VMSG_VERDICT_ERROR, ":3: boom");
    expect_verdict("", "t:NO_SUCH{}", one, VMSG_VERDICT_ERROR, ":3:");
    expect_verdict("", "t:GET_VQUEUE{ indx = 1 }", one, VMSG_VERDICT_ERROR, "indx");
    expect_verdict("", "t:GET_VQUEUE{ index = -1 }", one, VMSG_VERDICT_ERROR, "index");
    expect_verdict("", "t:GET_VQUEUE({}, { sise = 1 })", one, VMSG_VERDICT_ERROR, "sise");
    expect_verdict("", "t:init('nowhere')", one, VMSG_VERDICT_ERROR, "nowhere");
    expect_verdict("", "t:event('PING', {})", one, VMSG_VERDICT_ERROR, "request");
    expect_verdict("", "return t.nonsense", one, VMSG_VERDICT_ERROR, "nonsense");
    expect_verdict("", "while true do end", one, VMSG_VERDICT_ERROR, "without end");
    expect_verdict("", "while true do pcall(t.fence, t) end", one, VMSG_VERDICT_ERROR,
                   "without end");
    expect_verdict("", "while true do for i = 1, 100000 do end t:fence() end", one,
                   VMSG_VERDICT_ERROR, "without end");
    expect_verdict("", "table.sort({ 1, 2 }, function() while true do end end)", one,
                   VMSG_VERDICT_ERROR, "out of instructions");
    expect_verdict("", "pcall(function() while true do end end) while true do end", one,
                   VMSG_VERDICT_ERROR, "without end");
    expect_verdict("", "local s = 'x' while true do s = s .. s end", one, VMSG_VERDICT_ERROR,
                   "memory");
}

static void needs_decide(void **state)
{
    static const char *const plain[] = {"devices", "0", "bus_messages", "", NULL};
    static const char *const nothing[] = {"devices", "5", "optional", "ring_reset=false", NULL};
    static const char *const strict[] = {"devices", "0", "transport_features", "0x1", NULL};

    expect_verdict("bus = 'PING'", "", plain, VMSG_VERDICT_SKIP, "PING");
    expect_verdict("profile = 'strict'", "", plain, VMSG_VERDICT_SKIP, "strict");
    expect_verdict("profile = 'strict'", "t:fence() assert(t.strict)", strict, VMSG_VERDICT_PASS,
                   NULL);
    expect_verdict("profile = 'baseline'", "t:fence() assert(not t.strict)", strict,
                   VMSG_VERDICT_PASS, NULL);
    expect_verdict("notifications = 'polling'", "", plain, VMSG_VERDICT_SKIP, "events");
    expect_verdict("upper = true", "", plain, VMSG_VERDICT_INCONCLUSIVE, "upper tester");
    expect_verdict("max_msg_size = 52", "", plain, VMSG_VERDICT_INCONCLUSIVE, "52");
    expect_verdict("queues = 64", "", plain, VMSG_VERDICT_INCONCLUSIVE, "64");
    expect_verdict("config = 100000", "", plain, VMSG_VERDICT_INCONCLUSIVE, "100000");
    expect_verdict("feature = 99", "", plain, VMSG_VERDICT_INCONCLUSIVE, "99");
    expect_verdict("feature = 'SR_IOV'", "", nothing, VMSG_VERDICT_INCONCLUSIVE, "SR_IOV");
    expect_verdict("writable = true", "", nothing, VMSG_VERDICT_INCONCLUSIVE, "writable");
    expect_verdict("queue = true", "t:fence() assert(t.vq == 0 and t.vqs[1] == 0)", plain,
                   VMSG_VERDICT_PASS, NULL);
    expect_verdict("writable = true", "t:fence() assert(t.writable[2] > 0)", plain,
                   VMSG_VERDICT_PASS, NULL);
}

static void io_reaches_the_device(void **state)
{
    static const char *const both[] = {"devices", "0,5", NULL};

    expect_verdict("io = true",
                   "t:init('driver-ok') local r = t:ring(t.vq)\n"
                   "for i = 1, 300 do r:offer() r:kick() assert(r:wait(i) == i) end\n"
                   "assert(t:expect('EVENT_USED', { vq_index = t.vq }))\n"
                   "assert(#t:received('EVENT_USED') > 0)",
                   both, VMSG_VERDICT_PASS, NULL);
}

static void the_reference_device_gives_no_error(void **state)
{
    struct vmsg_run_result r;
    struct bench b;

    bench_open(&b, NULL);
    run_ref(&b, &r);
    assert_null(r.not_started);
    assert_non_null(r.assumptions);
    assert_int_equal(vmsg_run_count(&r, VMSG_VERDICT_ERROR), 0);
    assert_int_equal(vmsg_run_count(&r, VMSG_VERDICT_WEDGED), 0);
    assert_int_equal(vmsg_run_count(&r, VMSG_VERDICT_CRASHED), 0);
    assert_true(vmsg_run_count(&r, VMSG_VERDICT_PASS) > 50);
    assert_true(vmsg_run_clause_count(&r, VMSG_CLAUSE_PASS) > 40);
    for (size_t i = 0; i < r.n_scenarios; i++)
        for (size_t k = 0; k < r.scenarios[i].n_findings; k++)
            assert_true(r.scenarios[i].findings[k].message < r.scenarios[i].n_trace);
    vmsg_run_result_clear(&r);
    bench_close(&b);
}

static void jobs_change_nothing(void **state)
{
    struct vmsg_run_result one, four;
    struct bench b;

    bench_open(&b, NULL);
    b.config.repeat = 2;
    run_ref(&b, &one);
    b.config.jobs = 4;
    run_ref(&b, &four);
    assert_int_equal(one.n_scenarios, four.n_scenarios);
    for (size_t i = 0; i < one.n_scenarios; i++) {
        assert_string_equal(one.scenarios[i].id, four.scenarios[i].id);
        assert_int_equal(one.scenarios[i].verdict, four.scenarios[i].verdict);
        assert_int_equal(one.scenarios[i].n_trace, four.scenarios[i].n_trace);
        for (size_t k = 0; k < one.scenarios[i].n_trace; k++)
            assert_int_equal(one.scenarios[i].trace[k].len, four.scenarios[i].trace[k].len);
    }
    for (size_t i = 0; i < one.n_clauses; i++)
        assert_int_equal(one.clauses[i].exercised, four.clauses[i].exercised);
    vmsg_run_result_clear(&one);
    vmsg_run_result_clear(&four);
    bench_close(&b);
}

/* ---- fakes ---- */

static uint64_t seen_hash;

static void remember(struct fake *f, const uint8_t *msg, size_t len)
{
    seen_hash = f->sent_hash;
    (void)msg;
    (void)len;
}

static void the_seed_decides_the_bytes(void **state)
{
    struct fake_kind kind = {.behave = remember, .end_status = -1};
    uint64_t hashes[3];
    struct bench b;

    bench_open(&b, NULL);
    for (int i = 0; i < 3; i++) {
        struct vmsg_run_result r;
        char err[600] = "";

        b.config.seed = i < 2 ? 5 : 6;
        assert_true(run_fake(&b, &kind, &r, err, sizeof err));
        hashes[i] = seen_hash;
        vmsg_run_result_clear(&r);
    }
    assert_true(hashes[0] == hashes[1]);
    assert_true(hashes[0] != hashes[2]);
    bench_close(&b);
}

static void nobody(struct fake *f, const uint8_t *msg, size_t len)
{
}

static void quit(struct fake *f, const uint8_t *msg, size_t len)
{
    f->closed = true;
}

/* Answers GET_DEVICE_INFO and GET_DEVICE_STATUS like a device, until it has read a PING. */
static void stop_at_ping(struct fake *f, const uint8_t *msg, size_t len)
{
    uint8_t answer[64];
    struct vmsg m;

    vmsg_decode(&m, msg, len);
    f->dead |= m.def && vmsg_is_bus(&m) && m.msg_id == VMSG_ID_PING;
    if (f->dead || !m.def || vmsg_is_bus(&m) || m.def->kind != VMSG_KIND_EXCHANGE)
        return;
    fake_say(
        f, answer,
        vmsg_encode(answer, sizeof answer, m.def, true, m.dev_num, m.token, NULL, NULL, NULL, 0));
}

static void the_closing_fence_finds_who_is_wedged(void **state)
{
    static const char *const select[] = {"file/*", NULL};
    static const char *const bodies[] = {"t:GET_DEVICE_STATUS{}",
                                         "t:GET_DEVICE_STATUS{} t:send('PING', {})"};

    for (int i = 0; i < 2; i++) {
        struct fake_kind kind = {.behave = stop_at_ping, .end_status = -1};
        struct vmsg_run_result r;
        char path[40], err[600] = "";
        struct bench b;

        write_scenario(path, "", bodies[i]);
        bench_open(&b, path);
        assert_true(vmsg_ics_set(&b.ics, "devices", "0", err, sizeof err));
        assert_true(vmsg_ics_set(&b.ics, "bus_messages", "", err, sizeof err));
        b.config.select = select;
        assert_true(run_fake(&b, &kind, &r, err, sizeof err));
        assert_int_equal(r.scenarios[0].verdict == VMSG_VERDICT_WEDGED, i == 1);
        vmsg_run_result_clear(&r);
        bench_close(&b);
        unlink(path);
    }
}

static unsigned dead_starts;

static void count_starts(struct fake *f, const uint8_t *msg, size_t len)
{
    dead_starts = f->starts;
}

static void a_dead_sut_ends_the_run_early(void **state)
{
    struct fake_kind kind = {.behave = count_starts, .end_status = -1};
    struct vmsg_run_result r;
    char err[600] = "";
    struct bench b;

    bench_open(&b, NULL);
    assert_true(run_fake(&b, &kind, &r, err, sizeof err));
    assert_int_equal(dead_starts, 1 + 3); /* the discovery and three scenarios */
    assert_int_equal(r.n_scenarios, vmsg_suite_size(b.suite));
    assert_int_equal(vmsg_run_count(&r, VMSG_VERDICT_PASS), 0);
    assert_true(vmsg_run_count(&r, VMSG_VERDICT_WEDGED) > r.n_scenarios / 2);
    vmsg_run_result_clear(&r);
    bench_close(&b);
}

static void a_sut_that_cannot_start_is_said_so(void **state)
{
    struct fake_kind refuses = {.refuse_start = true, .end_status = -1};
    struct fake_kind not_found = {.behave = quit, .end_status = 127};
    struct vmsg_run_result r;
    char err[600] = "";
    struct bench b;

    bench_open(&b, NULL);
    assert_true(run_fake(&b, &refuses, &r, err, sizeof err));
    assert_non_null(r.not_started);
    assert_non_null(strstr(r.not_started, "nobody is there"));
    assert_false(r.conforms);
    assert_int_equal(vmsg_run_count(&r, VMSG_VERDICT_INCONCLUSIVE), r.n_scenarios);
    vmsg_run_result_clear(&r);
    assert_true(run_fake(&b, &not_found, &r, err, sizeof err));
    assert_non_null(r.not_started);
    assert_non_null(strstr(r.not_started, "127"));
    vmsg_run_result_clear(&r);
    bench_close(&b);
}

static void what_the_adapter_cannot_is_not_observable(void **state)
{
    static const char *const select[] = {"file/*", NULL};
    struct fake_kind kind = {.behave = nobody, .end_status = -1, .no_caps = VMSG_CAN_BOUNDARIES};
    struct vmsg_run_result r;
    char path[40], err[600] = "";
    struct bench b;

    write_scenario(path, "boundaries = true", "t:fence()");
    bench_open(&b, path);
    b.config.select = select;
    assert_true(run_fake(&b, &kind, &r, err, sizeof err));
    assert_int_equal(r.scenarios[0].verdict, VMSG_VERDICT_INCONCLUSIVE);
    for (size_t i = 0; i < r.n_clauses; i++)
        if (strcmp(r.clauses[i].clause->id, "dev.ordering.2") == 0)
            assert_int_equal(r.clauses[i].verdict, VMSG_CLAUSE_NOT_OBSERVABLE);
    assert_false(r.conforms);
    vmsg_run_result_clear(&r);
    bench_close(&b);
    unlink(path);
}

/* A sound header on zeros, whatever is asked: it lives, whatever else it does. */
static void answer_zeros(struct fake *f, const uint8_t *msg, size_t len)
{
    uint8_t answer[64];
    struct vmsg m;

    vmsg_decode(&m, msg, len);
    if (m.def && m.def->kind == VMSG_KIND_EXCHANGE)
        fake_say(f, answer,
                 vmsg_encode(answer, sizeof answer, m.def, true, m.dev_num, m.token, NULL, NULL,
                             NULL, 0));
}

static size_t wedged_after(uint64_t start_ns)
{
    static const char *const select[] = {"device/get-device-info/*", NULL};
    struct fake_kind kind = {.behave = answer_zeros, .end_status = -1, .start_ns = start_ns};
    struct vmsg_run_result r;
    char err[600] = "";
    struct bench b;
    size_t n;

    bench_open(&b, NULL);
    b.config.select = select;
    assert_true(run_fake(&b, &kind, &r, err, sizeof err));
    n = vmsg_run_count(&r, VMSG_VERDICT_WEDGED);
    vmsg_run_result_clear(&r);
    bench_close(&b);
    return n;
}

static void a_slow_start_is_no_hang(void **state)
{
    assert_int_equal(wedged_after(0), 0);
    assert_int_equal(wedged_after(UINT64_C(7000000000)), 0); /* timeouts are of 2 s */
    assert_true(wedged_after(UINT64_C(60000000000)) > 0);
}

static void wrong_usage_is_an_error(void **state)
{
    static const char *const select[] = {"device/*", "device/no-such", NULL};
    struct vmsg_run_result r;
    char err[600] = "";
    struct bench b;

    bench_open(&b, NULL);
    b.config.sut_uri = "nonsense:";
    assert_false(vmsg_run(&b.config, &r, err, sizeof err));
    assert_true(strlen(err) > 0);
    b.config.sut_uri = "ref:";
    b.config.select = select;
    assert_false(vmsg_run(&b.config, &r, err, sizeof err));
    assert_non_null(strstr(err, "no-such"));
    bench_close(&b);
}

struct counter {
    size_t started, finished, stop_after;
};

static void count_started(void *ctx, const char *id, size_t done, size_t total)
{
    ((struct counter *)ctx)->started++;
}

static void count_finished(void *ctx, const struct vmsg_scenario_result *r, size_t done,
                           size_t total)
{
    ((struct counter *)ctx)->finished++;
    assert_int_equal(done, ((struct counter *)ctx)->finished);
    assert_true(done <= total);
}

static bool stop_now(void *ctx)
{
    return ((struct counter *)ctx)->finished >= ((struct counter *)ctx)->stop_after;
}

static void hooks_tell_and_stop(void **state)
{
    for (unsigned jobs = 1; jobs <= 3; jobs += 2) {
        struct counter counter = {.stop_after = 5};
        struct vmsg_run_result r;
        struct bench b;

        bench_open(&b, NULL);
        b.config.jobs = jobs;
        b.config.hooks = (struct vmsg_run_hooks){.ctx = &counter,
                                                 .started = count_started,
                                                 .finished = count_finished,
                                                 .stop = stop_now};
        run_ref(&b, &r);
        assert_true(r.interrupted);
        assert_false(r.conforms);
        assert_int_equal(counter.started, counter.finished);
        assert_int_equal(r.n_scenarios, counter.finished);
        assert_true(counter.finished >= 5 && counter.finished <= 5 + 4 * jobs);
        vmsg_run_result_clear(&r);
        bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_of_scenarios),
        cmocka_unit_test(needs_decide),
        cmocka_unit_test(io_reaches_the_device),
        cmocka_unit_test(the_reference_device_gives_no_error),
        cmocka_unit_test(jobs_change_nothing),
        cmocka_unit_test(the_seed_decides_the_bytes),
        cmocka_unit_test(the_closing_fence_finds_who_is_wedged),
        cmocka_unit_test(a_dead_sut_ends_the_run_early),
        cmocka_unit_test(a_sut_that_cannot_start_is_said_so),
        cmocka_unit_test(what_the_adapter_cannot_is_not_observable),
        cmocka_unit_test(a_slow_start_is_no_hang),
        cmocka_unit_test(wrong_usage_is_an_error),
        cmocka_unit_test(hooks_tell_and_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
