/* What a working driver does: fences, resets and initialisation; upper-tester lines. */
#include "fuzz/execute_build.h"

#include <stdio.h>
#include <string.h>

static void right(struct vmsg_fuzz_executor *e, uint8_t id, struct vmsg_fuzz_device *d)
{
    vmsg_fuzz_send(e, 0, e->packet,
                   vmsg_fuzz_right(&e->known, VMSG_NS_TRANSPORT, id, d, e->packet));
}

static void set_status(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_device *d, uint32_t status)
{
    size_t len = vmsg_fuzz_right(&e->known, VMSG_NS_TRANSPORT, VMSG_ID_SET_DEVICE_STATUS, d,
                                 e->packet);

    vmsg_put_le32(e->packet + VMSG_HEADER_SIZE, status);
    vmsg_fuzz_send(e, 0, e->packet, len);
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
    while ((e->answered & wanted) != wanted)
        if (!vmsg_fuzz_pump(e, e->last_at + patience))
            return !vmsg_fuzz_goes_on(e);
    return true;
}

/* A SUT that loses one answer is not dead yet. */
bool vmsg_fuzz_fence(struct vmsg_fuzz_executor *e)
{
    unsigned wanted = e->touched ? e->touched : 1;

    for (size_t i = 0; i < e->known.n_devices; i++)
        if (e->known.devices[i].removed)
            wanted &= ~(1u << i);
    if (!pass_fence(e, wanted) && !pass_fence(e, wanted))
        return false;
    e->touched = 0;
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
    for (size_t i = 0; i < e->known.n_devices; i++)
        if (!e->known.devices[i].removed && !reset(e, &e->known.devices[i]))
            return false;
    return true;
}

/* One buffer for the device to write into, made available in the ring of the right queue. */
static void fill_ring(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d)
{
    size_t base = 0x3000u * (size_t)(d - e->known.devices);
    uint8_t *desc = e->connection.memory + base;

    if (!e->connection.memory || base + 0x3000 > e->connection.mem_size)
        return;
    vmsg_put_le64(desc, e->known.mem_base + base + 0x800);
    vmsg_put_le32(desc + 8, 64);
    vmsg_put_le16(desc + 12, 2); /* the device writes */
    vmsg_put_le16(desc + 0x1000 + 2, 1);
    vmsg_connection_remark(&e->connection, "memory: one buffer in the ring");
}

void vmsg_fuzz_stage(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_device *d, unsigned stage)
{
    static const uint32_t status[] = {0, VIRTIO_S_ACKNOWLEDGE,
                                      VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER};
    const uint32_t accepted = status[2] | VIRTIO_S_FEATURES_OK;
    bool known = d->max_queue_size;

    for (unsigned i = 0; i <= stage && i < 3; i++)
        set_status(e, d, status[i]);
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
        fill_ring(e, d);
        right(e, VMSG_ID_EVENT_AVAIL, d);
    }
}

/* ---- upper-tester commands, SUT contract section 3 ---- */

struct command {
    const char *name;
    enum {
        DEV,
        DEV_VQ,
        DEV_OFF_LEN,
        DEV_OFF_HEX,
        ALONE,
        SIZE,
    } arguments;
};

static const struct command of_device[] = {{"change-config", DEV_OFF_HEX},
                                           {"needs-reset", DEV},
                                           {"complete", DEV_VQ},
                                           {"add", DEV},
                                           {"remove", DEV}};
static const struct command of_driver[] = {
    {"init", DEV},           {"reset", DEV},        {"status", DEV},
    {"kick", DEV_VQ},        {"setup-vqueue", DEV_VQ}, {"reset-vqueue", DEV_VQ},
    {"get-config", DEV_OFF_LEN}, {"set-config", DEV_OFF_HEX}, {"remove", DEV}};
static const struct command of_bus[] = {
    {"add", DEV}, {"remove", DEV}, {"drop-next", ALONE}, {"max-msg-size", SIZE}};

static const struct command *commands_of(enum vmsg_role role, size_t *n)
{
    switch (role) {
    case VMSG_ROLE_DEVICE:
        *n = sizeof of_device / sizeof *of_device;
        return of_device;
    case VMSG_ROLE_DRIVER:
        *n = sizeof of_driver / sizeof *of_driver;
        return of_driver;
    case VMSG_ROLE_BUS:
        break;
    }
    *n = sizeof of_bus / sizeof *of_bus;
    return of_bus;
}

bool vmsg_fuzz_command(struct vmsg_fuzz_known *k, enum vmsg_role role,
                       const struct vmsg_fuzz_step *s, char *line, size_t size)
{
    size_t n;
    const struct command *c = commands_of(role, &n);
    struct vmsg_fuzz_device *d;
    unsigned dev = vmsg_fuzz_dev(k, s->b, &d);
    unsigned first = (unsigned)vmsg_fuzz_value(k, &s->f[0], 0);
    unsigned second = (unsigned)vmsg_fuzz_value(k, &s->f[1], 4);

    c += s->a % n;
    switch (c->arguments) {
    case DEV:
        snprintf(line, size, "%s %u", c->name, dev);
        return true;
    case DEV_VQ:
        snprintf(line, size, "%s %u %u", c->name, dev, first);
        return true;
    case DEV_OFF_LEN:
        snprintf(line, size, "%s %u %u %u", c->name, dev, first, second);
        return true;
    case DEV_OFF_HEX:
        snprintf(line, size, "%s %u %u %08x", c->name, dev, first, second);
        return true;
    case ALONE:
        snprintf(line, size, "%s", c->name);
        return true;
    case SIZE:
        snprintf(line, size, "%s %u", c->name, 52 + first % 4096u);
        return true;
    }
    return false;
}
