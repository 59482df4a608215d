/*
 * What the socket adapters cost: round trips a second over unix-listen:, in packets and in a
 * stream, next to a bare socket of the same type with the same partner.
 */
#include "adapters/adapter.h"
#include "adapters/clock.h"
#include "harness/wire/wire.h"
#include "tests/bench/turns.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint8_t message[12] = {1, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 7, 0, sizeof message, 0};

/* Sends back what comes; messages are small, so one read is one of them. */
static void echo(int fd)
{
    uint8_t buf[264];
    ssize_t n;
    while ((n = recv(fd, buf, sizeof buf, 0)) > 0)
        send(fd, buf, (size_t)n, MSG_NOSIGNAL);
    _exit(0);
}

static pid_t start_bare(int type, int *fd)
{
    int pair[2];
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair))
        die("no socket");
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        echo(pair[1]);
    }
    close(pair[1]);
    *fd = pair[0];
    return pid;
}

static pid_t start_partner(int type, const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    pid_t pid = fork();
    if (pid)
        return pid;
    int fd = socket(AF_UNIX, type, 0);
    strncpy(name.sun_path, path, sizeof name.sun_path - 1);
    if (connect(fd, (struct sockaddr *)&name, sizeof name))
        _exit(1);
    echo(fd);
    return 0;
}

static double bare_turn(int fd)
{
    uint8_t buf[264];
    uint64_t before = vmsg_clock_ns();
    for (int i = 0; i < ROUND_TRIPS; i++)
        if (send(fd, message, sizeof message, MSG_NOSIGNAL) < 0 ||
            recv(fd, buf, sizeof buf, 0) != sizeof message)
            die("the bare ping-pong broke");
    return (double)(vmsg_clock_ns() - before) / ROUND_TRIPS;
}

static double adapter_turn(struct vmsg_adapter *a)
{
    uint8_t buf[264];
    size_t len;
    unsigned endpoint;
    uint64_t before = vmsg_clock_ns();
    for (int i = 0; i < ROUND_TRIPS; i++)
        if (!a->ops->send(a, 0, message, sizeof message) ||
            a->ops->wait(a, a->ops->now_ns(a) + VMSG_NS_PER_S, buf, sizeof buf, &len, &endpoint) !=
                VMSG_ARRIVED_MESSAGE)
            die("the adapter's partner does not answer");
    return (double)(vmsg_clock_ns() - before) / ROUND_TRIPS;
}

static void measure(int type, const char *folder, const char *placement, int theirs)
{
    const struct vmsg_adapter_params params = {.role = "device", .max_msg_size = 264};
    bool stream = type == SOCK_STREAM;
    struct vmsg_adapter_end end;
    double bare[TURNS], ours[TURNS];
    char path[100], uri[140], err[400];
    int fd;
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(uri, sizeof uri, "unix-listen:%s%s", path, stream ? "?framing=stream" : "");
    struct vmsg_adapter *a = vmsg_adapter_create(uri, "device", err, sizeof err);
    if (!a)
        die(err);
    run_on(theirs);
    pid_t partners[] = {start_bare(type, &fd), start_partner(type, path)};
    run_on(0);
    if (!a->ops->start(a, &params, err, sizeof err))
        die(err);
    bare_turn(fd);
    adapter_turn(a);
    for (int i = 0; i < TURNS; i++) {
        bare[i] = bare_turn(fd);
        ours[i] = adapter_turn(a);
    }
    close(fd);
    a->ops->stop(a, &end);
    a->ops->free(a);
    for (int i = 0; i < 2; i++)
        waitpid(partners[i], NULL, 0);
    print_ratio(stream ? "unix: stream" : "unix: packets", placement, bare, ours);
}

int main(void)
{
    char folder[] = "/tmp/vmsg-bench-XXXXXX";
    if (!mkdtemp(folder))
        die("no temporary folder");
    for (int i = 0; i < 2; i++) {
        int type = i ? SOCK_STREAM : SOCK_SEQPACKET;
        measure(type, folder, "one core", 0);
        if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
            measure(type, folder, "two cores", 1);
    }
    rmdir(folder);
    return 0;
}
