/* Paged storage of a device's virtqueues. */
#include "harness/peers/queue_table.h"

#include <stdlib.h>

struct vmsg_queue_page {
    unsigned running;
    struct vmsg_queue queues[VMSG_QUEUE_PAGE];
};

const struct vmsg_queue *vmsg_queue_peek(const struct vmsg_queue_table *t, uint32_t index)
{
    static const struct vmsg_queue untouched;
    const struct vmsg_queue_page *page = t->pages[index / VMSG_QUEUE_PAGE];

    return page ? &page->queues[index % VMSG_QUEUE_PAGE] : &untouched;
}

struct vmsg_queue *vmsg_queue_touch(struct vmsg_queue_table *t, uint32_t index)
{
    struct vmsg_queue_page **page = &t->pages[index / VMSG_QUEUE_PAGE];

    if (!*page)
        *page = calloc(1, sizeof **page);
    if (t->n_pages <= index / VMSG_QUEUE_PAGE)
        t->n_pages = index / VMSG_QUEUE_PAGE + 1;
    return *page ? &(*page)->queues[index % VMSG_QUEUE_PAGE] : NULL;
}

struct vmsg_queue *vmsg_queue_next_running(struct vmsg_queue_table *t, uint32_t *index)
{
    while (*index < t->n_pages * VMSG_QUEUE_PAGE) {
        struct vmsg_queue_page *page = t->pages[*index / VMSG_QUEUE_PAGE];

        if (!page || page->running == 0) {
            *index = (*index / VMSG_QUEUE_PAGE + 1) * VMSG_QUEUE_PAGE;
            continue;
        }
        if (page->queues[*index % VMSG_QUEUE_PAGE].running)
            return &page->queues[*index % VMSG_QUEUE_PAGE];
        (*index)++;
    }
    return NULL;
}

void vmsg_queue_run(struct vmsg_queue_table *t, uint32_t index, bool on)
{
    struct vmsg_queue *q = vmsg_queue_touch(t, index);

    if (!q || q->running == on)
        return;
    q->running = on;
    if (on)
        t->pages[index / VMSG_QUEUE_PAGE]->running++;
    else
        t->pages[index / VMSG_QUEUE_PAGE]->running--;
}

void vmsg_queue_table_clear(struct vmsg_queue_table *t)
{
    for (unsigned i = 0; i < t->n_pages; i++) {
        free(t->pages[i]);
        t->pages[i] = NULL;
    }
    t->n_pages = 0;
}
