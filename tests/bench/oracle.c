/*
 * What judging costs: nanoseconds a message for the codec and for codec and oracle together, next
 * to a memcpy of the same bytes in the same run; and whether the cost stays the same with 65,536
 * queues touched and 65,536 requests outstanding. Prints one line a result.
 */
#include "tests/bench/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { ROUNDS = 150000, REPEAT = 5, QUEUES = 65536, TOKENS = 65536, SLICES = 16 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void found(void *ctx, const struct vmsg_finding *finding)
{
    fprintf(stderr, "message %u: %s: %s\n", finding->message, vmsg_clause_id(finding->clause),
            finding->text);
    exit(1); /* traffic of a good device: the benchmark or the oracle is wrong */
}

static struct vmsg_oracle *judge(void)
{
    static const uint16_t devices[] = {0};
    struct vmsg_oracle *o =
        vmsg_oracle_new(&(struct vmsg_oracle_config){.judged = VMSG_JUDGE_DEVICE,
                                                     .revision = 1,
                                                     .max_msg_size = VMSG_MAX_SIZE_DEFAULT,
                                                     .devices = devices,
                                                     .n_devices = 1},
                        found, NULL);

    if (!o)
        exit(1);
    return o;
}

/* A pass over messages [from, to): nanoseconds a message. */
typedef double (*pass_fn)(const struct bench_session *s, struct vmsg_oracle *o, size_t from,
                          size_t to);

static volatile uint8_t sink;

static double pass_memcpy(const struct bench_session *s, struct vmsg_oracle *o, size_t from,
                          size_t to)
{
    uint8_t copy[VMSG_MAX_SIZE_DEFAULT];
    double start = now_ns();

    for (size_t i = from; i < to; i++) {
        memcpy(copy, s->messages[i].bytes, s->messages[i].len);
        sink = copy[i % 8];
    }
    return (now_ns() - start) / (double)(to - from);
}

static double pass_codec(const struct bench_session *s, struct vmsg_oracle *o, size_t from,
                         size_t to)
{
    struct vmsg m;
    double start = now_ns();

    for (size_t i = from; i < to; i++) {
        vmsg_decode(&m, s->messages[i].bytes, s->messages[i].len);
        sink = m.msg_id;
    }
    return (now_ns() - start) / (double)(to - from);
}

static double pass_oracle(const struct bench_session *s, struct vmsg_oracle *o, size_t from,
                          size_t to)
{
    double start = now_ns();

    for (size_t i = from; i < to; i++)
        vmsg_oracle_message(o, (uint32_t)i, s->messages[i].direction, s->messages[i].bytes,
                            s->messages[i].len);
    return (now_ns() - start) / (double)(to - from);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(pass_fn pass, const struct bench_session *s)
{
    double ns[REPEAT];

    for (unsigned i = 0; i < REPEAT; i++) {
        struct vmsg_oracle *o = judge();
        ns[i] = pass(s, o, 0, s->n);
        if (vmsg_oracle_failed(o))
            exit(1);
        vmsg_oracle_free(o);
    }
    qsort(ns, REPEAT, sizeof(*ns), ascending);
    return ns[REPEAT / 2];
}

/* A block device at work: status, configuration, queue state, notifications. */
static void usual(void)
{
    struct bench_session s;
    uint64_t read[] = {0, 60}, write[] = {0, 44, 16}, queue[] = {0}, avail[] = {0, 0};

    bench_session_begin(&s, "block");
    bench_initialise(&s);
    for (unsigned i = 0; i < ROUNDS; i++) {
        bench_request(&s, "GET_CONFIG", (uint16_t)i, read, NULL, 0);
        bench_request(&s, "GET_DEVICE_STATUS", (uint16_t)i, NULL, NULL, 0);
        bench_request(&s, "EVENT_AVAIL", 0, avail, NULL, 0);
        if (i % 16 == 0)
            bench_request(&s, "SET_CONFIG", (uint16_t)i, write, "0123456789abcdef", 16);
        bench_request(&s, "GET_VQUEUE", (uint16_t)i, queue, NULL, 0);
    }
    double copy = median(pass_memcpy, &s), codec = median(pass_codec, &s),
           all = median(pass_oracle, &s);
    printf("%zu messages, ns each: memcpy %.1f, codec %.1f, codec and oracle %.1f, bound 60 (%.1f "
           "memcpy)\n",
           s.n, copy, codec, all, all / copy);
}

/* Cost of the first and of the last sixteenth of messages [from, to), judged in one go. */
static void slices(const char *what, const struct bench_session *s, struct vmsg_oracle *o,
                   size_t from, size_t to)
{
    double first = 0, last = 0;
    size_t step = (to - from) / SLICES;

    for (unsigned i = 0; i < SLICES; i++) {
        last = pass_oracle(s, o, from + i * step, i + 1 == SLICES ? to : from + (i + 1) * step);
        first = i ? first : last;
    }
    printf("%s, ns a message: first sixteenth %.1f, last %.1f\n", what, first, last);
}

/* The largest device: every queue configured; then 65,536 requests at once. */
static void largest(void)
{
    struct bench_session s, answers;
    struct vmsg_oracle *o = judge();

    bench_session_begin(&s, "max");
    bench_initialise(&s);
    pass_oracle(&s, o, 0, s.n);
    size_t queues = s.n;
    for (uint32_t i = 0; i < QUEUES; i++) {
        uint64_t set[] = {i, VMSG_VQ_ENABLE, 64, 0, 0x1000, 0x2000, 0x3000};
        bench_request(&s, "SET_VQUEUE", (uint16_t)i, set, NULL, 0);
    }
    slices("65536 queues set up one by one", &s, o, queues, s.n);
    size_t again = s.n;
    for (uint32_t i = 0; i < QUEUES; i++) {
        uint64_t get[] = {i};
        bench_request(&s, "GET_VQUEUE", (uint16_t)i, get, NULL, 0);
    }
    slices("65536 queues read back", &s, o, again, s.n);

    /* The same requests, all sent before the first answer. */
    size_t outstanding = s.n;
    bench_session_begin(&answers, "max");
    for (uint32_t i = 0; i < TOKENS; i++)
        bench_request(&answers, "GET_DEVICE_INFO", (uint16_t)i, NULL, NULL, 0);
    for (unsigned direction = VMSG_TO_DEVICE; direction <= VMSG_TO_DRIVER; direction++)
        for (size_t i = 0; i < answers.n; i++)
            if (answers.messages[i].direction == direction) {
                if (s.n == s.cap)
                    s.messages = realloc(s.messages, (s.cap *= 2) * sizeof(*s.messages));
                if (!s.messages)
                    exit(1);
                s.messages[s.n++] = answers.messages[i];
            }
    slices("65536 requests sent, none answered", &s, o, outstanding, outstanding + TOKENS);
    slices("their 65536 answers", &s, o, outstanding + TOKENS, s.n);
    if (vmsg_oracle_failed(o))
        exit(1);
}

int main(void)
{
    struct rusage usage;

    usual();
    largest();
    getrusage(RUSAGE_SELF, &usage);
    printf("peak resident memory, recorded traffic included: %ld KiB\n", usage.ru_maxrss);
    return 0;
}
