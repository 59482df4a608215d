/* The oracle's devices and queues: found in constant time, allocated when first touched. */
#include "harness/oracle/internal.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 256u

struct device *find_device(struct vmsg_oracle *o, uint16_t dev_num)
{
    struct device **page = o->devices[dev_num / PAGE];

    return page ? page[dev_num % PAGE] : NULL;
}

struct device *get_device(struct vmsg_oracle *o, uint16_t dev_num)
{
    struct device ***page = &o->devices[dev_num / PAGE];
    struct device *d = find_device(o, dev_num);

    if (d)
        return d;
    if (!*page)
        *page = calloc(PAGE, sizeof **page);
    d = *page ? calloc(1, sizeof *d) : NULL;
    if (!d) {
        o->failed = true;
        return NULL;
    }
    d->num = dev_num;
    d->first = d->last = NONE;
    (*page)[dev_num % PAGE] = d;
    return d;
}

struct queue *find_queue(struct device *d, uint32_t index)
{
    struct queue *page;

    if (index >= PAGE * PAGE || !d->pages)
        return NULL;
    page = d->pages[index / PAGE];
    return page ? &page[index % PAGE] : NULL;
}

/* A queue seen in an earlier life of its device knows only that the reset disabled it. */
static struct queue *in_this_epoch(struct device *d, struct queue *q)
{
    if (q->epoch != d->epoch) {
        struct queue fresh = {
            .max_known = q->max_known,
            .max_size = q->max_size,
            .ever_set = q->ever_set,
            .after_device_reset = true,
            .epoch = d->epoch,
            .read_serial = q->read_serial,
        };
        *q = fresh;
    }
    return q;
}

struct queue *get_queue(struct vmsg_oracle *o, struct device *d, uint32_t index)
{
    struct queue **page;

    if (index >= PAGE * PAGE)
        return NULL;
    if (!d->pages && !(d->pages = calloc(PAGE, sizeof *d->pages))) {
        o->failed = true;
        return NULL;
    }
    page = &d->pages[index / PAGE];
    if (!*page) {
        *page = calloc(PAGE, sizeof **page);
        if (!*page) {
            o->failed = true;
            return NULL;
        }
        for (unsigned i = 0; i < PAGE; i++)
            (*page)[i].epoch = d->epoch;
    }
    return in_this_epoch(d, &(*page)[index % PAGE]);
}

bool device_exists(struct vmsg_oracle *o, const struct device *d)
{
    if (d->present || d->info_known)
        return true;
    return !o->devices_known;
}

const struct vmsg_device_facts *device_facts(const struct vmsg_oracle *o, uint16_t dev_num)
{
    for (size_t i = 0; i < o->config.n_facts; i++)
        if (o->config.facts[i].dev_num == dev_num)
            return &o->config.facts[i];
    return NULL;
}

uint32_t max_virtqueues(const struct device *d)
{
    uint64_t n = d->info_known ? d->info[VMSG_GET_DEVICE_INFO_RESP_max_virtqueues] : 65536;

    return n > 65536 ? 65536 : (uint32_t)n;
}

static void forgive_queues(struct vmsg_oracle *o, struct device *d)
{
    for (unsigned p = 0; d->pages && p < PAGE; p++)
        for (unsigned i = 0; d->pages[p] && i < PAGE; i++) {
            settle_debt(o, &d->pages[p][i].owes_event);
            settle_debt(o, &d->pages[p][i].owes_buffers);
        }
}

/* Status 0 was reported: everything that the driver had set up is gone. */
void device_was_reset(struct vmsg_oracle *o, struct device *d)
{
    if (o->owed)
        forgive_queues(o, d);
    settle_debt(o, &d->owes_status_event);
    settle_debt(o, &d->config.owes_event);
    config_forget(&d->config);
    d->config.gen_read = false;
    d->config.claim = CLAIM_NONE;
    d->epoch++;
    d->reset_pending = false;
    d->needs_reset_noted = d->corrupted = false;
    d->selected_known = 0;
    d->features_writes = 0;
    d->split = false;
}

static void free_device(struct device *d)
{
    if (!d)
        return;
    for (unsigned p = 0; d->pages && p < PAGE; p++)
        free(d->pages[p]);
    free(d->pages);
    free(d->config.shadow);
    free(d->config.change);
    free(d);
}

void each_device(struct vmsg_oracle *o, void (*visit)(struct vmsg_oracle *, struct device *))
{
    for (unsigned p = 0; p < PAGE; p++)
        for (unsigned i = 0; o->devices[p] && i < PAGE; i++)
            if (o->devices[p][i])
                visit(o, o->devices[p][i]);
}

void free_devices(struct vmsg_oracle *o)
{
    for (unsigned p = 0; p < PAGE; p++) {
        for (unsigned i = 0; o->devices[p] && i < PAGE; i++)
            free_device(o->devices[p][i]);
        free(o->devices[p]);
    }
}
