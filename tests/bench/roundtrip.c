/*
 * What exec: costs: round trips a second to the reference device over exec:, next to a bare
 * SOCK_SEQPACKET ping-pong between two processes, in turns and placed alike.
 *
 * usage: bench_roundtrip PATH-OF-VMSGSPEC
 */
#include "adapters/adapter.h"
#include "adapters/clock.h"
#include "harness/wire/wire.h"
#include "tests/bench/turns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_SIZE = 12 };

static const uint8_t request[] = {0, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 7, 0, VMSG_HEADER_SIZE, 0};

/* The other end of the bare ping-pong: a message of the answer's size for each one received. */
static pid_t start_echo(int *fd)
{
    int pair[2];
    uint8_t buf[264] = {0};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        die("no socket");
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        while (recv(pair[1], buf, sizeof buf, 0) > 0)
            send(pair[1], buf, ANSWER_SIZE, MSG_NOSIGNAL);
        _exit(0);
    }
    close(pair[1]);
    *fd = pair[0];
    return pid;
}

static double bare_turn(int fd)
{
    uint8_t buf[264];
    uint64_t before = vmsg_clock_ns();
    for (int i = 0; i < ROUND_TRIPS; i++)
        if (send(fd, request, sizeof request, MSG_NOSIGNAL) < 0 ||
            recv(fd, buf, sizeof buf, 0) != ANSWER_SIZE)
            die("the bare ping-pong broke");
    return (double)(vmsg_clock_ns() - before) / ROUND_TRIPS;
}

static double exec_turn(struct vmsg_adapter *a)
{
    uint8_t buf[264];
    size_t len;
    unsigned endpoint;
    uint64_t before = vmsg_clock_ns();
    for (int i = 0; i < ROUND_TRIPS; i++)
        if (!a->ops->send(a, 0, request, sizeof request) ||
            a->ops->wait(a, a->ops->now_ns(a) + VMSG_NS_PER_S, buf, sizeof buf, &len, &endpoint) !=
                VMSG_ARRIVED_MESSAGE ||
            len != ANSWER_SIZE)
            die("the device does not answer; is the argument the path of vmsgspec?");
    return (double)(vmsg_clock_ns() - before) / ROUND_TRIPS;
}

/* Both partners on `theirs`, this process on `ours`. */
static void measure(const char *placement, struct vmsg_adapter *a, int ours, int theirs)
{
    const struct vmsg_adapter_params params = {
        .role = "device", .revision = 1, .max_msg_size = VMSG_MAX_SIZE_DEFAULT, .devices = "0"};
    struct vmsg_adapter_end end;
    char err[400];
    double bare[TURNS], exec[TURNS];
    int fd;
    run_on(theirs);
    pid_t echo = start_echo(&fd);
    if (!a->ops->start(a, &params, err, sizeof err))
        die(err);
    run_on(ours);
    bare_turn(fd);
    exec_turn(a);
    for (int i = 0; i < TURNS; i++) {
        bare[i] = bare_turn(fd);
        exec[i] = exec_turn(a);
    }
    close(fd);
    waitpid(echo, NULL, 0);
    a->ops->stop(a, &end);
    print_ratio("exec:", placement, bare, exec);
}

int main(int argc, char **argv)
{
    char uri[4200], err[400];
    if (argc != 2 || strchr(argv[1], '\'') || strlen(argv[1]) > 4096) {
        fprintf(stderr, "usage: bench_roundtrip PATH-OF-VMSGSPEC\n");
        return 2;
    }
    snprintf(uri, sizeof uri, "exec:'%s' peer device", argv[1]);
    struct vmsg_adapter *a = vmsg_adapter_create(uri, "device", err, sizeof err);
    if (!a)
        die(err);
    measure("one core", a, 0, 0);
    if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
        measure("two cores", a, 0, 1);
    a->ops->free(a);
    return 0;
}
