/* Golden tests of the JUnit report, and a small check that it is well-formed XML. */
#include "reports/sample_test.h"

#include "reports/escape.h"

#define MAX_DEPTH 16

static const char *skip_name(const char *p)
{
    return p + strspn(p, "abcdefghijklmnopqrstuvwxyz-?");
}

/* Character data or an attribute's inside, up to `end`. */
static const char *skip_data(const char *p, char end)
{
    static const char *const entities[] = {"amp;",  "lt;",  "gt;",  "quot;",
                                           "apos;", "#13;", "#10;", "#9;"};
    size_t used;

    while (*p && *p != end) {
        uint32_t cp = vmsg_utf8_next(p, strlen(p), &used);

        assert_false(cp == VMSG_NOT_UTF8 || cp == '<' || cp == '>' || cp == 0x7f);
        assert_true(cp >= 0x20 || cp == '\n' || cp == '\t');
        if (cp == '&') {
            bool known = false;

            for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
                known |= !strncmp(p + 1, entities[i], strlen(entities[i]));
            assert_true(known);
        }
        p += used;
    }
    return p;
}

/* Elements nest, attributes are quoted, data is legal. */
static void check_well_formed(const char *p)
{
    const char *open[MAX_DEPTH];
    size_t len[MAX_DEPTH], depth = 0, elements = 0;

    while (*(p = skip_data(p, '<'))) {
        bool closing = p[1] == '/', empty = false;
        const char *name = p + 1 + closing;

        p = skip_name(name);
        if (closing) {
            assert_true(depth > 0);
            depth--;
            assert_int_equal(len[depth], p - name);
            assert_memory_equal(open[depth], name, len[depth]);
        }
        while (*p == ' ') {
            p = skip_name(p + 1);
            assert_true(p[0] == '=' && p[1] == '"');
            p = skip_data(p + 2, '"') + 1;
        }
        if (*p == '/' || *p == '?') {
            empty = true;
            p++;
        }
        assert_int_equal(*p++, '>');
        if (!closing && !empty) {
            assert_in_range(depth, 0, MAX_DEPTH - 1);
            open[depth] = name;
            len[depth++] = (size_t)(p - 1 - name);
            len[depth - 1] = (size_t)(skip_name(name) - name);
            elements++;
        }
    }
    assert_int_equal(depth, 0);
    assert_true(elements > 0);
}

static void has(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        fail_msg("%s\nis not in\n%s", wanted, text);
}

static void test_sample(void **state)
{
    char *text = sample_written("junit", &sample_run, NULL);

    check_well_formed(text);
    has(text, "<testsuites name=\"virtio-msg-v2\" tests=\"4\" failures=\"1\" errors=\"1\" "
              "time=\"1.240\">");
    has(text, "<testsuite name=\"device/set-vqueue\" tests=\"2\" failures=\"1\" errors=\"1\" "
              "skipped=\"0\" time=\"1.237\">");
    has(text, "<testcase name=\"uuid\" classname=\"device.get-device-info\" time=\"0.002\"/>");
    has(text, "<skipped message=\"the statement declares no region\"/>");
    has(text, "<error message=\"the SUT died\" type=\"crashed\">");
    has(text, "<failure message=\"GET_VQUEUE shows another size a[31mb&lt;&amp;&gt;&quot;&apos;"
              "]]&gt;\xef\xbf\xbd");
    has(text, "type=\"fail\">dev.set-vqueue.2 MUST, message 1: GET_VQUEUE shows");
    has(text, "   1      2500 &lt;- SET_VQUEUE resp dev=0 tok=2 +extra=0707\n");
    has(text, "(9 more messages were not kept)\n");
    has(text, "the SUT: killed by signal 11 (Segmentation fault)\none\n");
    has(text, "<property name=\"seed\" value=\"7\"/>");
    free(text);
}

/* Every verdict becomes what CI systems understand by it. */
static void test_verdicts(void **state)
{
    static const char *const elements[VMSG_VERDICT_COUNT] = {
        [VMSG_VERDICT_ERROR] = "error",   [VMSG_VERDICT_PASS] = NULL,
        [VMSG_VERDICT_FAIL] = "failure",  [VMSG_VERDICT_INCONCLUSIVE] = "skipped",
        [VMSG_VERDICT_SKIP] = "skipped",  [VMSG_VERDICT_WEDGED] = "failure",
        [VMSG_VERDICT_CRASHED] = "error",
    };

    for (int v = 0; v < VMSG_VERDICT_COUNT; v++) {
        struct vmsg_scenario_result s = {.id = "device/a/b", .verdict = v, .reason = "why"};
        struct vmsg_run_result r = sample_run;
        char *text, wanted[40];

        r.scenarios = &s;
        r.n_scenarios = 1;
        text = sample_written("junit", &r, NULL);
        check_well_formed(text);
        if (elements[v]) {
            snprintf(wanted, sizeof wanted, "<%s message=\"why\"", elements[v]);
            has(text, wanted);
        } else {
            has(text, "<testcase name=\"b\" classname=\"device.a\" time=\"0.000\"/>");
        }
        free(text);
    }
}

/* Nothing that ran, or not all of it, is an error and not an empty success. */
static void test_unfinished(void **state)
{
    struct vmsg_run_result r = {.spec = "virtio-msg-v2", .role = "device", .sut_name = "x"};
    char *text = sample_written("junit", &r, NULL);

    check_well_formed(text);
    has(text, "tests=\"1\" failures=\"0\" errors=\"1\"");
    has(text, "<error message=\"no scenario ran\"");
    free(text);
    r.not_started = SAMPLE_EVIL;
    text = sample_written("junit", &r, NULL);
    check_well_formed(text);
    has(text, "<error message=\"a[31mb&lt;");
    free(text);
    r = sample_run;
    r.interrupted = true;
    text = sample_written("junit", &r, NULL);
    check_well_formed(text);
    has(text, "tests=\"5\" failures=\"1\" errors=\"2\"");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_unfinished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
