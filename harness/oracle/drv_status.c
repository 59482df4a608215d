/*
 * A driver's steps: information first, then reset, ACKNOWLEDGE, DRIVER, features, FEATURES_OK,
 * queues, DRIVER_OK; and what it makes of the status that it is told. Spec: "Initialization Flow",
 * "Finalizing Initialization", GET_DEVICE_STATUS, SET_DEVICE_STATUS; core virtio, "Device
 * Initialization".
 */
#include "harness/oracle/drv.h"

#define STEPS_DEFINED                                                                              \
    (VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER | VIRTIO_S_DRIVER_OK | VIRTIO_S_FEATURES_OK)

static const char *name_of(const struct vmsg *m)
{
    return m->def->name;
}

/* Before the first reset only information is asked for; the status may be read at any time. */
static void judge_beginning(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    bool early = m->msg_id == VMSG_ID_GET_DEVICE_INFO || m->msg_id == VMSG_ID_GET_DEVICE_STATUS;
    bool reset = m->msg_id == VMSG_ID_SET_DEVICE_STATUS && m->f[0] == 0;
    bool gives_up = m->msg_id == VMSG_ID_SET_DEVICE_STATUS && m->f[0] & VIRTIO_S_FAILED;

    if (v->began || early || gives_up)
        return;
    v->began = true;
    if (v->restarted && !reset) { /* it goes on with what it began when the device was gone */
        o->muted = v->doubtful = true;
        return;
    }
    if (reset || drv_swapped(o, v, m->f[0], 0xFF, name_of(m))) {
        exercise(o, VMSG_DRV_PROSE_EARLY_DISCOVERY);
        return;
    }
    if (m->msg_id == VMSG_ID_SET_DEVICE_STATUS)
        blame(o, VMSG_DRV_PROSE_STATUS_PROGRESSION, v->num,
              "the first status that was written is 0x%x; initialisation begins with a reset, "
              "which writes 0",
              (unsigned)m->f[0]);
    else
        blame(o, VMSG_DRV_PROSE_EARLY_DISCOVERY, v->num,
              "%s was sent before the first reset; only GET_DEVICE_INFO is, to find out about the "
              "device",
              name_of(m));
}

static void judge_information(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_INFO:
        v->info_asked = true;
        return;
    case VMSG_ID_GET_DEVICE_FEATURES:
    case VMSG_ID_SET_DRIVER_FEATURES:
    case VMSG_ID_GET_VQUEUE:
    case VMSG_ID_SET_VQUEUE:
    case VMSG_ID_RESET_VQUEUE:
        if (v->info_asked)
            exercise(o, VMSG_DRV_OVERVIEW_1);
        else
            blame(o, VMSG_DRV_OVERVIEW_1, v->num,
                  "%s was sent without any GET_DEVICE_INFO before; it comes first", name_of(m));
        v->info_asked = true; /* told once */
        return;
    default:
        return;
    }
}

/* While a reset is not known to be complete, the driver looks at the status and nothing else. */
static void judge_waiting_for_reset(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    bool waits =
        m->msg_id == VMSG_ID_GET_DEVICE_STATUS || m->msg_id == VMSG_ID_GET_DEVICE_INFO ||
        m->msg_id == VMSG_ID_EVENT_AVAIL || /* was on its way */
        (m->msg_id == VMSG_ID_SET_DEVICE_STATUS && (m->f[0] == 0 || m->f[0] & VIRTIO_S_FAILED));

    if (v->reset != DRV_RESETTING || waits)
        return;
    v->reset = DRV_RESET_DONE; /* told once */
    blame(o, VMSG_DRV_SET_DEVICE_STATUS_2, v->num,
          "%s was sent although the device has not reported status 0 since the reset was asked for",
          name_of(m));
    blame(o, VMSG_DRV_GET_DEVICE_STATUS_3, v->num,
          "%s was sent although the device has not reported status 0 since the reset was asked "
          "for; until then GET_DEVICE_STATUS is polled",
          name_of(m));
}

void drv_in_turn(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    judge_beginning(o, v, m);
    judge_information(o, v, m);
    judge_waiting_for_reset(o, v, m);
}

/* ---- writing the status ---- */

static void reset_asked(struct vmsg_oracle *o, struct drv_view *v)
{
    exercise(o, VMSG_DRV_SET_DEVICE_STATUS_1);
    if (v->owes_reset) {
        settle_debt(o, &v->owes_reset);
        exercise(o, VMSG_DRV_GET_DEVICE_STATUS_2);
    }
    v->reset = DRV_RESETTING;
    v->reset_asked_unanswered = true;
    v->polled = false;
    v->polls_while_resetting = 0;
    v->asked = v->withdrawn = v->shown = 0;
    v->features_ok_asked = v->features_ok_told = v->features_refused = false;
    v->driver_ok_asked = v->driver_ok_told = false;
    v->late_first_queue = false;
    drv_features_reset(v);
    drv_queues_end(o, v);
    drv_queues_reset(v);
    drv_config_reset(o, v);
}

static void judge_features_step(struct vmsg_oracle *o, struct drv_view *v)
{
    if (!v->features_written && drv_features_offered(v))
        blame(o, VMSG_DRV_PROSE_STATUS_PROGRESSION, v->num,
              "FEATURES_OK was written before any SET_DRIVER_FEATURES; features are agreed first");
    else
        exercise(o, VMSG_DRV_DEVICE_FEATURES_3);
    v->features_ok_asked = true;
}

/* What DRIVER_OK, or a queue, needs of the features. */
static bool features_agreed(struct vmsg_oracle *o, struct drv_view *v, enum vmsg_clause_no missing,
                            const char *what)
{
    if (v->features_refused) {
        if (!v->refusal_told)
            blame(o, VMSG_DRV_DEVICE_FEATURES_3, v->num,
                  "%s although the device did not keep FEATURES_OK; the returned status has to be "
                  "looked at",
                  what);
        v->refusal_told = true;
        return false;
    }
    if (v->features_ok_told)
        return true;
    blame(o, missing, v->num, "%s although the device has not confirmed FEATURES_OK", what);
    if (!v->features_ok_asked)
        blame(o, VMSG_DRV_DEVICE_FEATURES_3, v->num,
              "%s, and FEATURES_OK was never written; it has to be tried", what);
    return false;
}

static void judge_driver_ok(struct vmsg_oracle *o, struct drv_view *v)
{
    if (features_agreed(o, v, VMSG_DRV_FINAL_1, "DRIVER_OK was written")) {
        exercise(o, VMSG_DRV_FINAL_1);
        exercise(o, VMSG_DRV_OVERVIEW_4);
        exercise(o, VMSG_DRV_PROSE_STATUS_PROGRESSION);
        exercise(o, VMSG_DRV_GET_DEVICE_INFO_1);
    }
    drv_config_used(o, v);
    v->driver_ok_asked = true;
    v->late_first_queue = v->queues_enabled == 0 && !v->met_absent;
}

static void judge_new_bits(struct vmsg_oracle *o, struct drv_view *v, uint32_t status)
{
    uint32_t more = status & ~v->asked;

    status |= v->withdrawn; /* written in its turn, see status_written() */
    if (more & VIRTIO_S_DRIVER && !(status & VIRTIO_S_ACKNOWLEDGE))
        blame(o, VMSG_DRV_PROSE_STATUS_PROGRESSION, v->num,
              "DRIVER was written without ACKNOWLEDGE, which comes before it");
    if (more & VIRTIO_S_FEATURES_OK && !(status & VIRTIO_S_DRIVER))
        blame(o, VMSG_DRV_PROSE_STATUS_PROGRESSION, v->num,
              "FEATURES_OK was written without DRIVER, which comes before it");
    /* Bits that a device shows by itself are only kept. */
    if (more & ~v->shown & VIRTIO_S_FEATURES_OK)
        judge_features_step(o, v);
    if (more & ~v->shown & VIRTIO_S_DRIVER_OK)
        judge_driver_ok(o, v);
    v->features_ok_asked |= more & VIRTIO_S_FEATURES_OK;
    v->driver_ok_asked |= more & VIRTIO_S_DRIVER_OK;
}

static void status_written(struct vmsg_oracle *o, struct drv_view *v, uint32_t status)
{
    /* A driver may go on from the status that the device shows, whatever has become of it. */
    uint32_t gone = v->asked & STEPS_DEFINED & ~status & ~v->withdrawn;

    if (status == 0) {
        reset_asked(o, v);
        return;
    }
    if (drv_swapped(o, v, status, 0xFF, "the status in SET_DEVICE_STATUS"))
        return;
    if (status & VIRTIO_S_FAILED)
        return; /* giving up, in any state */
    if (gone && v->features_refused && gone == VIRTIO_S_FEATURES_OK)
        gone = 0; /* it goes on without what the device did not keep */
    if (gone)
        blame(o, VMSG_DRV_SET_DEVICE_STATUS_1, v->num,
              "status 0x%x takes back 0x%x that was written before; a driver starts again by "
              "writing 0",
              status, gone);
    judge_new_bits(o, v, status);
    v->asked = status;
}

void drv_status_asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m)
{
    if (m->msg_id == VMSG_ID_SET_DEVICE_STATUS) {
        status_written(o, v, (uint32_t)m->f[0]);
        return;
    }
    exercise(o, VMSG_DRV_GET_DEVICE_STATUS_1);
    v->last_poll_ns = o->now_ns;
    if (v->reset == DRV_RESETTING) {
        v->polled = true;
        v->polls_while_resetting++;
    }
}

/* ---- reading it ---- */

static void driver_ok_told(struct vmsg_oracle *o, struct drv_view *v)
{
    if (!v->driver_ok_asked || v->driver_ok_told)
        return;
    v->driver_ok_told = true;
    exercise(o, VMSG_DRV_MANDATORY_1);
    exercise(o, VMSG_DRV_VERSIONING_2);
}

void drv_status_seen(struct vmsg_oracle *o, struct drv_view *v, uint32_t status)
{
    v->withdrawn = v->asked & ~status;
    v->shown = status;
    if (status & VIRTIO_S_DRIVER_OK && v->reset != DRV_RESETTING)
        driver_ok_told(o, v);
    if (!(status & VIRTIO_S_NEEDS_RESET) || v->owes_reset || v->reset != DRV_RESET_DONE)
        return;
    if (!v->driver_ok_told && !v->features_ok_asked)
        return; /* nothing runs that would have to be reset */
    owe(o, &v->owes_reset);
    v->owes_reset_index = o->index;
    v->needs_reset_answers = v->answers;
}

static void reset_complete(struct vmsg_oracle *o, struct drv_view *v)
{
    if (v->reset != DRV_RESETTING)
        return;
    exercise(o, VMSG_DRV_SET_DEVICE_STATUS_2);
    if (v->polled)
        exercise(o, VMSG_DRV_GET_DEVICE_STATUS_3);
    v->reset = DRV_RESET_DONE;
}

void drv_status_told(struct vmsg_oracle *o, struct drv_view *v, const struct drv_request *r,
                     uint32_t status)
{
    bool answers_write = r->msg_id == VMSG_ID_SET_DEVICE_STATUS;

    if (answers_write && r->f[0] == 0)
        v->reset_asked_unanswered = false;
    if (status == 0 && (!answers_write || r->f[0] == 0)) {
        v->withdrawn = v->asked;
        reset_complete(o, v);
        return;
    }
    if (v->reset == DRV_RESETTING)
        return; /* an old status: the reset is under way */
    if (status & VIRTIO_S_FEATURES_OK) {
        if (v->features_ok_asked && !v->features_ok_told)
            exercise(o, VMSG_DRV_OVERVIEW_2);
        v->features_ok_told = v->features_ok_asked;
        v->features_refused = false; /* other features may have been agreed on since */
    } else if (answers_write && r->f[0] & VIRTIO_S_FEATURES_OK) {
        v->features_refused = true;
        v->refusal_told = false;
    }
    drv_status_seen(o, v, status);
}

bool drv_features_agreed(struct vmsg_oracle *o, struct drv_view *v, const char *what)
{
    return features_agreed(o, v, VMSG_DRV_OVERVIEW_2, what);
}

void drv_status_settle(struct vmsg_oracle *o, struct drv_view *v)
{
    if (!v->owes_reset)
        return;
    o->index = v->owes_reset_index;
    blame(o, VMSG_DRV_GET_DEVICE_STATUS_2, v->num,
          "the status showed DEVICE_NEEDS_RESET, but no reset followed");
    settle_debt(o, &v->owes_reset);
}
