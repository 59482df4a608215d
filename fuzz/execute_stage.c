/* What a working driver does: fences, resets and initialisation. */
#include "fuzz/execute_build.h"

#define SPOILED_MOST 8u /* fences that are sent again at once */
/* A bus that finds no devices is asked so often, with a pause. */
#define OPEN_MOST 8u
#define OPEN_NS   (3 * VMSG_NS_PER_MS)
/* Requests that a bus need not have room for. */
#define UNDER_WAY_MOST 64u

static void right(struct vmsg_fuzz_executor *e, uint8_t id, struct vmsg_fuzz_device *d)
{
    vmsg_fuzz_send(e, 0, e->packet,
                   vmsg_fuzz_right(&e->known, VMSG_NS_TRANSPORT, id, d, e->packet));
}

static void set_status(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_device *d, uint32_t status)
{
    size_t len =
        vmsg_fuzz_right(&e->known, VMSG_NS_TRANSPORT, VMSG_ID_SET_DEVICE_STATUS, d, e->packet);

    vmsg_put_le32(e->packet + VMSG_HEADER_SIZE, status);
    vmsg_fuzz_send(e, 0, e->packet, len);
}

/* One may go while it is waited for. */
unsigned vmsg_fuzz_present(const struct vmsg_fuzz_executor *e)
{
    unsigned mask = 0;

    for (size_t i = 0; i < e->known.n_devices; i++)
        mask |= (unsigned)!e->known.devices[i].removed << i;
    return mask;
}

/* One request to each device that `wanted` has. */
static void send_fence(struct vmsg_fuzz_executor *e, unsigned wanted)
{
    for (size_t i = 0; i < e->known.n_devices; i++) {
        size_t len;

        if (!(wanted >> i & 1))
            continue;
        len = vmsg_fuzz_right(&e->known, VMSG_NS_TRANSPORT, VMSG_ID_GET_DEVICE_INFO,
                              &e->known.devices[i], e->packet);
        e->fence[i] = vmsg_le16(e->packet + 4);
        vmsg_fuzz_send(e, 0, e->packet, len);
    }
}

/*
 * And the answers to all. An answer that a step of the script spoils does not come: then it is
 * asked again, as the bus may take long to say that it does not.
 */
static bool pass_fence(struct vmsg_fuzz_executor *e, unsigned wanted)
{
    struct vmsg_connection *c = &e->connection;
    uint64_t patience = e->target->timeout_ms * VMSG_NS_PER_MS;
    unsigned again = e->adapter->caps & VMSG_VIRTUAL_TIME ? 0 : SPOILED_MOST;
    uint32_t spoiled = e->far.spoiled;

    e->answered = e->unserved = e->failed = 0;
    send_fence(e, wanted);
    e->last_at = vmsg_connection_now(c);
    while (wanted & vmsg_fuzz_present(e) & ~(e->answered | e->unserved)) {
        if (!vmsg_fuzz_pump(e, e->last_at + patience))
            return !vmsg_fuzz_goes_on(e);
        if (spoiled == e->far.spoiled || again == 0)
            continue;
        spoiled = e->far.spoiled;
        again--;
        send_fence(e, wanted & vmsg_fuzz_present(e) & ~(e->answered | e->unserved));
    }
    return true;
}

/* One that is there beside those; 0: none. */
static unsigned others(const struct vmsg_fuzz_executor *e, unsigned wanted)
{
    unsigned rest = vmsg_fuzz_present(e) & ~(wanted | e->unserved);

    return rest & -rest;
}

/* A SUT that loses one answer is not dead yet. */
bool vmsg_fuzz_fence(struct vmsg_fuzz_executor *e)
{
    unsigned wanted = e->touched ? e->touched : 1, unserved;

    if (!(wanted &
          vmsg_fuzz_present(e))) /* they are gone: another one shows that what they got was read */
        wanted = vmsg_fuzz_present(e) & -vmsg_fuzz_present(e);
    if (!pass_fence(e, wanted & vmsg_fuzz_present(e)) &&
        !pass_fence(e, wanted & vmsg_fuzz_present(e)))
        return false;
    unserved = e->unserved;
    if (unserved && !pass_fence(e, others(e, wanted)))
        return false; /* its answer comes after those that are on their way */
    e->unserved = unserved;
    e->touched = 0;
    vmsg_fuzz_fenced(e);
    return true;
}

/* The step, if there is one, that says what becomes of the devices that a bus is told of. */
static void arm_for_devices(struct vmsg_fuzz_executor *e)
{
    static const uint8_t answer[VMSG_HEADER_SIZE] = {VMSG_TYPE_BUS | VMSG_TYPE_RESPONSE,
                                                     VMSG_ID_GET_DEVICES};

    for (size_t i = 0; i < e->script->n && !e->far.armed; i++) {
        const struct vmsg_fuzz_step *s = &e->script->steps[i];

        if (s->kind == VMSG_FUZZ_ANSWER && s->b && vmsg_fuzz_means(s, answer, sizeof answer))
            vmsg_fuzz_arm(e, s);
    }
}

/*
 * Where time is real, a program takes some of it to start and to ask its peer. A script that does
 * not wait meets a bus without devices, and what it did first is told to have failed after what it
 * did later came through.
 */
void vmsg_fuzz_open(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    bool asks =
        s->kind == VMSG_FUZZ_STAGE || s->kind == VMSG_FUZZ_AWAIT || s->kind == VMSG_FUZZ_UPPER ||
        ((s->kind == VMSG_FUZZ_MESSAGE || s->kind == VMSG_FUZZ_RAW) && !(s->b & VMSG_FUZZ_FAR));

    if (e->target->role != VMSG_ROLE_BUS || e->adapter->caps & VMSG_VIRTUAL_TIME || e->opened ||
        !asks)
        return;
    e->opened = true;
    arm_for_devices(e);
    vmsg_fuzz_log_add(e->log, VMSG_FUZZ_OPENING, 0, NULL, 0);
    for (unsigned i = 0; i < OPEN_MOST && pass_fence(e, vmsg_fuzz_present(e)) && e->failed; i++)
        vmsg_fuzz_serve(e, 0, OPEN_NS);
    vmsg_fuzz_log_add(e->log, VMSG_FUZZ_OPENED, 0, NULL, 0);
}

void vmsg_fuzz_make_room(struct vmsg_fuzz_executor *e)
{
    struct vmsg_connection *c = &e->connection;
    uint64_t patience = e->target->timeout_ms * VMSG_NS_PER_MS;

    if (e->target->role != VMSG_ROLE_BUS || e->adapter->caps & VMSG_VIRTUAL_TIME ||
        e->open_requests <= UNDER_WAY_MOST)
        return;
    e->last_at = vmsg_connection_now(c);
    while (vmsg_fuzz_goes_on(e) && vmsg_oracle_owes(c->oracle) &&
           vmsg_fuzz_pump(e, e->last_at + patience))
        ;
    e->open_requests = 0;
}

/* Resets may take a while ("Device Reset and Shutdown"); what then follows is on the script. */
static bool reset(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_device *d)
{
    set_status(e, d, 0);
    if (!vmsg_fuzz_fence(e))
        return false;
    for (unsigned i = 0; d->status != 0 && i < 100 && !e->unserved && vmsg_fuzz_goes_on(e); i++) {
        right(e, VMSG_ID_GET_DEVICE_STATUS, d);
        if (!vmsg_fuzz_fence(e))
            return false;
    }
    return true;
}

bool vmsg_fuzz_reset_all(struct vmsg_fuzz_executor *e)
{
    for (size_t i = 0; i < e->known.n_devices; i++) {
        vmsg_fuzz_resets(e, &e->known.devices[i]);
        if (!e->known.devices[i].removed && !reset(e, &e->known.devices[i]))
            return false;
    }
    return true;
}

/* The rings are the driver's to write when the device is reset; where that is not known to be so,
 * there is no need to wait for it. */
static bool set_up(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d)
{
    if (e->target->role == VMSG_ROLE_DEVICE && e->connection.memory && !vmsg_fuzz_fence(e))
        return false;
    vmsg_fuzz_sets_up(e, d);
    return true;
}

void vmsg_fuzz_stage(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_device *d, unsigned stage)
{
    static const uint32_t status[] = {0, VIRTIO_S_ACKNOWLEDGE,
                                      VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER};
    const uint32_t accepted = status[2] | VIRTIO_S_FEATURES_OK;
    bool known = d->max_queue_size;

    vmsg_fuzz_resets(e, d);
    for (unsigned i = 0; i <= stage && i < 3; i++) {
        set_status(e, d, status[i]);
        if (i == 0 && stage >= 5 && !set_up(e, d))
            return;
    }
    if (stage >= 3) {
        right(e, VMSG_ID_GET_DEVICE_FEATURES, d);
        if (!known) {
            right(e, VMSG_ID_GET_VQUEUE, d);
            if (!vmsg_fuzz_fence(e))
                return;
        }
        right(e, VMSG_ID_SET_DRIVER_FEATURES, d);
    }
    if (stage >= 4)
        set_status(e, d, accepted);
    if (stage >= 5)
        right(e, VMSG_ID_SET_VQUEUE, d);
    if (stage >= 6)
        set_status(e, d, accepted | VIRTIO_S_DRIVER_OK);
    if (stage >= 7) {
        vmsg_fuzz_make_available(e, d);
        right(e, VMSG_ID_EVENT_AVAIL, d);
    }
}
