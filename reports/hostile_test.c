/*
 * What a SUT says can hurt no reader of any format: every text of a run is up to no good, and each
 * report is searched for what must not be in it.
 */
#include "reports/sample_test.h"

#include "reports/escape.h"

#define EVIL                                                                                       \
    "::error::boo\n::add-mask::x\n##[error]y ##vso[task.x]z </script><script>alert(1)</script>"    \
    "<img src=x onerror=alert(2)> # TODO later\nok 1 - fine\nBail out!\n| `c` [l](javascript:x) "  \
    "@team #12 =1+1 \x1b]0;t\x07 \xff\xc0\x80 \xe2\x80\xae ]]> \" ' & \\ --> %0A \x7f"

static char evil[] = EVIL;
static struct vmsg_trace_entry trace[] = {
    {1000, VMSG_TRACE_TO_SUT, 0, sample_request, sizeof sample_request, NULL},
    {2000, VMSG_TRACE_NOTE, 0, NULL, 0, evil},
};
static struct vmsg_result_finding finding = {"dev.set-vqueue.2", VMSG_MUST, 1, 0, evil};
static char *problem = evil;

/* A scenario of each verdict, twice: once expected. */
static size_t make(struct vmsg_scenario_result *s, struct vmsg_run_result *r)
{
    size_t n = 0;

    for (int v = 0; v < VMSG_VERDICT_COUNT; v++)
        for (int expected = 0; expected < 2; expected++)
            s[n++] = (struct vmsg_scenario_result){.id = EVIL "/a",
                                                   .file = EVIL,
                                                   .summary = EVIL,
                                                   .verdict = v,
                                                   .reason = evil,
                                                   .clauses = sample_tests_vqueue,
                                                   .findings = &finding,
                                                   .n_findings = v == VMSG_VERDICT_FAIL,
                                                   .trace = trace,
                                                   .n_trace = 2,
                                                   .sut_end = evil,
                                                   .sut_output = evil,
                                                   .expected = expected ? evil : NULL};
    *r = sample_run;
    r->sut_name = r->sut_version = r->sut_uri = EVIL;
    r->assumptions = evil;
    r->scenarios = s;
    r->n_scenarios = n;
    r->gate = (struct vmsg_gate_result){true, false, &problem, 1};
    return n;
}

static char *written(const char *format)
{
    struct vmsg_scenario_result scenarios[2 * VMSG_VERDICT_COUNT];
    struct vmsg_run_result r;

    make(scenarios, &r);
    return sample_written(format, &r, NULL);
}

static void lacks(const char *format, const char *text, const char *bad)
{
    const char *at = strstr(text, bad);

    if (at)
        fail_msg("%s report: '%s' in: %.80s", format, bad, at > text + 20 ? at - 20 : text);
}

/* No line of a log begins with a command, and none holds one. */
static void check_log(const char *format, const char *text)
{
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += strspn(line, "\n");
        if (!strncmp(line + strspn(line, " \t"), "::", 2))
            fail_msg("%s report: a line begins with '::': %.60s", format, line);
    }
    lacks(format, text, "##[");
    lacks(format, text, "##vso[");
}

static void check_characters(const char *format, const char *text)
{
    size_t used;

    for (const char *p = text; *p; p += used) {
        uint32_t cp = vmsg_utf8_next(p, strlen(p), &used);

        if (cp == VMSG_NOT_UTF8 || (cp < 0x20 && cp != '\n' && cp != '\t') || cp == 0x7f)
            fail_msg("%s report: character %x", format, (unsigned)cp);
    }
}

static void test_every_format(void **state)
{
    const struct vmsg_report_format *f;

    for (size_t i = 0; (f = vmsg_report_format_at(i)); i++) {
        char *text = written(f->name);

        check_characters(f->name, text);
        if (strcmp(f->name, "github") != 0) /* it is made of commands */
            check_log(f->name, text);
        free(text);
    }
}

static void test_markup(void **state)
{
    static const char *const formats[] = {"html", "markdown", "junit"};

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = written(formats[i]);

        lacks(formats[i], text, "<script>alert");
        lacks(formats[i], text, "<img");
        lacks(formats[i], text, "\xe2\x80\xae\xe2\x80\xae");
        free(text);
    }
}

/* Inside a page, a script ends only where we end it. */
static void test_html(void **state)
{
    char *text = written("html");
    size_t scripts = 0;

    for (const char *p = text; (p = strstr(p, "</script")); p++)
        scripts++;
    assert_int_equal(scripts, 2); /* the theme, and what the page does */
    lacks("html", text, "\xe2\x80\xae");
    lacks("html", text, "http://www.w3.org/2000/svg\"");
    free(text);
}

static void test_markdown(void **state)
{
    static const char *const bad[] = {"`", "[l]", "@team", " #12", "\n| `", "-->", "\\"};
    char *text = written("markdown");

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        lacks("markdown", text, bad[i]);
    assert_true(strlen(text) < 65536);
    free(text);
}

/* As many tests as planned, no directive that a text smuggled in, no line of its own. */
static void test_tap(void **state)
{
    char *text = written("tap");
    size_t tests = 0, directives = 0;

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += strspn(line, "\n");
        assert_true(strncmp(line, "Bail out!", 9) != 0);
        if (strncmp(line, "ok ", 3) != 0 && strncmp(line, "not ok ", 7) != 0)
            continue;
        tests++;
        for (const char *p = line; *p && *p != '\n'; p++)
            directives += *p == '#' && p[-1] != '\\';
    }
    /* a SKIP for those that told nothing, a TODO for the others that are expected */
    assert_int_equal(directives, 2 * 2 + (VMSG_VERDICT_COUNT - 2));
    assert_int_equal(tests, 2 * VMSG_VERDICT_COUNT + 1);
    free(text);
}

/* A SARIF message has no embedded link. */
static void test_sarif(void **state)
{
    char *text = written("sarif");

    for (const char *p = text; (p = strstr(p, "\"text\": \"")); p++) {
        const char *link = strstr(p, "[l"), *end = strchr(p, '\n');

        assert_true(!link || link > end || link[-1] == '\\');
    }
    assert_non_null(strstr(text, "\\\\[l\\\\](javascript"));
    free(text);
}

/* All commands are ours: a line each, of a kind that only tells. */
static void test_github(void **state)
{
    char *text = written("github");
    size_t lines = 0;

    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        assert_true(!strncmp(line, "::error title=", 14) || !strncmp(line, "::warning title=", 16));
        lines++;
    }
    assert_true(lines > 2);
    lacks("github", text, "##[");
    lacks("github", text, "%0A");
    lacks("github", text, "%2C"); /* a message, unlike a title, has its commas */
    assert_non_null(strstr(text, "%250A"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_format), cmocka_unit_test(test_markup),
        cmocka_unit_test(test_html),         cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_tap),          cmocka_unit_test(test_sarif),
        cmocka_unit_test(test_github),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
