/* Memory of one Lua state; see luabox_heap.h. */
#include "harness/engine/luabox_heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SLAB = 60 * 1024 }; /* below the size from which malloc() asks the system each time */

struct vmsg_heap_block {
    struct vmsg_heap_block *next;
};

struct vmsg_heap_slab {
    struct vmsg_heap_slab *next;
    _Alignas(16) uint8_t bytes[SLAB];
};

static size_t list_of(size_t size)
{
    return (size - 1) / VMSG_HEAP_STEP;
}

static void *from_slab(struct vmsg_heap *h, size_t size)
{
    if (h->left < size) {
        struct vmsg_heap_slab *slab = malloc(sizeof *slab);

        if (!slab)
            return NULL;
        slab->next = h->slabs;
        h->slabs = slab;
        h->left = SLAB;
    }
    h->left -= size;
    return h->slabs->bytes + h->left;
}

static void *take(struct vmsg_heap *h, size_t size)
{
    size_t list;
    struct vmsg_heap_block *block;

    if (size > VMSG_HEAP_SMALL)
        return malloc(size);
    list = list_of(size);
    block = h->unused[list];
    if (!block)
        return from_slab(h, (list + 1) * VMSG_HEAP_STEP);
    h->unused[list] = block->next;
    return block;
}

static void give_back(struct vmsg_heap *h, void *block, size_t size)
{
    struct vmsg_heap_block *b = block;

    if (size > VMSG_HEAP_SMALL) {
        free(block);
    } else if (size) {
        b->next = h->unused[list_of(size)];
        h->unused[list_of(size)] = b;
    }
}

void *vmsg_heap_resize(struct vmsg_heap *h, void *block, size_t old_size, size_t new_size)
{
    void *moved;

    if (new_size == 0) {
        give_back(h, block, old_size);
        return NULL;
    }
    if (old_size > VMSG_HEAP_SMALL && new_size > VMSG_HEAP_SMALL)
        return realloc(block, new_size);
    if (old_size && old_size <= VMSG_HEAP_SMALL && new_size <= VMSG_HEAP_SMALL &&
        list_of(old_size) == list_of(new_size))
        return block;
    moved = take(h, new_size);
    if (moved && old_size) {
        memcpy(moved, block, old_size < new_size ? old_size : new_size);
        give_back(h, block, old_size);
    }
    return moved;
}

void vmsg_heap_clear(struct vmsg_heap *h)
{
    while (h->slabs) {
        struct vmsg_heap_slab *next = h->slabs->next;

        free(h->slabs);
        h->slabs = next;
    }
    *h = (struct vmsg_heap){0};
}
