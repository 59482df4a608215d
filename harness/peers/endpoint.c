/*
 * The endpoint of the device side: what is discarded in silence, what waits, and where the rest
 * goes. Several devices share one message stream.
 */
#include "harness/peers/refdev.h"
#include "harness/peers/rng.h"

#include <string.h>

enum { LOOKS = 64 }; /* queues looked at per message */
enum { HOLD_NS = 200000, POLL_NS = 1000000, SPURIOUS_EVERY = 7, SPONTANEOUS_EVERY = 11 };

struct vmsg_refdev *vmsg_endpoint_find(const struct vmsg_endpoint *ep, uint16_t dev_num)
{
    for (unsigned i = 0; i < ep->n_devices; i++)
        if (ep->devices[i]->present && ep->devices[i]->dev_num == dev_num)
            return ep->devices[i];
    return NULL;
}

/* Malformed and unsupported messages are discarded ("Error Signaling"); some are a choice. */
static bool acceptable(const struct vmsg_endpoint *ep, const struct vmsg *m)
{
    if (m->defect != VMSG_WELL_FORMED || vmsg_is_response(m))
        return false;
    if (m->extra && vmsg_quirky(ep, VMSG_QUIRK_EXTRA_DROPPED))
        return false;
    if (m->trailing && vmsg_quirky(ep, VMSG_QUIRK_TRAILING_DROPPED))
        return false;
    return m->msg_size <= ep->host.max_msg_size || vmsg_quirky(ep, VMSG_QUIRK_OVERSIZE_SERVED);
}

/* A request with an id of an implementation's own, where a quirk answers such. */
static bool answers_own_id(const struct vmsg_endpoint *ep, const struct vmsg *m)
{
    return m->defect == VMSG_IMPLEMENTATION_ID && !vmsg_is_event(m) && !vmsg_is_response(m) &&
           vmsg_quirky(ep, VMSG_QUIRK_ANSWERS_IMPLEMENTATION_IDS);
}

/* Bus messages carry dev_num 0, whatever the request had. */
static void answer_own_id(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    struct vmsg_header h = {
        .type = (uint8_t)(VMSG_TYPE_RESPONSE | (m->type & VMSG_TYPE_BUS)),
        .msg_id = m->msg_id,
        .dev_num = vmsg_is_bus(m) ? 0 : m->dev_num,
        .token = m->token,
    };

    if (vmsg_is_bus(m) || vmsg_endpoint_find(ep, m->dev_num))
        vmsg_endpoint_send_bare(ep, &h, 0);
}

/* A device number that is not there: the bus answers for it, or a fault does. */
static void misanswer_absent(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    struct vmsg_refdev ghost;

    if (!vmsg_faulty(ep, VMSG_FAULT_ANSWERS_ABSENT) || m->msg_id != VMSG_ID_GET_DEVICE_INFO ||
        ep->n_devices == 0)
        return;
    ghost = *ep->devices[0];
    ghost.present = false;
    vmsg_refdev_get_device_info(&ghost, m);
}

/* An EVENT_USED without a used buffer, now and then, while the device is in operation. */
static void send_for_nothing(struct vmsg_refdev *d)
{
    struct vmsg_endpoint *ep = d->ep;
    uint32_t first = 0;
    uint64_t f[1];

    if (!(d->status & VIRTIO_S_DRIVER_OK) || d->reset_pending || d->stopped || ep->polling ||
        ep->received % SPURIOUS_EVERY || !vmsg_queue_next_running(&d->queues, &first))
        return;
    f[0] = first;
    vmsg_refdev_event(d, VMSG_ID_EVENT_USED, &(struct vmsg_body){.f = f});
}

static void serve(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    struct vmsg_refdev *d;

    if (m->defect == VMSG_IMPLEMENTATION_ID) {
        answer_own_id(ep, m);
        return;
    }
    if (vmsg_is_bus(m)) {
        vmsg_endpoint_bus_message(ep, m);
        return;
    }
    d = vmsg_endpoint_find(ep, m->dev_num);
    if (d && vmsg_quirky(ep, VMSG_QUIRK_EVENTS_BETWEEN) && !vmsg_is_event(m))
        send_for_nothing(d);
    if (!d)
        misanswer_absent(ep, m);
    else if (!d->hidden)
        vmsg_refdev_receive(d, m);
}

/* With a quirk the first device alone is slow. */
static bool may_wait(const struct vmsg_endpoint *ep, const struct vmsg *m)
{
    return !vmsg_quirky(ep, VMSG_QUIRK_OWN_SPEED) ||
           (ep->n_devices && m->dev_num == ep->devices[0]->dev_num);
}

/* Whether this peer puts a request off until the next one, or until a moment later. */
static bool holds(const struct vmsg_endpoint *ep, const struct vmsg *m)
{
    if (!ep->held || ep->held_len || !may_wait(ep, m) || vmsg_is_bus(m) || vmsg_is_event(m) ||
        m->delivered > VMSG_MAX_SIZE_MOST)
        return false;
    if (vmsg_faulty(ep, VMSG_FAULT_GET_OVERTAKES_SET))
        return m->msg_id == VMSG_ID_SET_CONFIG;
    if (vmsg_faulty(ep, VMSG_FAULT_ANSWERS_SWAPPED))
        return vmsg_refdev_is_get(m->msg_id);
    return true;
}

static void serve_held(struct vmsg_endpoint *ep)
{
    struct vmsg m;
    size_t len = ep->held_len;

    if (len == 0)
        return;
    vmsg_decode(&m, ep->held, len);
    serve(ep, &m);
    ep->held_len = 0;
}

static void take_in(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    bool in_order = vmsg_quirky(ep, VMSG_QUIRK_ANSWERS_LATE) ||
                    (vmsg_quirky(ep, VMSG_QUIRK_OWN_SPEED) && may_wait(ep, m));

    if (in_order)
        serve_held(ep);
    if (holds(ep, m)) {
        memcpy(ep->held, m->bytes, m->delivered);
        ep->held_len = m->delivered;
        ep->held_until = ep->now_ns + HOLD_NS;
        return;
    }
    serve(ep, m);
    serve_held(ep);
}

/* What quirks do between messages, for a device in operation that is not stopped. */
static void interject(struct vmsg_refdev *d)
{
    struct vmsg_endpoint *ep = d->ep;
    const struct vmsg_span *s = &d->model->spontaneous;

    if (vmsg_quirky(ep, VMSG_QUIRK_SPURIOUS_USED))
        send_for_nothing(d);
    if (vmsg_quirky(ep, VMSG_QUIRK_SPONTANEOUS_CHANGES) && ep->received % SPONTANEOUS_EVERY == 0 &&
        s->length) {
        uint64_t random = vmsg_rng_next(&ep->rng);
        uint8_t value = (uint8_t)random;

        vmsg_refdev_change_config(d, s->offset + (uint32_t)(random >> 32) % s->length, &value, 1);
    }
}

static bool looks_by_itself(const struct vmsg_endpoint *ep)
{
    return ep->polling || vmsg_quirky(ep, VMSG_QUIRK_LOOKS_UNASKED) ||
           vmsg_quirky(ep, VMSG_QUIRK_EVENTS_DROPPED);
}

static void after_message(struct vmsg_endpoint *ep)
{
    for (unsigned i = 0; i < ep->n_devices; i++) {
        struct vmsg_refdev *d = ep->devices[i];

        if (!d->present || !(d->status & VIRTIO_S_DRIVER_OK) || d->reset_pending)
            continue;
        if (looks_by_itself(ep))
            vmsg_refdev_poll(d, LOOKS);
        if (!d->stopped)
            interject(d);
    }
}

void vmsg_endpoint_receive(struct vmsg_endpoint *ep, const void *bytes, size_t len)
{
    struct vmsg m;

    ep->received++;
    vmsg_decode(&m, bytes, len);
    if (acceptable(ep, &m) || answers_own_id(ep, &m))
        take_in(ep, &m);
    else
        vmsg_endpoint_misanswer(ep, &m);
    after_message(ep);
}

void vmsg_endpoint_tick(struct vmsg_endpoint *ep, uint64_t now_ns)
{
    ep->now_ns = now_ns;
    if (now_ns >= ep->held_until)
        serve_held(ep);
    if (now_ns >= ep->used_at)
        vmsg_endpoint_flush_used(ep);
    for (unsigned i = 0; i < ep->n_devices; i++) {
        struct vmsg_refdev *d = ep->devices[i];

        if (!d->present)
            continue;
        if (d->reset_pending == VMSG_RESET_BY_TIME && now_ns >= d->reset_at)
            vmsg_refdev_reset(d);
        if (looks_by_itself(ep))
            vmsg_refdev_poll(d, VMSG_QUEUES_MAX + 1);
    }
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t vmsg_endpoint_deadline(const struct vmsg_endpoint *ep)
{
    uint64_t at = UINT64_MAX;

    if (ep->held_len)
        at = sooner(at, ep->held_until);
    if (ep->used_due)
        at = sooner(at, ep->used_at);
    for (unsigned i = 0; i < ep->n_devices; i++) {
        const struct vmsg_refdev *d = ep->devices[i];

        if (d->present && d->reset_pending == VMSG_RESET_BY_TIME)
            at = sooner(at, d->reset_at);
        if (d->present && d->status & VIRTIO_S_DRIVER_OK && ep->dma.bytes && looks_by_itself(ep))
            at = sooner(at, ep->now_ns + POLL_NS);
    }
    return at;
}
