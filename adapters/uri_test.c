/*
 * Splitting adapter URIs.
 */
#include "adapters/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const known[] = {"framing", "seed", NULL};

static void path_and_options(void **state)
{
    struct vmsg_uri uri;
    char err[200] = "";
    assert_true(vmsg_uri_parse(&uri, "/a/b?framing=stream&seed=5", known, err, sizeof err));
    assert_string_equal(uri.path, "/a/b");
    assert_string_equal(vmsg_uri_get(&uri, "framing"), "stream");
    assert_string_equal(vmsg_uri_get(&uri, "seed"), "5");
    vmsg_uri_clear(&uri);
    assert_true(vmsg_uri_parse(&uri, "", known, err, sizeof err));
    assert_string_equal(uri.path, "");
    assert_null(vmsg_uri_get(&uri, "seed"));
    vmsg_uri_clear(&uri);
}

static void assert_refused(const char *rest, const char *why)
{
    struct vmsg_uri uri;
    char err[200] = "";
    assert_false(vmsg_uri_parse(&uri, rest, known, err, sizeof err));
    assert_non_null(strstr(err, why));
}

static void errors_say_what_is_known(void **state)
{
    assert_refused("/a?speed=1", "unknown option 'speed'; this adapter knows: framing, seed");
    assert_refused("/a?seed", "'seed' needs a value");
    assert_refused("/a?seed=", "'seed' needs a value");
    assert_refused("/a?seed=1&seed=2", "given twice");
}

static void choices(void **state)
{
    static const char *const words[] = {"seqpacket", "stream", NULL};
    struct vmsg_uri uri;
    char err[200] = "";
    assert_true(vmsg_uri_parse(&uri, "x?framing=stream", known, err, sizeof err));
    assert_int_equal(vmsg_uri_choice(&uri, "framing", words, err, sizeof err), 1);
    assert_int_equal(vmsg_uri_choice(&uri, "seed", words, err, sizeof err), 0);
    vmsg_uri_clear(&uri);
    assert_true(vmsg_uri_parse(&uri, "x?framing=tubes", known, err, sizeof err));
    assert_int_equal(vmsg_uri_choice(&uri, "framing", words, err, sizeof err), -1);
    assert_non_null(strstr(err, "seqpacket, stream"));
    vmsg_uri_clear(&uri);
}

static void numbers(void **state)
{
    uint64_t n;
    assert_true(vmsg_uri_number("18446744073709551615", &n));
    assert_true(n == UINT64_MAX);
    assert_true(vmsg_uri_number("0x40", &n));
    assert_int_equal(n, 64);
    assert_true(vmsg_uri_number("010", &n));
    assert_int_equal(n, 10);
    assert_false(vmsg_uri_number("18446744073709551616", &n));
    assert_false(vmsg_uri_number("-1", &n));
    assert_false(vmsg_uri_number(" 1", &n));
    assert_false(vmsg_uri_number("1x", &n));
    assert_false(vmsg_uri_number("0x", &n));
    assert_false(vmsg_uri_number("", &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_and_options),
        cmocka_unit_test(errors_say_what_is_known),
        cmocka_unit_test(choices),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
