/* The oracle's life, its entry points, and the small tools that every rule uses. */
#include "harness/oracle/drv.h"
#include "harness/oracle/internal.h"
#include "harness/oracle/relay.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void blame(struct vmsg_oracle *o, enum vmsg_clause_no clause, uint16_t dev, const char *format, ...)
{
    char text[400];
    va_list args;

    if (!judging(o, clause))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    o->exercised[clause]++;
    o->findings[clause]++;
    o->found(o->ctx, &(struct vmsg_finding){
                         .clause = clause, .message = o->index, .dev_num = dev, .text = text});
}

void owe(struct vmsg_oracle *o, bool *what)
{
    if (!*what) {
        *what = true;
        o->owed++;
    }
}

/* The device remembers which queues owe, so that a reset need not look at all 65,536. */
void owe_queue(struct vmsg_oracle *o, struct device *d, struct queue *q, bool *what)
{
    if (!q->debtor) {
        q->debtor = true;
        q->next_debtor = d->debtors;
        d->debtors = q;
    }
    owe(o, what);
}

void settle_debt(struct vmsg_oracle *o, bool *what)
{
    if (*what) {
        *what = false;
        o->owed--;
    }
}

bool strict_profile(const struct vmsg_oracle *o)
{
    return o->config.transport_features & VMSG_F_STRICT_CONFIG_GENERATION;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 32;
}

/* The last bytes, fewer than eight; no two rests of a length give the same word. */
static uint64_t rest_of(const uint8_t *p, size_t len)
{
    uint32_t low, high;

    if (len < 4)
        return len ? p[0] | (uint64_t)p[len / 2] << 8 | (uint64_t)p[len - 1] << 16 : 0;
    memcpy(&low, p, sizeof low);
    memcpy(&high, p + len - sizeof high, sizeof high);
    return low | (uint64_t)high << 32;
}

/* FNV-1a over words, folded; every request is hashed. */
uint64_t hash_bytes(const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ len, word;

    for (; len >= sizeof word; p += sizeof word, len -= sizeof word) {
        memcpy(&word, p, sizeof word);
        h = mix(h, word);
    }
    return mix(h, rest_of(p, len));
}

bool all_zero(const uint8_t *p, size_t len)
{
    while (len--)
        if (*p++)
            return false;
    return true;
}

static void *copy_array(const void *from, size_t n, size_t size)
{
    void *to = calloc(n ? n : 1, size);

    if (to && n)
        memcpy(to, from, n * size);
    return to;
}

static bool copy_facts(struct vmsg_oracle_config *c)
{
    struct vmsg_device_facts *facts = copy_array(c->facts, c->n_facts, sizeof *facts);

    c->facts = facts;
    if (!facts)
        return false;
    for (size_t i = 0; i < c->n_facts; i++) {
        facts[i].writable =
            copy_array(facts[i].writable, facts[i].n_writable, sizeof *facts[i].writable);
        facts[i].shm = copy_array(facts[i].shm, facts[i].n_shm, sizeof *facts[i].shm);
        if (!facts[i].writable || !facts[i].shm) {
            c->n_facts = i + 1;
            return false;
        }
    }
    return true;
}

struct vmsg_oracle *vmsg_oracle_new(const struct vmsg_oracle_config *config, vmsg_finding_fn found,
                                    void *ctx)
{
    struct vmsg_oracle *o = calloc(1, sizeof *o);

    if (!o)
        return NULL;
    o->config = *config;
    o->config.devices = copy_array(config->devices, config->n_devices, sizeof *config->devices);
    o->side = VMSG_JUDGE_DEVICE;
    o->found = found;
    o->ctx = ctx;
    o->free_request = NONE;
    o->bus.first = o->bus.last = NONE;
    for (size_t i = 0; i < GHOSTS; i++)
        o->ghost_buckets[i] = NO_CHAIN;
    o->present = calloc(2, 65536 / 8);
    if (!copy_facts(&o->config) || !o->config.devices || !o->present) {
        vmsg_oracle_free(o);
        return NULL;
    }
    o->present_known = o->present + 65536 / 8;
    if (o->config.judged & VMSG_JUDGE_DRIVER && !drv_new(o)) {
        vmsg_oracle_free(o);
        return NULL;
    }
    if (o->config.judged & VMSG_JUDGE_BUS && !relay_new(o)) {
        vmsg_oracle_free(o);
        return NULL;
    }
    /* What a bus shows is not what there is until it has found it. */
    o->devices_known = config->n_devices > 0 && !o->relay;
    for (size_t i = 0; i < config->n_devices && !o->relay; i++) {
        struct device *d = get_device(o, config->devices[i]);

        if (!d) {
            vmsg_oracle_free(o);
            return NULL;
        }
        d->present = true;
    }
    return o;
}

void vmsg_oracle_free(struct vmsg_oracle *o)
{
    if (!o)
        return;
    for (size_t i = 0; o->config.facts && i < o->config.n_facts; i++) {
        free((void *)o->config.facts[i].writable);
        free((void *)o->config.facts[i].shm);
    }
    free((void *)o->config.facts);
    free((void *)o->config.devices);
    drv_free(o);
    relay_free(o);
    free_devices(o);
    free(o->present);
    free(o->requests);
    free(o->buckets);
    free(o->scratch);
    free(o);
}

void vmsg_oracle_message(struct vmsg_oracle *o, uint32_t index, enum vmsg_direction direction,
                         const void *bytes, size_t len)
{
    vmsg_oracle_message_at(o, index, VMSG_DRIVER_END, direction, bytes, len);
}

void vmsg_oracle_message_at(struct vmsg_oracle *o, uint32_t index, enum vmsg_end end,
                            enum vmsg_direction direction, const void *bytes, size_t len)
{
    struct vmsg m;

    if (o->failed || (end != VMSG_DRIVER_END && !o->relay))
        return;
    o->serial++;
    o->index = index;
    vmsg_decode(&m, bytes, len);
    if (o->relay) {
        relay_message(o, end, direction, &m);
        return;
    }
    if (o->drv)
        drv_message(o, direction, &m);
    if (!(o->config.judged & VMSG_JUDGE_DEVICE))
        return;
    if (direction == VMSG_TO_DEVICE)
        sent_to_device(o, &m);
    else
        came_from_device(o, &m);
}

void vmsg_oracle_time(struct vmsg_oracle *o, uint64_t now_ns)
{
    o->timed = true;
    if (now_ns > o->now_ns)
        o->now_ns = now_ns;
}

bool vmsg_oracle_owes(const struct vmsg_oracle *o)
{
    return !o->failed && (o->due || o->owed);
}

bool vmsg_oracle_owes_notification(const struct vmsg_oracle *o)
{
    return !o->failed && o->drv && drv_owes_notification(o);
}

void vmsg_oracle_settle(struct vmsg_oracle *o)
{
    if (o->failed)
        return;
    if (o->drv)
        drv_settle(o);
    if (o->relay) {
        o->side = VMSG_JUDGE_BUS;
        relay_settle(o);
    }
    settle_requests(o);
    settle_events(o);
}

uint32_t vmsg_oracle_answered(const struct vmsg_oracle *o, uint16_t dev_num)
{
    const struct device *d = find_device(o, dev_num);

    return d ? d->answered_ids : 0;
}

uint64_t vmsg_oracle_exercised(const struct vmsg_oracle *o, enum vmsg_clause_no clause)
{
    return o->exercised[clause];
}

uint64_t vmsg_oracle_findings(const struct vmsg_oracle *o, enum vmsg_clause_no clause)
{
    return o->findings[clause];
}

bool vmsg_oracle_failed(const struct vmsg_oracle *o)
{
    return o->failed;
}
