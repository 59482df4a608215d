/*
 * The lib: adapter, isolated and not.
 */
#include "adapters/lib/lib.h"
#include "adapters/testing.h"

#include <signal.h>

static void messages_and_memory(void **state)
{
    static const char *const uris[] = {"lib:" TEST_SUT, "lib:" TEST_SUT "?isolate=no"};
    for (int i = 0; i < 2; i++) {
        struct vmsg_adapter *a = create(uris[i], "device");
        assert_int_equal(!!(a->caps & VMSG_VIRTUAL_TIME), i);
        for (int connection = 0; connection < 2; connection++) {
            start(a, &device_params);
            a->ops->memory(a)[0] = 7;
            send_text(a, "me");
            expect_text(a, VMSG_ARRIVED_MESSAGE, "me");
            assert_int_equal(a->ops->memory(a)[1], 8);
            stop(a);
        }
        a->ops->free(a);
    }
}

static void ticks(void **state)
{
    static const char *const uris[] = {"lib:" TEST_SUT, "lib:" TEST_SUT "?isolate=no"};
    for (int i = 0; i < 2; i++) {
        struct vmsg_adapter *a = create(uris[i], "device");
        start(a, &device_params);
        uint64_t before = a->ops->now_ns(a);
        send_text(a, "time");
        expect_text(a, VMSG_ARRIVED_MESSAGE, "late");
        uint64_t took = a->ops->now_ns(a) - before;
        assert_true(took >= 4 * VMSG_NS_PER_MS);
        if (a->caps & VMSG_VIRTUAL_TIME)
            assert_true(took == 5 * VMSG_NS_PER_MS);
        stop(a);
        a->ops->free(a);
    }
}

static void a_crash_ends_the_connection_only(void **state)
{
    struct vmsg_adapter *a = create("lib:" TEST_SUT, "device");
    for (int connection = 0; connection < 2; connection++) {
        start(a, &device_params);
        send_text(a, "p");
        expect_text(a, VMSG_ARRIVED_MESSAGE, "p");
        send_text(a, "crash");
        expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
        struct vmsg_adapter_end end = stop(a);
        assert_true(end.signalled);
        assert_int_equal(end.status, SIGSEGV);
        assert_string_equal(end.output, "printed\n");
    }
    a->ops->free(a);
}

static void what_is_no_library_is_told_at_start(void **state)
{
    char uri[5000], err[400] = "";
    snprintf(uri, sizeof uri, "lib:%s", own_path()); /* a program cannot be loaded */
    struct vmsg_adapter *a = create(uri, "device");
    assert_false(a->ops->start(a, &device_params, err, sizeof err));
    assert_non_null(strstr(err, "cannot be used"));
    a->ops->free(a);
    snprintf(uri, sizeof uri, "lib:%s?isolate=no", own_path());
    assert_null(vmsg_adapter_create(uri, "device", err, sizeof err));
    assert_non_null(strstr(err, "cannot be used"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_and_memory),
        cmocka_unit_test(ticks),
        cmocka_unit_test(a_crash_ends_the_connection_only),
        cmocka_unit_test(what_is_no_library_is_told_at_start),
    };
    if (argc > 1 && !strcmp(argv[1], VMSG_LIB_HOST_ARG))
        return vmsg_lib_host_main(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
