/* The oracle's devices and queues: found in constant time, allocated when first touched. */
#include "harness/oracle/internal.h"

#include <stdlib.h>
#include <string.h>

struct device *get_device(struct vmsg_oracle *o, uint16_t dev_num)
{
    struct device ***page = &o->devices[dev_num / PER_PAGE];
    struct device *d = find_device(o, dev_num);

    if (d)
        return d;
    if (!*page)
        *page = calloc(PER_PAGE, sizeof **page);
    d = *page ? calloc(1, sizeof *d) : NULL;
    if (!d) {
        o->failed = true;
        return NULL;
    }
    d->num = dev_num;
    d->first = d->last = NONE;
    (*page)[dev_num % PER_PAGE] = d;
    return d;
}

/*
 * A queue seen before its device was reset knows only that the reset disabled it. Its maximum may
 * follow from status and features: which queues there are does (core virtio, device types).
 */
static struct queue *in_this_epoch(struct device *d, struct queue *q)
{
    if (q->epoch != d->epoch) {
        struct queue fresh = {
            .max_known = q->max_known,
            .max_size = q->max_size,
            .max_epoch = q->max_epoch,
            .ever_set = q->ever_set,
            .life = q->life,
            .after_device_reset = d->epoch_is_reset,
            .epoch = d->epoch,
            .read_serial = q->read_serial,
            .debtor = q->debtor,
            .next_debtor = q->next_debtor,
            .index = q->index,
        };
        *q = fresh;
    }
    if (q->max_epoch != d->max_epoch) {
        q->max_epoch = d->max_epoch;
        q->max_known = q->set_unavailable = false;
    }
    if (q->life != d->life) {
        q->life = d->life;
        q->ever_set = false;
    }
    return q;
}

struct queue *find_queue(struct device *d, uint32_t index)
{
    struct queue *page;

    if (index >= QUEUE_PAGES * QUEUE_PAGE || !d->pages)
        return NULL;
    page = d->pages[index / QUEUE_PAGE];
    return page ? in_this_epoch(d, &page[index % QUEUE_PAGE]) : NULL;
}

static void begin_page(const struct device *d, struct queue *page, uint32_t first)
{
    for (unsigned i = 0; i < QUEUE_PAGE; i++) {
        page[i].epoch = d->epoch;
        page[i].max_epoch = d->max_epoch;
        page[i].life = d->life;
        page[i].after_device_reset = d->epoch_is_reset;
        page[i].index = first + i;
    }
}

struct queue *get_queue(struct vmsg_oracle *o, struct device *d, uint32_t index)
{
    struct queue **page;

    if (index >= QUEUE_PAGES * QUEUE_PAGE)
        return NULL;
    if (!d->pages && !(d->pages = calloc(QUEUE_PAGES, sizeof *d->pages))) {
        o->failed = true;
        return NULL;
    }
    page = &d->pages[index / QUEUE_PAGE];
    if (!*page) {
        *page = calloc(QUEUE_PAGE, sizeof **page);
        if (!*page) {
            o->failed = true;
            return NULL;
        }
        begin_page(d, *page, index / QUEUE_PAGE * QUEUE_PAGE);
        if (d->n_pages <= index / QUEUE_PAGE)
            d->n_pages = index / QUEUE_PAGE + 1;
    }
    return in_this_epoch(d, &(*page)[index % QUEUE_PAGE]);
}

bool device_exists(struct vmsg_oracle *o, const struct device *d)
{
    if (d->present || d->info_known || !o->devices_known)
        return true;
    /* It may have come by other means than EVENT_DEVICE ("Hotplug and Removal"). */
    return o->present[d->num / 8] & o->present_known[d->num / 8] & 1u << d->num % 8;
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

void forget_queues(struct vmsg_oracle *o, struct device *d)
{
    for (struct queue *q = d->debtors; q; q = q->next_debtor) {
        settle_debt(o, &q->owes_event);
        settle_debt(o, &q->owes_buffers);
        q->debtor = false;
    }
    d->debtors = NULL;
    d->epoch++;
    d->epoch_is_reset = false;
    d->max_epoch++;
}

/* Status 0 was reported: everything that the driver had set up is gone. */
void device_was_reset(struct vmsg_oracle *o, struct device *d)
{
    forget_queues(o, d);
    d->epoch_is_reset = true;
    d->queues_set = false;
    d->idle = true;
    settle_debt(o, &d->owes_status_event);
    settle_debt(o, &d->config.owes_event);
    config_restart(&d->config);
    d->config.gen_read = false;
    d->config.claim = CLAIM_NONE;
    d->reset_pending = d->held_event = false;
    d->needs_reset_noted = d->needs_reset_missed = d->needs_reset_told = false;
    d->corrupted = false;
    d->selected_known = 0;
    d->selection_unknown = false;
    d->features_writes = 0;
    d->ring_reset_given = d->selected_far = false;
    d->split = false;
    for (unsigned i = 0; i < sizeof d->shm / sizeof *d->shm; i++)
        d->shm[i].known = false; /* regions may be placed anew */
}

static void free_device(struct device *d)
{
    if (!d)
        return;
    for (unsigned p = 0; p < d->n_pages; p++)
        free(d->pages[p]);
    free(d->pages);
    free(d->config.shadow);
    free(d->config.change);
    free(d);
}

void each_device(struct vmsg_oracle *o, void (*visit)(struct vmsg_oracle *, struct device *))
{
    for (unsigned p = 0; p < PER_PAGE; p++)
        for (unsigned i = 0; o->devices[p] && i < PER_PAGE; i++)
            if (o->devices[p][i])
                visit(o, o->devices[p][i]);
}

void free_devices(struct vmsg_oracle *o)
{
    for (unsigned p = 0; p < PER_PAGE; p++) {
        for (unsigned i = 0; o->devices[p] && i < PER_PAGE; i++)
            free_device(o->devices[p][i]);
        free(o->devices[p]);
    }
}
