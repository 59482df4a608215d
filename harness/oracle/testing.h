/*
 * For the oracle's tests: a session written as exchanges by name, and what the oracle found in it.
 *
 *   struct session s = with_defaults();
 *   initialise(&s, AT_DRIVER);
 *   ask(&s, "GET_VQUEUE", F(0), F(0, 256, 0, 2));
 *   only(&s, VMSG_DEV_GET_VQUEUE_3);
 */
#ifndef VMSG_ORACLE_TESTING_H
#define VMSG_ORACLE_TESTING_H

#include "harness/oracle/oracle.h"
#include "harness/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Field values in wire order; the UUID's slot counts. */
#define F(...)  ((const uint64_t[VMSG_MAX_FIELDS]){__VA_ARGS__})
#define MEMORY  UINT64_C(0x40000000)
#define MEM(at) (MEMORY + (at))

#define QUEUES 4u  /* of the device in these tests; the last one is not available */
#define SPACE  64u /* bytes of configuration */

struct session {
    struct vmsg_oracle_config config;
    struct vmsg_oracle *oracle;
    unsigned found[VMSG_CLAUSE_COUNT];
    unsigned total;
    char last[400]; /* text of the last finding */
    uint32_t index; /* of the next message */
    uint16_t dev, token;
    bool settled;
};

static inline void count_finding(void *ctx, const struct vmsg_finding *finding)
{
    struct session *s = ctx;

    s->found[finding->clause]++;
    s->total++;
    snprintf(s->last, sizeof s->last, "message %u, %s: %s", finding->message,
             vmsg_clause_id(finding->clause), finding->text);
    assert_true(finding->message <= s->index);
}

/* Device 0 exists and no other; DMA memory; the bus answers and sends all three messages. */
static inline struct session with_defaults(void)
{
    static const uint16_t devices[] = {0};

    return (struct session){
        .config = {.judged = VMSG_JUDGE_DEVICE,
                   .revision = 1,
                   .max_msg_size = VMSG_MAX_SIZE_DEFAULT,
                   .mem_base = MEMORY,
                   .mem_size = 1 << 20,
                   .bus_messages = VMSG_BUS_GET_DEVICES | VMSG_BUS_PING | VMSG_BUS_EVENT_DEVICE,
                   .devices = devices,
                   .n_devices = 1},
        .token = 1000,
    };
}

/* The oracle is made when it is first needed, so that a test can change the configuration. */
static inline struct vmsg_oracle *oracle_of(struct session *s)
{
    if (!s->oracle)
        s->oracle = vmsg_oracle_new(&s->config, count_finding, s);
    assert_non_null(s->oracle);
    return s->oracle;
}

static inline void deliver(struct session *s, enum vmsg_direction direction, const void *bytes,
                           size_t len)
{
    uint8_t *exact = malloc(len ? len : 1); /* so that a sanitizer sees one byte too far */

    assert_non_null(exact);
    memcpy(exact, bytes, len);
    vmsg_oracle_message(oracle_of(s), s->index++, direction, exact, len);
    free(exact);
}

struct bytes {
    uint8_t b[VMSG_MAX_SIZE_MOST + 1];
    size_t len;
};

static inline void encode(struct bytes *m, const struct session *s, const char *name, bool response,
                          uint16_t token, const uint64_t *f, const void *tail, size_t tail_len)
{
    const struct vmsg_def *def = vmsg_def_by_name(name);

    assert_non_null(def);
    m->len = vmsg_encode(m->b, sizeof m->b, def, response, def->ns == VMSG_NS_BUS ? 0 : s->dev,
                         token, f, NULL, tail, tail_len);
    assert_true(m->len);
}

/* A request or event of the driver side. */
static inline void to_tail(struct session *s, const char *name, uint16_t token, const uint64_t *f,
                           const void *tail, size_t tail_len)
{
    static struct bytes m;

    encode(&m, s, name, false, token, f, tail, tail_len);
    deliver(s, VMSG_TO_DEVICE, m.b, m.len);
}

static inline void to(struct session *s, const char *name, uint16_t token, const uint64_t *f)
{
    to_tail(s, name, token, f, NULL, 0);
}

/* A response of the device side. */
static inline void from_tail(struct session *s, const char *name, uint16_t token, const uint64_t *f,
                             const void *tail, size_t tail_len)
{
    static struct bytes m;

    encode(&m, s, name, true, token, f, tail, tail_len);
    deliver(s, VMSG_TO_DRIVER, m.b, m.len);
}

static inline void from(struct session *s, const char *name, uint16_t token, const uint64_t *f)
{
    from_tail(s, name, token, f, NULL, 0);
}

/* An event or request of the device side. */
static inline void event(struct session *s, const char *name, const uint64_t *f, const void *tail,
                         size_t tail_len)
{
    static struct bytes m;

    encode(&m, s, name, false, 0, f, tail, tail_len);
    deliver(s, VMSG_TO_DRIVER, m.b, m.len);
}

/* A request and its response, with a token of their own. */
static inline void ask(struct session *s, const char *name, const uint64_t *f,
                       const uint64_t *answer)
{
    s->token++;
    to(s, name, s->token, f);
    from(s, name, s->token, answer);
}

/* The same bytes with some of the header changed: type is or'ed, the sizes replace if not 0. */
struct twist {
    uint8_t type;
    uint16_t msg_size;
    size_t len;
    uint8_t msg_id;
    uint16_t dev_num;
};

static inline void twisted(struct session *s, enum vmsg_direction direction, const char *name,
                           uint16_t token, const uint64_t *f, struct twist t)
{
    static struct bytes m;

    memset(&m, 0, sizeof m);
    encode(&m, s, name,
           direction == VMSG_TO_DRIVER && vmsg_def_by_name(name)->kind == VMSG_KIND_EXCHANGE, token,
           f, NULL, 0);
    m.b[0] |= t.type;
    if (t.msg_id)
        m.b[1] = t.msg_id;
    if (t.dev_num)
        vmsg_put_le16(m.b + 2, t.dev_num);
    if (t.len)
        m.len = t.len;
    if (t.msg_size)
        vmsg_put_le16(m.b + 6, t.msg_size);
    deliver(s, direction, m.b, m.len);
}

static inline void note(struct session *s, enum vmsg_note_kind kind, uint32_t vq, uint32_t value)
{
    vmsg_oracle_note(
        oracle_of(s),
        &(struct vmsg_note){
            .kind = kind, .index = s->index, .dev_num = s->dev, .vq = vq, .value = value});
}

static inline void note_change(struct session *s, uint32_t offset, const void *data, size_t len)
{
    vmsg_oracle_note(oracle_of(s), &(struct vmsg_note){.kind = VMSG_NOTE_CHANGE_CONFIG,
                                                       .index = s->index,
                                                       .dev_num = s->dev,
                                                       .value = offset,
                                                       .data = data,
                                                       .data_len = len});
}

static inline void settle(struct session *s)
{
    vmsg_oracle_settle(oracle_of(s));
    assert_false(vmsg_oracle_owes(s->oracle));
    s->settled = true;
}

/* ---- usual steps ---- */

static inline void info(struct session *s)
{
    ask(s, "GET_DEVICE_INFO", NULL, F(2, 0x1af4, 0, 2, SPACE, QUEUES, 0, 0));
}

static inline void status(struct session *s, uint32_t asked, uint32_t got)
{
    ask(s, "SET_DEVICE_STATUS", F(asked), F(got));
}

static inline void read_status(struct session *s, uint32_t got)
{
    ask(s, "GET_DEVICE_STATUS", NULL, F(got));
}

static inline void select_features(struct session *s, uint32_t block, uint32_t n, uint32_t low,
                                   uint32_t high)
{
    uint8_t tail[8];

    vmsg_put_le32(tail, low);
    vmsg_put_le32(tail + 4, high);
    s->token++;
    to_tail(s, "SET_DRIVER_FEATURES", s->token, F(block, n), tail, 4 * (size_t)n);
    from(s, "SET_DRIVER_FEATURES", s->token, NULL);
}

static inline void offer_features(struct session *s, uint32_t block, uint32_t n, uint32_t low,
                                  uint32_t high)
{
    uint8_t tail[8];

    vmsg_put_le32(tail, low);
    vmsg_put_le32(tail + 4, high);
    s->token++;
    to(s, "GET_DEVICE_FEATURES", s->token, F(block, n));
    from_tail(s, "GET_DEVICE_FEATURES", s->token, F(block, n), tail, 4 * (size_t)n);
}

#define V1         (1u << (VIRTIO_F_VERSION_1 - 32))
#define RING_RESET (1u << (VIRTIO_F_RING_RESET - 32))
#define OFFERED    (V1 | RING_RESET)

enum stage { AT_INFO, AT_RESET, AT_DRIVER, AT_FEATURES_OK, AT_DRIVER_OK };

/* From GET_DEVICE_INFO up to a stage, with VERSION_1 and RING_RESET negotiated. */
static inline void initialise(struct session *s, enum stage stage)
{
    info(s);
    if (stage >= AT_RESET)
        status(s, 0, 0);
    if (stage >= AT_DRIVER) {
        status(s, 1, 1);
        status(s, 3, 3);
        offer_features(s, 0, 2, 0, OFFERED);
    }
    if (stage >= AT_FEATURES_OK) {
        select_features(s, 0, 2, 0, OFFERED);
        status(s, 0xb, 0xb);
    }
    if (stage >= AT_DRIVER_OK)
        status(s, 0xf, 0xf);
}

static inline void read_config(struct session *s, uint32_t offset, const void *data, uint32_t len,
                               uint32_t generation)
{
    s->token++;
    to(s, "GET_CONFIG", s->token, F(offset, len));
    from_tail(s, "GET_CONFIG", s->token, F(generation, offset, len), data, len);
}

/* A write and its answer: applied with generation `now`, or refused with it. */
static inline void write_config(struct session *s, uint32_t offset, const void *data, uint32_t len,
                                uint32_t generation, bool applied, uint32_t now)
{
    s->token++;
    to_tail(s, "SET_CONFIG", s->token, F(generation, offset, len), data, len);
    from_tail(s, "SET_CONFIG", s->token, F(now, offset, applied ? len : 0), data,
              applied ? len : 0);
}

static inline void event_config(struct session *s, uint32_t device_status, uint32_t generation,
                                uint32_t offset, const void *data, uint32_t len)
{
    event(s, "EVENT_CONFIG", F(device_status, generation, offset, len), data, data ? len : 0);
}

static inline void read_queue(struct session *s, uint32_t index, uint32_t size, uint64_t area,
                              bool enabled)
{
    ask(s, "GET_VQUEUE", F(index),
        area ? F(index, 256, size, enabled, MEM(area), MEM(area + 0x1000), MEM(area + 0x2000))
             : F(index, 256, size, enabled));
}

static inline void set_queue(struct session *s, uint32_t index, uint32_t flags, uint32_t size,
                             uint64_t area)
{
    ask(s, "SET_VQUEUE",
        F(index, flags, size, 0, MEM(area), MEM(area + 0x1000), MEM(area + 0x2000)), NULL);
}

/* Queue 0, set up and enabled. */
static inline void enable_queue(struct session *s, uint64_t area)
{
    read_queue(s, 0, 0, 0, false);
    set_queue(s, 0, VMSG_VQ_ENABLE, 64, area);
    read_queue(s, 0, 64, area, true);
}

/* ---- what was found ---- */

static inline void close_session(struct session *s)
{
    if (!s->settled)
        settle(s);
    assert_false(vmsg_oracle_failed(s->oracle));
    for (unsigned i = 0; i < VMSG_CLAUSE_COUNT; i++)
        assert_true(vmsg_oracle_exercised(s->oracle, i) >= s->found[i]);
    vmsg_oracle_free(s->oracle);
    s->oracle = NULL;
}

/* Ends the session: no finding. */
static inline void clean(struct session *s)
{
    close_session(s);
    if (s->total)
        fail_msg("%s", s->last);
}

/* Ends the session: findings under each of these clauses and under no other. */
#define only(s, ...)                                                                               \
    only_these((s), (const enum vmsg_clause_no[]){__VA_ARGS__},                                    \
               sizeof((const enum vmsg_clause_no[]){__VA_ARGS__}) / sizeof(enum vmsg_clause_no))

static inline void only_these(struct session *s, const enum vmsg_clause_no *clauses, size_t n)
{
    unsigned expected = 0;

    close_session(s);
    for (size_t i = 0; i < n; i++) {
        if (!s->found[clauses[i]])
            fail_msg("no finding under %s; last: %s", vmsg_clause_id(clauses[i]), s->last);
        expected += s->found[clauses[i]];
    }
    if (s->total != expected)
        fail_msg("another clause is blamed: %s", s->last);
}

/* Ends the session: a finding under this clause, and perhaps others. */
static inline void also(struct session *s, enum vmsg_clause_no clause)
{
    close_session(s);
    if (!s->found[clause])
        fail_msg("no finding under %s; last: %s", vmsg_clause_id(clause), s->last);
}

/* While the session is open. */
static inline void exercised(struct session *s, enum vmsg_clause_no clause)
{
    if (!vmsg_oracle_exercised(s->oracle, clause))
        fail_msg("%s was not exercised", vmsg_clause_id(clause));
}

/* A window of GET_DEVICES, asked for and answered. */
static inline void window(struct session *s, uint32_t offset, uint32_t count, uint32_t next,
                          uint32_t returned, const void *bitmap, size_t len)
{
    s->token++;
    to(s, "GET_DEVICES", s->token, F(offset, count));
    from_tail(s, "GET_DEVICES", s->token, F(offset, next, returned), bitmap, len);
}

#endif
