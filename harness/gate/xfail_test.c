/* Expected failures: what a file may say, and how its mistakes are told. */
#include "harness/gate/xfail.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

static bool parse(struct vmsg_xfail *x, const char *text, char err[512])
{
    return vmsg_xfail_parse(x, "known.lua", text, strlen(text), err, 512);
}

static void test_entries(void **state)
{
    struct vmsg_xfail x;
    char err[512];

    assert_true(parse(&x,
                      "local late = '2028-02-29'\n"
                      "return { { clause = 'dev.get-shm.1', reason = 'r', expires = late },\n"
                      "  { scenario = 'device/ping/*', reason = 'why' } }",
                      err));
    assert_int_equal(x.n_entries, 2);
    assert_string_equal(x.entries[0].clause, "dev.get-shm.1");
    assert_null(x.entries[0].scenario);
    assert_string_equal(x.entries[0].reason, "r");
    assert_string_equal(x.entries[0].expires, "2028-02-29");
    assert_string_equal(x.entries[1].scenario, "device/ping/*");
    assert_string_equal(x.entries[1].expires, "");
    vmsg_xfail_clear(&x);
    assert_true(parse(&x, "return {}", err));
    assert_int_equal(x.n_entries, 0);
    vmsg_xfail_clear(&x);
}

static void test_mistakes(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"", "known.lua: it returns no table"},
        {"return 1", "known.lua: it returns no table"},
        {"return {", "known.lua:1:"},
        {"return { clause = 'x', reason = 'y' }", "known.lua: it must return a list"},
        {"return { 'dev.get-shm.1' }", "entry 1 must be a table"},
        {"return { { reason = 'y' } }", "entry 1 must name either a clause or a scenario"},
        {"return { { clause = 'x', scenario = 'y', reason = 'z' } }", "entry 1 must name either"},
        {"return { { clause = 'x' } }", "entry 1 needs a reason"},
        {"return { { clause = 'x', reason = '' } }", "reason must be a text"},
        {"return { { clause = 'x', reason = 1 } }", "reason must be a text"},
        {"return { { clause = 'x', reason = 'a\\0b' } }", "reason must be a text"},
        {"return { { clause = 'x', reason = ('x'):rep(1001) } }", "reason must be a text of 1 to"},
        {"return { { clause = 'x', reasons = 'y' } }", "no key 'reasons'"},
        {"return { { clause = 'x', reason = 'y', 3 } }", "no key '[...]'"},
        {"return { { clause = 'x', reason = 'y', expires = '2027-02-29' } }", "must be a date"},
        {"return { { clause = 'x', reason = 'y', expires = '2027-13-01' } }", "must be a date"},
        {"return { { clause = 'x', reason = 'y', expires = '2027-1-1' } }", "must be a date"},
        {"return { { clause = 'x', reason = 'y', expires = 20270101 } }", "must be a date"},
        {"return { { clause = 'x', reason = 'y' }, { clause = 'x', reason = 'z' } }",
         "entry 2 names what an earlier entry names"},
        {"while true do end", "known.lua"},
        {"local t = {} for i = 1, 1001 do t[i] = {} end return t", "at most 1000"},
        {"return os.getenv('HOME')", "known.lua:1:"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vmsg_xfail x;
        char err[512] = "";

        assert_false(parse(&x, cases[i].text, err));
        if (!strstr(err, cases[i].told) || strncmp(err, "known.lua", 9) != 0)
            fail_msg("%s: %s", cases[i].text, err);
        vmsg_xfail_clear(&x);
    }
}

static void test_unreadable(void **state)
{
    struct vmsg_xfail x;
    char err[512];

    assert_false(vmsg_xfail_load(&x, "/nonexistent.lua", err, sizeof err));
    assert_non_null(strstr(err, "cannot read the expected failures /nonexistent.lua"));
    vmsg_xfail_clear(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
