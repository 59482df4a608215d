/*
 * A reference peer as a program, at the other end of exec: and unix:.
 */
#include "adapters/serve.h"

#include "adapters/testing.h"
#include "harness/wire/wire.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

static const uint8_t get_status[] = {0, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 7, 0, 8, 0};
static const uint8_t status_is_0[] = {1, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 7, 0, 12, 0, 0, 0, 0, 0};

static int serve(const char *listen)
{
    char err[400] = "";
    struct vmsg_serve_options options = {.peer = {.role = VMSG_ROLE_DEVICE}, .listen = listen};
    int status = vmsg_serve(&options, err, sizeof err);
    if (status)
        fprintf(stderr, "%s\n", err);
    return status;
}

static void ask(struct vmsg_adapter *a)
{
    assert_true(a->ops->send(a, 0, get_status, sizeof get_status));
    expect(a, VMSG_ARRIVED_MESSAGE, status_is_0, sizeof status_is_0);
}

static void over_exec(void **state)
{
    char uri[5000];
    struct vmsg_adapter_params params = device_params;
    snprintf(uri, sizeof uri, "exec:exec %s --serve", own_path());
    struct vmsg_adapter *a = create(uri, "device");
    for (int upper = 0; upper < 2; upper++) {
        params.upper = upper;
        start(a, &params);
        ask(a);
        if (upper) {
            static struct arrived got;
            assert_true(a->ops->command(a, "make-tea 0"));
            wait_ms(a, 10000, &got);
            assert_int_equal(got.kind, VMSG_ARRIVED_LINE);
            assert_memory_equal(got.bytes, "error ", 6);
        }
        ask(a);
        assert_string_equal(stop(a).text, "exit status 0");
    }
    a->ops->free(a);
}

/* Try until the peer listens: it says so by nothing but taking the connection. */
static void start_patiently(struct vmsg_adapter *a)
{
    char err[400];
    uint64_t deadline = vmsg_clock_ns() + 10 * VMSG_NS_PER_S;
    while (!a->ops->start(a, &device_params, err, sizeof err))
        assert_true(vmsg_clock_ns() < deadline);
}

static void over_unix(void **state)
{
    static const char *const framings[] = {"", "?framing=stream"};
    char folder[] = "/tmp/vmsg-XXXXXX", listen[100], uri[100];
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < 2; i++) {
        snprintf(listen, sizeof listen, "unix-listen:%s/%d%s", folder, i, framings[i]);
        snprintf(uri, sizeof uri, "unix:%s/%d%s", folder, i, framings[i]);
        pid_t peer = fork();
        if (peer == 0)
            _exit(serve(listen));
        struct vmsg_adapter *a = create(uri, "device");
        for (int connection = 0; connection < 2; connection++) {
            start_patiently(a);
            ask(a);
            ask(a);
            stop(a);
        }
        a->ops->free(a);
        kill(peer, SIGTERM);
        waitpid(peer, NULL, 0);
        snprintf(uri, sizeof uri, "%s/%d", folder, i);
        unlink(uri);
    }
    rmdir(folder);
}

static void wrong_usage_is_told(void **state)
{
    char err[400] = "";
    struct vmsg_serve_options options = {.peer = {.role = VMSG_ROLE_DEVICE}};
    unsetenv("VMSG_FD");
    assert_int_equal(vmsg_serve(&options, err, sizeof err), 2);
    assert_non_null(strstr(err, "VMSG_FD"));
    setenv("VMSG_FD", "three", 1);
    assert_int_equal(vmsg_serve(&options, err, sizeof err), 2);
    assert_non_null(strstr(err, "VMSG_FD=three"));
    options.listen = "exec:/bin/true";
    assert_int_equal(vmsg_serve(&options, err, sizeof err), 2);
    assert_non_null(strstr(err, "names no socket"));
    options.peer.fault = "no-such-fault";
    assert_int_equal(vmsg_serve(&options, err, sizeof err), 2);
    assert_non_null(strstr(err, "no-such-fault"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_exec),
        cmocka_unit_test(over_unix),
        cmocka_unit_test(wrong_usage_is_told),
    };
    if (argc == 2 && !strcmp(argv[1], "--serve"))
        return serve(NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
