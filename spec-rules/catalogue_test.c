/*
 * The shipped catalogue is complete and sound, and the loader refuses a bad one by name.
 */
#include "spec-rules/catalogue.h"
#include "spec-rules/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int load_v2(void **state)
{
    char err[256] = "";

    *state = vmsg_catalogue_load("v2", err, sizeof err);
    if (!*state)
        print_error("%s\n", err);
    return *state ? 0 : -1;
}

static int unload(void **state)
{
    vmsg_catalogue_free(*state);
    return 0;
}

static bool is_prose(const struct vmsg_clause *clause)
{
    return strstr(clause->id, ".prose.") != NULL;
}

static size_t count(const struct vmsg_catalogue *c, const char *role, int level, bool prose)
{
    size_t n = 0;

    for (size_t i = 0; i < vmsg_catalogue_size(c); i++) {
        const struct vmsg_clause *clause = vmsg_catalogue_at(c, i);

        n += !vmsg_clause_of_layout(clause) && is_prose(clause) == prose &&
             (!role || !strcmp(clause->role, role)) && (level < 0 || (int)clause->level == level);
    }
    return n;
}

/* The numbers of the v2 text. */
static void counts(void **state)
{
    const struct vmsg_catalogue *c = *state;

    assert_int_equal(count(c, NULL, -1, false), 209);
    assert_int_equal(count(c, NULL, VMSG_MUST, false), 177);
    assert_int_equal(count(c, NULL, VMSG_SHOULD, false), 14);
    assert_int_equal(count(c, NULL, VMSG_MAY, false), 18);
    assert_int_equal(count(c, "driver", -1, false), 72);
    assert_int_equal(count(c, "device", -1, false), 74);
    assert_int_equal(count(c, "bus", -1, false), 63);
    assert_int_equal(count(c, "any", -1, false), 0);
    assert_true(count(c, NULL, -1, true) >= 25);
    assert_true(vmsg_clause_of_layout(vmsg_catalogue_find(c, "amp.status.1")));
    assert_string_equal(vmsg_catalogue_find(c, "amp.status.1")->role, "any");
    assert_string_equal(vmsg_catalogue_spec(c), "virtio-msg-v2");
}

static void entries(void **state)
{
    const struct vmsg_catalogue *c = *state;

    for (size_t i = 0; i < vmsg_catalogue_size(c); i++) {
        const struct vmsg_clause *clause = vmsg_catalogue_at(c, i);

        assert_int_equal(clause->order, i);
        assert_true(*clause->section && *clause->title && *clause->summary);
        assert_true(clause->hash != 0 || vmsg_clause_of_layout(clause));
        assert_true(clause->summary[strlen(clause->summary) - 1] == '.');
        if (clause->observe == VMSG_OBSERVE_NONE || clause->observe == VMSG_OBSERVE_DECLARATION)
            assert_non_null(clause->why);
        if (clause->restates)
            assert_non_null(vmsg_catalogue_find(c, clause->restates));
        for (size_t k = 0; clause->readings && clause->readings[k]; k++)
            assert_true(*clause->readings[k]);
        assert_ptr_equal(vmsg_catalogue_find(c, clause->id), clause);
    }
    assert_null(vmsg_catalogue_at(c, vmsg_catalogue_size(c)));
    assert_null(vmsg_catalogue_find(c, "dev.set-vqueue.8"));
}

static void one_entry(void **state)
{
    const struct vmsg_clause *clause = vmsg_catalogue_find(*state, "dev.get-device-status.2");

    assert_string_equal(clause->role, "device");
    assert_int_equal(clause->level, VMSG_SHOULD);
    assert_string_equal(clause->section, "Transport Messages / VIRTIO_MSG_GET_DEVICE_STATUS");
    assert_string_equal(clause->title, "GET_DEVICE_STATUS");
    assert_int_equal(clause->observe, VMSG_OBSERVE_UPPER);
    assert_non_null(clause->readings[0]);
    assert_null(clause->readings[1]);
    assert_string_equal(vmsg_observe_text(clause->observe), "upper tester");
    assert_string_equal(vmsg_level_text(clause->level), "SHOULD");
}

/* Clauses of one block stay together in the order of the text, running text at its place. */
static void order(void **state)
{
    const struct vmsg_catalogue *c = *state;
    static const char *const ids[] = {"bus.bus-messages.1",           "dev.ordering.3",
                                      "drv.prose.status-progression", "drv.overview.1",
                                      "dev.get-device-info.1",        "bus.event-device.3"};

    for (size_t i = 1; i < sizeof ids / sizeof *ids; i++)
        assert_true(vmsg_catalogue_find(c, ids[i - 1])->order <
                    vmsg_catalogue_find(c, ids[i])->order);
}

#define CLAUSE_END  "hash = 1, summary = 'S.' }"
#define BLOCK(body) "return { { section = 'A', title = 'T', " body " } }"
#define GOOD        BLOCK("{ id = 'dev.x.1', level = 'MUST', observe = 'wire', " CLAUSE_END)

/* What the loader says about one file "r/a.lua" with this text. */
static char *complaint(const char *text, char *err, size_t size)
{
    static const char index[] = "return { spec = 's', files = { 'a' } }";
    struct vmsg_embedded files[] = {
        {"r/index.lua", index, sizeof index - 1}, {"r/a.lua", text, strlen(text)}, {0}};
    struct vmsg_catalogue *c = vmsg_catalogue_load_from(files, "r", err, size);

    if (c)
        snprintf(err, size, "none");
    vmsg_catalogue_free(c);
    return err;
}

static void refusals(void **state)
{
    static const struct {
        const char *text, *complaint;
    } cases[] = {
        {GOOD, "none"},
        {"return 7", "r/a.lua: returns no table"},
        {"return {", "r/a.lua:1:"},
        {"while", "r/a.lua:1:"},
        {"return { os.exit(1) }", "global 'os'"},
        {"return { 1 }", "r/a.lua: block 1 is no table"},
        {"return {}", "names no clause"},
        {"return { { title = 'T' } }", "`section` is missing"},
        {BLOCK("colour = 1"), "unknown key `colour`"},
        {BLOCK("{ level = 'MUST' }"), "`id` is missing"},
        {BLOCK("{ id = 'dev.x.1', observe = 'wire', " CLAUSE_END), "dev.x.1: `level` is missing"},
        {BLOCK("{ id = 'dev.x.1', level = 'WILL', observe = 'wire', " CLAUSE_END),
         "`level` cannot be \"WILL\""},
        {BLOCK("{ id = 'dev.x.1', level = 'MUST', observe = 'ear', " CLAUSE_END),
         "`observe` cannot be \"ear\""},
        {BLOCK("{ id = 'dev.x.1', level = 'MUST', observe = 'wire', hash = 1 }"),
         "r/a.lua: dev.x.1: `summary` is missing"},
        {BLOCK("{ id = 'dev.x.1', level = 'MUST', observe = 'wire', summary = 'S.' }"),
         "`hash` is no integer"},
        {BLOCK("{ id = 'dev.x.1', level = 'MUST', observe = 'none', " CLAUSE_END),
         "`why` is missing"},
        {BLOCK("{ id = 'dev.x.1', level = 'MUST', observe = 'restated', " CLAUSE_END),
         "`restates` goes with"},
        {BLOCK("{ id = 'dev.x.1', level = 'MUST', observe = 'restated', restates = "
               "'dev.y.1', " CLAUSE_END),
         "does not exist"},
        {BLOCK("{ id = 'dev.x.1', level = 'MUST', observe = 'wire', readings = 'R', " CLAUSE_END),
         "`readings` is no list"},
        {BLOCK("{ id = 'dev.x.1', level = 'MUST', observe = 'wire', colour = 1, " CLAUSE_END),
         "dev.x.1: unknown key `colour`"},
        {BLOCK("{ id = 'dex.x.1', level = 'MUST', observe = 'wire', " CLAUSE_END),
         "an id begins with"},
        {BLOCK("{ id = 'dev.x', level = 'MUST', observe = 'wire', " CLAUSE_END), "ROLE.block.N"},
        {BLOCK("{ id = 'dev.x.2', level = 'MUST', observe = 'wire', " CLAUSE_END),
         "dev.x.2 comes where dev.x.1 is due"},
        {BLOCK("{ id = 'any.prose.x', level = 'MUST', observe = 'wire', " CLAUSE_END
               ", { id = 'any.prose.x', level = 'MUST', observe = 'wire', " CLAUSE_END),
         "any.prose.x is there twice"},
    };
    char err[512];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        complaint(cases[i].text, err, sizeof err);
        if (!strstr(err, cases[i].complaint))
            fail_msg("%s\nsays \"%s\", not \"%s\"", cases[i].text, err, cases[i].complaint);
    }
}

static void bad_index(void **state)
{
    static const char index[] = "return { spec = 's', files = { 'a' } }";
    struct vmsg_embedded forgotten[] = {{"r/index.lua", index, sizeof index - 1},
                                        {"r/a.lua", GOOD, sizeof GOOD - 1},
                                        {"r/b.lua", GOOD, sizeof GOOD - 1},
                                        {"q/c.lua", GOOD, sizeof GOOD - 1},
                                        {0}};
    struct vmsg_embedded missing[] = {{"r/index.lua", index, sizeof index - 1}, {0}};
    char err[256];

    assert_null(vmsg_catalogue_load_from(forgotten, "r", err, sizeof err));
    assert_non_null(strstr(err, "r/b.lua is not named in r/index.lua"));
    assert_null(vmsg_catalogue_load_from(missing, "r", err, sizeof err));
    assert_non_null(strstr(err, "r/a.lua: no such file"));
    assert_null(vmsg_catalogue_load("v0", err, sizeof err));
    assert_non_null(strstr(err, "v0/index.lua: no such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts, load_v2, unload),
        cmocka_unit_test_setup_teardown(entries, load_v2, unload),
        cmocka_unit_test_setup_teardown(one_entry, load_v2, unload),
        cmocka_unit_test_setup_teardown(order, load_v2, unload),
        cmocka_unit_test(refusals),
        cmocka_unit_test(bad_index),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
