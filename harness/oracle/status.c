/*
 * Device status and reset. Spec: GET_DEVICE_STATUS, SET_DEVICE_STATUS, "Device Reset and
 * Shutdown", and recovery under "Error Signaling".
 */
#include "harness/oracle/internal.h"

/* Core virtio 1.4: the device follows in its own time, and clears DRIVER_OK. */
#define STATUS_SUSPEND 0x10u
#define F_SUSPEND      43u

#define PLAIN_BITS                                                                                 \
    (VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER | VIRTIO_S_DRIVER_OK | VIRTIO_S_FEATURES_OK)

static uint32_t swap32(uint32_t v)
{
    return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
}

bool status_swapped(struct vmsg_oracle *o, struct device *d, uint32_t v, uint32_t expected)
{
    /* 0x40 for 0x40000000 is the device's own DEVICE_NEEDS_RESET; 0x80 for 0x80000000 may be the
     * FAILED that it had, beside bits that are none. */
    bool as_before = d->status_known ? v == d->status : v <= UINT8_MAX;
    bool as_written = !(v & ~d->status_wrote);

    if (v == expected || !expected || swap32(v) != expected || v == VIRTIO_S_NEEDS_RESET ||
        as_before || as_written)
        return false;
    blame(o, VMSG_DEV_ENDIANNESS_1, d->num,
          "status 0x%08x came for 0x%02x: big-endian; fields are little-endian", v, expected);
    return true;
}

void status_learned(struct vmsg_oracle *o, struct device *d, uint32_t status)
{
    bool witnessed = d->status_known || d->reset_pending; /* the reset, not only what came of it */
    bool unknown = d->selection_unknown;
    bool set_up = d->reset_pending && d->set_up_in_reset;

    d->idle &= !(status & VIRTIO_S_DRIVER_OK);
    if (status == 0 && (!d->status_known || d->status != 0 || d->reset_pending)) {
        device_was_reset(o, d);
        if (!witnessed) { /* first seen: at status 0 queues and features may have been set */
            forget_queues(o, d);
            d->selection_unknown = unknown;
        }
        if (set_up) { /* before the reset was complete, or after */
            forget_queues(o, d);
            d->selection_unknown = true;
        }
        d->epoch_is_reset = witnessed && !set_up;
        d->reset_reported |= witnessed;
        d->reset_muddled = false;
    }
    d->status_known = true;
    d->status = status;
}

/* The next plain step of initialisation, "Initialization Flow Overview". */
static bool plain_step(uint32_t from, uint32_t to)
{
    switch (to) {
    case VIRTIO_S_ACKNOWLEDGE:
        return from == 0;
    case VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER:
        return from == VIRTIO_S_ACKNOWLEDGE;
    case VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER | VIRTIO_S_FEATURES_OK:
        return from == (VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER);
    case PLAIN_BITS:
        return from == (PLAIN_BITS & ~VIRTIO_S_DRIVER_OK);
    default:
        return false;
    }
}

static void judge_reset_response(struct vmsg_oracle *o, struct device *d, uint32_t got)
{
    exercise(o, VMSG_DEV_SET_DEVICE_STATUS_2);
    d->reset_muddled = d->set_up_in_reset = false;
    if (got == 0) {
        d->reset_pending = true; /* so that status 0 counts as its end, whatever was known */
        status_learned(o, d, 0);
        return;
    }
    /* An error of its own may have happened meanwhile. */
    if (d->status_known && d->status == 0 && got != VIRTIO_S_NEEDS_RESET) {
        blame(o, VMSG_DEV_SET_DEVICE_STATUS_1, d->num,
              "a reset of a device in status 0 is answered with status 0x%02x", got);
        return;
    }
    exercise(o, VMSG_DEV_SET_DEVICE_STATUS_3);
    d->reset_pending = true;
    forget_queues(o, d); /* some of the reset may be done */
    d->status_known = true;
    d->status = got;
}

/* What a write to a device that is initialised in order may change. */
static void judge_step(struct vmsg_oracle *o, struct device *d, uint32_t asked, uint32_t got)
{
    uint32_t missing = asked & ~got;

    exercise(o, VMSG_DEV_SET_DEVICE_STATUS_1);
    if (got & ~d->status & VIRTIO_S_DRIVER_OK)
        exercise(o, VMSG_DEV_DEVICE_LIMITS_2); /* it runs, and needed revision 1 only */
    if (asked & ~d->status & VIRTIO_S_FEATURES_OK) {
        judge_features_ok(o, d, asked, got);
        if (d->queues_set)
            forget_queues(o, d); /* they were set up too early */
    }
    /* FEATURES_OK may be left out, and NEEDS_RESET added; DRIVER_OK must be left out by a device
     * that cannot start. What else is odd is judged with the next read. */
    d->status_odd =
        (missing & (VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER) && !(got & VIRTIO_S_NEEDS_RESET)) ||
        (got & ~asked & PLAIN_BITS);
}

static bool suspends(const struct device *d, uint32_t asked)
{
    bool known;

    if (!((asked | d->status) & STATUS_SUSPEND))
        return false;
    return feature_negotiated(d, F_SUSPEND, &known) || !known;
}

void judge_set_status(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m)
{
    uint32_t asked = (uint32_t)r->f[VMSG_SET_DEVICE_STATUS_REQ_status];
    uint32_t got = (uint32_t)m->f[VMSG_SET_DEVICE_STATUS_RESP_status];
    uint32_t before = d->status;
    bool plain = d->status_known && !d->reset_pending && plain_step(before, asked);
    bool idle = d->idle;

    d->status_wrote |= asked;
    if (status_swapped(o, d, got, asked))
        got = asked;
    config_restart(&d->config); /* some fields may depend on the state */
    d->max_epoch++;             /* and some queues */
    d->status_before = before;
    d->status_answered_at = o->serial;
    d->status_asked = asked;
    d->status_suspect = d->status_odd = false;
    d->watch_status = d->status_fresh = true;
    settle_early_status(o, d);
    held_event_status(o, d, got);
    if (asked == 0) {
        judge_reset_response(o, d, got);
        return;
    }
    if (plain)
        judge_step(o, d, asked, got);
    else if (d->queues_set && asked != before)
        forget_queues(o, d); /* AMBIGUITIES 10: the device decides what comes of it */
    /* The same: it may keep the features or drop them, and take others or not. */
    d->selection_unknown |= before & ~got & VIRTIO_S_FEATURES_OK;
    if ((d->reset_pending && got) || suspends(d, asked)) {
        forget_device(o, d);
        d->reset_muddled = true;
    }
    status_learned(o, d, got);
    if (!got) { /* not a reset that was asked for: queues and features may be as they were */
        forget_queues(o, d);
        d->selection_unknown = true;
        d->idle = idle;
    }
    d->status_known = !d->reset_muddled;
}

/* What GET_DEVICE_STATUS may say: the last known status, plus what devices change by themselves. */
static bool explained(struct device *d, uint32_t v)
{
    if (v == d->status || v == (d->status | VIRTIO_S_NEEDS_RESET))
        return true;
    return d->reset_pending && (v == 0 || (v & ~VIRTIO_S_NEEDS_RESET & ~d->status) == 0);
}

/* Bits that only the device sets, or nobody: a response has them from the request, maybe. */
static bool repeated_error(const struct device *d)
{
    uint32_t odd = ~(uint32_t)(PLAIN_BITS | VIRTIO_S_FAILED);

    return d->status_fresh && d->status_asked & d->status & ~d->status_before & odd;
}

static void judge_unexplained(struct vmsg_oracle *o, struct device *d, const struct request *r,
                              uint32_t v)
{
    /* Only a reset may clear it; but a response may repeat it from the request. */
    bool lost_error = v == (d->status & ~VIRTIO_S_NEEDS_RESET) && !repeated_error(d);
    /* Reads show these bits else, so it is the response that was wrong. */
    bool not_taken =
        (d->status_fresh && d->status & ~v && !(d->status & ~v & ~d->shown)) || repeated_error(d);

    d->selection_unknown = true; /* as is whether FEATURES_OK is set */
    if (d->discarded_at > d->status_answered_at && d->discarded_at < r->serial) {
        if (v && v == d->discarded_status)
            blame(
                o, VMSG_DEV_ERROR_SIGNALING_1, d->num,
                "status went from 0x%02x to 0x%02x, which a SET_DEVICE_STATUS asked for that must "
                "be discarded",
                d->status, v);
        else
            blame(o, VMSG_DEV_ERROR_SIGNALING_2, d->num,
                  "status went from 0x%02x to 0x%02x after a message that must be discarded, "
                  "without a reset by the driver or DEVICE_NEEDS_RESET",
                  d->status, v);
    } else if (d->status == 0 && d->status_asked == 0 && d->reset_reported) {
        blame(o, VMSG_DEV_SET_DEVICE_STATUS_4, d->num,
              "status is 0x%02x after 0 was reported for a reset; 0 means that it is complete", v);
        d->reset_pending = true;
    } else if (!lost_error && (d->status_suspect || d->status_odd || not_taken ||
                               (v == d->status_asked && d->status != d->status_asked))) {
        blame(o, VMSG_DEV_SET_DEVICE_STATUS_1, d->num,
              "the response to SET_DEVICE_STATUS 0x%02x said 0x%02x, but the status is 0x%02x; it "
              "must report the resulting status",
              d->status_asked, d->status, v);
    } else {
        blame(o, VMSG_DEV_GET_DEVICE_STATUS_1, d->num,
              "status is reported as 0x%02x; it was 0x%02x and nothing changed it", v, d->status);
    }
}

/* Did the read come too early, or does the device always read like this? The next one tells. */
void settle_early_status(struct vmsg_oracle *o, struct device *d)
{
    uint32_t index = o->index;

    if (!d->status_early)
        return;
    d->status_early = false;
    o->index = d->early_index;
    blame(o, VMSG_DEV_ORDERING_1, d->num,
          "status 0x%02x is what it was before the SET_DEVICE_STATUS that was sent first; requests "
          "are processed in receive order",
          d->early_status);
    o->index = index;
}

static bool reads_early(struct vmsg_oracle *o, struct device *d, const struct request *r,
                        uint32_t v)
{
    if (explained(d, v)) {
        settle_early_status(o, d);
        return false;
    }
    if (d->status_early && v == d->early_status && r->serial >= d->status_answered_at)
        d->status_early = false; /* still the same: not for being early */
    if (r->serial >= d->status_answered_at || v != d->status_before ||
        (d->status == 0 && d->status_asked == 0)) /* a reset that was said to be complete */
        return false;
    d->status_early = true;
    d->early_status = v;
    d->early_index = o->index;
    return true;
}

/* DEVICE_NEEDS_RESET that shows up by itself: core wants a notification once DRIVER_OK is set. */
static void judge_needs_reset(struct vmsg_oracle *o, struct device *d, uint32_t v)
{
    bool is_new = (v & VIRTIO_S_NEEDS_RESET) && !(d->status & VIRTIO_S_NEEDS_RESET);

    if (is_new && (v & VIRTIO_S_DRIVER_OK) && !d->needs_reset_told) {
        owe(o, &d->owes_status_event);
        d->owes_status_index = o->index;
    }
    if (v & VIRTIO_S_NEEDS_RESET) {
        if (d->needs_reset_noted || d->corrupted)
            exercise(o, VMSG_DEV_GET_DEVICE_STATUS_2);
        d->needs_reset_noted = d->needs_reset_missed = false;
    } else if (d->needs_reset_noted && d->status && !d->needs_reset_missed) {
        /* The command was accepted, the error may still come: judged when nothing more comes. */
        d->needs_reset_missed = true;
        d->needs_reset_index = o->index;
    }
}

/* The caller polled for its whole timeout after a reset request. */
void reset_timed_out(struct vmsg_oracle *o, struct device *d)
{
    if (d->reset_pending)
        blame(
            o, VMSG_DEV_SET_DEVICE_STATUS_2, d->num,
            "the reset never completes: status is still 0x%02x; a device must eventually report 0",
            d->status);
}

void judge_get_status(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m)
{
    uint32_t v = (uint32_t)m->f[VMSG_GET_DEVICE_STATUS_RESP_status];

    if (!d->status_known) {
        status_learned(o, d, v);
        d->status_known = !d->reset_muddled;
        return;
    }
    exercise(o, VMSG_DEV_GET_DEVICE_STATUS_1);
    if (d->malformed_at > d->status_answered_at && d->malformed_at < r->serial)
        exercise(o, VMSG_DEV_ERROR_SIGNALING_2);
    if (d->reset_reported && d->status == 0)
        exercise(o, VMSG_DEV_SET_DEVICE_STATUS_4);
    if (status_swapped(o, d, v, d->status) || reads_early(o, d, r, v))
        return;
    if (!explained(d, v))
        judge_unexplained(o, d, r, v);
    else if (d->status_odd)
        blame(o, VMSG_DEV_SET_DEVICE_STATUS_1, d->num,
              "SET_DEVICE_STATUS 0x%02x left status 0x%02x; a device may only clear FEATURES_OK or "
              "set DEVICE_NEEDS_RESET",
              d->status_asked, v);
    d->shown |= v;
    d->status_suspect = d->status_odd = d->status_fresh = false;
    judge_needs_reset(o, d, v);
    status_learned(o, d, v);
}
