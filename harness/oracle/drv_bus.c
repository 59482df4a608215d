/*
 * What a driver learns by bus messages of the devices that there are, and what it answers itself.
 * Spec: "Bus Messages", "Hotplug and Removal".
 */
#include "harness/oracle/drv.h"

static void learn_device(struct drv_judge *j, uint32_t dev)
{
    if (dev <= 0xFFFF)
        j->known[dev / 8] |= (uint8_t)(1u << dev % 8);
}

/* A device that was said to be gone is shown: which of both the driver believes is open. */
static void shown_again(struct vmsg_oracle *o, uint32_t dev)
{
    struct drv_view *v = dev <= 0xFFFF ? drv_view(o, (uint16_t)dev) : NULL;

    if (v && v->removed) {
        v->removed = false;
        v->doubtful = true;
    }
}

static void devices_told(struct vmsg_oracle *o, const struct vmsg *m)
{
    uint32_t first = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_offset];

    o->drv->enumerated = true;
    for (uint32_t i = 0; i < m->tail_len * 8; i++)
        if (m->tail[i / 8] >> i % 8 & 1) {
            learn_device(o->drv, first + i);
            shown_again(o, first + i);
        }
}

/* A bus message of the driver's: the answer to a PING is the only one that says anything. */
void drv_bus_from_driver(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct drv_judge *j = o->drv;

    if (m->msg_id != VMSG_ID_PING || !j->pinged || m->token != j->pinged_token)
        return;
    if (!vmsg_is_response(m)) {
        if (m->f[VMSG_PING_REQ_data] == j->pinged_data)
            blame(o, VMSG_ANY_PROSE_RESPONSE_TYPE, 0,
                  "PING 0x%08x came back as it was sent; a response has the response bit set",
                  j->pinged_data);
        return;
    }
    j->pinged = false;
    exercise(o, VMSG_ANY_PROSE_RESPONSE_TYPE);
    exercise(o, VMSG_BUS_PING_1);
    exercise(o, VMSG_BUS_BUS_MESSAGES_2);
    if (m->f[VMSG_PING_RESP_data] != j->pinged_data)
        blame(o, VMSG_BUS_PING_1, 0, "PING 0x%08x was answered with 0x%08x; the value is repeated",
              j->pinged_data, (unsigned)m->f[VMSG_PING_RESP_data]);
}

/*
 * A device number that goes or comes again, maybe with another device behind it: nothing of before
 * holds. That a device is there which never went says nothing new.
 */
static void device_event(struct vmsg_oracle *o, const struct vmsg *m)
{
    uint16_t dev = (uint16_t)m->f[VMSG_EVENT_DEVICE_REQ_device_number];
    bool removed = m->f[VMSG_EVENT_DEVICE_REQ_device_bus_state] == VMSG_DEVICE_REMOVED;
    bool added = m->f[VMSG_EVENT_DEVICE_REQ_device_bus_state] == VMSG_DEVICE_ADDED;
    struct drv_view *v = drv_view(o, dev);
    struct drv_view fresh = {
        .num = dev, .removed = removed, .was_removed = true, .under_way = DRV_UNDER_WAY};

    if (added)
        learn_device(o->drv, dev);
    if (!v || !(removed || (added && v->removed)))
        return;
    settle_debt(o, &v->owes_reset);
    settle_debt(o, &v->owes_refresh);
    fresh.info_asked = v->removed && v->info_asked;
    fresh.restarted = added && v->restarted;
    fresh.pages = v->pages;
    fresh.n_pages = v->n_pages;
    fresh.life = v->life + 1;
    for (unsigned p = 0; p < v->n_pages; p++)
        for (unsigned i = 0; v->pages[p] && i < DRV_QUEUE_PAGE; i++)
            v->pages[p][i].queried = false;
    *v = fresh;
}

void drv_bus_to_driver(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct drv_judge *j = o->drv;

    if (m->msg_id == VMSG_ID_GET_DEVICES && vmsg_is_response(m)) {
        devices_told(o, m);
    } else if (m->msg_id == VMSG_ID_PING && !vmsg_is_response(m)) {
        j->pinged = true;
        j->pinged_token = m->token;
        j->pinged_data = (uint32_t)m->f[VMSG_PING_REQ_data];
    } else if (m->msg_id == VMSG_ID_EVENT_DEVICE) {
        device_event(o, m);
    }
}
