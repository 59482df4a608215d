/* The two readers of conformance statements: what is good, each thing that is bad, and hostility.
 */
#include "harness/engine/testing.h"

#include "harness/engine/ics.h"

static bool load(struct vmsg_ics *ics, const char *text, char *err, size_t err_size)
{
    char path[40];
    bool ok;

    write_file(path, text);
    vmsg_ics_init(ics);
    ok = vmsg_ics_load(ics, path, err, err_size);
    unlink(path);
    return ok;
}

static void reads_the_example_of_the_contract(void **state)
{
    struct vmsg_ics ics;
    char err[600] = "";

    if (!load(&ics,
              "return { role = 'device', name = 'acme-blk', version = '1.2', devices = { 0, 5 },\n"
              "bus_messages = { 'GET_DEVICES', 'EVENT_DEVICE' }, revision = 1,\n"
              "max_msg_size = 128, transport_features = 1, notifications = 'polling',\n"
              "notification_path = 'synthesis', request_timeout_ms = 50, attempts = 4,\n"
              "config = { [5] = { writable = { {32, 2}, {44, 16} }, shm = { 1 } } },\n"
              "upper_tester = true, optional = { ring_reset = true, admin_vq = false } }",
              err, sizeof err))
        fail_msg("%s", err);
    assert_true(ics.role_given && ics.role == VMSG_ROLE_DEVICE);
    assert_string_equal(ics.name, "acme-blk");
    assert_string_equal(ics.version, "1.2");
    assert_true(ics.devices_given && ics.bus_messages_given);
    assert_int_equal(ics.n_devices, 2);
    assert_int_equal(ics.devices[1], 5);
    assert_int_equal(ics.bus_messages, VMSG_BUS_GET_DEVICES | VMSG_BUS_EVENT_DEVICE);
    assert_int_equal(ics.max_msg_size, 128);
    assert_int_equal(ics.transport_features, 1);
    assert_true(ics.polling && ics.synthesis && ics.upper_tester);
    assert_int_equal(ics.request_timeout_ms, 50);
    assert_int_equal(ics.attempts, 4);
    assert_int_equal(ics.n_facts, 1);
    assert_int_equal(ics.facts[0].dev_num, 5);
    assert_int_equal(ics.facts[0].n_writable, 2);
    assert_int_equal(ics.facts[0].writable[1].offset, 44);
    assert_int_equal(ics.facts[0].shm[0], 1);
    assert_int_equal(ics.n_options, 2);
    assert_true(vmsg_ics_check(&ics, err, sizeof err));
    vmsg_ics_clear(&ics);
}

static void has_the_defaults_of_the_contract(void **state)
{
    struct vmsg_ics ics;
    char err[600] = "";

    assert_true(load(&ics, "return {}", err, sizeof err));
    assert_int_equal(ics.revision, 1);
    assert_int_equal(ics.max_msg_size, 264);
    assert_int_equal(ics.request_timeout_ms, 1000);
    assert_int_equal(ics.attempts, 3);
    assert_false(ics.devices_given || ics.bus_messages_given || ics.polling || ics.synthesis ||
                 ics.upper_tester || ics.role_given);
    assert_true(vmsg_ics_check(&ics, err, sizeof err));
    vmsg_ics_clear(&ics);
}

/* Each bad file, and a word that its error must hold. */
static void names_what_is_bad(void **state)
{
    static const char *const bad[][2] = {
        {"return 1", "table"},
        {"return", "table"},
        {"return { nmae = 'x' }", "'nmae'"},
        {"return { [1] = 'x' }", "field"},
        {"return { role = 'bridge' }", "'role'"},
        {"return { name = 5 }", "'name'"},
        {"return { name = 'a\\nb' }", "'name'"},
        {"return { devices = 0 }", "'devices'"},
        {"return { devices = { 65536 } }", "'devices'"},
        {"return { devices = { 1, 1 } }", "twice"},
        {"return { bus_messages = { 'PONG' } }", "PING"},
        {"return { bus_messages = 'PING' }", "'bus_messages'"},
        {"return { revision = 2 }", "'revision'"},
        {"return { max_msg_size = 51 }", "52"},
        {"return {\n-- max_msg_size = 51\n max_msg_size = 51 }", ":3: field 'max_msg_size'"},
        {"return {\n my_max_msg_size = 1,\n}", ":2: no field 'my_max_msg_size'"},
        {"local t = {}\nt.attempts = 3\nt.revision = 2\nreturn t", ":3: field 'revision'"},
        {"local t = {}\nt['revision'] = 2\nreturn t", ":2: field 'revision'"},
        {"return {\n config =\n { [0] = { writeable = {} } } }", ":2: field 'config'"},
        {"return { max_msg_size = 65536 }", "65535"},
        {"return { max_msg_size = '264' }", "'max_msg_size'"},
        {"return { transport_features = 1.5 }", "'transport_features'"},
        {"return { notifications = 'both' }", "polling"},
        {"return { notification_path = 'x' }", "synthesis"},
        {"return { request_timeout_ms = 0 }", "'request_timeout_ms'"},
        {"return { attempts = 101 }", "'attempts'"},
        {"return { upper_tester = 'yes' }", "'upper_tester'"},
        {"return { optional = { ring_reset = 1 } }", "'optional'"},
        {"return { optional = { 'ring_reset' } }", "'optional'"},
        {"return { config = 1 }", "'config'"},
        {"return { config = { [70000] = {} } }", "'config'"},
        {"return { config = { [0] = { writable = { 1 } } } }", "'config'"},
        {"return { config = { [0] = { writable = { {0, 0} } } } }", "'config'"},
        {"return { config = { [0] = { shm = { -1 } } } }", "'config'"},
        {"return { config = { [0] = { readable = {} } } }", "writable"},
        {"return {", ":1:"},
        {"\n\nerror('boom')", "error"},
        {"\n\nreturn os.exit()", ":3:"},
        {"return require('os')", ":1:"},
        {"return io.open('/etc/passwd')", ":1:"},
        {"return load('return {}')()", ":1:"},
        {"\x1bLua", "binary"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct vmsg_ics ics;
        char err[600] = "";

        if (load(&ics, bad[i][0], err, sizeof err))
            fail_msg("accepted: %s", bad[i][0]);
        if (!strstr(err, bad[i][1]))
            fail_msg("'%s' gives '%s', which does not name %s", bad[i][0], err, bad[i][1]);
        vmsg_ics_clear(&ics);
    }
}

static void survives_hostile_files(void **state)
{
    static const char *const hostile[] = {
        "while true do end",
        "local t = {} for i = 1, 1e9 do t[i] = {} end",
        "return { name = string.rep('x', 1 << 40) }",
        "local s = 'x' while true do s = s .. s end",
        "local function f() return f() end f()",
        "local function f() return 1 + f() end f()",
        "table.sort({3, 2, 1, 5, 4}, function() while true do end end)",
        "return ('x'):rep(100):find(('.-'):rep(50) .. 'y')",
        "for i = 1, 1e9 do ('x'):rep(1e6) end",
    };

    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct vmsg_ics ics;
        char err[600] = "";

        if (load(&ics, hostile[i], err, sizeof err))
            fail_msg("accepted: %s", hostile[i]);
        assert_true(strlen(err) > 0);
        vmsg_ics_clear(&ics);
    }
}

static void says_when_there_is_no_file(void **state)
{
    struct vmsg_ics ics;
    char err[600] = "";

    vmsg_ics_init(&ics);
    assert_false(vmsg_ics_load(&ics, "/nonexistent/x.lua", err, sizeof err));
    assert_non_null(strstr(err, "/nonexistent/x.lua"));
    vmsg_ics_clear(&ics);
}

static void takes_flags(void **state)
{
    static const char *const flags[][2] = {
        {"role", "device"},
        {"name", "x"},
        {"devices", "0,5"},
        {"bus_messages", "GET_DEVICES,PING"},
        {"max_msg_size", "52"},
        {"transport_features", "0x1"},
        {"notifications", "polling"},
        {"notification_path", "forward"},
        {"upper_tester", "true"},
        {"optional", "ring_reset=true,uuid=false"},
        {"config", "5:writable=32+2,5:shm=1"},
    };
    struct vmsg_ics ics;
    char err[600] = "";

    vmsg_ics_init(&ics);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (!vmsg_ics_set(&ics, flags[i][0], flags[i][1], err, sizeof err))
            fail_msg("%s", err);
    assert_int_equal(ics.n_devices, 2);
    assert_int_equal(ics.bus_messages, VMSG_BUS_GET_DEVICES | VMSG_BUS_PING);
    assert_int_equal(ics.transport_features, 1);
    assert_true(ics.polling && !ics.synthesis && ics.upper_tester);
    assert_int_equal(ics.n_options, 2);
    assert_int_equal(ics.facts[0].writable[0].length, 2);
    assert_int_equal(ics.facts[0].n_shm, 1);
    assert_true(vmsg_ics_set(&ics, "bus_messages", "", err, sizeof err));
    assert_int_equal(ics.bus_messages, 0);
    vmsg_ics_clear(&ics);
}

static void refuses_bad_flags(void **state)
{
    static const char *const bad[][2] = {
        {"colour", "red"},           {"devices", "a"},
        {"devices", "1,,2"},         {"devices", "-1"},
        {"devices", "65536"},        {"devices", "3,3"},
        {"bus_messages", "PONG"},    {"max_msg_size", "51"},
        {"max_msg_size", "264x"},    {"max_msg_size", ""},
        {"transport_features", "x"}, {"transport_features", "0x"},
        {"upper_tester", "1"},       {"optional", "ring_reset"},
        {"optional", "=true"},       {"config", "5"},
        {"config", "5:writable=3"},  {"config", "x:shm=1"},
        {"config", "5:shm=1+1"},     {"attempts", "99999999999999999999"},
        {"notifications", "none"},   {"role", "x"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct vmsg_ics ics;
        char err[600] = "";

        vmsg_ics_init(&ics);
        if (vmsg_ics_set(&ics, bad[i][0], bad[i][1], err, sizeof err))
            fail_msg("accepted: %s = %s", bad[i][0], bad[i][1]);
        assert_non_null(strstr(err, bad[i][0]));
        vmsg_ics_clear(&ics);
    }
}

static void finds_contradictions(void **state)
{
    static const char *const bad[] = {
        "return { bus_messages = { 'PING' } }",
        "return { devices = {} }",
        "return { devices = { 0 }, config = { [1] = {} } }",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct vmsg_ics ics;
        char err[600] = "";

        assert_true(load(&ics, bad[i], err, sizeof err));
        if (vmsg_ics_check(&ics, err, sizeof err))
            fail_msg("no contradiction in %s", bad[i]);
        vmsg_ics_clear(&ics);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_example_of_the_contract),
        cmocka_unit_test(has_the_defaults_of_the_contract),
        cmocka_unit_test(names_what_is_bad),
        cmocka_unit_test(survives_hostile_files),
        cmocka_unit_test(says_when_there_is_no_file),
        cmocka_unit_test(takes_flags),
        cmocka_unit_test(refuses_bad_flags),
        cmocka_unit_test(finds_contradictions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
