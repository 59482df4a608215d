/*
 * The adapter against served peers in a thread: connections one after another, a lazy and a hostile
 * other side, areas of files and of an ivshmem server.
 */
#include "adapters/inproc/ref.h"
#include "adapters/shm/ivshmem_server.h"
#include "adapters/shm/layout.h"
#include "adapters/shm/serve.h"
#include "adapters/testing.h"
#include "harness/wire/amp.h"
#include "harness/wire/wire.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

static const struct vmsg_peer_config block = {.role = VMSG_ROLE_DEVICE};

struct fixture {
    char folder[64], path[96], uri[160];
    struct vmsg_shm_serve serve;
    pthread_t thread;
    bool ok;
};

static void *serve(void *arg)
{
    struct fixture *f = arg;
    char err[400] = "";
    bool wrong_usage;
    f->ok = vmsg_shm_serve(&f->serve, &wrong_usage, err, sizeof err);
    if (!f->ok)
        fprintf(stderr, "served peer: %s\n", err);
    return NULL;
}

/* Of all tests, removed after each with what a failure left in it. */
static char folder_of_test[] = "/tmp/vmsgspec-shm-XXXXXX";

static int add_folder(void **state)
{
    strcpy(folder_of_test + strlen(folder_of_test) - 6, "XXXXXX");
    return mkdtemp(folder_of_test) ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"area", "server"};
    char path[96];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder_of_test, names[i]);
        unlink(path);
    }
    return rmdir(folder_of_test);
}

static void use_folder(struct fixture *f)
{
    strcpy(f->folder, folder_of_test);
    snprintf(f->path, sizeof f->path, "%s/area", f->folder);
}

static void begin_serving(struct fixture *f)
{
    f->serve = (struct vmsg_shm_serve){.ops = &vmsg_served_peer,
                                       .config = &block,
                                       .host = {.revision = 1, .max_msg_size = 264},
                                       .uri = f->uri,
                                       .is_device = true};
    assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
}

/* A served device, and the URI of both sides. */
static void begin(struct fixture *f, const char *options)
{
    use_folder(f);
    snprintf(f->uri, sizeof f->uri, "shm:%s?%s", f->path, options);
    begin_serving(f);
}

/* Only after a connection: a signal is for a thread that waits for it. */
static void finish(struct fixture *f)
{
    pthread_kill(f->thread, SIGTERM);
    pthread_join(f->thread, NULL);
    assert_true(f->ok);
    assert_int_equal(access(f->path, F_OK), -1);
}

/* GET_DEVICE_STATUS of device 0, answered by 12 bytes; layout arrivals are passed over. */
static enum vmsg_arrival round_trip(struct vmsg_adapter *a, unsigned ms)
{
    static const uint8_t request[] = {0, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 7, 0, 8, 0};
    static struct arrived got;
    if (!a->ops->send(a, 0, request, sizeof request))
        return VMSG_ARRIVED_CLOSED;
    do
        wait_ms(a, ms, &got);
    while (got.kind == VMSG_ARRIVED_LAYOUT);
    return got.kind;
}

static void connections_one_after_another(void **state)
{
    struct fixture f;
    begin(&f, "elements=4");
    struct vmsg_adapter *a = create(f.uri, "device");
    assert_true(a->caps & VMSG_CAN_LAYOUT && a->caps & VMSG_CAN_MEMORY);
    assert_false(a->caps & (VMSG_CAN_BOUNDARIES | VMSG_CAN_UPPER));
    assert_true(a->mem_base >> 52 == 1);
    for (int i = 0; i < 20; i++) {
        start(a, &device_params);
        uint8_t *memory = a->ops->memory(a);
        assert_true(memory[0] == 0 && memory[device_params.mem_size - 1] == 0);
        memory[0] = memory[device_params.mem_size - 1] = 1;
        for (int k = 0; k < 10; k++)
            assert_int_equal(round_trip(a, 10000), VMSG_ARRIVED_MESSAGE);
        assert_false(stop(a).exited_itself);
    }
    a->ops->free(a);
    finish(&f);
}

/* More requests than elements, none of the answers read: nobody gets stuck. */
static void full_queues_move_on(void **state)
{
    static const uint8_t request[] = {0, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 7, 0, 8, 0};
    static struct arrived got;
    struct fixture f;
    unsigned answers = 0;
    begin(&f, "elements=2&words=0");
    struct vmsg_adapter *a = create(f.uri, "device");
    start(a, &device_params);
    for (int i = 0; i < 200; i++)
        assert_true(a->ops->send(a, 0, request, sizeof request));
    while (answers < 200) {
        wait_ms(a, 10000, &got);
        assert_true(got.kind == VMSG_ARRIVED_MESSAGE || got.kind == VMSG_ARRIVED_LAYOUT);
        answers += got.kind == VMSG_ARRIVED_MESSAGE;
    }
    stop(a);
    a->ops->free(a);
    finish(&f);
}

static void peer_that_leaves_is_told(void **state)
{
    static struct arrived got;
    struct fixture f;
    begin(&f, "patience=10000");
    struct vmsg_adapter *a = create(f.uri, "device");
    start(a, &device_params);
    assert_int_equal(round_trip(a, 10000), VMSG_ARRIVED_MESSAGE);
    finish(&f);
    do
        wait_ms(a, 10000, &got);
    while (got.kind == VMSG_ARRIVED_LAYOUT);
    assert_int_equal(got.kind, VMSG_ARRIVED_CLOSED);
    struct vmsg_adapter_end end = stop(a);
    assert_true(end.exited_itself && end.explained);
    assert_non_null(strstr(end.text, "SHUTDOWN"));
    a->ops->free(a);
}

static void truncated_area_is_no_crash(void **state)
{
    static struct arrived got;
    struct fixture f;
    begin(&f, "patience=10000");
    struct vmsg_adapter *a = create(f.uri, "device");
    start(a, &device_params);
    assert_int_equal(round_trip(a, 10000), VMSG_ARRIVED_MESSAGE);
    assert_int_equal(truncate(f.path, 0), 0);
    do
        wait_ms(a, 10000, &got);
    while (got.kind == VMSG_ARRIVED_LAYOUT);
    assert_int_equal(got.kind, VMSG_ARRIVED_CLOSED);
    assert_non_null(strstr(stop(a).text, "corrupt"));
    a->ops->free(a);
    finish(&f);
}

/* ---- a hostile other side ---- */

struct scribbler {
    uint8_t *area;
    size_t from, len;
    uint64_t seed;
    atomic_bool done;
};

static void *scribble(void *arg)
{
    struct scribbler *s = arg;
    uint64_t x = s->seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    while (!atomic_load(&s->done)) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        volatile uint8_t *at = s->area + s->from + x % s->len;
        *at = x % 3 ? (uint8_t)(x >> 40) : (uint8_t)(x >> 40 & 3);
        if (x % 64 == 0)
            sched_yield(); /* who is scribbled upon runs, too */
    }
    return NULL;
}

/* Random bytes at random places while both sides run: ends, and stays inside (ASan sees to that).
 */
static void scribbling_is_survived(void **state)
{
    for (uint64_t seed = 0; seed < 8; seed++) {
        struct fixture f;
        pthread_t thread;
        struct scribbler s = {.seed = seed + 1};
        unsigned answered = 0;
        char err[400];
        begin(&f, "elements=4&words=3&mask=yes&element-size=264&patience=100");
        struct vmsg_adapter *a = create(f.uri, "device");
        while (!a->ops->start(a, &device_params, err, sizeof err))
            continue; /* the peer's thread may not have run yet */
        assert_int_equal(round_trip(a, 10000), VMSG_ARRIVED_MESSAGE);
        int fd = open(f.path, O_RDWR | O_CLOEXEC);
        assert_true(fd >= 0);
        s.area = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        assert_ptr_not_equal(s.area, MAP_FAILED);
        close(fd);
        s.from = seed % 3 == 0 ? 0 : 64;        /* the header, too */
        s.len = seed % 2 ? 256 : 4096 - s.from; /* heads and words, or all */
        assert_int_equal(pthread_create(&thread, NULL, scribble, &s), 0);
        for (int i = 0; i < 5; i++) {
            while (round_trip(a, 20) == VMSG_ARRIVED_MESSAGE && answered < 2000)
                answered++;
            stop(a);
            if (!a->ops->start(a, &device_params, err, sizeof err))
                assert_true(err[0]);
        }
        atomic_store(&s.done, true);
        pthread_join(thread, NULL);
        munmap(s.area, 1 << 16);
        a->ops->free(a);
        finish(&f);
    }
}

/* ---- ivshmem ---- */

static sem_t server_is_ready;

static void ready(void)
{
    sem_post(&server_is_ready);
}

static void *serve_ivshmem(void *arg)
{
    const struct vmsg_ivshmem_server_options *o = arg;
    char err[400];
    return vmsg_ivshmem_server_run(o, ready, err, sizeof err) ? arg : NULL;
}

static void memory_of_a_server(void **state)
{
    struct fixture f;
    char socket[96];
    pthread_t thread;
    void *ended;
    use_folder(&f);
    snprintf(socket, sizeof socket, "%s/server", f.folder);
    snprintf(f.uri, sizeof f.uri, "ivshmem:%s?elements=4&vector=1&patience=10000", socket);
    struct vmsg_ivshmem_server_options o = {.socket = socket, .size = 4 << 20, .vectors = 2};
    assert_int_equal(sem_init(&server_is_ready, 0, 0), 0);
    assert_int_equal(pthread_create(&thread, NULL, serve_ivshmem, &o), 0);
    while (sem_wait(&server_is_ready))
        continue; /* a signal */
    begin_serving(&f);
    struct vmsg_adapter *a = create(f.uri, "device");
    for (int i = 0; i < 4; i++) {
        start(a, &device_params);
        for (int k = 0; k < 20; k++)
            assert_int_equal(round_trip(a, 10000), VMSG_ARRIVED_MESSAGE);
        stop(a);
    }
    /* The server's end is the end of the connection. */
    start(a, &device_params);
    assert_int_equal(round_trip(a, 10000), VMSG_ARRIVED_MESSAGE);
    pthread_kill(thread, SIGTERM);
    pthread_join(thread, &ended);
    assert_non_null(ended);
    assert_int_equal(round_trip(a, 10000), VMSG_ARRIVED_CLOSED);
    struct vmsg_adapter_end end = stop(a); /* or the peer, which saw it first, has left */
    assert_true(strstr(end.text, "server ended") || strstr(end.text, "SHUTDOWN"));
    a->ops->free(a);
    finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(connections_one_after_another, add_folder, remove_folder),
        cmocka_unit_test_setup_teardown(full_queues_move_on, add_folder, remove_folder),
        cmocka_unit_test_setup_teardown(peer_that_leaves_is_told, add_folder, remove_folder),
        cmocka_unit_test_setup_teardown(truncated_area_is_no_crash, add_folder, remove_folder),
        cmocka_unit_test_setup_teardown(scribbling_is_survived, add_folder, remove_folder),
        cmocka_unit_test_setup_teardown(memory_of_a_server, add_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
