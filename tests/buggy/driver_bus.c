/* How the buggy driver finds devices, and what the bus tells it. */
#include "tests/buggy/driver.h"

#include <stdlib.h>

struct device *drv_find(struct driver *d, uint16_t number)
{
    if (d->last && d->last->number == number)
        return d->last;
    for (unsigned i = 0; i < N_DEVICES; i++)
        if (d->devices[i] && d->devices[i]->number == number)
            return d->devices[i];
    return NULL;
}

static void add(struct driver *d, uint16_t number)
{
    struct device *dev = drv_find(d, number);
    unsigned i = 0;

    if (dev && dev->step == STEP_IDLE)
        drv_remove(d, dev); /* it came again */
    else if (dev)
        return;
    while (i < N_DEVICES && d->devices[i])
        i++;
    if (i == N_DEVICES)
        return;
    dev = calloc(1, sizeof *dev);
    *dev = (struct device){.number = number,
                           .place = i,
                           .config = calloc(1, CONFIG_MOST),
                           .sizes = calloc(N_QUEUES, sizeof *dev->sizes),
                           .buffers = calloc(BUFFERS, sizeof *dev->buffers)};
    for (unsigned k = 0; k < BUFFERS; k++)
        dev->buffers[k].bytes = calloc(1, BUFFER_SIZE);
    d->devices[i] = dev;
}

void drv_remove(struct driver *d, struct device *dev)
{
    if (d->open && !(d->open->m[0] & BUS) && get(d->open->m + 2, 2) == dev->number)
        drv_forget(d);
    d->devices[dev->place] = NULL;
    if (d->last == dev && d->bug != BUG_DRV_REMOVED)
        d->last = NULL;
    for (unsigned i = 0; i < BUFFERS; i++)
        free(dev->buffers[i].bytes);
    free(dev->buffers);
    free(dev->sizes);
    free(dev->config);
    free(dev);
}

/* ---- "GET_DEVICES", window by window ---- */

void drv_ask_window(struct driver *d)
{
    uint32_t fit = 8u * (d->host->max_msg_size - HEADER - 6), left = 0x10000 - d->window;
    uint8_t p[4];

    fit = fit < WINDOW ? fit : WINDOW;
    put(p, d->window, 2);
    put(p + 2, fit < left ? fit : left, 2);
    drv_ask(d, BUS, GET_DEVICES, 0, p, sizeof p);
}

void drv_learn_window(struct driver *d, const uint8_t *p)
{
    uint32_t next, count, from = d->window;

    d->window = WINDOW_DONE;
    next = (uint32_t)get(p + 2, 2);
    count = (uint32_t)get(p + 4, 2);
    for (uint32_t i = 0; i < count && from + i < 0x10000; i++)
        if (p[6 + i / 8] >> i % 8 & 1)
            add(d, (uint16_t)(from + i));
    if (next <= from)
        return;
    if (d->bug == BUG_DRV_WINDOW_LOOP)
        for (volatile uint32_t at = from; at < next; at += count)
            ; /* past what was looked at */
    d->window = next;
}

/* ---- */

void drv_bus_message(struct driver *d, const uint8_t *m, size_t n)
{
    const uint8_t *p = m + HEADER;
    struct device *dev;

    if (get(m + 2, 2) != 0 || n < HEADER + 4)
        return;
    if (m[1] == PING)
        drv_tell(d, BUS | RESPONSE, PING, 0, (uint16_t)get(m + 4, 2), p, 4);
    if (m[1] != EVENT_DEVICE)
        return;
    dev = drv_find(d, (uint16_t)get(p, 2));
    if (get(p + 2, 2) == 2 && dev)
        drv_remove(d, dev);
    else if (get(p + 2, 2) == 1)
        add(d, (uint16_t)get(p, 2));
}
