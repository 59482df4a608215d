/* Golden tests of the text report. */
#include "reports/sample_test.h"

#define EVIL_SAFE "a\\x1b[31mb\\x01<&>\"']]>\\xff\\u{9b}\\u{202e}\\r\\n\\tz"

static const char golden[] =
    "Conformance to virtio-msg\n"
    "  SUT      acme " EVIL_SAFE "\n"
    "  version  1.2\n"
    "  URI      exec:./it's\n"
    "  role     device\n"
    "  spec     virtio-msg-v2\n"
    "  seed     7\n"
    "  assumed  device 0\n"
    "  traces   number, microseconds; -> to the SUT, <- from it\n"
    "\n"
    "Clauses\n"
    "  Basic Concepts\n"
    "    Revisions                                                 1 pass\n"
    "  Transport Messages\n"
    "    VIRTIO_MSG_SET_VQUEUE                                     1 fail, 1 inconclusive\n"
    "      FAIL dev.set-vqueue.2 MUST (3 situations, 1 finding)\n"
    "           Reserved fields that are not zero leave the queue as it is.\n"
    "         - GET_VQUEUE shows another size " EVIL_SAFE "\n"
    "           in device/set-vqueue/reserved-nonzero, message 1:\n"
    "                0         1 -> GET_DEVICE_INFO req dev=0 tok=1\n"
    "           >    1      2500 <- SET_VQUEUE resp dev=0 tok=2 +extra=0707\n"
    "                2      2600 -- reply " EVIL_SAFE "\n"
    "    VIRTIO_MSG_GET_DEVICE_INFO                                1 warn\n"
    "      WARN dev.get-device-info.8 SHOULD (5 situations, 1 finding)\n"
    "           The UUID is of version 4.\n"
    "         - the UUID is of version 1\n"
    "           in device/get-device-info/uuid, message 0\n"
    "    VIRTIO_MSG_GET_SHM                                        1 not-observable\n"
    "\n"
    "Clauses that this run cannot tell\n"
    "  inconclusive: the situation never arose\n"
    "    dev.set-vqueue.3  An enabled queue is not changed.\n"
    "  not-observable: needs memory\n"
    "    dev.get-shm.1  A region that does not exist has length zero.\n"
    "\n"
    "Scenarios that told nothing\n"
    "  skip: the statement declares no region\n"
    "    device/get-shm/absent  A region that is not there.\n"
    "\n"
    "How the SUT ended\n"
    "  crashed device/set-vqueue/crash\n"
    "    the SUT died\n"
    "    the SUT: killed by signal 11 (Segmentation fault)\n"
    "    its output:\n"
    "      | one\n"
    "      | a\\x1b[31mb\\x01<&>\"']]>\\xff\\u{9b}\\u{202e}\\r\n"
    "      | \\tz\n"
    "\n"
    "Totals\n"
    "  4 scenarios: 1 pass, 1 fail, 1 crashed, 1 skip\n"
    "  5 clauses: 1 pass, 1 fail, 1 warn, 1 inconclusive, 1 not-observable\n"
    "\n"
    "To see one scenario again, with your other options:\n"
    "  vmsgspec run --role device --sut 'exec:./it'\\''s' --select "
    "device/set-vqueue/reserved-nonzero --seed 7 --verbose\n"
    "\n"
    "conforms: no - 1 clause broken, 1 passed by witness, 1 SHOULD broken, 1 inconclusive, 1 "
    "crash\n";

static void test_golden(void **state)
{
    char *text = sample_written("text", &sample_run, NULL);

    assert_string_equal(text, golden);
    free(text);
}

/* Whatever the SUT says, only newlines and printable characters come out. */
static void test_no_controls(void **state)
{
    const struct vmsg_report_options o = {.verbose = true};
    char *text = sample_written("text", &sample_run, &o);

    for (const char *p = text; *p; p++)
        assert_true(*p == '\n' || ((uint8_t)*p >= 0x20 && *p != 0x7f));
    free(text);
}

static void test_colour(void **state)
{
    const struct vmsg_report_options o = {.colour = true};
    char *text = sample_written("text", &sample_run, &o);

    assert_non_null(strstr(text, "\x1b[1;31mFAIL\x1b[0m dev.set-vqueue.2"));
    assert_null(strstr(text, "a\x1b[31mb"));
    free(text);
}

static void test_verbose(void **state)
{
    const struct vmsg_report_options o = {.verbose = true};
    char *text = sample_written("text", &sample_run, &o);

    assert_non_null(strstr(text, "pass dev.device-limits.1 MUST (41 situations)\n"));
    free(text);
}

static void test_not_started(void **state)
{
    const struct vmsg_run_result r = {
        .spec = "virtio-msg-v2", .role = "device", .sut_name = "x", .not_started = "no such\nfile"};
    char *text = sample_written("text", &r, NULL);
    const char *end = "conforms: no - the SUT did not start: no such\\nfile\n";

    assert_string_equal(text + strlen(text) - strlen(end), end);
    assert_null(strstr(text, "Totals"));
    free(text);
}

/* The last line of a run in which nothing is wrong, and of one that was cut short. */
static void test_verdicts(void **state)
{
    struct vmsg_run_result r = sample_run;
    const char *yes = "\nconforms: yes - 0 clauses broken, 1 passed by witness\n";
    const char *no = "\nconforms: no - 0 clauses broken, 1 passed by witness, interrupted\n";
    char *text;

    r.n_clauses = 1;
    r.n_scenarios = 0;
    r.conforms = true;
    text = sample_written("text", &r, NULL);
    assert_string_equal(text + strlen(text) - strlen(yes), yes);
    free(text);
    r.conforms = false;
    r.interrupted = true;
    text = sample_written("text", &r, NULL);
    assert_string_equal(text + strlen(text) - strlen(no), no);
    free(text);
}

/* A clause that is broken a hundred times is shown three times, unless everything is asked for. */
static void test_many_findings(void **state)
{
    const struct vmsg_report_options o = {.verbose = true};
    struct vmsg_scenario_result scenarios[100];
    struct vmsg_run_result r = sample_run;
    size_t n = 0;
    char *text;

    for (size_t i = 0; i < 100; i++)
        scenarios[i] = sample_scenarios[3];
    r.scenarios = scenarios;
    r.n_scenarios = 100;
    text = sample_written("text", &r, NULL);
    assert_non_null(strstr(text, "- and 97 more; 100 scenarios in all"));
    free(text);
    text = sample_written("text", &r, &o);
    for (const char *p = text; (p = strstr(p, "- GET_VQUEUE shows")); p++)
        n++;
    assert_int_equal(n, 100);
    free(text);
}

/* A finding may name a message that the trace has lost. */
static void test_message_beyond_the_trace(void **state)
{
    struct vmsg_result_finding finding = sample_broken[0];
    struct vmsg_scenario_result s = sample_scenarios[3];
    struct vmsg_run_result r = sample_run;
    char *text;

    finding.message = UINT32_MAX;
    s.findings = &finding;
    r.scenarios = &s;
    r.n_scenarios = 1;
    text = sample_written("text", &r, NULL);
    assert_non_null(strstr(text, "message 4294967295:\n"));
    assert_null(strstr(text, "  > "));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),        cmocka_unit_test(test_no_controls),
        cmocka_unit_test(test_colour),        cmocka_unit_test(test_verbose),
        cmocka_unit_test(test_not_started),   cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_many_findings), cmocka_unit_test(test_message_beyond_the_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
