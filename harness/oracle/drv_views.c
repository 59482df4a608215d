/* What the judge of drivers remembers: views of devices and their queues; see drv.h. */
#include "harness/oracle/drv.h"

#include <stdlib.h>

#define PAGE DRV_VIEW_PAGE

bool drv_new(struct vmsg_oracle *o)
{
    struct drv_judge *j = calloc(1, sizeof *j);

    o->drv = j;
    for (size_t i = 0; j && i < o->config.n_devices; i++)
        j->known[o->config.devices[i] / 8] |= (uint8_t)(1u << o->config.devices[i] % 8);
    return j;
}

static void free_view(struct drv_view *v)
{
    for (unsigned p = 0; v && p < v->n_pages; p++)
        free(v->pages[p]);
    if (v)
        free(v->pages);
    free(v);
}

void drv_free(struct vmsg_oracle *o)
{
    for (unsigned p = 0; o->drv && p < PAGE; p++) {
        for (unsigned i = 0; o->drv->views[p] && i < PAGE; i++)
            free_view(o->drv->views[p][i]);
        free(o->drv->views[p]);
    }
    free(o->drv);
}

struct drv_view *drv_view(struct vmsg_oracle *o, uint16_t dev_num)
{
    struct drv_view ***page = &o->drv->views[dev_num / PAGE];
    struct drv_view *v;

    if (!*page && !(*page = calloc(PAGE, sizeof **page))) {
        o->failed = true;
        return NULL;
    }
    v = (*page)[dev_num % PAGE];
    if (v)
        return v;
    v = calloc(1, sizeof *v);
    o->failed |= !v;
    if (v)
        v->num = dev_num;
    return (*page)[dev_num % PAGE] = v;
}

/* What is known of a queue that an earlier life of the device had. */
static void begin_life(struct drv_queue *q, uint32_t life)
{
    *q = (struct drv_queue){
        .life = life, .queried = q->queried, .max_size = q->max_size, .index = q->index};
}

static struct drv_queue *lost_queue(struct vmsg_oracle *o, uint32_t index)
{
    o->drv->lost = (struct drv_queue){.index = index};
    return &o->drv->lost;
}

/* Never NULL: a queue that cannot exist, or has no memory, is one that nobody looks at again. */
struct drv_queue *drv_queue(struct vmsg_oracle *o, struct drv_view *v, uint32_t index)
{
    struct drv_queue **page, *q;

    if (index >= DRV_QUEUE_PAGES * DRV_QUEUE_PAGE)
        return lost_queue(o, index);
    if (!v->pages)
        v->pages = calloc(DRV_QUEUE_PAGES, sizeof *v->pages);
    page = v->pages ? &v->pages[index / DRV_QUEUE_PAGE] : NULL;
    if (page && !*page)
        *page = calloc(DRV_QUEUE_PAGE, sizeof **page);
    if (!page || !*page) {
        o->failed = true;
        return lost_queue(o, index);
    }
    if (v->n_pages <= index / DRV_QUEUE_PAGE)
        v->n_pages = index / DRV_QUEUE_PAGE + 1;
    q = &(*page)[index % DRV_QUEUE_PAGE];
    q->index = index;
    if (q->life != v->life)
        begin_life(q, v->life);
    return q;
}
