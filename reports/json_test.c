/* The JSON report, parsed back: contract section 8. */
#include "reports/sample_test.h"

#include <jansson.h>

static json_t *report(const struct vmsg_run_result *r)
{
    char *text = sample_written("json", r, NULL);
    json_error_t error;
    json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &error);

    assert_non_null(j);
    for (const char *p = text; *p; p++) /* so that it may be shown on a terminal */
        assert_true(*p == '\n' || ((uint8_t)*p >= 0x20 && (uint8_t)*p < 0x7f));
    free(text);
    return j;
}

static const char *string(const json_t *j, const char *key)
{
    const char *s = json_string_value(json_object_get(j, key));

    assert_non_null(s);
    return s;
}

static json_int_t integer(const json_t *j, const char *key)
{
    assert_true(json_is_integer(json_object_get(j, key)));
    return json_integer_value(json_object_get(j, key));
}

static void test_head(void **state)
{
    json_t *j = report(&sample_run);

    assert_string_equal(string(json_object_get(j, "tool"), "name"), "vmsgspec");
    assert_string_equal(string(j, "spec"), "virtio-msg-v2");
    assert_string_equal(string(j, "role"), "device");
    assert_string_equal(string(json_object_get(j, "sut"), "uri"), "exec:./it's");
    assert_int_equal(integer(j, "seed"), 7);
    assert_true(json_is_false(json_object_get(j, "conforms")));
    assert_true(json_is_false(json_object_get(j, "interrupted")));
    assert_true(json_is_null(json_object_get(j, "not_started")));
    assert_string_equal(string(j, "assumptions"), "device 0");
    json_decref(j);
}

static void test_scenario(void **state)
{
    json_t *j = report(&sample_run), *scenarios = json_object_get(j, "scenarios");
    json_t *s = json_array_get(scenarios, 3);
    json_t *finding = json_array_get(json_object_get(s, "findings"), 0);

    assert_int_equal(json_array_size(scenarios), 4);
    assert_string_equal(string(s, "id"), "device/set-vqueue/reserved-nonzero");
    assert_string_equal(string(s, "verdict"), "fail");
    assert_string_equal(string(s, "reason"), "dev.set-vqueue.2 is broken");
    assert_int_equal(integer(s, "duration_us"), 1234567);
    assert_string_equal(json_string_value(json_array_get(json_object_get(s, "clauses"), 0)),
                        "dev.set-vqueue.2");
    assert_string_equal(string(finding, "clause"), "dev.set-vqueue.2");
    assert_string_equal(string(finding, "level"), "MUST");
    assert_int_equal(integer(finding, "message"), 1);
    assert_non_null(strstr(string(finding, "text"), "a\x1b[31mb\x01<&>\"']]>\xef\xbf\xbd"));
    assert_true(json_is_null(json_object_get(json_array_get(scenarios, 0), "reason")));
    json_decref(j);
}

static void test_trace(void **state)
{
    json_t *j = report(&sample_run);
    json_t *s = json_array_get(json_object_get(j, "scenarios"), 3);
    json_t *trace = json_object_get(s, "trace"), *first = json_array_get(trace, 0),
           *second = json_array_get(trace, 1), *note = json_array_get(trace, 2);

    assert_int_equal(json_array_size(trace), 3);
    assert_int_equal(integer(s, "trace_dropped"), 9);
    assert_string_equal(string(first, "direction"), "to-sut");
    assert_string_equal(string(first, "hex"), "0002000001000800");
    assert_string_equal(string(first, "text"), "GET_DEVICE_INFO req dev=0 tok=1");
    assert_int_equal(integer(second, "t_us"), 2500);
    assert_int_equal(integer(second, "endpoint"), 0);
    assert_string_equal(string(second, "direction"), "from-sut");
    assert_string_equal(string(note, "direction"), "note");
    assert_null(json_object_get(note, "hex"));
    json_decref(j);
}

static void test_clause(void **state)
{
    json_t *j = report(&sample_run);
    json_t *clauses = json_object_get(j, "clauses"), *c = json_array_get(clauses, 1);

    assert_int_equal(json_array_size(clauses), 5);
    assert_string_equal(string(c, "id"), "dev.set-vqueue.2");
    assert_string_equal(string(c, "level"), "MUST");
    assert_string_equal(string(c, "title"), "SET_VQUEUE");
    assert_string_equal(string(c, "section"), "Transport Messages / VIRTIO_MSG_SET_VQUEUE");
    assert_string_equal(string(c, "verdict"), "fail");
    assert_int_equal(integer(c, "exercised"), 3);
    assert_int_equal(integer(c, "findings"), 1);
    assert_string_equal(string(c, "reason"), "1 finding in 1 scenario");
    assert_string_equal(string(json_array_get(clauses, 4), "verdict"), "not-observable");
    json_decref(j);
}

static void test_totals(void **state)
{
    json_t *j = report(&sample_run), *totals = json_object_get(j, "totals");
    json_t *scenarios = json_object_get(totals, "scenarios");
    json_t *clauses = json_object_get(totals, "clauses");

    assert_int_equal(json_object_size(scenarios), VMSG_VERDICT_COUNT);
    assert_int_equal(json_object_size(clauses), VMSG_CLAUSE_VERDICT_COUNT);
    assert_int_equal(integer(scenarios, "pass"), 1);
    assert_int_equal(integer(scenarios, "crashed"), 1);
    assert_int_equal(integer(scenarios, "wedged"), 0);
    assert_int_equal(integer(clauses, "warn"), 1);
    json_decref(j);
}

/* A SUT that never came up still has a report. */
static void test_not_started(void **state)
{
    const struct vmsg_run_result r = {
        .spec = "virtio-msg-v2", .role = "device", .sut_name = "x", .not_started = "no such file"};
    json_t *j = report(&r);

    assert_string_equal(string(j, "not_started"), "no such file");
    assert_int_equal(json_array_size(json_object_get(j, "scenarios")), 0);
    json_decref(j);
}

static void test_full_disk(void **state)
{
    FILE *full = fopen("/dev/full", "w");

    assert_non_null(full);
    setvbuf(full, NULL, _IONBF, 0);
    assert_false(vmsg_report_format_by_name("json")->write(full, &sample_run, NULL));
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),      cmocka_unit_test(test_scenario),
        cmocka_unit_test(test_trace),     cmocka_unit_test(test_clause),
        cmocka_unit_test(test_totals),    cmocka_unit_test(test_not_started),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
