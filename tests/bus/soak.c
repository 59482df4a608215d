/* See soak.h. */
#include "tests/bus/soak.h"

#include "harness/oracle/oracle.h"
#include "harness/peers/peer.h"
#include "harness/wire/wire.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES = 1000, SPREAD = 65, EVENT_EVERY = 16, INFO_WORDS = 11, QUEUE_WORDS = 10 };

/* A request at the device side that is not answered yet. */
struct waiting {
    uint16_t dev, token;
    uint8_t msg_id;
    uint32_t index;
};

struct soak {
    const struct soak_config *config;
    struct soak_result *result;
    struct vmsg_peer *bus;
    struct vmsg_oracle *oracle;
    struct waiting *waiting;
    uint64_t n_waiting, room, rng, now, sent;
    unsigned under_way[DEVICES];
    uint16_t next_token[DEVICES];
    uint16_t devices[DEVICES];
    char platform[8 * DEVICES];
};

static void was_found(void *ctx, const struct vmsg_finding *f)
{
    struct soak *s = ctx;

    if (!*s->result->finding)
        snprintf(s->result->finding, sizeof s->result->finding, "message %u: %s: %s", f->message,
                 vmsg_clause_id(f->clause), f->text);
}

static uint32_t pick(struct soak *s, uint64_t n)
{
    s->rng ^= s->rng << 13;
    s->rng ^= s->rng >> 7;
    s->rng ^= s->rng << 17;
    return (uint32_t)(s->rng % n);
}

static void judge(struct soak *s, enum vmsg_end end, enum vmsg_direction direction,
                  const void *bytes, size_t len)
{
    vmsg_oracle_time(s->oracle, s->now);
    vmsg_oracle_message_at(s->oracle, (uint32_t)s->result->judged++, end, direction, bytes, len);
}

/* ---- what comes out ---- */

static void at_driver(void *ctx, const void *msg, size_t len)
{
    struct soak *s = ctx;
    struct vmsg m;

    judge(s, VMSG_DRIVER_END, VMSG_TO_DRIVER, msg, len);
    vmsg_decode(&m, msg, len);
    if (vmsg_is_event(&m)) {
        s->result->events++;
        return;
    }
    s->result->responses++;
    s->under_way[m.dev_num / SPREAD]--;
}

static void at_device(void *ctx, const void *msg, size_t len)
{
    struct soak *s = ctx;
    struct vmsg m;

    judge(s, VMSG_DEVICE_END, VMSG_TO_DEVICE, msg, len);
    vmsg_decode(&m, msg, len);
    if (vmsg_is_event(&m)) {
        s->result->events++;
        return;
    }
    if (s->n_waiting == s->room)
        return; /* never: there is room for all */
    s->waiting[s->n_waiting++] = (struct waiting){
        m.dev_num, m.token, m.msg_id, m.msg_id == VMSG_ID_GET_VQUEUE ? (uint32_t)m.f[0] : 0};
    if (s->n_waiting > s->result->most)
        s->result->most = s->n_waiting;
}

/* ---- what goes in ---- */

static size_t build(uint8_t *m, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
                    uint32_t word, unsigned words)
{
    size_t len = VMSG_HEADER_SIZE + 4 * words;

    memset(m, 0, len);
    m[0] = type;
    m[1] = id;
    vmsg_put_le16(m + 2, dev);
    vmsg_put_le16(m + 4, token);
    vmsg_put_le16(m + 6, (uint16_t)len);
    for (unsigned i = 0; i < 4 && words; i++)
        m[VMSG_HEADER_SIZE + i] = (uint8_t)(word >> 8 * i);
    return len;
}

static void driver_sends(struct soak *s, unsigned d, uint8_t id, uint32_t word, unsigned words)
{
    uint8_t m[64];
    bool event = id & VMSG_ID_EVENT;
    size_t len = build(m, 0, id, s->devices[d], event ? 0 : s->next_token[d]++, word, words);

    judge(s, VMSG_DRIVER_END, VMSG_TO_DEVICE, m, len);
    s->under_way[d] += !event;
    vmsg_peer_receive(s->bus, m, len);
}

static void device_sends(struct soak *s, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
                         uint32_t word, unsigned words)
{
    uint8_t m[64];
    size_t len = build(m, type, id, dev, token, word, words);

    judge(s, VMSG_DEVICE_END, VMSG_TO_DRIVER, m, len);
    vmsg_peer_receive_far(s->bus, m, len);
}

static void answer_one(struct soak *s)
{
    uint32_t i = pick(s, s->n_waiting);
    struct waiting w = s->waiting[i];

    s->waiting[i] = s->waiting[--s->n_waiting];
    device_sends(s, VMSG_TYPE_RESPONSE, w.msg_id, w.dev, w.token, w.index,
                 w.msg_id == VMSG_ID_GET_VQUEUE ? QUEUE_WORDS : INFO_WORDS);
}

/* A request to a device with room for one, and an event now and then. */
static void request_one(struct soak *s)
{
    unsigned d = pick(s, s->config->devices);

    for (unsigned i = 0; i < s->config->devices && s->under_way[d] == s->config->outstanding; i++)
        d = (d + 1) % s->config->devices;
    if (s->sent % EVENT_EVERY == 0) {
        driver_sends(s, d, VMSG_ID_EVENT_AVAIL, 0, 2);
        device_sends(s, 0, VMSG_ID_EVENT_USED, s->devices[d], 0, 0, 1);
    }
    s->sent++;
    driver_sends(s, d, VMSG_ID_GET_VQUEUE, (uint32_t)s->sent % 8, 1);
}

/* ---- the run ---- */

static bool begin(struct soak *s)
{
    struct vmsg_peer_config config = {
        .role = VMSG_ROLE_BUS, .fault = s->config->fault, .platform = s->platform};
    struct vmsg_sut_host host = {
        .ctx = s, .send = at_driver, .revision = 1, .max_msg_size = VMSG_MAX_SIZE_DEFAULT};
    char err[200] = "not enough memory";
    size_t len = 0;

    for (unsigned d = 0; d < s->config->devices; d++) {
        s->devices[d] = (uint16_t)(SPREAD * d);
        len += (size_t)snprintf(s->platform + len, sizeof s->platform - len, "%s%u", d ? "," : "",
                                s->devices[d]);
    }
    s->room = (uint64_t)s->config->devices * s->config->outstanding;
    s->waiting = calloc(s->room, sizeof *s->waiting);
    s->oracle = vmsg_oracle_new(&(struct vmsg_oracle_config){.judged = VMSG_JUDGE_BUS,
                                                             .revision = 1,
                                                             .max_msg_size = VMSG_MAX_SIZE_DEFAULT,
                                                             .request_timeout_ms = 1000,
                                                             .devices = s->devices,
                                                             .n_devices = s->config->devices},
                                was_found, s);
    s->bus = vmsg_peer_new(&config, &host, err, sizeof err);
    if (s->bus && s->waiting && s->oracle) {
        vmsg_peer_far(s->bus, s, at_device);
        return true;
    }
    fprintf(stderr, "%s\n", err);
    return false;
}

static size_t allocated(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

static void work(struct soak *s)
{
    const struct soak_config *config = s->config;

    vmsg_peer_tick(s->bus, s->now);
    for (unsigned d = 0; d < config->devices; d++)
        driver_sends(s, d, VMSG_ID_GET_DEVICE_INFO, 0, 0);
    while (s->n_waiting)
        answer_one(s);
    for (uint64_t i = 0; i < config->requests; i++) {
        if (i == config->requests / 4)
            s->result->early_bytes = allocated();
        if (s->n_waiting == s->room)
            answer_one(s);
        request_one(s);
        vmsg_peer_tick(s->bus, s->now += 100);
    }
    s->result->late_bytes = allocated();
    while (s->n_waiting)
        answer_one(s);
}

int soak_run(const struct soak_config *config, struct soak_result *result)
{
    struct soak *s = calloc(1, sizeof *s);
    int status = -1;

    *result = (struct soak_result){0};
    if (!s)
        return -1;
    s->config = config;
    s->result = result;
    s->rng = UINT64_C(0x9E3779B97F4A7C15);
    if (begin(s)) {
        work(s);
        vmsg_oracle_time(s->oracle, s->now += UINT64_C(60000000000));
        vmsg_oracle_settle(s->oracle);
        status = vmsg_oracle_failed(s->oracle) ? -1 : 0;
    }
    vmsg_oracle_free(s->oracle);
    if (s->bus)
        vmsg_peer_free(s->bus);
    free(s->waiting);
    free(s);
    return status;
}
