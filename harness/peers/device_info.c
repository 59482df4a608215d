/* GET_DEVICE_INFO: identity and limits. */
#include "harness/peers/refdev.h"
#include "harness/peers/rng.h"

#include <string.h>

enum { VENDOR_ID = 0x47534D56 }; /* "VMSG" */

static bool gives_uuid(const struct vmsg_refdev *d)
{
    if (vmsg_quirky(d->ep, VMSG_QUIRK_UUID_NIL))
        return false;
    return d->model->has_uuid || vmsg_quirky(d->ep, VMSG_QUIRK_UUID_GIVEN);
}

static const uint8_t *uuid(struct vmsg_refdev *d, uint8_t scratch[16])
{
    bool invented = vmsg_faulty(d->ep, VMSG_FAULT_INFO_UUID_INVENTED);

    if (!gives_uuid(d) && !invented)
        return NULL;
    memcpy(scratch, d->uuid, 16);
    if (vmsg_faulty(d->ep, VMSG_FAULT_INFO_UUID_VERSION))
        scratch[6] = (uint8_t)((scratch[6] & 0x0F) | 0x10);
    return scratch;
}

/* The fields as a fault makes them. */
static void break_info(const struct vmsg_refdev *d, uint64_t *f)
{
    bool second = d->info_answers % 2;

    if (vmsg_faulty(d->ep, VMSG_FAULT_INFO_VENDOR_VARIES) && second)
        f[VMSG_GET_DEVICE_INFO_RESP_vendor_id]++;
    if (vmsg_faulty(d->ep, VMSG_FAULT_INFO_LIMITS_VARY) && second)
        f[VMSG_GET_DEVICE_INFO_RESP_max_virtqueues]++;
    if (vmsg_faulty(d->ep, VMSG_FAULT_INFO_FEW_BLOCKS))
        f[VMSG_GET_DEVICE_INFO_RESP_num_feature_blocks] = 1;
    if (vmsg_faulty(d->ep, VMSG_FAULT_INFO_TOO_MANY_QUEUES))
        f[VMSG_GET_DEVICE_INFO_RESP_max_virtqueues] = VMSG_QUEUES_MAX + 1;
    if (vmsg_faulty(d->ep, VMSG_FAULT_INFO_ADMIN_START))
        f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_start] = 1;
    if (vmsg_faulty(d->ep, VMSG_FAULT_INFO_ADMIN_BEYOND)) {
        f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_start] = d->model->max_virtqueues - 1;
        f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_count] = 2;
    }
    if (vmsg_faulty(d->ep, VMSG_FAULT_INFO_ADMIN_WRAPS)) {
        f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_start] = UINT32_MAX;
        f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_count] = 2;
    }
}

void vmsg_refdev_get_device_info(struct vmsg_refdev *d, const struct vmsg *m)
{
    const struct vmsg_model *model = d->model;
    uint32_t more = vmsg_quirky(d->ep, VMSG_QUIRK_MORE_FEATURE_BLOCKS) ? 6 : 0;
    uint64_t f[VMSG_GET_DEVICE_INFO_RESP_N_FIELDS] = {
        [VMSG_GET_DEVICE_INFO_RESP_device_id] = model->device_id,
        [VMSG_GET_DEVICE_INFO_RESP_vendor_id] = VENDOR_ID,
        [VMSG_GET_DEVICE_INFO_RESP_num_feature_blocks] = model->num_feature_blocks + more,
        [VMSG_GET_DEVICE_INFO_RESP_config_size] = model->config_size,
        [VMSG_GET_DEVICE_INFO_RESP_max_virtqueues] = model->max_virtqueues,
        [VMSG_GET_DEVICE_INFO_RESP_admin_vq_start] = model->admin_start,
        [VMSG_GET_DEVICE_INFO_RESP_admin_vq_count] = model->admin_count,
    };
    uint8_t scratch[16];

    if (vmsg_faulty(d->ep, VMSG_FAULT_INFO_SILENT_INACTIVE) && d->status == 0)
        return;
    break_info(d, f);
    vmsg_refdev_reply(d, m, &(struct vmsg_body){.f = f, .uuid = uuid(d, scratch)});
    d->info_answers++;
}
