/*
 * For the engine's tests: an adapter to a SUT that is a function, in virtual time; and a run of
 * the real suite against it.
 */
#ifndef VMSG_ENGINE_TESTING_H
#define VMSG_ENGINE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/engine/run_context.h"
#include "harness/wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAKE_QUEUE 64

struct fake {
    struct vmsg_adapter base;
    /* What the SUT does with a message; it answers with fake_say(). NULL: nothing. */
    void (*behave)(struct fake *f, const uint8_t *msg, size_t len);
    bool refuse_start, closed, dead;
    int end_status;         /* -1: unknown */
    uint64_t now, ready_at; /* before that it is still being started */
    uint64_t start_ns;
    uint32_t received, starts;
    uint64_t sent_hash; /* of all bytes that came, in order */
    size_t n, first;
    uint8_t mem[1 << 16];
    struct {
        size_t len;
        uint8_t bytes[2048];
    } queue[FAKE_QUEUE];
};

static inline void fake_say(struct fake *f, const void *bytes, size_t len)
{
    if (f->n == FAKE_QUEUE || len > sizeof f->queue[0].bytes)
        return;
    f->queue[(f->first + f->n) % FAKE_QUEUE].len = len;
    memcpy(f->queue[(f->first + f->n++) % FAKE_QUEUE].bytes, bytes, len);
}

static inline bool fake_start(struct vmsg_adapter *a, const struct vmsg_adapter_params *p,
                              char *err, size_t err_size)
{
    struct fake *f = (struct fake *)a;

    if (f->refuse_start) {
        snprintf(err, err_size, "nobody is there");
        return false;
    }
    f->starts++;
    f->closed = f->dead = false;
    f->n = f->received = 0;
    f->ready_at = f->now + f->start_ns;
    memset(f->mem, 0, sizeof f->mem);
    return true;
}

static inline bool fake_send(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len)
{
    struct fake *f = (struct fake *)a;

    for (size_t i = 0; i < len; i++)
        f->sent_hash = (f->sent_hash ^ ((const uint8_t *)msg)[i]) * UINT64_C(0x100000001B3);
    if (f->closed)
        return false;
    f->received++;
    if (f->behave)
        f->behave(f, msg, len);
    return true;
}

static inline bool fake_command(struct vmsg_adapter *a, const char *line)
{
    return true;
}

static inline enum vmsg_arrival fake_wait(struct vmsg_adapter *a, uint64_t deadline, void *buf,
                                          size_t cap, size_t *len, unsigned *endpoint)
{
    struct fake *f = (struct fake *)a;

    *len = 0;
    *endpoint = 0;
    if (f->n && f->ready_at <= deadline) {
        f->now = f->now < f->ready_at ? f->ready_at : f->now;
        *len = f->queue[f->first].len;
        memcpy(buf, f->queue[f->first].bytes, *len < cap ? *len : cap);
        f->first = (f->first + 1) % FAKE_QUEUE;
        f->n--;
        return VMSG_ARRIVED_MESSAGE;
    }
    if (f->closed)
        return VMSG_ARRIVED_CLOSED;
    if (deadline > f->now)
        f->now = deadline;
    return VMSG_ARRIVED_NOTHING;
}

static inline uint64_t fake_now(struct vmsg_adapter *a)
{
    return ((struct fake *)a)->now;
}

static inline uint8_t *fake_memory(struct vmsg_adapter *a)
{
    return ((struct fake *)a)->mem;
}

static inline void fake_stop(struct vmsg_adapter *a, struct vmsg_adapter_end *end)
{
    struct fake *f = (struct fake *)a;

    *end = (struct vmsg_adapter_end){.exited_itself = f->closed,
                                     .status = f->end_status,
                                     .text = f->closed ? "exit status 127" : "",
                                     .output = ""};
}

static inline void fake_free(struct vmsg_adapter *a)
{
    free(a);
}

static const struct vmsg_adapter_ops fake_ops = {fake_start, fake_send, fake_command,
                                                 fake_wait,  fake_now,  fake_memory,
                                                 fake_stop,  fake_free, NULL};

/* What the fakes of a run are made like; `last` is the one made last. */
struct fake_kind {
    void (*behave)(struct fake *f, const uint8_t *msg, size_t len);
    bool refuse_start;
    int end_status;
    uint64_t start_ns; /* how long a start takes */
    unsigned no_caps;  /* capabilities that it lacks */
    struct fake *last;
};

static inline struct vmsg_adapter *fake_create(void *ctx, char *err, size_t err_size)
{
    struct fake_kind *kind = ctx;
    struct fake *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->base.ops = &fake_ops;
    f->base.caps = (VMSG_CAN_BOUNDARIES | VMSG_CAN_RESTART | VMSG_CAN_MEMORY | VMSG_VIRTUAL_TIME) &
                   ~kind->no_caps;
    f->behave = kind->behave;
    f->refuse_start = kind->refuse_start;
    f->start_ns = kind->start_ns;
    f->end_status = kind->end_status;
    kind->last = f;
    return &f->base;
}

/* The catalogue, an ICS and the suite of the device role (with one file more, or NULL). */
struct bench {
    struct vmsg_catalogue *catalogue;
    struct vmsg_ics ics;
    struct vmsg_suite *suite;
    struct vmsg_run_config config;
};

static inline void bench_open(struct bench *b, const char *extra)
{
    char err[600] = "";

    b->catalogue = vmsg_catalogue_load("v2", err, sizeof err);
    if (!b->catalogue)
        fail_msg("%s", err);
    vmsg_ics_init(&b->ics);
    b->suite = vmsg_suite_load(VMSG_ROLE_DEVICE, extra, b->catalogue, err, sizeof err);
    if (!b->suite)
        fail_msg("%s", err);
    b->config = (struct vmsg_run_config){.role = VMSG_ROLE_DEVICE,
                                         .sut_uri = "fake:",
                                         .ics = &b->ics,
                                         .catalogue = b->catalogue,
                                         .suite = b->suite,
                                         .seed = 1,
                                         .repeat = 1,
                                         .jobs = 1,
                                         .mem_size = sizeof((struct fake *)0)->mem,
                                         .timeout_ms = 2000};
}

static inline void bench_close(struct bench *b)
{
    vmsg_suite_free(b->suite);
    vmsg_ics_clear(&b->ics);
    vmsg_catalogue_free(b->catalogue);
}

/* A temporary file with this text; its path is in `path`, at least 40 bytes. Unlink it. */
static inline void write_file(char *path, const char *text)
{
    int fd;
    size_t n = strlen(text);

    strcpy(path, "/tmp/vmsg_engine_XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), (ssize_t)n);
    close(fd);
}

/* A scenario file that holds one scenario with this body. */
static inline void write_scenario(char *path, const char *needs, const char *body)
{
    char text[4096];

    snprintf(text, sizeof text,
             "return { { name = \"one\", requirement = \"r\", clauses = { \"dev.ordering.2\" },\n"
             "needs = { %s }, run = function(t)\n%s\nend } }\n",
             needs, body);
    write_file(path, text);
}

#endif
