/* Reports read back: what was written, and files that are none. */
#include "reports/sample_test.h"

#include "reports/read.h"

static bool parse(struct vmsg_read_report *r, const char *text, char err[512])
{
    return vmsg_read_report_parse(r, "a.json", text, strlen(text), err, 512);
}

static void test_what_was_written(void **state)
{
    char *text = sample_written("json", &sample_run, NULL), err[512];
    struct vmsg_read_report r;

    assert_true(parse(&r, text, err));
    assert_string_equal(r.spec, "virtio-msg-v2");
    assert_string_equal(r.role, "device");
    assert_string_equal(r.sut_version, "1.2");
    assert_false(r.conforms || r.interrupted || r.not_started);
    assert_int_equal(r.n_clauses, sample_run.n_clauses);
    assert_int_equal(r.n_scenarios, sample_run.n_scenarios);
    for (size_t i = 0; i < r.n_clauses; i++) {
        const struct vmsg_clause_result *c = &sample_run.clauses[i];

        assert_string_equal(r.clauses[i].id, c->clause->id);
        assert_string_equal(r.clauses[i].section, c->clause->section);
        assert_int_equal(r.clauses[i].verdict, c->verdict);
        assert_int_equal(r.clauses[i].level, c->clause->level);
        assert_int_equal(r.clauses[i].exercised, c->exercised);
        assert_ptr_equal(vmsg_read_clause_find(&r, c->clause->id), &r.clauses[i]);
    }
    for (size_t i = 0; i < r.n_scenarios; i++)
        assert_int_equal(r.scenarios[i].verdict, sample_run.scenarios[i].verdict);
    assert_null(vmsg_read_clause_find(&r, "dev.nothing.1"));
    vmsg_read_report_clear(&r);
    free(text);
}

#define HEAD                                                                                       \
    "{\"tool\": {\"version\": \"1.0.0\"}, \"sut\": {\"name\": \"n\"}, \"spec\": \"s\", "           \
    "\"role\": \"device\", \"conforms\": true, \"scenarios\": [], \"clauses\": "

static void test_mistakes(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"", "a.json:1: it is no JSON"},
        {"{", "it is no JSON"},
        {"[]", "it must be an object"},
        {"{}", "tool must be an object"},
        {"{\"tool\": {}, \"tool\": {}}", "it is no JSON: duplicate object key"},
        {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "nested deeper"},
        {HEAD "{}}", "clauses must be a list"},
        {HEAD "[1]}", "clauses[0].entry must be an object"},
        {HEAD "[{\"id\": 1}]}", "clauses[0].id must be a text"},
        {HEAD "[{\"id\": \"a\", \"level\": \"WISH\"}]}", "clauses[0].level is not a word"},
        {HEAD "[{\"id\": \"a\", \"level\": \"MUST\", \"verdict\": \"wedged\"}]}",
         "clauses[0].verdict is not a word"},
        {HEAD "[{\"id\": \"a\", \"level\": \"MUST\", \"verdict\": \"pass\", \"exercised\": -1}]}",
         "exercised must not be negative"},
        {HEAD "[{\"id\": \"a\", \"level\": \"MUST\", \"verdict\": \"pass\", \"exercised\": 1, "
              "\"findings\": 0}, {\"id\": \"a\", \"level\": \"MUST\", \"verdict\": \"pass\", "
              "\"exercised\": 1, \"findings\": 0}]}",
         "clauses[1].id is there twice"},
        {HEAD "[], \"interrupted\": 1}", "interrupted must be true or false"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vmsg_read_report r;
        char err[512] = "";

        assert_false(parse(&r, cases[i].text, err));
        if (!strstr(err, cases[i].told) || strncmp(err, "a.json:", 7) != 0)
            fail_msg("%s: %s", cases[i].text, err);
        vmsg_read_report_clear(&r);
    }
}

/* A small file that would take much memory once parsed. */
static void test_too_many_values(void **state)
{
    size_t n = 2 * VMSG_READ_VALUES + 2;
    char *text = malloc(n + 1), err[512];
    struct vmsg_read_report r;

    assert_non_null(text);
    for (size_t i = 0; i < n; i++)
        text[i] = i == 0 ? '[' : i % 2 ? '0' : ',';
    text[n - 1] = ']';
    text[n] = '\0';
    assert_false(parse(&r, text, err));
    assert_non_null(strstr(err, "more values"));
    vmsg_read_report_clear(&r);
    free(text);
}

static void test_unreadable(void **state)
{
    static const char *const paths[] = {"/nonexistent.json", "/", "/dev/zero"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct vmsg_read_report r;
        char err[512] = "";

        assert_false(vmsg_read_report_load(&r, paths[i], err, sizeof err));
        assert_non_null(strstr(err, "cannot read the report /"));
        vmsg_read_report_clear(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_written),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_too_many_values),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
