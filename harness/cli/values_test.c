/* Unit tests: values of options. */
#include "harness/cli/values.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

static void test_numbers(void **state)
{
    static const char *const bad[] = {"",   " 1", "+1", "-1",  "1 ",   "1x",
                                      "0x", "4",  "11", "1e1", "0x1g", "99999999999999999999"};
    char err[160];
    uint64_t n;

    assert_true(vmsg_value_number("--n", "5", 5, 10, &n, err, sizeof err));
    assert_int_equal(n, 5);
    assert_true(vmsg_value_number("--n", "0xa", 5, 10, &n, err, sizeof err));
    assert_int_equal(n, 10);
    assert_true(vmsg_value_number("--n", "18446744073709551615", 0, UINT64_MAX, &n, err, 160));
    assert_true(n == UINT64_MAX);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(vmsg_value_number("--n", bad[i], 5, 10, &n, err, sizeof err));
        assert_non_null(strstr(err, "--n must be a number from 5 to 10"));
    }
}

static void test_sizes(void **state)
{
    static const char *const bad[] = {"",    "K",    "16m",   "1KB",
                                      "-1K", "1.5M", "1025M", "18014398509481985K"};
    const uint64_t most = (uint64_t)1 << 30;
    char err[160];
    size_t n;

    assert_true(vmsg_value_size("--mem", "0", most, &n, err, sizeof err));
    assert_int_equal(n, 0);
    assert_true(vmsg_value_size("--mem", "64K", most, &n, err, sizeof err));
    assert_int_equal(n, 65536);
    assert_true(vmsg_value_size("--mem", "16M", most, &n, err, sizeof err));
    assert_int_equal(n, 16 << 20);
    assert_true(vmsg_value_size("--mem", "1G", most, &n, err, sizeof err));
    assert_int_equal(n, most);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(vmsg_value_size("--mem", bad[i], most, &n, err, sizeof err));
}

static void test_seconds(void **state)
{
    static const char *const bad[] = {"", "0", "-1", "nan", "inf", "1s", "61", "0.0001", " 1"};
    char err[160];
    uint32_t ms;

    assert_true(vmsg_value_seconds("--timeout", "2", 60, &ms, err, sizeof err));
    assert_int_equal(ms, 2000);
    assert_true(vmsg_value_seconds("--timeout", "0.25", 60, &ms, err, sizeof err));
    assert_int_equal(ms, 250);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(vmsg_value_seconds("--timeout", bad[i], 60, &ms, err, sizeof err));
}

static void test_words(void **state)
{
    enum vmsg_level level;
    enum vmsg_role role;
    char err[160];

    assert_true(vmsg_value_role("bus", &role, err, sizeof err));
    assert_int_equal(role, VMSG_ROLE_BUS);
    assert_false(vmsg_value_role("Device", &role, err, sizeof err));
    assert_non_null(strstr(err, "device, driver or bus"));
    assert_true(vmsg_value_level("should", &level, err, sizeof err));
    assert_int_equal(level, VMSG_SHOULD);
    assert_false(vmsg_value_level("", &level, err, sizeof err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
