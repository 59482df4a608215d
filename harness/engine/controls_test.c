/*
 * Negative controls: SUTs that do nothing right. None may conform, and none may pass a clause but
 * those that it keeps by doing what it does.
 */
#include "harness/engine/testing.h"

static void be_silent(struct fake *f, const uint8_t *msg, size_t len)
{
}

static void be_gone(struct fake *f, const uint8_t *msg, size_t len)
{
    f->closed = true;
}

static void be_gone_later(struct fake *f, const uint8_t *msg, size_t len)
{
    uint8_t answer[52] = {1, VMSG_ID_GET_DEVICE_INFO};

    if (f->received > 2) {
        f->closed = true;
        return;
    }
    if (len < 8)
        return;
    memcpy(answer + 1, msg + 1, 5);
    vmsg_put_le16(answer + 6, sizeof answer);
    fake_say(f, answer, sizeof answer);
}

static void echo(struct fake *f, const uint8_t *msg, size_t len)
{
    fake_say(f, msg, len);
}

static void echo_as_response(struct fake *f, const uint8_t *msg, size_t len)
{
    uint8_t answer[2048];

    if (len < 8 || len > sizeof answer)
        return;
    memcpy(answer, msg, len);
    answer[0] |= VMSG_TYPE_RESPONSE;
    fake_say(f, answer, len);
}

static void say_garbage(struct fake *f, const uint8_t *msg, size_t len)
{
    uint8_t answer[64];
    uint32_t x = f->received * 2654435761u;

    for (size_t i = 0; i < sizeof answer; i++) {
        x = x * 1664525u + 1013904223u;
        answer[i] = (uint8_t)(x >> 24);
    }
    fake_say(f, answer, 1 + f->received % sizeof answer);
}

static void say_zeros(struct fake *f, const uint8_t *msg, size_t len)
{
    static const uint8_t zeros[64];

    fake_say(f, zeros, sizeof zeros);
}

/* The right header on a payload of zeros, whatever was asked. */
static void answer_zeros(struct fake *f, const uint8_t *msg, size_t len)
{
    uint8_t answer[64] = {0};
    struct vmsg m;
    size_t n;

    vmsg_decode(&m, msg, len);
    if (!m.def || m.def->kind != VMSG_KIND_EXCHANGE)
        return;
    n = vmsg_encode(answer, sizeof answer, m.def, true, m.dev_num, m.token, NULL, NULL, NULL, 0);
    fake_say(f, answer, n);
}

static void flood(struct fake *f, const uint8_t *msg, size_t len)
{
    for (int i = 0; i < FAKE_QUEUE; i++)
        say_zeros(f, msg, len);
}

struct control {
    const char *name;
    void (*behave)(struct fake *f, const uint8_t *msg, size_t len);
    bool answers; /* something that looks like an answer: some scenarios get going */
};

static const struct control controls[] = {
    {"silent", be_silent, false},
    {"gone", be_gone, false},
    {"gone later", be_gone_later, true},
    {"echo", echo, true},
    {"echo as response", echo_as_response, true},
    {"garbage", say_garbage, false},
    {"zeros", say_zeros, false},
    {"answers of zeros", answer_zeros, true},
    {"flood", flood, false},
};

static void run_control(struct bench *b, const struct control *control,
                        struct vmsg_run_result *result)
{
    struct fake_kind kind = {.behave = control->behave, .end_status = -1};
    char err[600] = "";

    b->config.sut_uri = control->name;
    if (!vmsg_run_from(&b->config,
                       (struct vmsg_adapter_source){.create = fake_create, .ctx = &kind}, result,
                       err, sizeof err))
        fail_msg("%s: %s", control->name, err);
}

static void no_control_conforms(void **state)
{
    struct bench b;

    bench_open(&b, NULL);
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
        struct vmsg_run_result r;

        run_control(&b, &controls[i], &r);
        if (r.conforms)
            fail_msg("%s conforms", controls[i].name);
        assert_null(r.not_started);
        assert_int_equal(r.n_scenarios, vmsg_suite_size(b.suite));
        vmsg_run_result_clear(&r);
    }
    bench_close(&b);
}

static void who_answers_nothing_passes_nothing(void **state)
{
    struct bench b;

    bench_open(&b, NULL);
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
        struct vmsg_run_result r;

        if (controls[i].answers)
            continue;
        run_control(&b, &controls[i], &r);
        for (size_t k = 0; k < r.n_scenarios; k++)
            if (r.scenarios[k].verdict == VMSG_VERDICT_PASS)
                fail_msg("%s passes %s", controls[i].name, r.scenarios[k].id);
        if (controls[i].behave == be_silent || controls[i].behave == be_gone)
            assert_int_equal(vmsg_run_clause_count(&r, VMSG_CLAUSE_PASS), 0);
        vmsg_run_result_clear(&r);
    }
    bench_close(&b);
}

/* Every scenario of a SUT that echoes or answers zeros fails, or has nothing to say. */
static void who_answers_wrongly_fails(void **state)
{
    struct bench b;

    bench_open(&b, NULL);
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
        struct vmsg_run_result r;

        if (controls[i].behave != echo && controls[i].behave != answer_zeros &&
            controls[i].behave != echo_as_response)
            continue;
        run_control(&b, &controls[i], &r);
        assert_true(vmsg_run_count(&r, VMSG_VERDICT_FAIL) > 0);
        for (size_t k = 0; k < r.n_scenarios; k++)
            if (r.scenarios[k].verdict == VMSG_VERDICT_ERROR)
                fail_msg("%s throws %s off: %s", controls[i].name, r.scenarios[k].id,
                         r.scenarios[k].reason);
        vmsg_run_result_clear(&r);
    }
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_control_conforms),
        cmocka_unit_test(who_answers_nothing_passes_nothing),
        cmocka_unit_test(who_answers_wrongly_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
