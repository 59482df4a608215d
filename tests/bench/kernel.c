/*
 * What chardev: and bridge: cost, in a booted Linux with the test module: round trips a second
 * through the adapter, next to bare calls on the same node, with one and the same partner at the
 * module's back. In turns, on one processor.
 */
#include "adapters/adapter.h"
#include "adapters/bridge/session.h"
#include "adapters/chardev/uapi.h"
#include "adapters/clock.h"
#include "harness/wire/wire.h"
#include "tests/bench/turns.h"
#include "tests/vm/module/back.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIPS = 200, SIZE = 12 };

#define USER   "/dev/virtio-msg-0"
#define BRIDGE "/dev/virtio-msg-bridge"

/* EVENT_USED, which is answered by nothing but the partner. */
static const uint8_t message[VMSG_USER_MIN_SIZE] = {0, VMSG_ID_EVENT_USED, 0, 0, 0, 0, SIZE, 0};

/* ---- the partner: what comes out of the front goes into it again ---- */

static void echo(int back)
{
    static uint8_t buf[sizeof(struct vm_record) + VM_PAYLOAD_MAX];
    struct vm_record record;
    ssize_t n;
    while ((n = read(back, buf, sizeof buf)) > 0) {
        memcpy(&record, buf, sizeof record);
        if (record.kind == VM_MESSAGE && write(back, buf, (size_t)n) != n)
            _exit(1);
    }
    _exit(1);
}

static pid_t start_partner(const char *node)
{
    int back = open(node, O_RDWR | O_CLOEXEC);
    if (back < 0)
        die("no back of the test module");
    pid_t pid = fork();
    if (pid == 0)
        echo(back);
    close(back);
    return pid;
}

/* ---- bare ---- */

static double bare_chardev(void)
{
    uint8_t buf[VMSG_USER_MIN_SIZE];
    int fd = open(USER, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        die("the character device does not open");
    uint64_t before = vmsg_clock_ns();
    for (int i = 0; i < TRIPS; i++)
        if (write(fd, message, sizeof message) != sizeof message ||
            read(fd, buf, sizeof buf) != sizeof buf)
            die("the bare character device broke");
    double spent = (double)(vmsg_clock_ns() - before) / TRIPS;
    close(fd);
    return spent;
}

static uint8_t *slot(struct vmsg_ring *r, uint32_t cursor)
{
    return (uint8_t *)(r->header + 1) + (size_t)(cursor % VMSG_BRIDGE_ENTRIES) * r->entry_size;
}

static void bare_bridge_trip(struct vmsg_session *s, uint32_t i)
{
    const uint64_t one = 1;
    uint8_t buf[SIZE];
    uint64_t count;
    memcpy(slot(&s->tx, i), message, SIZE);
    __atomic_store_n(&s->tx.header->prod, i + 1, __ATOMIC_RELEASE);
    if (write(s->kick, &one, sizeof one) != sizeof one)
        die("the bare kick broke");
    while (__atomic_load_n(&s->rx.header->prod, __ATOMIC_ACQUIRE) == i)
        if (read(s->call, &count, sizeof count) != sizeof count)
            die("the bare call broke");
    memcpy(buf, slot(&s->rx, i), SIZE);
    __atomic_store_n(&s->rx.header->cons, i + 1, __ATOMIC_RELEASE);
}

static double bare_bridge(void)
{
    const struct vmsg_session_config config = {.path = BRIDGE,
                                               .bus = "loopback",
                                               .id = "0",
                                               .max_msg_size = VMSG_MAX_SIZE_DEFAULT,
                                               .devices = "0"};
    struct vmsg_session s;
    char err[300];
    if (!vmsg_session_open(&s, &config, err, sizeof err))
        die(err);
    vmsg_session_publish(&s);
    fcntl(s.call, F_SETFL, fcntl(s.call, F_GETFL) & ~O_NONBLOCK);
    uint64_t before = vmsg_clock_ns();
    for (uint32_t i = 0; i < TRIPS; i++)
        bare_bridge_trip(&s, i);
    double spent = (double)(vmsg_clock_ns() - before) / TRIPS;
    vmsg_session_close(&s);
    return spent;
}

/* ---- the adapter ---- */

static double adapter_turn(struct vmsg_adapter *a)
{
    const struct vmsg_adapter_params params = {
        .role = "driver", .revision = 1, .max_msg_size = VMSG_MAX_SIZE_DEFAULT, .devices = "0"};
    struct vmsg_adapter_end end;
    uint8_t buf[VMSG_MAX_SIZE_DEFAULT];
    char err[300];
    size_t len;
    unsigned endpoint;
    if (!a->ops->start(a, &params, err, sizeof err))
        die(err);
    uint64_t before = vmsg_clock_ns();
    for (int i = 0; i < TRIPS; i++)
        if (!a->ops->send(a, 0, message, SIZE) ||
            a->ops->wait(a, a->ops->now_ns(a) + 60 * VMSG_NS_PER_S, buf, sizeof buf, &len,
                         &endpoint) != VMSG_ARRIVED_MESSAGE)
            die("the adapter's partner does not answer");
    double spent = (double)(vmsg_clock_ns() - before) / TRIPS;
    a->ops->stop(a, &end);
    return spent;
}

static void measure(const char *what, const char *back, double (*bare_turn)(void), const char *uri)
{
    double bare[TURNS], ours[TURNS];
    char err[300];
    pid_t partner = start_partner(back);
    struct vmsg_adapter *a = vmsg_adapter_create(uri, "driver", err, sizeof err);
    if (!a)
        die(err);
    for (int i = 0; i < TURNS; i++) {
        bare[i] = bare_turn();
        ours[i] = adapter_turn(a);
    }
    a->ops->free(a);
    kill(partner, SIGKILL);
    waitpid(partner, NULL, 0);
    print_ratio(what, "emulated", bare, ours);
}

int main(void)
{
    measure("chardev:", "/dev/vmsgspec-user", bare_chardev, "chardev:" USER);
    measure("bridge:", "/dev/vmsgspec-bridge", bare_bridge, "bridge:" BRIDGE "?bus=loopback&id=0");
    return 0;
}
