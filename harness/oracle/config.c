/*
 * What reads of the configuration space show, also of the writes before them. Spec: GET_CONFIG,
 * SET_CONFIG, "Configuration Semantics Profiles".
 *
 * The oracle keeps what reads showed (the shadow) with the generation at which they showed it.
 * A driver's own accepted write makes it forget: written fields may have effects elsewhere.
 */
#include "harness/oracle/internal.h"

#include <stdlib.h>
#include <string.h>

void config_forget(struct config_state *c)
{
    c->shadow_valid = false;
    c->event_since_shadow = c->io_since_shadow = false;
}

/* What was written, accepted or changed before tells nothing any more: status, features or a reset
 * may decide what the fields show and which may be written. */
void config_restart(struct config_state *c)
{
    config_forget(c);
    c->write = WRITE_NONE;
    c->accepted = false;
    c->change_length = 0;
}

/* How many of the bytes [offset, offset+length) are followed. */
static uint32_t kept(uint32_t offset, uint32_t length)
{
    if (offset >= CONFIG_KEPT)
        return 0;
    return length < CONFIG_KEPT - offset ? length : CONFIG_KEPT - offset;
}

bool config_same(const struct config_state *c, uint32_t offset, const uint8_t *data,
                 uint32_t length)
{
    if (!c->shadow_valid || (uint64_t)offset + length > CONFIG_KEPT)
        return false;
    return !length ||
           (!memchr(c->known + offset, 0, length) && !memcmp(c->shadow + offset, data, length));
}

static bool config_differs(const struct config_state *c, uint32_t offset, const uint8_t *data,
                           uint32_t length)
{
    uint32_t n = kept(offset, length);

    if (!n || memcmp(c->shadow + offset, data, n) == 0)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (c->known[offset + i] && c->shadow[offset + i] != data[i])
            return true;
    return false;
}

static bool shadow_ready(struct vmsg_oracle *o, struct config_state *c)
{
    if (!c->shadow) {
        c->shadow = calloc(2, CONFIG_KEPT);
        if (!c->shadow) {
            o->failed = true;
            return false;
        }
        c->known = c->shadow + CONFIG_KEPT;
    }
    return true;
}

static void shadow_store(struct config_state *c, uint32_t gen, uint32_t offset, const uint8_t *data,
                         uint32_t length)
{
    uint32_t n = kept(offset, length);

    if (!c->shadow_valid || c->shadow_gen != gen) {
        memset(c->known, 0, c->known_end);
        c->known_end = 0;
        c->shadow_valid = true;
        c->shadow_gen = gen;
        c->event_since_shadow = c->io_since_shadow = false;
    }
    if (!n)
        return;
    memcpy(c->shadow + offset, data, n);
    memset(c->known + offset, 1, n);
    if (offset + n > c->known_end)
        c->known_end = offset + n;
}

/* ---- what a read says about the last write ---- */

/* Device types with write-only or self-clearing fields: console, GPU (core virtio). */
static bool odd_fields(const struct vmsg_oracle *o, const struct device *d)
{
    const struct vmsg_device_facts *facts = device_facts(o, d->num);
    uint64_t id = d->info[VMSG_GET_DEVICE_INFO_RESP_device_id];

    return !(facts && facts->writable_declared) && (id == 3 || id == 16);
}

/* At another generation, or after an event, the device changed something since. */
static void judge_applied(struct vmsg_oracle *o, struct device *d, const uint8_t *now, uint32_t gen)
{
    struct config_state *c = &d->config;
    uint32_t fresh = 0, old = 0, differ = 0;

    if (gen != c->write_gen || c->event_since_write || c->bytes_unstable)
        return;
    for (uint32_t i = 0; i < c->write_length; i++) {
        if (c->write_data[i] == c->write_old[i])
            continue;
        differ++;
        fresh += now[i] == c->write_data[i];
        old += now[i] == c->write_old[i];
    }
    if (!differ || fresh + old < differ || odd_fields(o, d))
        return; /* the device gave the bytes another meaning */
    if (old)
        blame(
            o, VMSG_DEV_SET_CONFIG_3, d->num,
            "SET_CONFIG at %u length %u was answered as fully applied, but %u of %u changed bytes "
            "read back as before",
            c->write_offset, c->write_length, old, differ);
    else
        exercise(o, VMSG_DEV_SET_CONFIG_3);
}

/*
 * The bytes differ after a SET_CONFIG that was to change nothing, and so does the generation since
 * they were read before: the device may have changed them itself. That it must announce, unless
 * its status is 0 (AMBIGUITIES 1) or the driver asked for it by way of a queue; without an event
 * it was the SET_CONFIG. True when this explains the difference.
 */
static bool maybe_own_change(struct vmsg_oracle *o, struct device *d, enum vmsg_clause_no clause)
{
    struct config_state *c = &d->config;

    if (!d->status_known || !d->status || c->io_since_shadow)
        return false;
    owe(o, &c->owes_event);
    c->owes_seen = true;
    c->owes_clause = clause;
    c->owes_index = o->index;
    return true;
}

static bool judge_rejected(struct vmsg_oracle *o, struct device *d, const uint8_t *now,
                           uint32_t gen)
{
    struct config_state *c = &d->config;
    uint32_t changed = 0;

    if (c->event_since_write || c->bytes_unstable)
        return false; /* a change of the device's own */
    for (uint32_t i = 0; i < c->write_length; i++)
        changed += now[i] != c->write_old[i] && now[i] == c->write_data[i];
    if (!changed) {
        exercise(o, VMSG_DEV_SET_CONFIG_3);
        return false;
    }
    if (gen != c->write_old_gen)
        return maybe_own_change(o, d, VMSG_DEV_SET_CONFIG_3);
    blame(o, VMSG_DEV_SET_CONFIG_3, d->num,
          "SET_CONFIG at %u length %u was answered with length 0, but %u of its bytes were written",
          c->write_offset, c->write_length, changed);
    return true;
}

/* The bytes differ after a SET_CONFIG of length 0: at the generation of its response, by it. */
static bool judge_noop(struct vmsg_oracle *o, struct device *d, bool differs, uint32_t gen)
{
    struct config_state *c = &d->config;

    if (!c->shadow_valid || c->event_since_shadow || c->bytes_unstable)
        return false;
    if (!differs) {
        exercise(o, VMSG_DEV_SET_CONFIG_2);
        return false;
    }
    if (gen != c->write_gen)
        return false;
    if (gen != c->shadow_gen)
        return maybe_own_change(o, d, VMSG_DEV_SET_CONFIG_2);
    blame(o, VMSG_DEV_SET_CONFIG_2, d->num,
          "a SET_CONFIG of length 0 changed the configuration; it is a no-op");
    return true;
}

/* True when the difference to the shadow is explained by a finding. */
static bool judge_last_write(struct vmsg_oracle *o, struct device *d, uint32_t offset,
                             const uint8_t *data, uint32_t length, uint32_t gen)
{
    struct config_state *c = &d->config;
    enum write_kind write = c->write;
    bool explained = false;

    if (write == WRITE_NONE)
        return false;
    if (write == WRITE_NOOP) {
        explained = judge_noop(o, d, config_differs(c, offset, data, length), gen);
    } else if (offset <= c->write_offset &&
               offset + (uint64_t)length >= (uint64_t)c->write_offset + c->write_length) {
        data += c->write_offset - offset;
        if (write == WRITE_APPLIED && c->write_old_known)
            judge_applied(o, d, data, gen);
        else if (write == WRITE_REJECTED && c->write_old_known)
            explained = judge_rejected(o, d, data, gen);
    } else {
        return false; /* not read yet */
    }
    c->write = WRITE_NONE;
    return explained;
}

/* ---- changes that are not the driver's ---- */

void config_change_noted(struct vmsg_oracle *o, struct device *d, const struct vmsg_note *note)
{
    struct config_state *c = &d->config;

    c->excuses++;
    if (!note->data_len || config_same(c, note->value, note->data, (uint32_t)note->data_len))
        return; /* no change: an event is not due, but no wonder either */
    free(c->change);
    c->change = malloc(note->data_len);
    if (!c->change) {
        o->failed = true;
        return;
    }
    memcpy(c->change, note->data, note->data_len);
    c->change_offset = note->value;
    c->change_length = (uint32_t)note->data_len;
    c->change_big = VMSG_HEADER_SIZE + 16 + note->data_len > o->config.max_msg_size;
    c->change_announced = false;
    c->gen_read = false;
    /* While status is 0 core forbids notifications: AMBIGUITIES 1. */
    if (d->status_known && (d->status & VIRTIO_S_DRIVER_OK) && c->shadow_valid &&
        config_differs(c, note->value, note->data, (uint32_t)note->data_len)) {
        owe(o, &c->owes_event);
        c->owes_seen = false;
        c->owes_clause = VMSG_DEV_PROFILES_7;
        c->owes_index = note->index;
    }
}

/* A change too large for one event must be there for GET_CONFIG, until the next change. */
static void judge_big_change(struct vmsg_oracle *o, struct device *d, uint32_t offset,
                             const uint8_t *data, uint32_t length, uint32_t gen)
{
    struct config_state *c = &d->config;
    uint64_t from, to, end = (uint64_t)c->change_offset + c->change_length;

    if (!c->change_length || !c->change_big || !c->change_announced || gen != c->change_gen)
        return;
    from = offset > c->change_offset ? offset : c->change_offset;
    to = (uint64_t)offset + length < end ? (uint64_t)offset + length : end;
    if (from >= to)
        return;
    if (memcmp(data + (from - offset), c->change + (from - c->change_offset), to - from))
        blame(o, VMSG_DEV_PROFILES_13, d->num,
              "the configuration changed at %u length %u, too large for one EVENT_CONFIG, but "
              "GET_CONFIG does not show it",
              c->change_offset, c->change_length);
    else
        exercise(o, VMSG_DEV_PROFILES_13);
}

static void judge_change(struct vmsg_oracle *o, struct device *d, uint32_t gen)
{
    struct config_state *c = &d->config;

    if (gen == c->shadow_gen) {
        c->bytes_unstable = true;
        blame(
            o, VMSG_DEV_PROFILES_3, d->num,
            "two reads at generation %u show different configuration bytes; the count must change "
            "with the content",
            gen);
        return;
    }
    exercise(o, VMSG_DEV_PROFILES_3);
    if (c->event_since_shadow) {
        exercise(o, VMSG_DEV_PROFILES_7);
    } else if (c->owes_event) {
        c->owes_seen = true;
    } else if (d->status_known && (d->status & VIRTIO_S_DRIVER_OK) && !c->io_since_shadow &&
               !o->config.polling) {
        /* Not the driver's doing by way of a control queue; the event may come after the read. */
        owe(o, &c->owes_event);
        c->owes_seen = true;
        c->owes_clause = VMSG_DEV_PROFILES_7;
        c->owes_index = o->index;
    }
}

/* ---- the message ---- */

void judge_get_config(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m)
{
    struct config_state *c = &d->config;
    uint64_t offset = r->f[VMSG_GET_CONFIG_REQ_offset];
    uint64_t length = r->f[VMSG_GET_CONFIG_REQ_length];
    uint64_t got = m->f[VMSG_GET_CONFIG_RESP_length];
    uint64_t size = d->info[VMSG_GET_DEVICE_INFO_RESP_config_size];
    uint32_t gen = (uint32_t)m->f[VMSG_GET_CONFIG_RESP_generation];
    bool open = r->due == DUE_EITHER;

    if (asks_too_much(o, d, r))
        exercise(o, VMSG_DEV_DEVICE_LIMITS_1);
    if (!judge_echo(o, d, "offset", offset, m->f[VMSG_GET_CONFIG_RESP_offset],
                    VMSG_DEV_PROSE_RESPONSE_ECHO))
        return;
    if (!(open && got < length) &&
        !judge_echo(o, d, "length", length, got, VMSG_DEV_PROSE_RESPONSE_ECHO))
        return;
    if (got && d->info_known && offset + got > size) {
        blame(o, VMSG_DEV_GET_DEVICE_INFO_1, d->num,
              "GET_CONFIG returned bytes %u to %u of a configuration space of %u", (uint32_t)offset,
              (uint32_t)(offset + got - 1), (uint32_t)size);
        return;
    }
    if (!shadow_ready(o, c))
        return;
    if (got && offset < CONFIG_KEPT) {
        uint32_t at = (uint32_t)offset, n = (uint32_t)got;
        bool explained = judge_last_write(o, d, at, m->tail, n, gen);

        judge_big_change(o, d, at, m->tail, n, gen);
        if (c->shadow_gen != gen || !config_same(c, at, m->tail, n)) { /* news, which is rare */
            if (c->shadow_valid && !explained && config_differs(c, at, m->tail, n))
                judge_change(o, d, gen);
            shadow_store(c, gen, at, m->tail, n);
        }
    }
    generation_read(o, d, gen);
}
