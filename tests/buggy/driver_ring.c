/* The buggy driver's buffers, and the events that tell of them and of the configuration. */
#include "tests/buggy/driver.h"

#include <string.h>

/* Each device has a page: its rings, then its buffers. */
enum { PAGE = 0x1000, DATA = 0x800 };
static const uint32_t areas[] = {0, 0x200, 0x400};

uint64_t drv_area(const struct driver *d, const struct device *dev, unsigned which)
{
    return d->host->mem_base + (uint64_t)PAGE * dev->place + areas[which];
}

/* NULL: there is no memory. */
static uint8_t *at(const struct driver *d, const struct device *dev, uint32_t offset)
{
    size_t place = (size_t)PAGE * dev->place;

    return d->host->mem && place + PAGE <= d->host->mem_size ? d->host->mem + place + offset : NULL;
}

void drv_clear_ring(struct driver *d, struct device *dev)
{
    uint8_t *ring = at(d, dev, 0);

    if (ring)
        memset(ring, 0, DATA);
    for (unsigned i = 0; i < BUFFERS; i++)
        dev->buffers[i].lent = false;
    dev->taken = dev->made = 0;
}

/* Buffers that are free are offered, each told of. */
void drv_offer(struct driver *d, struct device *dev)
{
    uint8_t *desc = at(d, dev, areas[0]), *avail = at(d, dev, areas[1]), event[8] = {0};

    for (uint16_t i = 0; desc && i < dev->size; i++) {
        if (dev->buffers[i].lent || dev->made == KICKS)
            continue;
        put(desc + 16 * i, d->host->mem_base + (uint64_t)PAGE * dev->place + DATA + BUFFER_SIZE * i,
            8);
        put(desc + 16 * i + 8, BUFFER_SIZE, 4);
        put(desc + 16 * i + 12, 2, 2); /* the device writes */
        put(avail + 4 + 2 * (dev->made % dev->size), i, 2);
        dev->buffers[i].lent = true;
        put(avail + 2, ++dev->made, 2);
        drv_tell(d, 0, EVENT_AVAIL, dev->number, 0, event, sizeof event);
    }
}

/* One entry of the used ring; false: the ring is broken. */
static bool take(struct driver *d, struct device *dev, const uint8_t *entry)
{
    uint32_t id = (uint32_t)get(entry, 4), length = (uint32_t)get(entry + 4, 4);

    if (d->bug != BUG_DRV_USED_ID && (id >= dev->size || !dev->buffers[id].lent))
        return false;
    if (d->bug != BUG_DRV_USED_LENGTH && length > BUFFER_SIZE)
        return false;
    dev->buffers[id].lent = false;
    memcpy(dev->buffers[id].bytes, at(d, dev, DATA + BUFFER_SIZE * (id % BUFFERS)), length);
    return true;
}

static void take_used(struct driver *d, struct device *dev)
{
    const uint8_t *used = at(d, dev, areas[2]);
    uint16_t there = used ? (uint16_t)get(used + 2, 2) : dev->taken;

    if ((uint16_t)(there - dev->taken) > dev->size)
        dev->reset_due = true;
    for (; !dev->reset_due && dev->taken != there; dev->taken++)
        if (!take(d, dev, used + 4 + 8 * (dev->taken % dev->size)))
            dev->reset_due = true;
    if (!dev->reset_due)
        drv_offer(d, dev);
}

static void config_changed(struct driver *d, struct device *dev, const uint8_t *p, size_t n)
{
    uint32_t offset = (uint32_t)get(p + 8, 4), length = (uint32_t)get(p + 12, 4);
    bool inside = (uint64_t)offset + length <= dev->config_size && length <= n - 16;

    if (get(p, 4) & S_NEEDS_RESET) {
        dev->reset_due = true;
        return;
    }
    dev->generation = (uint32_t)get(p + 4, 4);
    if (length && (inside || d->bug == BUG_DRV_EVENT_CONFIG))
        memcpy(dev->config + offset, p + 16, length);
    else
        dev->stale = true;
}

void drv_event(struct driver *d, struct device *dev, uint8_t id, const uint8_t *p, size_t n)
{
    if (dev->step != STEP_RUN || dev->reset_due)
        return;
    if (id == EVENT_CONFIG && n >= 16)
        config_changed(d, dev, p, n);
    if (id != EVENT_USED || n < 4)
        return;
    if (d->bug != BUG_DRV_EVENT_QUEUE && get(p, 4) >= dev->queues)
        return;
    if (((volatile uint32_t *)dev->sizes)[get(p, 4)])
        take_used(d, dev);
}
