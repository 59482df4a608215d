/* The bus messages of the device side: GET_DEVICES, PING and EVENT_DEVICE ("Bus Messages"). */
#include "harness/peers/refdev.h"

#include <string.h>

enum { NUMBERS = 65536, DEVICE_OWN_STATE = 0x8001 };

/* A window of device numbers: what was examined, and what is returned of it. */
struct window {
    uint32_t offset;
    uint32_t examined; /* slots that fit */
    uint32_t count;    /* slots returned, at most examined */
    uint32_t next;     /* 0: nothing more */
};

/* The smallest present number from `from` on; NUMBERS when there is none. */
static uint32_t next_present(const struct vmsg_endpoint *ep, uint32_t from)
{
    uint32_t best = NUMBERS;

    for (unsigned i = 0; i < ep->n_devices; i++) {
        const struct vmsg_refdev *d = ep->devices[i];

        if (d->present && d->dev_num >= from && d->dev_num < best)
            best = d->dev_num;
    }
    return best;
}

/* The slot after the last present device in the window, as a count. */
static uint32_t trimmed(const struct vmsg_endpoint *ep, const struct window *w)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < ep->n_devices; i++) {
        const struct vmsg_refdev *d = ep->devices[i];

        if (d->present && d->dev_num >= w->offset && d->dev_num < w->offset + w->examined &&
            d->dev_num - w->offset >= count)
            count = d->dev_num - w->offset + 1u;
    }
    return count;
}

/* Where to go on; 0 ends the enumeration. */
static uint32_t next_offset(const struct vmsg_endpoint *ep, const struct window *w)
{
    uint32_t end = w->offset + w->examined;
    uint32_t following;

    if (w->examined == 0) { /* no slots asked for: any later start or an end is right */
        if (!vmsg_quirky(ep, VMSG_QUIRK_WINDOW_EMPTY_GOES_ON) || end + 1 >= NUMBERS)
            return 0;
        return end + 1;
    }
    following = next_present(ep, end);
    if (end >= NUMBERS)
        return 0;
    if (vmsg_quirky(ep, VMSG_QUIRK_WINDOW_TO_THE_END) ||
        vmsg_faulty(ep, VMSG_FAULT_WINDOW_NO_PROGRESS))
        return end;
    if (following == NUMBERS)
        return 0;
    return vmsg_quirky(ep, VMSG_QUIRK_WINDOW_JUMPS) ? following : end;
}

static void break_window(const struct vmsg_endpoint *ep, uint32_t asked, struct window *w)
{
    if (vmsg_faulty(ep, VMSG_FAULT_WINDOW_EMPTY_FILLED) && asked == 0)
        w->count = 8;
    if (vmsg_faulty(ep, VMSG_FAULT_WINDOW_WRONG))
        w->count /= 2;
    if (vmsg_faulty(ep, VMSG_FAULT_WINDOW_ROUNDS_UP))
        w->count = (w->count + 7) / 8 * 8;
    if (vmsg_faulty(ep, VMSG_FAULT_WINDOW_NEVER_ENDS) && w->next == 0)
        w->next = NUMBERS - 1;
    if (vmsg_faulty(ep, VMSG_FAULT_WINDOW_NO_PROGRESS) && w->next)
        w->next = w->offset;
}

static struct window choose_window(const struct vmsg_endpoint *ep, const struct vmsg *m)
{
    uint32_t asked = (uint32_t)m->f[VMSG_GET_DEVICES_REQ_count];
    struct window w = {.offset = (uint32_t)m->f[VMSG_GET_DEVICES_REQ_offset], .examined = asked};
    uint32_t room = 8 * (ep->host.max_msg_size - VMSG_HEADER_SIZE - m->def->response.fixed_size);

    if (w.examined > NUMBERS - w.offset)
        w.examined = NUMBERS - w.offset;
    if (w.examined > room)
        w.examined = room;
    w.count = w.examined;
    if (vmsg_quirky(ep, VMSG_QUIRK_WINDOW_SHORT) && trimmed(ep, &w))
        w.count = trimmed(ep, &w);
    if (vmsg_quirky(ep, VMSG_QUIRK_WINDOW_ZERO_COUNT) && trimmed(ep, &w) == 0)
        w.count = 0;
    w.next = next_offset(ep, &w);
    break_window(ep, asked, &w);
    return w;
}

/* Bitmap of the window, first slot in the lowest bit; returns its bytes. */
static size_t fill_bitmap(const struct vmsg_endpoint *ep, const struct window *w, uint8_t *bitmap)
{
    size_t bytes = (w->count + 7) / 8;
    uint32_t start = w->offset + (vmsg_faulty(ep, VMSG_FAULT_WINDOW_WRONG) ? w->count : 0);

    memset(bitmap, 0, bytes + 1);
    for (unsigned i = 0; i < ep->n_devices; i++) {
        const struct vmsg_refdev *d = ep->devices[i];
        uint32_t slot = d->dev_num - start;
        uint32_t bit = vmsg_faulty(ep, VMSG_FAULT_WINDOW_MSB_FIRST) ? 7 - slot % 8 : slot % 8;

        if (d->present && d->dev_num >= start && slot < w->count)
            bitmap[slot / 8] |= (uint8_t)(1u << bit);
    }
    if (vmsg_faulty(ep, VMSG_FAULT_WINDOW_DIRTY_TAIL) && w->count % 8)
        bitmap[bytes - 1] |= (uint8_t)(0xFFu << w->count % 8);
    if (vmsg_faulty(ep, VMSG_FAULT_WINDOW_LONG_BITMAP))
        bytes++;
    if (vmsg_faulty(ep, VMSG_FAULT_WINDOW_SHORT_BITMAP) && bytes)
        bytes--;
    return bytes;
}

static void get_devices(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    uint8_t bitmap[NUMBERS / 8 + 2];
    struct window w;
    uint64_t f[VMSG_GET_DEVICES_RESP_N_FIELDS];
    size_t bytes;

    if (vmsg_faulty(ep, VMSG_FAULT_WINDOW_EMPTY_SILENT) && m->f[VMSG_GET_DEVICES_REQ_count] == 0)
        return;
    w = choose_window(ep, m);
    bytes = fill_bitmap(ep, &w, bitmap);
    f[VMSG_GET_DEVICES_RESP_offset] = vmsg_faulty(ep, VMSG_FAULT_WINDOW_NOT_ECHOED) ? 0 : w.offset;
    f[VMSG_GET_DEVICES_RESP_next_offset] = w.next;
    f[VMSG_GET_DEVICES_RESP_count] = w.count;
    vmsg_endpoint_bus_reply(ep, m, &(struct vmsg_body){.f = f, .tail = bitmap, .tail_len = bytes});
}

static void ping(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    uint64_t f[] = {m->f[VMSG_PING_REQ_data]};

    if (ep->pings++ && vmsg_faulty(ep, VMSG_FAULT_PING_SILENT))
        return;
    if (vmsg_faulty(ep, VMSG_FAULT_PING_CHANGED))
        f[0]++;
    vmsg_endpoint_bus_reply(ep, m, &(struct vmsg_body){.f = f});
}

void vmsg_endpoint_bus_message(struct vmsg_endpoint *ep, const struct vmsg *m)
{
    if ((m->dev_num != 0 && vmsg_quirky(ep, VMSG_QUIRK_BUS_DEV_NUM_DROPPED)) ||
        vmsg_quirky(ep, VMSG_QUIRK_NO_BUS_MESSAGES))
        return;
    if (m->msg_id == VMSG_ID_GET_DEVICES)
        get_devices(ep, m);
    else if (m->msg_id == VMSG_ID_PING)
        ping(ep, m);
    /* events of the device side (EVENT_DEVICE, REQUEST_FAILED) mean nothing to it */
}

void vmsg_endpoint_event_device(struct vmsg_endpoint *ep, uint16_t dev_num, uint16_t state)
{
    uint64_t f[] = {dev_num, state};

    if (vmsg_quirky(ep, VMSG_QUIRK_NO_BUS_MESSAGES))
        return;
    if (vmsg_faulty(ep, VMSG_FAULT_EVENT_DEVICE_NUMBER))
        f[0] = (uint16_t)(dev_num + 1);
    if (vmsg_faulty(ep, VMSG_FAULT_EVENT_DEVICE_STATE) && state == VMSG_DEVICE_ADDED)
        f[1] = 3;
    vmsg_endpoint_bus_event(ep, VMSG_ID_EVENT_DEVICE, &(struct vmsg_body){.f = f});
    if (state == VMSG_DEVICE_ADDED && vmsg_quirky(ep, VMSG_QUIRK_OWN_STATES)) {
        f[1] = DEVICE_OWN_STATE;
        vmsg_endpoint_bus_event(ep, VMSG_ID_EVENT_DEVICE, &(struct vmsg_body){.f = f});
    }
}
