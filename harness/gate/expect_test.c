/* The gate by a list of expected failures: its last day, and entries on what passes or never ran.
 */
#include "harness/gate/gate.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct vmsg_clause clause = {.id = "dev.get-shm.1", .level = VMSG_MUST};
static const struct vmsg_clause other = {.id = "dev.get-shm.2", .level = VMSG_MUST};
static const char *const tested[] = {"dev.get-shm.1", NULL};

/* What the gate says of a run with one clause and one scenario; the first problem goes to `told`.
 */
static bool passes(const char *list, const char *today, bool broken, bool partly, char told[300])
{
    struct vmsg_result_finding finding = {.clause = clause.id, .level = VMSG_MUST, .text = "it"};
    struct vmsg_scenario_result scenario = {
        .id = "device/get-shm/absent",
        .verdict = broken ? VMSG_VERDICT_FAIL : VMSG_VERDICT_PASS,
        .clauses = tested,
        .findings = &finding,
        .n_findings = broken,
    };
    struct vmsg_clause_result results[] = {
        {.clause = &clause,
         .verdict = broken ? VMSG_CLAUSE_FAIL : VMSG_CLAUSE_PASS,
         .exercised = 1,
         .findings = broken},
        {.clause = &other, .verdict = VMSG_CLAUSE_PASS, .exercised = 1}, /* a gate asks for one */
    };
    struct vmsg_run_result r = {.scenarios = &scenario,
                                .n_scenarios = 1,
                                .clauses = results,
                                .n_clauses = 2,
                                .conforms = !broken};
    struct vmsg_xfail x;
    char err[512];

    assert_true(vmsg_xfail_parse(&x, "known.lua", list, strlen(list), err, sizeof err));
    assert_true(vmsg_gate_expect(&r, &x, today, partly));
    vmsg_gate_close(&r);
    snprintf(told, 300, "%s", r.gate.n_problems ? r.gate.problems[0] : "");
    for (size_t i = 0; i < r.gate.n_problems; i++)
        free(r.gate.problems[i]);
    free(r.gate.problems);
    free(scenario.expected);
    free(results[0].expected);
    vmsg_xfail_clear(&x);
    return r.gate.passes;
}

static void test_the_last_day_counts(void **state)
{
    const char *list =
        "return { { clause = 'dev.get-shm.1', reason = 'why', expires = '2028-02-29' } }";
    char told[300];

    assert_true(passes(list, "2027-12-31", true, false, told));
    assert_true(passes(list, "2028-02-29", true, false, told));
    assert_string_equal(told, "");
    assert_false(passes(list, "2028-03-01", true, false, told));
    assert_non_null(strstr(told, "entry 1, clause dev.get-shm.1 expired on 2028-02-29 (why)"));
    assert_false(passes(list, "2028-03-01", false, false, told)); /* and must leave in any case */
}

static void test_what_passes_is_told(void **state)
{
    static const char *const lists[] = {
        "return { { clause = 'dev.get-shm.1', reason = 'why' } }",
        "return { { scenario = 'device/get-shm', reason = 'why' } }",
        "return { { scenario = 'device/get-shm/absent', reason = 'why' } }",
        "return { { scenario = '*/get-*/abs?nt', reason = 'why' } }",
    };
    char told[300];

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        assert_true(passes(lists[i], "2027-01-01", true, false, told));
        assert_false(passes(lists[i], "2027-01-01", false, false, told));
        assert_non_null(strstr(told, "passes"));
    }
    assert_false(passes("return {}", "2027-01-01", true, false, told));
    assert_true(passes("return {}", "2027-01-01", false, false, told));
}

static void test_what_is_of_no_use_is_told(void **state)
{
    const char *list = "return { { scenario = 'device/ping/*', reason = 'why' } }";
    char told[300];

    assert_false(passes(list, "2027-01-01", false, false, told));
    assert_non_null(strstr(told, "was not used"));
    assert_true(passes(list, "2027-01-01", false, true, told)); /* it was not selected */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_day_counts),
        cmocka_unit_test(test_what_passes_is_told),
        cmocka_unit_test(test_what_is_of_no_use_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
