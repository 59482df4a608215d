/*
 * SET_CONFIG responses: all or nothing, the echo, and the profile. Spec: SET_CONFIG,
 * "Configuration Semantics Profiles".
 */
#include "harness/oracle/internal.h"

#include <string.h>

/* Would the write be valid with another generation? Only what was accepted before, or what the
 * conformance statement says may be written and does not change a byte. */
static bool otherwise_valid(const struct vmsg_oracle *o, const struct device *d,
                            const struct request *r)
{
    const struct config_state *c = &d->config;
    const struct vmsg_device_facts *facts = device_facts(o, d->num);
    uint32_t offset = (uint32_t)r->f[VMSG_SET_CONFIG_REQ_offset];
    uint32_t length = (uint32_t)r->f[VMSG_SET_CONFIG_REQ_length];

    if (!r->has_tail || !d->status_known || !(d->status & VIRTIO_S_DRIVER) ||
        d->status & (VIRTIO_S_NEEDS_RESET | VIRTIO_S_FAILED))
        return false;
    if (c->accepted && c->accepted_offset == offset && c->accepted_length == length &&
        c->accepted_hash == r->tail_hash)
        return true;
    if (!facts || !c->applied_once || !config_same(c, offset, r->tail, length))
        return false;
    for (size_t i = 0; i < facts->n_writable; i++)
        if (offset >= facts->writable[i].offset &&
            (uint64_t)offset + length <=
                (uint64_t)facts->writable[i].offset + facts->writable[i].length)
            return true;
    return false;
}

static void judge_profile(struct vmsg_oracle *o, struct device *d, const struct request *r,
                          bool applied, uint32_t resulting)
{
    struct config_state *c = &d->config;
    uint32_t asked = (uint32_t)r->f[VMSG_SET_CONFIG_REQ_generation];
    bool comparable = c->gen_read && !c->gen_unstable;
    bool strict = strict_profile(o);

    if (!comparable)
        return;
    if (asked != c->gen && resulting == asked)
        return; /* the device's count may have moved there just before */
    if (asked == c->gen) {
        if (strict && applied)
            c->get_trusted = true;
        if (strict && !applied && resulting != asked && otherwise_valid(o, d, r))
            c->get_distrusted = true;
        return;
    }
    if (!applied)
        d->watch_mismatch = true;
    if (strict ? !applied : applied) {
        exercise(o, strict ? VMSG_DEV_PROFILES_12 : VMSG_DEV_PROFILES_4);
        exercise(o, VMSG_DEV_PROFILES_1);
    } else if (strict) {
        blame(o, VMSG_DEV_PROFILES_12, d->num,
              "SET_CONFIG with generation %u was applied at generation %u; the strict profile "
              "rejects a mismatch",
              asked, c->gen);
        blame(o, VMSG_DEV_PROFILES_1, d->num,
              "the strict profile is advertised, but a mismatched SET_CONFIG was applied");
    } else if (otherwise_valid(o, d, r)) {
        blame(
            o, VMSG_DEV_PROFILES_4, d->num,
            "SET_CONFIG with generation %u was rejected at generation %u, the same write is valid "
            "otherwise; the baseline profile ignores the field",
            asked, c->gen);
        blame(o, VMSG_DEV_PROFILES_1, d->num,
              "the baseline profile applies, but a mismatched SET_CONFIG was rejected");
    }
}

static void remember_write(struct config_state *c, const struct request *r, bool applied,
                           uint32_t gen)
{
    uint32_t offset = (uint32_t)r->f[VMSG_SET_CONFIG_REQ_offset];
    uint32_t length = (uint32_t)r->f[VMSG_SET_CONFIG_REQ_length];

    c->write = WRITE_NONE;
    c->write_old_known = c->event_since_write = false;
    c->write_gen = gen;
    if (applied) {
        c->applied_once = true;
        c->excuses++; /* AMBIGUITIES 2 */
        c->change_length = 0;
    }
    if (!r->has_tail || length != r->tail_len || offset > CONFIG_KEPT - TAIL_KEPT)
        return;
    c->write = applied ? WRITE_APPLIED : WRITE_REJECTED;
    c->write_offset = offset;
    c->write_length = length;
    memcpy(c->write_data, r->tail, length);
    if (c->shadow_valid && !c->event_since_shadow && !memchr(c->known + offset, 0, length)) {
        c->write_old_known = true;
        c->write_old_gen = c->shadow_gen;
        memcpy(c->write_old, c->shadow + offset, length);
    }
    if (applied) {
        c->accepted = true;
        c->accepted_offset = offset;
        c->accepted_length = length;
        c->accepted_hash = r->tail_hash;
    }
}

static void judge_rejection_shape(struct vmsg_oracle *o, struct device *d, const struct vmsg *m)
{
    const uint8_t *extra = m->payload + m->payload_len - m->extra;

    if (m->extra && !all_zero(extra, m->extra)) {
        blame(o, VMSG_DEV_SET_CONFIG_4, d->num,
              "the SET_CONFIG response has length 0 and %u bytes of data; it must have none",
              m->extra);
        return;
    }
    exercise(o, VMSG_DEV_SET_CONFIG_4);
    if (m->extra)
        judge_padding(o, d, m);
}

static void judge_applied_echo(struct vmsg_oracle *o, struct device *d, const struct request *r,
                               const struct vmsg *m)
{
    if (m->defect == VMSG_SHORT_TAIL ||
        (m->tail_len == r->tail_len && hash_bytes(m->tail, m->tail_len) != r->tail_hash))
        blame(o, VMSG_DEV_PROSE_SET_CONFIG_ECHO, d->num,
              "the response to an applied SET_CONFIG of %u bytes %s; it echoes the data",
              (uint32_t)r->f[VMSG_SET_CONFIG_REQ_length],
              m->defect == VMSG_SHORT_TAIL ? "omits data" : "carries other data");
    else
        exercise(o, VMSG_DEV_PROSE_SET_CONFIG_ECHO);
    if (m->extra)
        judge_padding(o, d, m);
}

/* All or nothing: true when `length` in the response can be believed. */
static bool judge_length(struct vmsg_oracle *o, struct device *d, const struct request *r,
                         uint64_t got)
{
    uint64_t offset = r->f[VMSG_SET_CONFIG_REQ_offset];
    uint64_t length = r->f[VMSG_SET_CONFIG_REQ_length];
    uint64_t size = d->info[VMSG_GET_DEVICE_INFO_RESP_config_size];

    if (got && got != length) {
        blame(o, VMSG_DEV_SET_CONFIG_3, d->num,
              "SET_CONFIG of %u bytes was answered with length %u; it is all or nothing",
              (uint32_t)length, (uint32_t)got);
        return false;
    }
    if (got && d->info_known && offset + got > size) {
        blame(o, VMSG_DEV_SET_CONFIG_3, d->num,
              "SET_CONFIG at %u length %u was answered as applied, but the space has %u bytes",
              (uint32_t)offset, (uint32_t)length, (uint32_t)size);
        return false;
    }
    exercise(o, VMSG_DEV_SET_CONFIG_3);
    return true;
}

void judge_set_config(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m)
{
    struct config_state *c = &d->config;
    uint64_t length = r->f[VMSG_SET_CONFIG_REQ_length];
    uint64_t got = m->f[VMSG_SET_CONFIG_RESP_length];
    uint32_t gen = (uint32_t)m->f[VMSG_SET_CONFIG_RESP_generation];

    if (!judge_echo(o, d, "offset", r->f[VMSG_SET_CONFIG_REQ_offset],
                    m->f[VMSG_SET_CONFIG_RESP_offset], VMSG_DEV_PROSE_RESPONSE_ECHO))
        return;
    if (length == 0) {
        if (got)
            blame(o, VMSG_DEV_SET_CONFIG_2, d->num,
                  "SET_CONFIG of length 0 was answered with length %u; it is a no-op",
                  (uint32_t)got);
        else
            judge_rejection_shape(o, d, m);
        remember_write(c, r, false, gen);
        c->write = WRITE_NOOP;
        generation_claimed(o, c, false, true, gen);
        return;
    }
    if (got && got != length && !judge_echo(o, d, "length", length, got, VMSG_DEV_SET_CONFIG_3))
        return;
    if (!judge_length(o, d, r, got))
        return;
    if (got)
        judge_applied_echo(o, d, r, m);
    else
        judge_rejection_shape(o, d, m);
    if (d->held_event && d->held_gen == c->gen)
        c->gen_read = true; /* the event that came meanwhile said the same count */
    if (r->due == DUE_ANSWER)
        judge_profile(o, d, r, got != 0, gen);
    remember_write(c, r, got != 0, gen);
    if (got)
        config_forget(c);
    held_event_write(o, d, gen);
    generation_claimed(o, c, false, got == 0, gen);
}
