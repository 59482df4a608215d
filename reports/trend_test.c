/* What became of a verdict: the whole tables. */
#include "reports/sample_test.h"

#include "reports/trend.h"

/* s same, b better, w worse, l lost, c changed; columns as the enumeration has them. */
static char letter(enum vmsg_trend t)
{
    return vmsg_trend_text(t)[0];
}

static void test_clauses(void **state)
{
    static const char *const table[VMSG_CLAUSE_VERDICT_COUNT] = {
        /* to:                          ? p f w o a d */
        [VMSG_CLAUSE_INCONCLUSIVE] = "sbwwccc",   [VMSG_CLAUSE_PASS] = "lswwlcc",
        [VMSG_CLAUSE_FAIL] = "lbswlcc",           [VMSG_CLAUSE_WARN] = "lbwslcc",
        [VMSG_CLAUSE_NOT_OBSERVABLE] = "cbwwscc", [VMSG_CLAUSE_NOT_APPLICABLE] = "ccwwcsc",
        [VMSG_CLAUSE_DECLARED] = "ccwwccs",
    };

    for (int a = 0; a < VMSG_CLAUSE_VERDICT_COUNT; a++)
        for (int b = 0; b < VMSG_CLAUSE_VERDICT_COUNT; b++)
            if (letter(vmsg_clause_trend(a, b)) != table[a][b])
                fail_msg("%s to %s is %s", vmsg_clause_verdict_text(a), vmsg_clause_verdict_text(b),
                         vmsg_trend_text(vmsg_clause_trend(a, b)));
}

static void test_scenarios(void **state)
{
    static const char *const table[VMSG_VERDICT_COUNT] = {
        /* to:                  e p f ? s w c */
        [VMSG_VERDICT_ERROR] = "sbblcbb",   [VMSG_VERDICT_PASS] = "wswlcww",
        [VMSG_VERDICT_FAIL] = "wbslcww",    [VMSG_VERDICT_INCONCLUSIVE] = "wbwscww",
        [VMSG_VERDICT_SKIP] = "wbwcsww",    [VMSG_VERDICT_WEDGED] = "wbblcsw",
        [VMSG_VERDICT_CRASHED] = "wbblcbs",
    };

    for (int a = 0; a < VMSG_VERDICT_COUNT; a++)
        for (int b = 0; b < VMSG_VERDICT_COUNT; b++)
            if (letter(vmsg_scenario_trend(a, b)) != table[a][b])
                fail_msg("%s to %s is %s", vmsg_verdict_text(a), vmsg_verdict_text(b),
                         vmsg_trend_text(vmsg_scenario_trend(a, b)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clauses),
        cmocka_unit_test(test_scenarios),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
