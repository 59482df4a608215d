/*
 * The exec: adapter against well-behaved SUTs, and what they are given.
 */
#include "adapters/exec/test_sut.h"
#include "adapters/testing.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

static struct vmsg_adapter *create_sut(const char *mode, const char *role)
{
    char uri[5000];
    snprintf(uri, sizeof uri, "exec:exec %s --sut %s", own_path(), mode);
    return create(uri, role);
}

static void round_trips(void **state)
{
    struct vmsg_adapter *a = create_sut("echo", "device");
    struct vmsg_adapter_end end;
    assert_true(a->caps & VMSG_CAN_BOUNDARIES && a->caps & VMSG_CAN_RESTART);
    for (int connection = 0; connection < 3; connection++) {
        start(a, &device_params);
        for (int i = 0; i < 100; i++) {
            char text[16];
            snprintf(text, sizeof text, "message %d", i);
            send_text(a, text);
            expect_text(a, VMSG_ARRIVED_MESSAGE, text);
        }
        end = stop(a);
        assert_string_equal(end.text, "exit status 0");
        assert_int_equal(end.status, 0);
        assert_false(end.exited_itself || end.signalled || end.killed);
        assert_string_equal(end.output, "");
    }
    a->ops->free(a);
}

static void nothing_until_the_deadline(void **state)
{
    struct vmsg_adapter *a = create_sut("echo", "device");
    static struct arrived got;
    start(a, &device_params);
    uint64_t before = a->ops->now_ns(a);
    wait_ms(a, 20, &got);
    assert_int_equal(got.kind, VMSG_ARRIVED_NOTHING);
    assert_true(a->ops->now_ns(a) >= before + 20 * VMSG_NS_PER_MS);
    wait_ms(a, 0, &got);
    assert_int_equal(got.kind, VMSG_ARRIVED_NOTHING);
    stop(a);
    a->ops->free(a);
}

static void the_environment_is_the_tables(void **state)
{
    static const char *const expected[][2] = {
        {"VMSG_ROLE", "device"},       {"VMSG_FD", "3"},
        {"VMSG_REVISION", "1"},        {"VMSG_MAX_MSG_SIZE", "264"},
        {"VMSG_DEVICES", "0,5"},       {"VMSG_TRANSPORT_FEATURES", "0x1"},
        {"VMSG_MEM_FD", "4"},          {"VMSG_NOTIFICATIONS", "events"},
        {"VMSG_MEM_SIZE", "1048576"},  {"VMSG_NOTIFICATION_PATH", "forward"},
        {"VMSG_STALE", "not set"},     {"VMSG_REQUEST_TIMEOUT_MS", "1000"},
        {"VMSG_UPPER", "not set"},     {"VMSG_MEM_BASE", "0x40000000"},
        {"VMSG_DRIVER_FD", "not set"}, {"OTHER", "kept"},
    };
    struct vmsg_adapter *a = create_sut("getenv", "device");
    setenv("VMSG_STALE", "1", 1);
    setenv("OTHER", "kept", 1);
    start(a, &device_params);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        send_text(a, expected[i][0]);
        expect_text(a, VMSG_ARRIVED_MESSAGE, expected[i][1]);
    }
    stop(a);
    a->ops->free(a);
}

static void only_the_needed_files_are_inherited(void **state)
{
    struct vmsg_adapter *a = create_sut("fds", "device");
    int leak[2];
    assert_int_equal(pipe(leak), 0); /* not close-on-exec */
    start(a, &device_params);
    send_text(a, "?");
    expect_text(a, VMSG_ARRIVED_MESSAGE, "0 1 2 3 4");
    stop(a);
    close(leak[0]);
    close(leak[1]);
    a->ops->free(a);
}

static void memory_is_shared_zeroed_and_of_fixed_size(void **state)
{
    struct vmsg_adapter *a = create_sut("memory", "device");
    for (int connection = 0; connection < 2; connection++) {
        start(a, &device_params);
        uint8_t *mem = a->ops->memory(a);
        assert_non_null(mem);
        assert_int_equal(mem[0] | mem[1] | mem[(1 << 20) - 1], 0);
        mem[0] = 41;
        send_text(a, "?");
        expect_text(a, VMSG_ARRIVED_MESSAGE, "cannot truncate");
        assert_int_equal(mem[1], 42);
        stop(a);
    }
    struct vmsg_adapter_params without = device_params;
    without.mem_size = 0;
    start(a, &without);
    assert_null(a->ops->memory(a));
    a->ops->free(a);
}

static void big_packets(void **state)
{
    static const size_t sizes[] = {65535, 65536, 100000};
    struct vmsg_adapter *a = create_sut("echo", "device");
    static struct arrived got;
    uint8_t *bytes = malloc(100000);
    memset(bytes, 0x5A, 100000);
    start(a, &device_params);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_true(a->ops->send(a, 0, bytes, sizes[i]));
        expect(a, VMSG_ARRIVED_MESSAGE, bytes, sizes[i]);
    }
    assert_true(a->ops->send(a, 0, bytes, 100000));
    got.bytes[10] = 'x';
    assert_int_equal(a->ops->wait(a, UINT64_MAX, got.bytes, 10, &got.len, &got.endpoint),
                     VMSG_ARRIVED_MESSAGE);
    assert_int_equal(got.len, 100000);
    assert_int_equal(got.bytes[10], 'x');
    stop(a);
    free(bytes);
    a->ops->free(a);
}

static void upper_tester_lines(void **state)
{
    struct vmsg_adapter *a = create_sut("upper", "device");
    struct vmsg_adapter_params params = device_params;
    params.upper = true;
    start(a, &params);
    for (int i = 0; i < 3; i++) {
        assert_true(a->ops->command(a, "needs-reset 0"));
        expect_text(a, VMSG_ARRIVED_LINE, "ok");
        expect_text(a, VMSG_ARRIVED_MESSAGE, "needs-reset 0");
    }
    assert_true(a->ops->command(a, "nonsense"));
    expect_text(a, VMSG_ARRIVED_LINE, "error no such command");
    struct vmsg_adapter_end end = stop(a);
    assert_non_null(strstr(end.output, "okay, that is no reply\n"));
    assert_null(strstr(end.output, "error no such"));
    start(a, &device_params);
    assert_false(a->ops->command(a, "needs-reset 0"));
    a->ops->free(a);
}

static void a_bus_has_two_endpoints(void **state)
{
    struct vmsg_adapter *a = create_sut("bus", "bus");
    struct vmsg_adapter_params params = device_params;
    static struct arrived got;
    params.role = "bus";
    start(a, &params);
    for (unsigned side = 0; side < 2; side++) {
        assert_true(a->ops->send(a, side, "across", 6));
        wait_ms(a, 10000, &got);
        assert_int_equal(got.kind, VMSG_ARRIVED_MESSAGE);
        assert_int_equal(got.endpoint, !side);
        assert_string_equal((char *)got.bytes, "across");
    }
    assert_string_equal(stop(a).text, "exit status 0");
    a->ops->free(a);
}

/* All lie in the sockets when the first one is taken: the SUT, the only child, has ended. */
static void what_a_bus_sends_keeps_its_order(void **state)
{
    struct vmsg_adapter *a = create_sut("count", "bus");
    struct vmsg_adapter_params params = device_params;
    static struct arrived got;
    siginfo_t info;
    params.role = "bus";
    start(a, &params);
    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    for (int i = 0; i < 40; i++) {
        char number[20];
        snprintf(number, sizeof number, "%d", i);
        wait_ms(a, 10000, &got);
        assert_int_equal(got.kind, VMSG_ARRIVED_MESSAGE);
        assert_string_equal((char *)got.bytes, number);
        assert_int_equal(got.endpoint, i / 3 % 2);
    }
    stop(a);
    a->ops->free(a);
}

enum { THREADS = 4, STARTS = 25 };

/* Connections that did not end by the SUT's own exit when its socket was closed. */
static void *start_and_stop(void *adapter)
{
    struct vmsg_adapter *a = adapter;
    struct vmsg_adapter_end end;
    char err[400], buf[8];
    size_t len, bad = 0;
    unsigned endpoint;
    for (int i = 0; i < STARTS; i++) {
        bool ok =
            a->ops->start(a, &device_params, err, sizeof err) && a->ops->send(a, 0, "?", 1) &&
            a->ops->wait(a, UINT64_MAX, buf, sizeof buf, &len, &endpoint) == VMSG_ARRIVED_MESSAGE;
        a->ops->stop(a, &end);
        bad += !ok || end.killed || end.status != 0;
    }
    return (void *)bad;
}

static void threads_do_not_hold_each_others_sockets(void **state)
{
    struct vmsg_adapter *a[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        a[i] = create_sut("echo", "device");
        assert_int_equal(pthread_create(&threads[i], NULL, start_and_stop, a[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *bad;
        pthread_join(threads[i], &bad);
        assert_null(bad);
        a[i]->ops->free(a[i]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(nothing_until_the_deadline),
        cmocka_unit_test(the_environment_is_the_tables),
        cmocka_unit_test(only_the_needed_files_are_inherited),
        cmocka_unit_test(memory_is_shared_zeroed_and_of_fixed_size),
        cmocka_unit_test(big_packets),
        cmocka_unit_test(upper_tester_lines),
        cmocka_unit_test(a_bus_has_two_endpoints),
        cmocka_unit_test(what_a_bus_sends_keeps_its_order),
        cmocka_unit_test(threads_do_not_hold_each_others_sockets),
    };
    if (argc == 3 && !strcmp(argv[1], "--sut"))
        return test_sut_main(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
