/* Scenario files: each mistake is named, the sandbox holds, selection works. */
#include "harness/engine/testing.h"

static struct vmsg_catalogue *catalogue;

static int load_catalogue(void **state)
{
    char err[600];

    catalogue = vmsg_catalogue_load("v2", err, sizeof err);
    return catalogue ? 0 : -1;
}

static int free_catalogue(void **state)
{
    vmsg_catalogue_free(catalogue);
    return 0;
}

static struct vmsg_suite *load(const char *text, char *err, size_t err_size)
{
    struct vmsg_suite *suite;
    char path[40];

    write_file(path, text);
    suite = vmsg_suite_load(VMSG_ROLE_DEVICE, path, catalogue, err, err_size);
    unlink(path);
    return suite;
}

#define GOOD "requirement = 'r', clauses = { 'dev.ordering.2' }, run = function(t) end"

static void loads_the_bundled_scenarios(void **state)
{
    char err[600] = "";
    struct vmsg_suite *suite = vmsg_suite_load(VMSG_ROLE_DEVICE, NULL, catalogue, err, sizeof err);

    if (!suite)
        fail_msg("%s", err);
    assert_true(vmsg_suite_size(suite) > 50);
    for (size_t i = 1; i < vmsg_suite_size(suite); i++)
        assert_true(strcmp(vmsg_suite_at(suite, i - 1)->id, vmsg_suite_at(suite, i)->id) < 0);
    assert_null(vmsg_suite_at(suite, vmsg_suite_size(suite)));
    vmsg_suite_free(suite);
}

static void names_what_is_wrong_with_a_file(void **state)
{
    static const char *const bad[][2] = {
        {"return 1", "no scenarios"},
        {"return {}", "no scenarios"},
        {"return { {} }", "name"},
        {"return { { name = 'a b', " GOOD " } }", "name"},
        {"return { { name = 'a' } }", "requirement"},
        {"return { { name = 'a', " GOOD ", colour = 1 } }", "colour"},
        {"return { { name = 'a', " GOOD ", scope = 'world' } }", "scope"},
        {"return { { name = 'a', " GOOD ", needs = { magic = true } } }", "magic"},
        {"return { { name = 'a', " GOOD ", needs = { queues = 'two' } } }", "queues"},
        {"return { { name = 'a', " GOOD ", needs = { queue = false } } }", "queue"},
        {"return { { name = 'a', " GOOD ", needs = { feature = 'NO_SUCH' } } }", "feature"},
        {"return { { name = 'a', " GOOD ", needs = { rings = 'bent' } } }", "rings"},
        {"return { { name = 'a', " GOOD ", rings = { 'bent' } } }", "bent"},
        {"return { { name = 'a', " GOOD ", rings = { 'packed', 'packed' } } }", "two scenarios"},
        {"return { { name = 'a', " GOOD ", needs = { profile = 'lax' } } }", "profile"},
        {"return { { name = 'a', " GOOD ", needs = { bus = 'PONG' } } }", "bus"},
        {"return { { name = 'a', requirement = 'r', clauses = { 'dev.nonsense.1' }, "
         "run = function() end } }",
         "dev.nonsense.1"},
        {"return { { name = 'a', requirement = 'r', clauses = {}, run = function() end } }",
         "no clause"},
        {"return { { name = 'a', requirement = 'r', clauses = { 'dev.ordering.2' } } }", "run"},
        {"return { { name = 'a', " GOOD " }, { name = 'a', " GOOD " } }", "two scenarios"},
        {"return {\n\n!", ":3:"},
        {"\x1bLua", "binary"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char err[600] = "";

        if (load(bad[i][0], err, sizeof err))
            fail_msg("accepted: %s", bad[i][0]);
        if (!strstr(err, bad[i][1]))
            fail_msg("'%s' gives '%s', which does not name %s", bad[i][0], err, bad[i][1]);
    }
}

/* Each line runs as a file of its own and must fail there. */
static void the_sandbox_holds(void **state)
{
    static const char *const escapes[] = {
        "os.exit()",
        "io.write('x')",
        "require('os')",
        "load('x')()",
        "loadstring('x')()",
        "dofile('/etc/passwd')",
        "print('x')",
        "collectgarbage()",
        "rawset(string, 'format', 1)",
        "debug.getinfo(1)",
        "package.loaded.os.exit()",
        "coroutine.wrap(function() end)()",
        "math.random()",
        "math.randomseed(1)",
        "string.dump(function() end)",
        "(''):dump()",
        "x = 1",
        "_ENV.x = 1",
        "_G.x = 1",
        "string.format = nil",
        "setmetatable(string, {})",
        "setmetatable(_ENV, {})",
        "getmetatable('').__index = {}",
        "getmetatable(_ENV).__index = {}",
        "getmetatable(string).__index = {}",
        "setmetatable({}, { __gc = function() end })",
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do pcall(table.sort, {3, 2, 1}, function() while true do end end) end",
        "xpcall(function() while true do end end, function() end) while true do end",
        "('x'):gsub('x', function() while true do end end)",
        "local t = {} while true do t[#t + 1] = ('x'):rep(1 << 20) .. #t end",
        "local s = 'x' while true do s = s .. s end",
        "return ('x'):rep(1 << 40)",
        "local function f() return 1 + f() end f()",
        "error(setmetatable({}, { __tostring = function() while true do end end }))",
        "local t <close> = setmetatable({}, { __close = function() while true do end end })",
    };

    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        char err[600] = "";

        if (load(escapes[i], err, sizeof err))
            fail_msg("ran: %s", escapes[i]);
        if (strstr(err, "no scenarios"))
            fail_msg("ran to its end: %s", escapes[i]);
        assert_true(strlen(err) > 0);
    }
}

static void offers_what_is_promised(void **state)
{
    char err[600] = "";
    struct vmsg_suite *suite =
        load("assert(string.format('%d', 1) == '1' and ('x'):rep(2) == 'xx')\n"
             "assert(math.min(1, 2) == 1 and utf8.char(65) == 'A' and table.concat{1} == '1')\n"
             "local keys = {}\n"
             "for k in pairs{ b = 1, a = false, [3] = 1, [1] = 1 } do keys[#keys + 1] = k end\n"
             "assert(table.concat(keys, ' ') == '1 3 a b')\n"
             "assert(not pcall(error, 'x') and select('#', 1, 2) == 2)\n"
             "assert(next({}) == nil and rawlen({1}) == 1 and type(ipairs) == 'function')\n"
             "return { { name = 'a', " GOOD " } }",
             err, sizeof err);

    if (!suite)
        fail_msg("%s", err);
    vmsg_suite_free(suite);
}

static void selects_by_glob_block_and_clause(void **state)
{
    static const char *const clauses[] = {"dev.set-vqueue.2", NULL};
    const struct vmsg_scenario s = {.id = "device/set-vqueue/reserved-nonzero", .clauses = clauses};

    assert_true(vmsg_scenario_matches(&s, "device/set-vqueue/reserved-nonzero"));
    assert_true(vmsg_scenario_matches(&s, "device/set-vqueue"));
    assert_true(vmsg_scenario_matches(&s, "device"));
    assert_true(vmsg_scenario_matches(&s, "*reserved*"));
    assert_true(vmsg_scenario_matches(&s, "dev.set-vqueue.2"));
    assert_true(vmsg_scenario_matches(&s, "dev.set-vqueue.*"));
    assert_false(vmsg_scenario_matches(&s, "device/set-vq"));
    assert_false(vmsg_scenario_matches(&s, "dev.set-vqueue.3"));
    assert_false(vmsg_scenario_matches(&s, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_the_bundled_scenarios),
        cmocka_unit_test(names_what_is_wrong_with_a_file),
        cmocka_unit_test(the_sandbox_holds),
        cmocka_unit_test(offers_what_is_promised),
        cmocka_unit_test(selects_by_glob_block_and_clause),
    };
    return cmocka_run_group_tests(tests, load_catalogue, free_catalogue);
}
