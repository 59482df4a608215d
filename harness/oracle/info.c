/* GET_DEVICE_INFO responses, and the fields that responses repeat. */
#include "harness/oracle/internal.h"

#include <string.h>

#define INFO(name) VMSG_GET_DEVICE_INFO_RESP_##name

static uint32_t swap32(uint32_t v)
{
    return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
}

bool judge_echo(struct vmsg_oracle *o, const struct device *d, const char *field, uint64_t asked,
                uint64_t got, enum vmsg_clause_no clause)
{
    if (asked == got) {
        exercise(o, clause);
        return true;
    }
    if (swap32((uint32_t)got) == asked)
        blame(o, VMSG_DEV_ENDIANNESS_1, d->num,
              "%s came back as 0x%08x for 0x%08x: big-endian; fields are little-endian", field,
              (uint32_t)got, (uint32_t)asked);
    else
        blame(o, clause, d->num, "%s came back as %u, the request had %u; the response repeats it",
              field, (uint32_t)got, (uint32_t)asked);
    return false;
}

static bool info_swapped(const uint64_t *f)
{
    uint32_t queues = (uint32_t)f[INFO(max_virtqueues)];
    uint32_t id = (uint32_t)f[INFO(device_id)];

    return queues > 65536 && swap32(queues) <= 65536 && id > 0xffff && swap32(id) <= 0xffff;
}

static void judge_consistency(struct vmsg_oracle *o, struct device *d, const uint64_t *f)
{
    static const struct {
        uint8_t field;
        const char *name;
    } stable[] = {
        {INFO(device_id), "device_id"},
        {INFO(vendor_id), "vendor_id"},
        {INFO(num_feature_blocks), "num_feature_blocks"},
        {INFO(config_size), "config_size"},
        {INFO(max_virtqueues), "max_virtqueues"},
        {INFO(admin_vq_start), "admin_vq_start"},
        {INFO(admin_vq_count), "admin_vq_count"},
    };

    exercise(o, VMSG_DEV_GET_DEVICE_INFO_1);
    for (size_t i = 0; i < sizeof stable / sizeof *stable; i++)
        if (f[stable[i].field] != d->info[stable[i].field])
            blame(o, VMSG_DEV_GET_DEVICE_INFO_1, d->num,
                  "%s is %u now and was %u before; the values must be consistent", stable[i].name,
                  (uint32_t)f[stable[i].field], (uint32_t)d->info[stable[i].field]);
}

static void judge_limits(struct vmsg_oracle *o, struct device *d, const uint64_t *f)
{
    uint64_t max = f[INFO(max_virtqueues)];
    uint64_t start = f[INFO(admin_vq_start)];
    uint64_t count = f[INFO(admin_vq_count)];

    exercise(o, VMSG_DEV_GET_DEVICE_INFO_3);
    if (max > 65536)
        blame(o, VMSG_DEV_GET_DEVICE_INFO_3, d->num, "max_virtqueues is %u; at most 65536 exist",
              (uint32_t)max);
    if (!count) {
        exercise(o, VMSG_DEV_GET_DEVICE_INFO_5);
        if (start)
            blame(o, VMSG_DEV_GET_DEVICE_INFO_5, d->num,
                  "admin_vq_count is 0 but admin_vq_start is %u; it must be 0", (uint32_t)start);
        return;
    }
    exercise(o, VMSG_DEV_GET_DEVICE_INFO_4);
    exercise(o, VMSG_DEV_GET_DEVICE_INFO_6);
    if (start + count > max) {
        blame(o, VMSG_DEV_GET_DEVICE_INFO_4, d->num,
              "max_virtqueues %u does not include the admin virtqueues %u to %u", (uint32_t)max,
              (uint32_t)start, (uint32_t)(start + count - 1));
        blame(o, VMSG_DEV_GET_DEVICE_INFO_6, d->num,
              "admin_vq_start %u + admin_vq_count %u exceeds max_virtqueues %u", (uint32_t)start,
              (uint32_t)count, (uint32_t)max);
    }
}

static void judge_uuid(struct vmsg_oracle *o, struct device *d, const uint8_t *uuid)
{
    const struct vmsg_device_facts *facts = device_facts(o, d->num);

    if (all_zero(uuid, 16)) {
        exercise(o, VMSG_DEV_GET_DEVICE_INFO_9);
        return;
    }
    if (facts && facts->no_uuid)
        blame(o, VMSG_DEV_GET_DEVICE_INFO_9, d->num,
              "device_uuid is not nil, but the conformance statement says that there is none");
    exercise(o, VMSG_DEV_GET_DEVICE_INFO_7);
    exercise(o, VMSG_DEV_GET_DEVICE_INFO_8);
    if (uuid[6] >> 4 != 4 || uuid[8] >> 6 != 2)
        blame(o, VMSG_DEV_GET_DEVICE_INFO_8, d->num,
              "device_uuid has version %u and variant bits %u; RFC 4122 version 4 has 4 and 2",
              uuid[6] >> 4, uuid[8] >> 6);
}

void judge_info(struct vmsg_oracle *o, struct device *d, const struct request *r,
                const struct vmsg *m)
{
    const uint8_t *uuid = vmsg_uuid(m, INFO(device_uuid));

    (void)r;
    if (info_swapped(m->f)) {
        blame(o, VMSG_DEV_ENDIANNESS_1, d->num,
              "device_id 0x%08x and max_virtqueues 0x%08x are big-endian; fields are little-endian",
              (uint32_t)m->f[INFO(device_id)], (uint32_t)m->f[INFO(max_virtqueues)]);
        return;
    }
    if (d->info_known) {
        judge_consistency(o, d, m->f);
        if (uuid && memcmp(uuid, d->uuid, sizeof d->uuid)) {
            blame(o, VMSG_DEV_GET_DEVICE_INFO_9, d->num,
                  "device_uuid is another than before; what changes is no identifier, and a device "
                  "without one sends the nil UUID");
            memcpy(d->uuid, uuid, sizeof d->uuid);
        }
        return;
    }
    judge_limits(o, d, m->f);
    if (uuid) {
        judge_uuid(o, d, uuid);
        memcpy(d->uuid, uuid, sizeof d->uuid);
    }
    memcpy(d->info, m->f, sizeof d->info);
    d->info_known = true;
    if (d->added) {
        exercise(o, VMSG_BUS_EVENT_DEVICE_2);
        d->added = false;
    }
}
