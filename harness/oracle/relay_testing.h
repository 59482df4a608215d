/*
 * Test support for the judge of buses: messages in and out at both ends, and what was blamed.
 * A test plays the driver side, the bus and the device side.
 */
#ifndef VMSG_RELAY_TESTING_H
#define VMSG_RELAY_TESTING_H

#include "harness/oracle/oracle.h"
#include "harness/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST_BYTES 400u

struct world {
    struct vmsg_oracle *o;
    struct vmsg_oracle_config config;
    uint32_t index;
    uint64_t now_ms;
    bool blamed[VMSG_CLAUSE_COUNT];
    char first[400];
};

struct message {
    uint8_t b[MOST_BYTES];
    size_t len;
};

enum { RESPONSE = VMSG_TYPE_RESPONSE, BUS = VMSG_TYPE_BUS };
enum { TIMEOUT_MS = 1000 };

static inline void was_found(void *ctx, const struct vmsg_finding *f)
{
    struct world *w = ctx;

    w->blamed[f->clause] = true;
    if (!*w->first)
        snprintf(w->first, sizeof w->first, "message %u: %s: %s", f->message,
                 vmsg_clause_id(f->clause), f->text);
}

static const uint16_t world_devices[] = {0, 5, 300};

static inline struct vmsg_oracle_config world_config(void)
{
    return (struct vmsg_oracle_config){
        .judged = VMSG_JUDGE_BUS,
        .revision = 1,
        .max_msg_size = 264,
        .request_timeout_ms = TIMEOUT_MS,
        .bus_messages = VMSG_BUS_GET_DEVICES | VMSG_BUS_PING | VMSG_BUS_EVENT_DEVICE,
        .devices = world_devices,
        .n_devices = 3,
    };
}

static inline void world_begin(struct world *w, struct vmsg_oracle_config config)
{
    *w = (struct world){.config = config};
    w->o = vmsg_oracle_new(&w->config, was_found, w);
    assert_non_null(w->o);
}

static inline void world_end(struct world *w)
{
    vmsg_oracle_time(w->o, (w->now_ms += 10 * TIMEOUT_MS) * 1000000);
    vmsg_oracle_settle(w->o);
    assert_false(vmsg_oracle_owes(w->o));
    assert_false(vmsg_oracle_failed(w->o));
    vmsg_oracle_free(w->o);
}

static inline void later(struct world *w, uint64_t ms)
{
    vmsg_oracle_time(w->o, (w->now_ms += ms) * 1000000);
}

/* A message with a payload of `n` 32-bit words. */
static inline struct message message(unsigned type, unsigned id, unsigned dev, unsigned token,
                                     unsigned n, ...)
{
    struct message m = {.b = {(uint8_t)type, (uint8_t)id}, .len = VMSG_HEADER_SIZE + 4 * n};
    va_list words;

    assert_true(m.len <= sizeof m.b);
    vmsg_put_le16(m.b + 2, (uint16_t)dev);
    vmsg_put_le16(m.b + 4, (uint16_t)token);
    vmsg_put_le16(m.b + 6, (uint16_t)m.len);
    va_start(words, n);
    for (unsigned i = 0; i < n; i++) {
        uint32_t v = va_arg(words, uint32_t);

        for (unsigned k = 0; k < 4; k++)
            m.b[VMSG_HEADER_SIZE + 4 * i + k] = (uint8_t)(v >> 8 * k);
    }
    va_end(words);
    return m;
}

static inline uint32_t at_end(struct world *w, enum vmsg_end end, enum vmsg_direction direction,
                              struct message m)
{
    vmsg_oracle_message_at(w->o, w->index, end, direction, m.b, m.len);
    return w->index++;
}

/* Into the bus and out of it. */
static inline void driver_sends(struct world *w, struct message m)
{
    at_end(w, VMSG_DRIVER_END, VMSG_TO_DEVICE, m);
}

static inline void device_gets(struct world *w, struct message m)
{
    at_end(w, VMSG_DEVICE_END, VMSG_TO_DEVICE, m);
}

static inline void device_sends(struct world *w, struct message m)
{
    at_end(w, VMSG_DEVICE_END, VMSG_TO_DRIVER, m);
}

static inline void driver_gets(struct world *w, struct message m)
{
    at_end(w, VMSG_DRIVER_END, VMSG_TO_DRIVER, m);
}

/* GET_VQUEUE of queue `vq`, and its response. */
static inline struct message ask(unsigned dev, unsigned token, unsigned vq)
{
    return message(0, VMSG_ID_GET_VQUEUE, dev, token, 1, vq);
}

static inline struct message answer(unsigned dev, unsigned token, unsigned vq)
{
    return message(RESPONSE, VMSG_ID_GET_VQUEUE, dev, token, 10, vq, 64 + vq, 0, 0, 0, 0, 0, 0, 0,
                   0);
}

static inline struct message failure(unsigned dev, unsigned token, unsigned id)
{
    return message(BUS, VMSG_ID_REQUEST_FAILED, 0, 0, 3, dev | token << 16, id, 110);
}

static inline struct message avail(unsigned dev, unsigned vq, unsigned offset)
{
    return message(0, VMSG_ID_EVENT_AVAIL, dev, 0, 2, vq, offset);
}

static inline struct message used(unsigned dev, unsigned vq)
{
    return message(0, VMSG_ID_EVENT_USED, dev, 0, 1, vq);
}

static inline struct message hotplug(unsigned dev, unsigned state)
{
    return message(BUS, VMSG_ID_EVENT_DEVICE, 0, 0, 1, dev | state << 16);
}

/* Until it is at the device; all the way. */
static inline void goes(struct world *w, unsigned dev, unsigned token, unsigned ours, unsigned vq)
{
    driver_sends(w, ask(dev, token, vq));
    device_gets(w, ask(dev, ours, vq));
}

static inline void comes(struct world *w, unsigned dev, unsigned token, unsigned ours, unsigned vq)
{
    device_sends(w, answer(dev, ours, vq));
    driver_gets(w, answer(dev, token, vq));
}

static inline void round_trip(struct world *w, unsigned dev, unsigned token, unsigned ours,
                              unsigned vq)
{
    goes(w, dev, token, ours, vq);
    comes(w, dev, token, ours, vq);
}

/* The bus has found its devices. */
static inline struct message window_of(unsigned type, unsigned token, unsigned bits)
{
    struct message m = message(BUS | type, VMSG_ID_GET_DEVICES, 0, token, 2, 0, 8);

    vmsg_put_le16(m.b + VMSG_HEADER_SIZE + 2, type ? 0 : 8); /* next_offset, or count */
    vmsg_put_le16(m.b + VMSG_HEADER_SIZE + 4, 8);
    m.b[14] = (uint8_t)bits;
    m.len = type ? 15 : 12;
    vmsg_put_le16(m.b + 6, (uint16_t)m.len);
    return m;
}

static inline void opens(struct world *w)
{
    for (unsigned d = 0; d < w->config.n_devices; d++)
        round_trip(w, w->config.devices[d], 60000, 60000, 0);
}

static inline void device_appears(struct world *w, unsigned dev)
{
    device_sends(w, hotplug(dev, VMSG_DEVICE_ADDED));
}

/* Something that a bus may do. */
struct legal {
    const char *name;
    void (*play)(struct world *w);
};
#define LEGAL(NAME)                                                                                \
    {                                                                                              \
#NAME, NAME                                                                                \
    }

/* Each at an oracle of its own; nobody is blamed. `opened`: the bus has found its devices before.
 */
static inline void play_legal(const struct legal *cases, size_t n, struct vmsg_oracle_config config,
                              bool opened)
{
    for (size_t i = 0; i < n; i++) {
        struct world w;

        world_begin(&w, config);
        if (opened)
            opens(&w);
        cases[i].play(&w);
        world_end(&w);
        if (*w.first)
            fail_msg("%s: %s", cases[i].name, w.first);
    }
}

#endif
