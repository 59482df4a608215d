/* Crashes that are the same have one name, others have others. */
#include "fuzz/crash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void named(const char *output, int signal, const char *expected)
{
    char name[80];

    vmsg_fuzz_crash_name(output, signal, "GET_CONFIG", name, sizeof name);
    assert_string_equal(name, expected);
}

static void test_by_the_report(void **state)
{
    (void)state;
    named("noise\n==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x60\n"
          "READ of size 4\n"
          "    #0 0x4a in __asan_memcpy (/x/a+0x4)\n"
          "    #1 0x4b in set_features /x/a.c:12:3\n"
          "    #2 0x4c in main /x/a.c:40:3\n"
          "SUMMARY: AddressSanitizer: heap-buffer-overflow\n",
          6, "crash-heap-buffer-overflow-set_features");
    named("==7==ERROR: AddressSanitizer: SEGV on unknown address 0x60\n"
          "    #0 0x49 in AddressIsPoisoned /src/libsanitizer/asan/asan_mapping.h:396\n"
          "    #1 0x4a in QuickCheckForUnpoisonedRegion /src/asan_interceptors_memintrinsics.h:30\n"
          "    #2 0x4b in take /x/a.c:12:3\n",
          6, "crash-segv-take");
}

static void test_without_symbols_by_two_frames_of_the_sut(void **state)
{
    (void)state;
    named("==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x60\n"
          "READ of size 4\n"
          "    #0 0x7f  (/usr/lib/x86_64-linux-gnu/libasan.so.8+0x3a1)\n"
          "    #1 0x56  (/x/device+0x93c3) (BuildId: 12)\n"
          "    #2 0x57  (/x/device+0x4a87)\n"
          "    #3 0x58  (/x/device+0x1)\n"
          "\nallocated by\n"
          "    #0 0x59  (/x/device+0x2)\n",
          6, "crash-heap-buffer-overflow-0x93c3-0x4a87");
    named("==7==ERROR: AddressSanitizer: SEGV on unknown address\n"
          "    #0 0x56  (/x/device+0x93c3)\n"
          "    #1 0x7f  (/lib/x86_64-linux-gnu/libc.so.6+0x3a1)\n",
          6, "crash-segv-0x93c3");
    named("==7==ERROR: AddressSanitizer: SEGV on unknown address\n"
          "    #0 0x56  (<unknown module>)\n"
          "    #1",
          6, "crash-segv-GET_CONFIG");
}

static void test_undefined_behaviour_by_its_place(void **state)
{
    (void)state;
    named("hello\n/x/dev.c:350:30: runtime error: index 16 out of bounds\n"
          "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior /x/dev.c:350:30 in \n",
          0, "crash-undefined-behavior-dev-350");
    named("dev.c:7:1: runtime error: division by zero\n", 0, "crash-undefined-dev-7");
    named(": runtime error: ", 0, "crash-undefined-GET_CONFIG");
}

static void test_by_the_signal_or_the_status(void **state)
{
    (void)state;
    named(NULL, 11, "crash-signal-11-GET_CONFIG");
    named("last words\n", 0, "crash-exit-GET_CONFIG");
}

static const char wild[] = "==7==ERROR: AddressSanitizer: %s on address 0x60\n"
                           "READ of size 4\n"
                           "    #0 0x4a in __asan_memcpy (/x/a+0x4)\n"
                           "    #1 0x4b in set_features /x/a.c:%d:3\n"
                           "    #2 0x4c in main /x/a.c:40:3\n%s";

static void placed(const char *kind, int line, const char *rest, const char *expected)
{
    char report[400], place[120];

    snprintf(report, sizeof report, wild, kind, line, rest);
    vmsg_fuzz_crash_place(report, place, sizeof place);
    assert_string_equal(place, expected);
}

static void test_one_access_that_goes_astray_is_one(void **state)
{
    (void)state;
    placed("heap-buffer-overflow", 12, "", "wild set_features a.c:12:3");
    placed("global-buffer-overflow", 12, "", "wild set_features a.c:12:3");
    placed("SEGV", 12, "", "wild set_features a.c:12:3");
    placed("heap-buffer-overflow", 13, "", "wild set_features a.c:13:3");
    placed("heap-use-after-free", 12, "", "heap-use-after-free set_features a.c:12:3");
    placed("SEGV", 12, "Hint: address points to the zero page.\n", "segv set_features a.c:12:3");
}

static void test_places_that_are_not_told(void **state)
{
    char place[120];

    (void)state;
    vmsg_fuzz_crash_place(NULL, place, sizeof place);
    assert_string_equal(place, "");
    vmsg_fuzz_crash_place("last words\n", place, sizeof place);
    assert_string_equal(place, "");
    vmsg_fuzz_crash_place("==7==ERROR: AddressSanitizer: SEGV on unknown address\n"
                          "    #0 0x56  (/x/device+0x93c3)\n"
                          "    #1 0x7f  (/lib/x86_64-linux-gnu/libc.so.6+0x3a1)\n",
                          place, sizeof place);
    assert_string_equal(place, "wild  0x93c3");
    vmsg_fuzz_crash_place("==7==ERROR: AddressSanitizer: SEGV on unknown address\n"
                          "    #0 0x56 in look (/x/device+0x93c3)\n",
                          place, sizeof place);
    assert_string_equal(place, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_the_report),
        cmocka_unit_test(test_without_symbols_by_two_frames_of_the_sut),
        cmocka_unit_test(test_undefined_behaviour_by_its_place),
        cmocka_unit_test(test_by_the_signal_or_the_status),
        cmocka_unit_test(test_one_access_that_goes_astray_is_one),
        cmocka_unit_test(test_places_that_are_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
