/*
 * Which exits are crashes.
 */
#include "adapters/exec/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void signals_that_a_shell_tells_of(void **state)
{
    assert_int_equal(vmsg_report_signal(139), 11);
    assert_int_equal(vmsg_report_signal(134), 6);
    assert_int_equal(vmsg_report_signal(0), 0);
    assert_int_equal(vmsg_report_signal(1), 0);
    assert_int_equal(vmsg_report_signal(137), 0); /* ended, not crashed */
    assert_int_equal(vmsg_report_signal(141), 0);
    assert_int_equal(vmsg_report_signal(143), 0);
}

static void reports_of_sanitizers(void **state)
{
    assert_true(vmsg_report_is_fatal(
        "ready\n==7==ERROR: AddressSanitizer: attempting double-free on 0x602\n    #0 0x1\n"));
    assert_true(vmsg_report_is_fatal("==7==WARNING: MemorySanitizer: use-of-uninitialized-value"));
    assert_true(
        vmsg_report_is_fatal("a.c:1:2: runtime error: division by zero\n"
                             "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.c:1:2\n"));
    assert_false(vmsg_report_is_fatal(""));
    assert_false(vmsg_report_is_fatal("==7==ERROR: LeakSanitizer: detected memory leaks\n"
                                      "SUMMARY: AddressSanitizer: 32 byte(s) leaked\n"));
    assert_false(vmsg_report_is_fatal("WARNING: ThreadSanitizer: data race (pid=7)\n"));
    assert_false(vmsg_report_is_fatal("RuntimeError: the socket is closed\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_that_a_shell_tells_of),
        cmocka_unit_test(reports_of_sanitizers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
