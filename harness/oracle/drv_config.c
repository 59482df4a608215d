/* How a driver reads, writes and keeps up with configuration. Spec: "Configuration Semantics
 * Profiles", "Device Information", GET_CONFIG, SET_CONFIG, EVENT_CONFIG. */
#include "harness/oracle/drv.h"

#include <string.h>

#define CONFIG_FOLLOWED                                                                            \
    256u /* bytes of the space of which it is known whether the driver read them */

/* ---- generations ---- */

/*
 * Has the driver read on since the last one was told? Answers alone do not show it: many requests
 * may have been sent at once before, and be read and answered now one after the other. Where there
 * is a clock, nothing more must have been there to be read for a while.
 */
static bool outlived(const struct vmsg_oracle *o, const struct drv_view *v)
{
    return v->answers >= v->gen_answers + DRV_AFTER && (!o->timed || drv_was_quiet(o, v->gen_ns));
}

/* One that the driver may still hold. */
static void may_be_held(struct drv_view *v, uint32_t gen)
{
    v->older_lost |= v->n_older == DRV_OLDER;
    memmove(v->older + 1, v->older, (DRV_OLDER - 1) * sizeof *v->older);
    v->older[0] = gen;
    v->n_older += v->n_older < DRV_OLDER;
}

static void none_is_held(struct drv_view *v)
{
    v->n_older = 0;
    v->older_lost = false;
}

/*
 * By a read or an event. What was told before may be held yet: the event is under way, and writes
 * may have been sent together with the read. Without a clock, whoever read waits for the answer.
 */
static void generation_told(const struct vmsg_oracle *o, struct drv_view *v, uint32_t gen,
                            bool read)
{
    bool certain = read && !o->timed;

    if (certain || outlived(o, v))
        none_is_held(v);
    if (!certain && v->gen_known && v->gen != gen)
        may_be_held(v, v->gen);
    if (!certain && v->write_gen_known)
        may_be_held(v, v->write_gen);
    if (!certain && read && v->doubtful_gen_known)
        may_be_held(v, v->doubtful_gen);
    v->doubtful_gen_known &= !read;
    v->write_gen_known = false;
    v->gen = gen;
    v->gen_known = v->gen_since_reset = true;
    v->gen_answers = v->answers;
    v->gen_ns = o->now_ns;
}

/* The answer to a write carries one, too, which a driver may take for the latest, or not. */
static void generation_answered(const struct vmsg_oracle *o, struct drv_view *v, uint32_t gen)
{
    if (outlived(o, v))
        none_is_held(v);
    if (v->write_gen_known && v->write_gen != gen)
        may_be_held(v, v->write_gen);
    v->write_gen = gen;
    v->write_gen_known = v->gen_since_reset = true;
    v->gen_answers = v->answers;
    v->gen_ns = o->now_ns;
}

static uint32_t latest(const struct drv_view *v)
{
    return v->write_gen_known ? v->write_gen : v->gen;
}

void drv_config_reset(struct vmsg_oracle *o, struct drv_view *v)
{
    if (v->gen_known || v->write_gen_known) {
        v->gen_before_reset = latest(v);
        v->gen_before_reset_known = true;
    }
    v->gen_since_reset = v->passing = v->pass_broken = v->rejected = false;
    settle_debt(o, &v->owes_refresh);
}

/* Which generation the driver may hold: one of the latest, or one before that it may not have
 * outlived. */
static bool may_hold(const struct vmsg_oracle *o, const struct drv_view *v, uint32_t gen)
{
    if (!v->gen_known || gen == v->gen || (v->write_gen_known && gen == v->write_gen) ||
        (v->doubtful_gen_known && gen == v->doubtful_gen))
        return true;
    if (outlived(o, v))
        return false;
    if (v->older_lost)
        return true;
    for (unsigned i = 0; i < v->n_older; i++)
        if (v->older[i] == gen)
            return true;
    return false;
}

static void judge_strict(struct vmsg_oracle *o, struct drv_view *v, uint32_t gen)
{
    if (may_hold(o, v, gen)) {
        exercise(o, VMSG_DRV_PROFILES_6);
        exercise(o, VMSG_DRV_PROFILES_2);
        if (v->gen_before_reset_known && v->gen_since_reset && latest(v) < v->gen_before_reset)
            exercise(o, VMSG_DRV_PROFILES_8);
        return;
    }
    if (v->gen_before_reset_known && v->gen_since_reset && gen == v->gen_before_reset) {
        blame(o, VMSG_DRV_PROFILES_8, v->num,
              "SET_CONFIG carries generation %u from before the reset; the last one told is %u, "
              "and nothing follows from its being lower",
              gen, latest(v));
        return;
    }
    blame(o, VMSG_DRV_PROFILES_6, v->num,
          "SET_CONFIG carries generation %u, but the last one that the driver was told is %u", gen,
          latest(v));
    if (gen == 0)
        blame(o, VMSG_DRV_PROFILES_2, v->num,
              "SET_CONFIG carries generation 0 as in the baseline profile, but the bus advertises "
              "the strict one");
}

static void judge_baseline(struct vmsg_oracle *o, struct drv_view *v, uint32_t gen)
{
    if (!gen) {
        exercise(o, VMSG_DRV_PROFILES_4);
        exercise(o, VMSG_DRV_PROFILES_2);
        return;
    }
    blame(o, VMSG_DRV_PROFILES_4, v->num,
          "SET_CONFIG carries generation %u; in the baseline profile it is 0", gen);
    if ((v->gen_known || v->write_gen_known) && gen == latest(v))
        blame(o, VMSG_DRV_PROFILES_2, v->num,
              "SET_CONFIG carries the device's generation %u as in the strict profile, which the "
              "bus does not advertise",
              gen);
}

/* ---- ranges ---- */

static void judge_range(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m,
                        uint64_t offset, uint64_t length, enum vmsg_clause_no clause)
{
    uint64_t size = v->info[VMSG_GET_DEVICE_INFO_RESP_config_size];

    if (!v->info_told || drv_swapped(o, v, length ? length : offset, 0xFFFFFF, m->def->name))
        return;
    if (offset + length <= size) {
        exercise(o, VMSG_DRV_DEVICE_INFORMATION_1);
        exercise(o, clause);
        return;
    }
    blame(o, VMSG_DRV_DEVICE_INFORMATION_1, v->num,
          "%s names bytes %llu to %llu of a configuration space of %llu bytes", m->def->name,
          (unsigned long long)offset, (unsigned long long)(offset + length),
          (unsigned long long)size);
    blame(o, clause, v->num, "%s goes beyond the configuration space of %llu bytes", m->def->name,
          (unsigned long long)size);
}

/* ---- requests ---- */

static void refreshed(struct vmsg_oracle *o, struct drv_view *v)
{
    if (!v->owes_refresh)
        return;
    settle_debt(o, &v->owes_refresh);
    exercise(o, VMSG_DRV_DEVICE_NOTIFICATIONS_1);
    if (!drv_strict(o))
        exercise(o, VMSG_DRV_PROFILES_5);
    if (v->refresh_generic)
        exercise(o, VMSG_DRV_DEVICE_NOTIFICATIONS_2);
}

static void set_asked(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    uint32_t gen = (uint32_t)m->f[VMSG_SET_CONFIG_REQ_generation];
    uint64_t length = m->f[VMSG_SET_CONFIG_REQ_length];

    judge_range(o, v, m, m->f[VMSG_SET_CONFIG_REQ_offset], length, VMSG_DRV_SET_CONFIG_1);
    if (length == 0)
        exercise(o, VMSG_DRV_SET_CONFIG_2);
    if (drv_strict(o))
        judge_strict(o, v, gen);
    else
        judge_baseline(o, v, gen);
    if (v->rejected)
        blame(o, VMSG_DRV_PROFILES_7, v->num,
              "SET_CONFIG was sent again after a rejection, without a GET_CONFIG in between");
    v->rejected = false;
}

/* What the driver has once read is what it requires. */
static void remember_read(struct drv_view *v, uint64_t offset, uint64_t length)
{
    for (uint64_t at = offset; at < offset + length && at < CONFIG_FOLLOWED; at++)
        v->config_read[at / 64] |= UINT64_C(1) << at % 64;
}

static bool requires(const struct drv_view *v, uint64_t offset, uint64_t length)
{
    for (uint64_t at = offset; at < offset + length && at < CONFIG_FOLLOWED; at++)
        if (v->config_read[at / 64] >> at % 64 & 1)
            return true;
    return false;
}

void drv_config_asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    if (m->msg_id == VMSG_ID_SET_CONFIG) {
        set_asked(o, v, m);
        return;
    }
    judge_range(o, v, m, m->f[VMSG_GET_CONFIG_REQ_offset], m->f[VMSG_GET_CONFIG_REQ_length],
                VMSG_DRV_GET_CONFIG_1);
    refreshed(o, v);
    if (v->rejected)
        exercise(o, VMSG_DRV_PROFILES_7);
    v->rejected = false;
    remember_read(v, m->f[VMSG_GET_CONFIG_REQ_offset], m->f[VMSG_GET_CONFIG_REQ_length]);
}

/* ---- answers ---- */

/*
 * A space that is read in several requests: when the generation changes under way, what was read
 * does not belong together, and is read again.
 */
static void pass_told(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    uint32_t gen = (uint32_t)m->f[VMSG_GET_CONFIG_RESP_generation];
    uint32_t offset = (uint32_t)m->f[VMSG_GET_CONFIG_RESP_offset];
    bool onward = v->passing && offset > v->pass_offset;

    if (!onward) {
        if (v->pass_broken)
            exercise(o, VMSG_DRV_PROFILES_3);
        v->passing = true;
        v->pass_broken = false;
        v->pass_gen = gen;
    } else if (gen != v->pass_gen && !v->pass_broken) {
        v->pass_broken = true;
        v->pass_index = o->index;
    }
    v->pass_offset = offset;
}

void drv_config_told(struct vmsg_oracle *o, struct drv_view *v, const struct drv_request *r,
                     const struct vmsg *m)
{
    uint64_t asked = r->f[VMSG_SET_CONFIG_REQ_length], got;

    if (r->msg_id == VMSG_ID_GET_CONFIG) {
        pass_told(o, v, m);
        generation_told(o, v, (uint32_t)m->f[VMSG_GET_CONFIG_RESP_generation], true);
        return;
    }
    got = m->f[VMSG_SET_CONFIG_RESP_length];
    generation_answered(o, v, (uint32_t)m->f[VMSG_SET_CONFIG_RESP_generation]);
    v->rejected = drv_strict(o) && asked && !got &&
                  m->f[VMSG_SET_CONFIG_RESP_generation] != r->f[VMSG_SET_CONFIG_REQ_generation];
}

void drv_config_event(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    uint64_t offset = m->f[VMSG_EVENT_CONFIG_REQ_offset],
             length = m->f[VMSG_EVENT_CONFIG_REQ_length];
    bool generic = !length && !offset;
    uint32_t status = (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_device_status];

    if (v->info_told && offset + length > v->info[VMSG_GET_DEVICE_INFO_RESP_config_size]) {
        v->doubtful_gen = (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_generation];
        v->doubtful_gen_known = true;
        return; /* there are no such bytes: it may be discarded as malformed */
    }
    generation_told(o, v, (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_generation], false);
    drv_status_seen(o, v, status);
    if (status & VIRTIO_S_NEEDS_RESET || !v->driver_ok_told)
        return;
    if (!requires(v, generic ? 0 : offset, generic ? CONFIG_FOLLOWED : length))
        return; /* nothing that the driver is known to need */
    if (!generic && m->tail_len == length)
        return; /* the data came with it */
    if (!v->owes_refresh)
        v->refresh_generic = false;
    owe(o, &v->owes_refresh);
    v->refresh_generic |= generic;
    v->owes_refresh_index = o->index;
}

void drv_config_used(struct vmsg_oracle *o, struct drv_view *v)
{
    uint32_t index = o->index;

    v->passing = false; /* what is read later is read for itself */
    if (!v->pass_broken)
        return;
    v->pass_broken = false;
    o->index = v->pass_index;
    blame(o, VMSG_DRV_PROFILES_3, v->num,
          "the generation changed while the configuration was read in parts, and it was not read "
          "again");
    o->index = index;
}

void drv_config_settle(struct vmsg_oracle *o, struct drv_view *v)
{
    if (!v->owes_refresh)
        return;
    settle_debt(o, &v->owes_refresh);
    o->index = v->owes_refresh_index;
    blame(o, VMSG_DRV_DEVICE_NOTIFICATIONS_1, v->num,
          "EVENT_CONFIG came without data, and the driver did not read the configuration");
    if (!drv_strict(o))
        blame(o, VMSG_DRV_PROFILES_5, v->num,
              "EVENT_CONFIG came without data, and the driver did not read the configuration");
    if (v->refresh_generic)
        blame(o, VMSG_DRV_DEVICE_NOTIFICATIONS_2, v->num,
              "EVENT_CONFIG with offset and length 0 came, and the driver did not read the "
              "configuration");
}
