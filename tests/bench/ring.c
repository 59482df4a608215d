/*
 * What shm: costs: round trips a second through the adapter, next to a bare ring of the same shape,
 * between two threads; both poll, then both wait for eventfds. In turns, placed alike.
 */
#include "adapters/adapter.h"
#include "adapters/clock.h"
#include "adapters/shm/port.h"
#include "adapters/shm/shared.h"
#include "harness/wire/wire.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TURNS = 15, ELEMENTS = 16, SIZE = 64, ANSWER_SIZE = 12 };

static const uint8_t request[] = {0, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 7, 0, VMSG_HEADER_SIZE, 0};

static void die(const char *what)
{
    fprintf(stderr, "bench_ring: %s\n", what);
    exit(3);
}

static void run_on(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        die("cannot be placed on that processor");
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* ---- the bare ring ---- */

struct side {
    _Alignas(64) atomic_uint head;
    atomic_uint tail;
    _Alignas(64) uint8_t elements[ELEMENTS][SIZE];
};

struct bare {
    struct side near, far;
    int to_far, to_near; /* eventfds; -1: both poll */
    int cpu;
    atomic_bool done, turn; /* turn: not the adapter's, which needs the processor then */
};

static void wait_at(int fd)
{
    uint64_t n;
    if (fd < 0)
        relax();
    else if (read(fd, &n, sizeof n) != sizeof n)
        die("an eventfd broke");
}

static void ring_at(int fd)
{
    const uint64_t one = 1;
    if (fd >= 0 && write(fd, &one, sizeof one) != sizeof one)
        die("an eventfd broke");
}

static void put(struct side *own, const void *bytes, size_t len)
{
    unsigned head = atomic_load_explicit(&own->head, memory_order_relaxed);
    memcpy(own->elements[head], bytes, len);
    atomic_store_explicit(&own->head, (head + 1) % ELEMENTS, memory_order_release);
}

static bool take(struct side *own, struct side *other, uint8_t *to)
{
    unsigned tail = atomic_load_explicit(&own->tail, memory_order_relaxed);
    if (atomic_load_explicit(&other->head, memory_order_acquire) == tail)
        return false;
    memcpy(to, other->elements[tail], SIZE);
    atomic_store_explicit(&own->tail, (tail + 1) % ELEMENTS, memory_order_release);
    return true;
}

static void *bare_echo(void *arg)
{
    struct bare *b = arg;
    uint8_t message[SIZE];
    run_on(b->cpu);
    while (!atomic_load_explicit(&b->done, memory_order_relaxed)) {
        if (!take(&b->far, &b->near, message)) {
            if (b->to_far < 0 && !atomic_load_explicit(&b->turn, memory_order_relaxed))
                usleep(200);
            else
                wait_at(b->to_far);
            continue;
        }
        put(&b->far, message, ANSWER_SIZE);
        ring_at(b->to_near);
    }
    return NULL;
}

static double bare_turn(struct bare *b, int trips)
{
    uint8_t message[SIZE];
    uint64_t before = vmsg_clock_ns();
    for (int i = 0; i < trips; i++) {
        put(&b->near, request, sizeof request);
        ring_at(b->to_far);
        while (!take(&b->near, &b->far, message))
            wait_at(b->to_near);
    }
    return (double)(vmsg_clock_ns() - before) / trips;
}

/* ---- the adapter, and an echo at the other side of its area ---- */

struct echo {
    char uri[300];
    int cpu;
    atomic_bool done;
};

static void *port_echo(void *arg)
{
    struct echo *e = arg;
    struct vmsg_shm_port p;
    uint8_t message[SIZE];
    char err[300];
    size_t len;
    run_on(e->cpu);
    if (!vmsg_shm_port_init(&p, "shm", e->uri, VMSG_AMP_DEVICE, err, sizeof err))
        die(err);
    p.max_msg_size = SIZE;
    if (vmsg_shm_port_open(&p) != VMSG_SHM_FOUND)
        die(p.why);
    vmsg_amp_begin(&p.amp);
    while (!atomic_load_explicit(&e->done, memory_order_relaxed)) {
        if (vmsg_shm_port_look(&p, false) != VMSG_AMP_UP ||
            !vmsg_shm_port_take(&p, message, sizeof message, &len)) {
            vmsg_shm_port_pause(&p, UINT64_MAX);
            continue;
        }
        message[6] = ANSWER_SIZE;
        vmsg_shm_port_put(&p, message, ANSWER_SIZE);
    }
    vmsg_shm_port_end(&p);
    vmsg_shm_port_free(&p);
    return NULL;
}

static double adapter_turn(struct vmsg_adapter *a, int trips)
{
    uint8_t buf[512];
    size_t len;
    unsigned endpoint;
    uint64_t before = vmsg_clock_ns();
    for (int i = 0; i < trips; i++) {
        enum vmsg_arrival kind;
        if (!a->ops->send(a, 0, request, sizeof request))
            die("the other side does not take a message");
        do
            kind = a->ops->wait(a, before + 60 * VMSG_NS_PER_S, buf, sizeof buf, &len, &endpoint);
        while (kind == VMSG_ARRIVED_LAYOUT);
        if (kind != VMSG_ARRIVED_MESSAGE || len != ANSWER_SIZE)
            die("the other side does not answer");
    }
    return (double)(vmsg_clock_ns() - before) / trips;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, TURNS, sizeof *values, by_value);
    return values[TURNS / 2];
}

static void measure(const char *name, bool doorbells, int trips)
{
    const struct vmsg_adapter_params params = {
        .role = "device", .revision = 1, .max_msg_size = VMSG_MAX_SIZE_LEAST, .devices = "0"};
    struct bare *b = aligned_alloc(64, sizeof *b);
    struct echo e = {.cpu = 1};
    char path[64], near[300], err[400];
    int fds[4] = {-1, -1, -1, -1};
    double bare[TURNS], shm[TURNS];
    pthread_t bare_thread, shm_thread;
    if (!b)
        die("out of memory");
    memset(b, 0, sizeof *b);
    for (int i = 0; i < 4 && doorbells; i++)
        fds[i] = eventfd(0, EFD_CLOEXEC | (i < 2 ? 0 : EFD_NONBLOCK));
    b->to_far = fds[0];
    b->to_near = fds[1];
    b->cpu = e.cpu = doorbells ? 0 : 1;
    snprintf(path, sizeof path, "/dev/shm/vmsgspec-bench-%d", (int)getpid());
    snprintf(near, sizeof near, doorbells ? "shm:%s?wake=fd:%d&ring=fd:%d" : "shm:%s", path, fds[3],
             fds[2]);
    snprintf(e.uri, sizeof e.uri,
             doorbells ? "%s?elements=16&element-size=64&words=1&wake=fd:%d&ring=fd:%d"
                       : "%s?elements=16&element-size=64&words=0",
             path, fds[2], fds[3]);
    run_on(0);
    struct vmsg_adapter *a = vmsg_adapter_create(near, "device", err, sizeof err);
    if (!a)
        die(err);
    pthread_create(&bare_thread, NULL, bare_echo, b);
    pthread_create(&shm_thread, NULL, port_echo, &e);
    if (!a->ops->start(a, &params, err, sizeof err))
        die(err);
    for (int i = 0; i < TURNS; i++) {
        atomic_store(&b->turn, true);
        bare[i] = bare_turn(b, trips);
        atomic_store(&b->turn, false);
        shm[i] = adapter_turn(a, trips);
    }
    atomic_store(&b->done, true);
    atomic_store(&e.done, true);
    ring_at(b->to_far);
    pthread_join(bare_thread, NULL);
    a->ops->free(a); /* which wakes the echo */
    pthread_join(shm_thread, NULL);
    for (int i = 0; i < 4 && doorbells; i++)
        close(fds[i]);
    free(b);
    double x = median(bare), y = median(shm);
    printf("%-22s bare %8.0f/s  shm: %8.0f/s  ratio %.2f\n", name, 1e9 / x, 1e9 / y, y / x);
}

int main(void)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
        measure("polling, two cores", false, 20000);
    measure("eventfds, one core", true, 5000);
    return 0;
}
