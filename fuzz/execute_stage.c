/* What a working driver does: fences, resets and initialisation. */
#include "fuzz/execute_build.h"

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

/* One request to each device that `wanted` has, and the answers to all. */
static bool pass_fence(struct vmsg_fuzz_executor *e, unsigned wanted)
{
    struct vmsg_connection *c = &e->connection;
    uint64_t patience = e->target->timeout_ms * VMSG_NS_PER_MS;

    e->answered = 0;
    for (size_t i = 0; i < e->known.n_devices; i++) {
        size_t len;

        if (!(wanted >> i & 1))
            continue;
        len = vmsg_fuzz_right(&e->known, VMSG_NS_TRANSPORT, VMSG_ID_GET_DEVICE_INFO,
                              &e->known.devices[i], e->packet);
        e->fence[i] = vmsg_le16(e->packet + 4);
        vmsg_fuzz_send(e, 0, e->packet, len);
    }
    e->last_at = vmsg_connection_now(c);
    while (wanted & vmsg_fuzz_present(e) & ~e->answered)
        if (!vmsg_fuzz_pump(e, e->last_at + patience))
            return !vmsg_fuzz_goes_on(e);
    return true;
}

/* A SUT that loses one answer is not dead yet. */
bool vmsg_fuzz_fence(struct vmsg_fuzz_executor *e)
{
    unsigned wanted = e->touched ? e->touched : 1;

    if (!(wanted &
          vmsg_fuzz_present(e))) /* they are gone: another one shows that what they got was read */
        wanted = vmsg_fuzz_present(e) & -vmsg_fuzz_present(e);
    if (!pass_fence(e, wanted & vmsg_fuzz_present(e)) &&
        !pass_fence(e, wanted & vmsg_fuzz_present(e)))
        return false;
    e->touched = 0;
    vmsg_fuzz_fenced(e);
    return true;
}

/* Resets may take a while ("Device Reset and Shutdown"); what then follows is on the script. */
static bool reset(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_device *d)
{
    set_status(e, d, 0);
    if (!vmsg_fuzz_fence(e))
        return false;
    for (unsigned i = 0; d->status != 0 && i < 100 && vmsg_fuzz_goes_on(e); i++) {
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
