/* Unit tests: the options of `run`, and the statement that comes of them. */
#include "harness/cli/run_statement.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#define MAX_ARGS 16

struct fixture {
    struct vmsg_run_options options;
    char *argv[MAX_ARGS + 1];
    int argc;
};

/* Parse the words of a line; the options live until finish(). */
static enum vmsg_cli_parsed parse(struct fixture *f, const char *line)
{
    char *words = strdup(line);

    f->argc = 0;
    for (char *rest = words, *word; (word = strsep(&rest, " "));)
        f->argv[f->argc++] = strdup(word);
    f->argv[f->argc] = NULL;
    free(words);
    return vmsg_run_options_parse(&f->options, f->argc, f->argv);
}

static void finish(struct fixture *f)
{
    vmsg_run_options_clear(&f->options);
    for (int i = 0; i < f->argc; i++)
        free(f->argv[i]);
}

static void test_defaults(void **state)
{
    struct fixture f;

    assert_int_equal(parse(&f, "run --role device --sut ref:"), CLI_PARSED);
    assert_int_equal(f.options.role, VMSG_ROLE_DEVICE);
    assert_string_equal(f.options.uri, "ref:");
    assert_int_equal(f.options.seed, 1);
    assert_int_equal(f.options.repeat, 1);
    assert_int_equal(f.options.jobs, 0);
    assert_int_equal(f.options.mem_size, 16 << 20);
    assert_int_equal(f.options.timeout_ms, 2000);
    assert_int_equal(f.options.colour, VMSG_COLOUR_AUTO);
    assert_null(f.options.select[0]);
    finish(&f);
}

static void test_repeated(void **state)
{
    struct fixture f;

    assert_int_equal(parse(&f, "run --role=bus --sut=exec:x --select a --select b --report "
                               "json=x --report junit=y=z --devices 0,5 --optional a=true"),
                     CLI_PARSED);
    assert_int_equal(f.options.n_select, 2);
    assert_string_equal(f.options.select[1], "b");
    assert_null(f.options.select[2]);
    assert_int_equal(f.options.n_reports, 2);
    assert_string_equal(f.options.reports[1].format, "junit");
    assert_string_equal(f.options.reports[1].path, "y=z");
    assert_int_equal(f.options.n_fields, 2);
    assert_string_equal(f.options.fields[0].key, "devices");
    assert_string_equal(f.options.fields[1].key, "optional");
    finish(&f);
}

/* Every mistake is CLI_WRONG; what is said about it, the end-to-end tests hold. */
static void test_mistakes(void **state)
{
    static const char *const lines[] = {
        "run",
        "run --role device",
        "run --sut ref:",
        "run --role device --sut ref: --no-such-flag",
        "run --role device --sut ref: -x",
        "run --role device --sut ref: stray",
        "run --role device --sut ref: --report json",
        "run --role device --sut ref: --report json=",
        "run --role device --sut ref: --report =x",
        "run --role device --sut ref: --report json=x --report text=x",
        "run --role device --sut ref: --se 1",
        "run --role device --sut ref: --verbose=1",
        "run --role device --sut ref: --seed",
        "run --role device --sut ref: --seed -1",
        "run --role device --sut ref: --seed 9223372036854775808",
        "run --role device --sut ref: --repeat 1000001",
        "run --role device --sut ref: --jobs 65",
        "run --role device --sut ref: --colour=pink",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct fixture f;

        if (parse(&f, lines[i]) != CLI_WRONG)
            fail_msg("accepted: %s", lines[i]);
        finish(&f);
    }
}

/* Each field has its own flag, and each flag sets its own field. */
static void test_fields(void **state)
{
    struct fixture f;
    struct vmsg_ics ics;
    char err[CLI_ERR_SIZE] = "", *assumed;

    assert_int_equal(parse(&f, "run --role device --sut exec:x --name=n --sut-version=v "
                               "--devices=3 --bus-messages=PING --revision=1 --max-msg-size=100 "
                               "--config=3:shm=7 --transport-features=0x1 --notifications=polling "
                               "--notification-path=synthesis --request-timeout-ms=5"),
                     CLI_PARSED);
    assert_true(vmsg_run_statement(&ics, &f.options, &assumed, err, sizeof err));
    assert_null(assumed);
    assert_string_equal(ics.name, "n");
    assert_string_equal(ics.version, "v");
    assert_int_equal(ics.n_devices, 1);
    assert_int_equal(ics.devices[0], 3);
    assert_int_equal(ics.bus_messages, VMSG_BUS_PING);
    assert_int_equal(ics.max_msg_size, 100);
    assert_int_equal(ics.facts[0].shm[0], 7);
    assert_int_equal(ics.transport_features, 1);
    assert_true(ics.polling);
    assert_true(ics.synthesis);
    assert_int_equal(ics.request_timeout_ms, 5);
    vmsg_ics_clear(&ics);
    finish(&f);
    assert_int_equal(parse(&f, "run --role device --sut exec:x --attempts=9 --upper-tester=true "
                               "--optional=ring_reset=false"),
                     CLI_PARSED);
    assert_true(vmsg_run_statement(&ics, &f.options, &assumed, err, sizeof err));
    assert_int_equal(ics.attempts, 9);
    assert_true(ics.upper_tester);
    assert_string_equal(ics.options[0].name, "ring_reset");
    assert_false(ics.options[0].present);
    vmsg_ics_clear(&ics);
    finish(&f);
}

static void test_wrong_field_is_told_as_a_flag(void **state)
{
    struct fixture f;
    struct vmsg_ics ics;
    char err[CLI_ERR_SIZE] = "", *assumed;

    assert_int_equal(parse(&f, "run --role device --sut exec:x --max-msg-size=51"), CLI_PARSED);
    assert_false(vmsg_run_statement(&ics, &f.options, &assumed, err, sizeof err));
    assert_ptr_equal(strstr(err, "--max-msg-size '51' must be"), err);
    vmsg_ics_clear(&ics);
    finish(&f);
}

/* What is assumed of ref: yields to flags, and is not claimed then. */
static void test_reference(void **state)
{
    struct fixture f;
    struct vmsg_ics ics;
    char err[CLI_ERR_SIZE] = "", *assumed;

    assert_int_equal(parse(&f, "run --role device --sut ref: --transport-features 0"), CLI_PARSED);
    assert_true(vmsg_run_statement(&ics, &f.options, &assumed, err, sizeof err));
    assert_int_equal(ics.transport_features, 0);
    assert_true(ics.upper_tester);
    assert_int_equal(ics.bus_messages, 7);
    assert_non_null(strstr(assumed, "upper_tester=true"));
    assert_null(strstr(assumed, "transport_features"));
    free(assumed);
    vmsg_ics_clear(&ics);
    finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_wrong_field_is_told_as_a_flag),
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
