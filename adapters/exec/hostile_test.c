/*
 * The exec: adapter against SUTs that crash, hang, flood and leave things behind.
 */
#include "adapters/exec/exec.h"
#include "adapters/exec/test_sut.h"
#include "adapters/testing.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static struct vmsg_adapter *create_with(const char *mode, unsigned hang_ms, unsigned grace_ms)
{
    char err[200];
    const char *const argv[] = {own_path(), "--sut", mode, NULL};
    struct vmsg_exec_options options = {.argv = argv, .grace_ms = grace_ms, .hang_ms = hang_ms};
    struct vmsg_adapter *a = vmsg_exec_create_with(&options, "device", err, sizeof err);
    assert_non_null(a);
    return a;
}

/* For a SUT that never does what it is waited for, so that little patience changes nothing. */
static struct vmsg_adapter *create_sut(const char *mode)
{
    return create_with(mode, 200, 50);
}

static struct vmsg_adapter *create_patient(const char *mode)
{
    char uri[5000];
    snprintf(uri, sizeof uri, "exec:exec %s --sut %s", own_path(), mode);
    return create(uri, "device");
}

static void a_crash_is_told_by_its_signal(void **state)
{
    struct vmsg_adapter *a = create_patient("crash");
    start(a, &device_params);
    send_text(a, "?");
    expect_text(a, VMSG_ARRIVED_MESSAGE, "last words");
    expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
    expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
    assert_false(a->ops->send(a, 0, "?", 1));
    struct vmsg_adapter_end end = stop(a);
    assert_true(end.signalled && end.exited_itself && !end.killed);
    assert_int_equal(end.status, SIGSEGV);
    assert_string_equal(end.text, "killed by signal 11 (Segmentation fault)");
    assert_string_equal(end.output, "about to crash\n");
    a->ops->free(a);
}

static void an_exit_before_reading(void **state)
{
    struct vmsg_adapter *a = create_patient("leave");
    start(a, &device_params);
    a->ops->send(a, 0, "?", 1); /* may still succeed */
    expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
    struct vmsg_adapter_end end = stop(a);
    assert_true(end.exited_itself && !end.signalled && !end.killed);
    assert_int_equal(end.status, 3);
    assert_string_equal(end.text, "exit status 3");
    assert_string_equal(end.output, "leaving\n");
    a->ops->free(a);
}

static void an_end_that_is_a_crash(void **state)
{
    static const char *const modes[] = {"complain", "report"};

    for (int i = 0; i < 2; i++) {
        struct vmsg_adapter *a = create_patient(modes[i]);
        start(a, &device_params);
        send_text(a, "?");
        expect_text(a, VMSG_ARRIVED_MESSAGE, "?");
        struct vmsg_adapter_end end = stop(a);
        assert_true(!end.exited_itself && !end.signalled && !end.killed);
        assert_int_equal(end.status, 1);
        assert_int_equal(end.crashed, i == 1);
        a->ops->free(a);
    }
}

static void a_command_that_is_not_there(void **state)
{
    struct vmsg_adapter *a = create("exec:./no-such-sut --really", "device");
    start(a, &device_params);
    expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
    struct vmsg_adapter_end end = stop(a);
    assert_int_equal(end.status, 127);
    assert_non_null(strstr(end.text, "not found"));
    assert_non_null(strstr(end.output, "no-such-sut"));
    a->ops->free(a);
}

static void an_exit_is_seen_though_a_child_holds_the_socket(void **state)
{
    struct vmsg_adapter *a = create_patient("exit-with-child");
    start(a, &device_params);
    expect_text(a, VMSG_ARRIVED_MESSAGE, "gone");
    expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
    struct vmsg_adapter_end end = stop(a);
    assert_true(end.exited_itself);
    assert_int_equal(end.status, 4);
    a->ops->free(a);
}

static void a_hang_is_killed(void **state)
{
    static struct arrived got;
    struct vmsg_adapter *a = create_sut("hang");
    start(a, &device_params);
    wait_ms(a, 10000, &got);
    assert_int_equal(got.kind, VMSG_ARRIVED_MESSAGE);
    struct vmsg_adapter_end end = stop(a);
    assert_true(end.killed && !end.signalled && !end.exited_itself);
    assert_non_null(strstr(end.text, "did not exit within 50 ms"));
    a->ops->free(a);
}

static void a_sut_may_tidy_up_before_it_is_killed(void **state)
{
    struct vmsg_adapter *a = create_sut("stubborn");
    start(a, &device_params);
    expect_text(a, VMSG_ARRIVED_MESSAGE, "ready");
    struct vmsg_adapter_end end = stop(a);
    assert_true(end.killed && !end.signalled && !end.exited_itself);
    assert_string_equal(end.output, "tidied\n");
    a->ops->free(a);
}

static void a_closed_socket_without_an_exit(void **state)
{
    struct vmsg_adapter *a = create_sut("linger");
    start(a, &device_params);
    expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
    struct vmsg_adapter_end end = stop(a);
    assert_true(end.killed && !end.signalled && !end.exited_itself);
    assert_non_null(strstr(end.text, "closed its socket"));
    a->ops->free(a);
}

static void a_sut_that_does_not_read(void **state)
{
    struct vmsg_adapter *a = create_sut("deaf");
    uint8_t message[264] = {0};
    unsigned sent = 0;
    start(a, &device_params);
    while (sent < 100000 && a->ops->send(a, 0, message, sizeof message))
        sent++;
    assert_in_range(sent, 1, 99999);
    expect_text(a, VMSG_ARRIVED_MESSAGE, "deaf");
    assert_true(stop(a).killed);
    a->ops->free(a);
}

static void expect_number(struct vmsg_adapter *a, unsigned n)
{
    static struct arrived got;
    wait_ms(a, 10000, &got);
    assert_int_equal(got.kind, VMSG_ARRIVED_MESSAGE);
    assert_int_equal(got.len, 4096);
    assert_memory_equal(got.bytes, &n, sizeof n);
}

static void a_flood_loses_nothing(void **state)
{
    struct vmsg_adapter *a = create_with("flood", 200, 20000);
    uint8_t message[264] = {0};
    unsigned n = 0;
    start(a, &device_params);
    for (; n < 100; n++)
        expect_number(a, n);
    while (a->ops->send(a, 0, message, sizeof message)) /* fills the queue, then gives up */
        ;
    for (; n < 5000; n++)
        expect_number(a, n);
    struct vmsg_adapter_end end = stop(a);
    assert_int_equal(end.status, 0);
    a->ops->free(a);
}

static void output_without_end_does_not_hold_us_up(void **state)
{
    struct vmsg_adapter *a = create_patient("chatter");
    start(a, &device_params);
    for (int i = 0; i < 200; i++) {
        send_text(a, "still here?");
        expect_text(a, VMSG_ARRIVED_MESSAGE, "still here?");
    }
    struct vmsg_adapter_end end = stop(a);
    assert_string_equal(end.text, "exit status 0");
    assert_true(strlen(end.output) <= 65536);
    a->ops->free(a);
}

static void assert_killed(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void leftovers_are_killed(void **state)
{
    static struct arrived got;
    struct vmsg_adapter *a = create_patient("litter");
    start(a, &device_params);
    send_text(a, "?");
    wait_ms(a, 10000, &got);
    assert_int_equal(got.kind, VMSG_ARRIVED_MESSAGE);
    assert_string_equal(stop(a).text, "exit status 0");
    assert_killed(atoi((char *)got.bytes)); /* ours to reap, see main() */
    a->ops->free(a);
}

/* The harness is a process of its own here; its SUT becomes our child when it dies. */
static void a_sut_dies_with_its_harness(void **state)
{
    static struct arrived got;
    int report[2];
    char pid[20] = "";
    assert_int_equal(pipe(report), 0);
    pid_t harness = fork();
    if (harness == 0) {
        struct vmsg_adapter *a = create_sut("hang");
        start(a, &device_params);
        wait_ms(a, 10000, &got);
        if (write(report[1], got.bytes, got.len) > 0)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_killed(harness);
    assert_true(read(report[0], pid, sizeof pid - 1) > 0);
    assert_killed(atoi(pid));
    close(report[0]);
    close(report[1]);
}

static void a_flood_of_commands_nobody_reads(void **state)
{
    struct vmsg_adapter *a = create_sut("deaf");
    struct vmsg_adapter_params params = device_params;
    unsigned sent = 0;
    params.upper = true;
    start(a, &params);
    while (sent < 100000 && a->ops->command(a, "needs-reset 0"))
        sent++;
    assert_in_range(sent, 1, 99999);
    stop(a);
    start(a, &params);
    a->ops->free(a);
}

static void a_command_after_death(void **state)
{
    struct vmsg_adapter *a = create_patient("leave");
    struct vmsg_adapter_params params = device_params;
    params.upper = true;
    start(a, &params);
    expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
    while (a->ops->command(a, "needs-reset 0")) /* until its standard input has closed */
        ;
    assert_int_equal(stop(a).status, 3);
    a->ops->free(a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_is_told_by_its_signal),
        cmocka_unit_test(an_exit_before_reading),
        cmocka_unit_test(an_end_that_is_a_crash),
        cmocka_unit_test(a_command_that_is_not_there),
        cmocka_unit_test(an_exit_is_seen_though_a_child_holds_the_socket),
        cmocka_unit_test(a_hang_is_killed),
        cmocka_unit_test(a_sut_may_tidy_up_before_it_is_killed),
        cmocka_unit_test(a_closed_socket_without_an_exit),
        cmocka_unit_test(a_sut_that_does_not_read),
        cmocka_unit_test(a_flood_loses_nothing),
        cmocka_unit_test(output_without_end_does_not_hold_us_up),
        cmocka_unit_test(leftovers_are_killed),
        cmocka_unit_test(a_sut_dies_with_its_harness),
        cmocka_unit_test(a_flood_of_commands_nobody_reads),
        cmocka_unit_test(a_command_after_death),
    };
    if (argc == 3 && !strcmp(argv[1], "--sut"))
        return test_sut_main(argv[2]);
    /* Orphans come to this process, so that a test can wait for their end. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
