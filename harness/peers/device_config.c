/* GET_CONFIG, SET_CONFIG and EVENT_CONFIG ("Configuration Semantics Profiles"). */
#include "harness/peers/refdev.h"
#include "harness/peers/rng.h"

#include <string.h>

/* A generation count that is never the current one, and never one that was. */
static uint32_t wrong(uint32_t generation)
{
    return generation ^ 0x5A000000;
}

static bool inside(const struct vmsg_refdev *d, uint64_t offset, uint64_t len)
{
    return offset <= d->model->config_size && len <= d->model->config_size - offset;
}

static void next_generation(struct vmsg_refdev *d)
{
    uint32_t old = d->generation;

    if (!vmsg_quirky(d->ep, VMSG_QUIRK_GENERATION_JUMPS)) {
        d->generation++;
        return;
    }
    while (d->generation == old)
        d->generation = (uint32_t)vmsg_rng_next(&d->ep->rng) & 0xFFFFFF;
}

void vmsg_refdev_get_config(struct vmsg_refdev *d, const struct vmsg *m)
{
    struct vmsg_endpoint *ep = d->ep;
    uint64_t offset = m->f[VMSG_GET_CONFIG_REQ_offset];
    uint64_t len = m->f[VMSG_GET_CONFIG_REQ_length];
    bool oversize = vmsg_faulty(ep, VMSG_FAULT_CONFIG_OVERSIZE);
    size_t head = VMSG_HEADER_SIZE + m->def->response.fixed_size;
    uint64_t f[VMSG_GET_CONFIG_RESP_N_FIELDS];

    if (!inside(d, offset, len) || (len > ep->host.max_msg_size - head && !oversize)) {
        if (!vmsg_quirky(ep, VMSG_QUIRK_GET_CONFIG_ZERO_LENGTH))
            return; /* undefined by the text; bytes that do not exist are never sent */
        len = 0;
    }
    f[VMSG_GET_CONFIG_RESP_generation] = d->generation;
    if (vmsg_faulty(ep, VMSG_FAULT_GET_CONFIG_GENERATION))
        f[VMSG_GET_CONFIG_RESP_generation] = wrong(d->generation);
    if (vmsg_faulty(ep, VMSG_FAULT_GET_CONFIG_STALE))
        f[VMSG_GET_CONFIG_RESP_generation] = d->first_generation;
    f[VMSG_GET_CONFIG_RESP_offset] = vmsg_faulty(ep, VMSG_FAULT_GET_CONFIG_NOT_ECHOED) ? 0 : offset;
    f[VMSG_GET_CONFIG_RESP_length] = len;
    vmsg_refdev_reply(d, m,
                      &(struct vmsg_body){.f = f,
                                          .tail = len ? d->config + offset : NULL,
                                          .tail_len = (size_t)len,
                                          .oversize = oversize});
}

/* How many of the bytes from `offset` on are writable without a gap. */
static uint64_t writable_prefix(const struct vmsg_refdev *d, uint64_t offset, uint64_t len)
{
    uint64_t at = offset;

    for (unsigned i = 0; i < d->model->n_writable; i++) {
        const struct vmsg_span *w = &d->model->writable[i];

        if (at >= w->offset && at - w->offset < w->length)
            at = (uint64_t)w->offset + w->length;
    }
    return at - offset < len ? at - offset : len;
}

/* Whether the active profile lets this request's generation count pass. */
static bool generation_passes(const struct vmsg_refdev *d, uint32_t generation)
{
    bool strict = vmsg_endpoint_strict(d->ep);

    if (vmsg_faulty(d->ep, VMSG_FAULT_WRONG_PROFILE))
        strict = !strict;
    if (vmsg_faulty(d->ep, VMSG_FAULT_BASELINE_REJECTS))
        strict = true;
    if (vmsg_faulty(d->ep, VMSG_FAULT_STRICT_APPLIES))
        strict = false;
    return !strict || generation == d->generation;
}

/* Whether the device wants such a write. */
static bool takes(const struct vmsg_refdev *d, uint64_t offset, const uint8_t *data, uint64_t len)
{
    if (writable_prefix(d, offset, len) != len)
        return false;
    return !vmsg_quirky(d->ep, VMSG_QUIRK_CONFIG_READ_ONLY) ||
           memcmp(d->config + offset, data, (size_t)len) == 0;
}

static void store(struct vmsg_refdev *d, uint64_t offset, const uint8_t *data, uint64_t len)
{
    if (memcmp(d->config + offset, data, (size_t)len) == 0)
        return;
    memcpy(d->config + offset, data, (size_t)len);
    if (!vmsg_quirky(d->ep, VMSG_QUIRK_SET_CONFIG_KEEPS_GENERATION))
        next_generation(d);
}

/* A write that the device takes: returns the length to report, as a fault would have it. */
static uint64_t apply(struct vmsg_refdev *d, uint64_t offset, const uint8_t *data, uint64_t len)
{
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_CONFIG_NOT_STORED))
        return len;
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_CONFIG_PARTIAL) && len > 1)
        return len - 1;
    store(d, offset, data, len);
    return vmsg_faulty(d->ep, VMSG_FAULT_SET_CONFIG_DENIES) ? 0 : len;
}

/* A write that the device does not take; the same. */
static uint64_t refuse(struct vmsg_refdev *d, uint64_t offset, const uint8_t *data, uint64_t len)
{
    if (!inside(d, offset, len))
        return 0;
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_CONFIG_LEAKS_PREFIX))
        store(d, offset, data, writable_prefix(d, offset, len));
    return vmsg_faulty(d->ep, VMSG_FAULT_SET_CONFIG_CLAIMS_READ_ONLY) ? len : 0;
}

/* Length 0 changes nothing, except by the fault. */
static void write_nothing(struct vmsg_refdev *d)
{
    const struct vmsg_model *model = d->model;
    uint8_t flipped;

    if (!vmsg_faulty(d->ep, VMSG_FAULT_SET_CONFIG_ZERO_WRITES) || model->n_writable == 0)
        return;
    flipped = d->config[model->writable[0].offset] ^ 1;
    store(d, model->writable[0].offset, &flipped, 1);
}

static void reply_set_config(struct vmsg_refdev *d, const struct vmsg *m, uint64_t applied)
{
    uint64_t f[VMSG_SET_CONFIG_RESP_N_FIELDS] = {
        [VMSG_SET_CONFIG_RESP_generation] = d->generation,
        [VMSG_SET_CONFIG_RESP_offset] = m->f[VMSG_SET_CONFIG_REQ_offset],
        [VMSG_SET_CONFIG_RESP_length] = applied,
    };
    size_t tail_len = (size_t)applied;

    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_CONFIG_GENERATION))
        f[VMSG_SET_CONFIG_RESP_generation] = wrong(d->generation);
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_CONFIG_NOT_ECHOED) && applied == 0)
        f[VMSG_SET_CONFIG_RESP_offset] = 0;
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_CONFIG_NO_DATA))
        tail_len = 0;
    if (vmsg_faulty(d->ep, VMSG_FAULT_SET_CONFIG_REFUSAL_DATA) && applied == 0)
        tail_len = m->tail_len;
    vmsg_refdev_reply(d, m, &(struct vmsg_body){.f = f, .tail = m->tail, .tail_len = tail_len});
}

void vmsg_refdev_set_config(struct vmsg_refdev *d, const struct vmsg *m)
{
    struct vmsg_endpoint *ep = d->ep;
    uint64_t offset = m->f[VMSG_SET_CONFIG_REQ_offset];
    uint64_t len = m->f[VMSG_SET_CONFIG_REQ_length];
    uint32_t generation = (uint32_t)m->f[VMSG_SET_CONFIG_REQ_generation];
    size_t head = VMSG_HEADER_SIZE + m->def->response.fixed_size;
    uint32_t before = d->generation;
    bool mismatch = generation != before;
    uint64_t applied = 0;

    if (len == 0) {
        if (vmsg_quirky(ep, VMSG_QUIRK_SET_CONFIG_ZERO_SILENT))
            return;
        write_nothing(d);
    } else if (!generation_passes(d, generation) || len > ep->host.max_msg_size - head) {
        applied = 0; /* mismatch, or the data could not be echoed */
    } else if (takes(d, offset, m->tail, len)) {
        applied = apply(d, offset, m->tail, len);
    } else {
        applied = refuse(d, offset, m->tail, len);
    }
    reply_set_config(d, m, applied);
    if (vmsg_quirky(ep, VMSG_QUIRK_SET_CONFIG_EVENT) && d->generation != before)
        vmsg_refdev_event_config(d, (uint32_t)offset, (uint32_t)len, true);
    if (vmsg_faulty(ep, VMSG_FAULT_MISMATCH_CAUSES_EVENT) && mismatch && inside(d, offset, len) &&
        d->generation == before)
        vmsg_refdev_event_config(d, (uint32_t)offset, (uint32_t)len, true);
}

void vmsg_refdev_event_config(struct vmsg_refdev *d, uint32_t offset, uint32_t len, bool with_data)
{
    const struct vmsg_layout *layout =
        &vmsg_def_by_id(VMSG_NS_TRANSPORT, VMSG_ID_EVENT_CONFIG)->request;
    bool oversize = vmsg_faulty(d->ep, VMSG_FAULT_EVENT_CONFIG_OVERSIZE);
    bool fits = len <= d->ep->host.max_msg_size - VMSG_HEADER_SIZE - layout->fixed_size;
    bool carry = with_data && (fits || oversize);
    uint64_t f[VMSG_EVENT_CONFIG_REQ_N_FIELDS] = {
        [VMSG_EVENT_CONFIG_REQ_device_status] = d->status,
        [VMSG_EVENT_CONFIG_REQ_generation] = d->generation,
        [VMSG_EVENT_CONFIG_REQ_offset] = offset,
        [VMSG_EVENT_CONFIG_REQ_length] = len,
    };

    if (vmsg_faulty(d->ep, VMSG_FAULT_EVENT_CONFIG_GENERATION))
        f[VMSG_EVENT_CONFIG_REQ_generation] = wrong(d->generation);
    vmsg_refdev_event(d, VMSG_ID_EVENT_CONFIG,
                      &(struct vmsg_body){.f = f,
                                          .tail = carry ? d->config + offset : NULL,
                                          .tail_len = carry ? len : 0,
                                          .oversize = oversize});
}

void vmsg_refdev_event_status(struct vmsg_refdev *d)
{
    bool range = vmsg_faulty(d->ep, VMSG_FAULT_STATUS_EVENT_RANGE) && d->model->config_size >= 4;

    vmsg_refdev_event_config(d, 0, range ? 4 : 0, false);
}

void vmsg_refdev_change_config(struct vmsg_refdev *d, uint32_t offset, const uint8_t *data,
                               uint32_t len)
{
    struct vmsg_endpoint *ep = d->ep;
    const struct vmsg_layout *layout =
        &vmsg_def_by_id(VMSG_NS_TRANSPORT, VMSG_ID_EVENT_CONFIG)->request;
    bool fits = len <= ep->host.max_msg_size - VMSG_HEADER_SIZE - layout->fixed_size;

    if (fits || !vmsg_faulty(ep, VMSG_FAULT_CHANGE_NOT_READABLE))
        memcpy(d->config + offset, data, len);
    if (!vmsg_faulty(ep, VMSG_FAULT_GENERATION_UNCHANGED))
        next_generation(d);
    if (vmsg_faulty(ep, VMSG_FAULT_CHANGE_SILENT))
        return;
    if (d->status == 0 && vmsg_quirky(ep, VMSG_QUIRK_QUIET_WHILE_INACTIVE))
        return;
    if (vmsg_quirky(ep, VMSG_QUIRK_EVENT_CONFIG_GENERIC))
        vmsg_refdev_event_config(d, 0, 0, false);
    else
        vmsg_refdev_event_config(d, offset, len, !vmsg_quirky(ep, VMSG_QUIRK_EVENT_CONFIG_NO_DATA));
}
