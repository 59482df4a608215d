/*
 * Reference driver, reference bus and reference devices in one process and virtual time. Between
 * them messages are lost, delayed and reordered, from a seed. Each of the three is judged by the
 * oracle throughout: what a link does is nobody's fault, and what it loses ends in a failure, a
 * retry or a reset.
 */
#include "harness/oracle/oracle.h"
#include "harness/peers/peer.h"
#include "harness/peers/rng.h"
#include "harness/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MEM_SIZE (256u * 1024u)
#define MS       UINT64_C(1000000)
#define LONGEST  300u
#define FLYING   512u

enum { DRIVER, TO_BUS = DRIVER, TO_DRIVER, TO_DEVICE, FROM_DEVICE, LANES };
enum { OF_DRIVER, OF_BUS, OF_DEVICE, JUDGES };

/* What the links do to messages, in a thousand; delay in ms. */
struct weather {
    unsigned lost, late, delay;
    bool reorder;
};

struct packet {
    uint64_t due, order;
    unsigned lane;
    size_t len;
    uint8_t bytes[LONGEST];
};

struct trio;
struct lane {
    struct trio *trio;
    unsigned number;
    uint64_t last_due;
};

struct trio {
    struct vmsg_peer *driver, *bus, *device;
    struct vmsg_oracle *oracle[JUDGES];
    struct lane lanes[LANES];
    struct packet flying[FLYING];
    unsigned n_flying;
    struct weather weather;
    uint64_t now, order, rng;
    uint32_t index, status[16];
    unsigned sent, lost, failures, resets, responses;
    char first[300];
};

static void was_found(void *ctx, const struct vmsg_finding *f)
{
    struct trio *t = ctx;

    if (!*t->first)
        snprintf(t->first, sizeof t->first, "message %u: %s: %s", f->message,
                 vmsg_clause_id(f->clause), f->text);
}

static unsigned chance(struct trio *t, unsigned n)
{
    t->rng ^= t->rng << 13;
    t->rng ^= t->rng >> 7;
    t->rng ^= t->rng << 17;
    return (unsigned)(t->rng % n);
}

static void judge(struct trio *t, unsigned judge, enum vmsg_end end,
                  enum vmsg_direction direction, const void *bytes, size_t len)
{
    vmsg_oracle_time(t->oracle[judge], t->now);
    vmsg_oracle_message_at(t->oracle[judge], t->index, end, direction, bytes, len);
}

/* A peer sent it: judged where it left, before the link has its way. */
static void count(struct trio *t, unsigned lane, const void *bytes, size_t len)
{
    struct vmsg m;

    vmsg_decode(&m, bytes, len);
    t->sent++;
    t->failures += lane == TO_DRIVER && vmsg_is_bus(&m) && m.msg_id == VMSG_ID_REQUEST_FAILED;
    t->responses += lane == TO_DRIVER && vmsg_is_response(&m);
    if (lane == FROM_DEVICE && !vmsg_is_bus(&m) && vmsg_is_response(&m) &&
        (m.msg_id == VMSG_ID_SET_DEVICE_STATUS || m.msg_id == VMSG_ID_GET_DEVICE_STATUS))
        t->status[m.dev_num % 16] = (uint32_t)m.f[0];
    t->resets += lane == TO_BUS && !vmsg_is_bus(&m) && m.msg_id == VMSG_ID_SET_DEVICE_STATUS &&
                 m.f[0] == 0;
}

static void judge_sent(struct trio *t, unsigned lane, const void *bytes, size_t len)
{
    switch (lane) {
    case TO_BUS:
        judge(t, OF_DRIVER, VMSG_DRIVER_END, VMSG_TO_DEVICE, bytes, len);
        break;
    case TO_DRIVER:
        judge(t, OF_BUS, VMSG_DRIVER_END, VMSG_TO_DRIVER, bytes, len);
        break;
    case TO_DEVICE:
        judge(t, OF_BUS, VMSG_DEVICE_END, VMSG_TO_DEVICE, bytes, len);
        break;
    default:
        judge(t, OF_DEVICE, VMSG_DRIVER_END, VMSG_TO_DRIVER, bytes, len);
    }
}

static void sent(void *ctx, const void *msg, size_t len)
{
    struct lane *lane = ctx;
    struct trio *t = lane->trio;
    const struct weather *w = &t->weather;
    struct packet *p = &t->flying[t->n_flying];

    t->index++;
    count(t, lane->number, msg, len);
    judge_sent(t, lane->number, msg, len);
    if (chance(t, 1000) < w->lost) {
        t->lost++;
        return;
    }
    assert_true(t->n_flying < FLYING && len <= LONGEST);
    t->n_flying++;
    *p = (struct packet){.due = t->now, .order = t->order++, .lane = lane->number, .len = len};
    if (w->delay && chance(t, 1000) < w->late)
        p->due += chance(t, w->delay) * MS;
    /* Towards the device, order is kept: no bus may change that of requests. */
    if ((!w->reorder || lane->number == TO_BUS || lane->number == TO_DEVICE) && p->due < lane->last_due)
        p->due = lane->last_due;
    lane->last_due = p->due;
    memcpy(p->bytes, msg, len);
}

/* At the end of its way: judged where it arrives. */
static void arrives(struct trio *t, const struct packet *p)
{
    t->index++;
    switch (p->lane) {
    case TO_BUS:
        judge(t, OF_BUS, VMSG_DRIVER_END, VMSG_TO_DEVICE, p->bytes, p->len);
        vmsg_peer_receive(t->bus, p->bytes, p->len);
        break;
    case TO_DRIVER:
        judge(t, OF_DRIVER, VMSG_DRIVER_END, VMSG_TO_DRIVER, p->bytes, p->len);
        vmsg_peer_receive(t->driver, p->bytes, p->len);
        break;
    case TO_DEVICE:
        judge(t, OF_DEVICE, VMSG_DRIVER_END, VMSG_TO_DEVICE, p->bytes, p->len);
        vmsg_peer_receive(t->device, p->bytes, p->len);
        break;
    default:
        judge(t, OF_BUS, VMSG_DEVICE_END, VMSG_TO_DRIVER, p->bytes, p->len);
        vmsg_peer_receive_far(t->bus, p->bytes, p->len);
    }
}

static bool deliver(struct trio *t)
{
    struct packet *next = NULL, p;

    for (unsigned i = 0; i < t->n_flying; i++)
        if (!next || t->flying[i].due < next->due ||
            (t->flying[i].due == next->due && t->flying[i].order < next->order))
            next = &t->flying[i];
    if (!next || next->due > t->now)
        return false;
    p = *next;
    *next = t->flying[--t->n_flying];
    arrives(t, &p);
    return true;
}

static uint64_t earliest(const struct trio *t)
{
    const struct vmsg_peer *peers[] = {t->driver, t->bus, t->device};
    uint64_t next = UINT64_MAX;

    for (unsigned i = 0; i < 3; i++)
        if (vmsg_peer_deadline(peers[i]) < next)
            next = vmsg_peer_deadline(peers[i]);
    for (unsigned i = 0; i < t->n_flying; i++)
        if (t->flying[i].due < next)
            next = t->flying[i].due;
    return next;
}

static void run(struct trio *t, uint64_t ms)
{
    uint64_t end = t->now + ms * MS;

    for (;;) {
        uint64_t next;

        vmsg_peer_tick(t->device, t->now);
        vmsg_peer_tick(t->bus, t->now);
        vmsg_peer_tick(t->driver, t->now);
        while (deliver(t))
            continue;
        next = earliest(t);
        if (next > end)
            break;
        t->now = next > t->now ? next : t->now + 1000;
    }
    t->now = end;
}

static struct vmsg_oracle *oracle(struct trio *t, unsigned judged)
{
    static const uint16_t devices[] = {0, 5};
    struct vmsg_oracle *o = vmsg_oracle_new(
        &(struct vmsg_oracle_config){.judged = judged,
                                     .revision = 1,
                                     .max_msg_size = 264,
                                     .request_timeout_ms = judged == VMSG_JUDGE_BUS ? 200 : 500,
                                     .attempts = 3,
                                     .bus_messages = VMSG_BUS_GET_DEVICES | VMSG_BUS_PING |
                                                     VMSG_BUS_EVENT_DEVICE,
                                     .devices = devices,
                                     .n_devices = 2},
        was_found, t);

    assert_non_null(o);
    return o;
}

static struct vmsg_peer *peer(struct trio *t, enum vmsg_role role, struct vmsg_sut_host host,
                              unsigned lane, unsigned seed, const char *fault)
{
    struct vmsg_peer_config config = {.role = role,
                                      .seed = seed,
                                      .fault = fault,
                                      .request_timeout_ms = role == VMSG_ROLE_BUS ? 200 : 500};
    char err[256] = "";
    struct vmsg_peer *p;

    host.send = sent;
    host.ctx = &t->lanes[lane];
    p = vmsg_peer_new(&config, &host, err, sizeof err);
    assert_string_equal(err, "");
    return p;
}

static struct trio *trio_new(unsigned seed, uint8_t *mem, const char *fault)
{
    struct vmsg_sut_host host = {.mem = mem,
                                 .mem_base = 0x40000000,
                                 .mem_size = MEM_SIZE,
                                 .revision = 1,
                                 .max_msg_size = 264};
    struct trio *t = calloc(1, sizeof *t);

    assert_non_null(t);
    memset(mem, 0, MEM_SIZE);
    t->rng = UINT64_C(0x9E3779B97F4A7C15) * (seed + 1);
    for (unsigned i = 0; i < LANES; i++)
        t->lanes[i] = (struct lane){.trio = t, .number = i};
    t->oracle[OF_DRIVER] = oracle(t, VMSG_JUDGE_DRIVER);
    t->oracle[OF_BUS] = oracle(t, VMSG_JUDGE_BUS);
    t->oracle[OF_DEVICE] = oracle(t, VMSG_JUDGE_DEVICE);
    t->driver = peer(t, VMSG_ROLE_DRIVER, host, TO_BUS, seed, NULL);
    t->bus = peer(t, VMSG_ROLE_BUS, host, TO_DRIVER, seed, fault);
    t->device = peer(t, VMSG_ROLE_DEVICE, host, FROM_DEVICE, seed, NULL);
    vmsg_peer_far(t->bus, &t->lanes[TO_DEVICE], sent);
    return t;
}

static void trio_free(struct trio *t)
{
    for (unsigned i = 0; i < JUDGES; i++)
        vmsg_oracle_free(t->oracle[i]);
    vmsg_peer_free(t->driver);
    vmsg_peer_free(t->bus);
    vmsg_peer_free(t->device);
    free(t);
}

static void command(struct trio *t, const char *line)
{
    char reply[256];

    vmsg_peer_command(t->driver, line, reply, sizeof reply);
    run(t, 500);
}

static void settle(struct trio *t)
{
    run(t, 30000);
    for (unsigned i = 0; i < JUDGES; i++) {
        vmsg_oracle_time(t->oracle[i], t->now);
        vmsg_oracle_settle(t->oracle[i]);
        assert_false(vmsg_oracle_failed(t->oracle[i]));
    }
}

/* Bad weather, with work to do; then it clears up, and both devices are in use again. */
static void live(struct trio *t, struct weather weather)
{
    static const char *const work[] = {"kick 0 0",         "get-config 0 0 8", "kick 5 0",
                                       "setup-vqueue 0 0", "status 5",         "reset-vqueue 0 0",
                                       "kick 0 0",         "init 5"};

    t->weather = weather;
    run(t, 3000);
    for (unsigned i = 0; i < 24; i++)
        command(t, work[i % 8]);
    t->weather = (struct weather){0};
    run(t, 30000);
    command(t, "init 0");
    command(t, "init 5");
    settle(t);
}

static struct trio totals;

static void try(unsigned seed, struct weather weather, uint8_t *mem)
{
    struct trio *t = trio_new(seed, mem, NULL);

    live(t, weather);
    if (*t->first)
        fail_msg("seed %u, lost %u, late %u, delay %u, reorder %d: %s", seed, weather.lost,
                 weather.late, weather.delay, weather.reorder, t->first);
    if (t->status[0] != 0xf || t->status[5] != 0xf)
        fail_msg("seed %u: status 0x%x and 0x%x", seed, t->status[0], t->status[5]);
    assert_true(vmsg_oracle_exercised(t->oracle[OF_BUS], VMSG_BUS_ERROR_SIGNALING_2) > 20);
    assert_true(vmsg_oracle_exercised(t->oracle[OF_BUS], VMSG_BUS_ORDERING_3) > 20);
    if (!weather.lost && !weather.late)
        assert_int_equal(t->failures, 0);
    totals.sent += t->sent;
    totals.lost += t->lost;
    totals.failures += t->failures;
    totals.resets += t->resets;
    totals.responses += t->responses;
    trio_free(t);
}

static void test_three_parties(void **state)
{
    static const struct weather weathers[] = {
        {0},           {.late = 500, .delay = 50},    {.lost = 20},
        {.lost = 100}, {.late = 300, .delay = 2000},  {.late = 500, .delay = 100, .reorder = true},
        {.lost = 300}, {50, 200, 1000, .reorder = true}};
    uint8_t *mem = aligned_alloc(4096, MEM_SIZE);

    (void)state;
    assert_non_null(mem);
    for (unsigned seed = 0; seed < 160; seed++)
        try(seed, weathers[seed % 8], mem);
    print_message("%u messages, %u lost, %u responses, %u failures, %u resets\n", totals.sent,
                  totals.lost, totals.responses, totals.failures, totals.resets);
    assert_true(totals.lost > 1000 && totals.failures > 1000 && totals.resets > 160);
    free(mem);
}

/* The weather hides nothing: a bus that is broken is still seen. */
static void test_broken_bus(void **state)
{
    static const char *const faults[] = {"bus-delivers-late-responses", "bus-loses-events",
                                         "bus-pads-with-rubbish"};
    uint8_t *mem = aligned_alloc(4096, MEM_SIZE);

    (void)state;
    assert_non_null(mem);
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct trio *t = trio_new(i, mem, faults[i]);

        live(t, (struct weather){.lost = 20, .late = 300, .delay = 1000});
        if (!*t->first)
            fail_msg("%s is not seen", faults[i]);
        trio_free(t);
    }
    free(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_parties),
        cmocka_unit_test(test_broken_bus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
