/*
 * What shm: costs: round trips a second through the adapter, next to a bare ring of the same layout
 * with one and the same partner, another thread; all poll, then all wait for eventfds. In turns.
 */
#include "adapters/adapter.h"
#include "adapters/clock.h"
#include "adapters/shm/layout.h"
#include "adapters/shm/shared.h"
#include "harness/wire/wire.h"
#include "tests/bench/turns.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ELEMENTS = 16, SIZE = 64, ANSWER_SIZE = 12, AREA_SIZE = 1 << 16 };

static const uint8_t request[] = {0, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 7, 0, VMSG_HEADER_SIZE, 0};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* ---- one bare side: nothing is judged, bounded or believed less ---- */

struct side {
    uint8_t *own_head, *peer_head, *own_queue, *peer_queue, *own_words, *peer_words;
    uint16_t state, head, tail;
    uint64_t tx, rx;
};

static struct side side_of(uint8_t *area, const struct vmsg_amp_layout *l, enum vmsg_amp_side own)
{
    enum vmsg_amp_side peer = own == VMSG_AMP_DRIVER ? VMSG_AMP_DEVICE : VMSG_AMP_DRIVER;
    return (struct side){
        .own_head = area + (l->head[own] & VMSG_AMP_OFFSET_MASK),
        .peer_head = area + (l->head[peer] & VMSG_AMP_OFFSET_MASK),
        .own_queue = area + (l->queue[own] & VMSG_AMP_OFFSET_MASK),
        .peer_queue = area + (l->queue[peer] & VMSG_AMP_OFFSET_MASK),
        .own_words = l->words ? area + (l->notify[own] & VMSG_AMP_OFFSET_MASK) : NULL,
        .peer_words = l->words ? area + (l->notify[peer] & VMSG_AMP_OFFSET_MASK) : NULL,
        .state = VMSG_AMP_RUN,
    };
}

static void publish(const struct side *s)
{
    const struct vmsg_amp_head h = {VMSG_AMP_QUEUE_MAGIC, s->state, s->head, s->tail};
    vmsg_shared_store_head(s->own_head, &h);
}

static void put(struct side *s, const void *bytes, size_t len)
{
    vmsg_shared_write(s->own_queue + s->head * SIZE, bytes, len);
    s->head = (uint16_t)((s->head + 1) % ELEMENTS);
    publish(s);
}

static bool take(struct side *s, uint8_t *to)
{
    if (vmsg_shared_head(vmsg_shared_load64(s->peer_head)).head == s->tail)
        return false;
    vmsg_shared_read(to, s->peer_queue + s->tail * SIZE, SIZE);
    s->tail = (uint16_t)((s->tail + 1) % ELEMENTS);
    publish(s);
    return true;
}

/* Event 0, where there are words: what came is acknowledged, one of its own is raised. */
static void signal_event(struct side *s)
{
    if (!s->own_words)
        return;
    s->rx = vmsg_shared_load64(s->peer_words);
    vmsg_shared_store64(s->own_words + 8, s->rx);
    s->tx = vmsg_shared_load64(s->peer_words + 8) ^ 1;
    vmsg_shared_store64(s->own_words, s->tx);
}

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

/* ---- the partner ---- */

enum turn { BARE, ADAPTER, DONE, N_TURNS };

struct partner {
    struct side side[2]; /* of each turn's area */
    int to_it, to_us[2]; /* eventfds; -1: all poll */
    int cpu;
    atomic_int turn;
};

/* The adapter starts with a handshake, and ends. */
static bool follow(struct side *s)
{
    unsigned peer = vmsg_amp_state_of(vmsg_shared_head(vmsg_shared_load64(s->peer_head)).status);
    unsigned state = peer == VMSG_AMP_READY || peer == VMSG_AMP_RUN ? VMSG_AMP_RUN : VMSG_AMP_READY;
    if (s->state == state)
        return false;
    s->state = (uint16_t)state;
    publish(s);
    return true;
}

static void *echo(void *arg)
{
    struct partner *p = arg;
    uint8_t message[SIZE];
    int turn;
    run_on(p->cpu);
    while ((turn = atomic_load_explicit(&p->turn, memory_order_relaxed)) != DONE) {
        struct side *s = &p->side[turn];
        if (take(s, message)) {
            message[6] = ANSWER_SIZE;
            put(s, message, ANSWER_SIZE);
            signal_event(s);
        } else if (turn == BARE || !follow(s)) {
            wait_at(p->to_it);
            continue;
        }
        ring_at(p->to_us[turn]);
    }
    return NULL;
}

/* ---- the two that are compared ---- */

static double bare_turn(struct partner *p, struct side *s, int trips)
{
    uint8_t message[SIZE];
    uint64_t before = vmsg_clock_ns();
    for (int i = 0; i < trips; i++) {
        put(s, request, sizeof request);
        ring_at(p->to_it);
        while (!take(s, message))
            wait_at(p->to_us[BARE]);
    }
    return (double)(vmsg_clock_ns() - before) / trips;
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

static struct vmsg_amp_layout layout_of(bool words)
{
    struct vmsg_amp_layout l = {.magic = VMSG_AMP_LAYOUT_MAGIC,
                                .version = VMSG_AMP_VERSION,
                                .length = VMSG_AMP_HEADER_SIZE,
                                .words = words,
                                .per_device = 1,
                                .elements = ELEMENTS,
                                .element_size = SIZE};
    vmsg_amp_place(&l, VMSG_AMP_AREA_MAIN);
    return l;
}

static uint8_t *area_at(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    uint8_t *area = MAP_FAILED;
    if (fd >= 0 && !ftruncate(fd, AREA_SIZE))
        area = mmap(NULL, AREA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (area == MAP_FAILED)
        die("no shared memory");
    close(fd);
    return area;
}

static struct vmsg_adapter *adapter_at(const char *path, int wake, int ring)
{
    char uri[200], err[400];
    int n = snprintf(uri, sizeof uri, "shm:%s", path);
    if (wake >= 0)
        snprintf(uri + n, sizeof uri - (size_t)n, "?wake=fd:%d&ring=fd:%d", wake, ring);
    struct vmsg_adapter *a = vmsg_adapter_create(uri, "device", err, sizeof err);
    if (!a)
        die(err);
    return a;
}

static void start(struct vmsg_adapter *a)
{
    const struct vmsg_adapter_params params = {
        .role = "device", .revision = 1, .max_msg_size = SIZE, .devices = "0"};
    char err[400];
    if (!a->ops->start(a, &params, err, sizeof err))
        die(err);
}

static void measure(const char *placement, bool doorbells, int trips)
{
    const struct vmsg_amp_layout plain = layout_of(false), full = layout_of(doorbells);
    struct partner p = {.to_it = -1, .to_us = {-1, -1}, .cpu = doorbells ? 0 : 1};
    char paths[2][64];
    uint8_t *areas[2];
    double bare[TURNS], shm[TURNS];
    pthread_t thread;
    for (int i = 0; i < 2; i++) {
        snprintf(paths[i], sizeof paths[i], "/dev/shm/vmsgspec-bench-%d-%d", (int)getpid(), i);
        areas[i] = area_at(paths[i]);
        p.side[i] = side_of(areas[i], i ? &full : &plain, VMSG_AMP_DEVICE);
        if (doorbells)
            p.to_us[i] = eventfd(0, EFD_CLOEXEC | (i ? EFD_NONBLOCK : 0));
    }
    struct side near = side_of(areas[BARE], &plain, VMSG_AMP_DRIVER);
    vmsg_amp_write_layout(areas[ADAPTER], &full);
    p.side[ADAPTER].state = VMSG_AMP_INIT;
    if (doorbells)
        p.to_it = eventfd(0, EFD_CLOEXEC);
    struct vmsg_adapter *a = adapter_at(paths[ADAPTER], p.to_us[ADAPTER], p.to_it);
    run_on(0);
    p.turn = ADAPTER;
    pthread_create(&thread, NULL, echo, &p);
    start(a);
    for (int i = 0; i < TURNS; i++) {
        p.turn = BARE;
        bare[i] = bare_turn(&p, &near, trips);
        p.turn = ADAPTER;
        shm[i] = adapter_turn(a, trips);
    }
    a->ops->free(a);
    p.turn = DONE;
    ring_at(p.to_it);
    pthread_join(thread, NULL);
    for (int i = 0; i < 2; i++) {
        munmap(areas[i], AREA_SIZE);
        unlink(paths[i]);
        if (doorbells)
            close(p.to_us[i]);
    }
    if (doorbells)
        close(p.to_it);
    print_ratio(doorbells ? "shm: eventfds" : "shm: polling", placement, bare, shm);
}

int main(void)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
        measure("two cores", false, 4 * ROUND_TRIPS);
    measure("one core", true, ROUND_TRIPS);
    return 0;
}
