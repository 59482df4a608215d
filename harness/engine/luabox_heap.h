/*
 * Memory of one Lua state. Scenarios make small tables by the hundred thousand; the blocks of one
 * size are taken from and given back to a list of that size, which needs neither headers nor
 * merging, because Lua tells each block's size again when it gives it back.
 */
#ifndef VMSG_LUABOX_HEAP_H
#define VMSG_LUABOX_HEAP_H

#include <stddef.h>

#define VMSG_HEAP_SMALL 512u /* the most that a list has blocks of */
#define VMSG_HEAP_STEP  16u

struct vmsg_heap_slab;
struct vmsg_heap_block;

/* Zeroed: empty. */
struct vmsg_heap {
    struct vmsg_heap_block *unused[VMSG_HEAP_SMALL / VMSG_HEAP_STEP];
    struct vmsg_heap_slab *slabs;
    size_t left; /* bytes of the newest slab that were never used */
};

/* As realloc() and free() with the block's size as it was asked for; old_size 0: no block. */
void *vmsg_heap_resize(struct vmsg_heap *h, void *block, size_t old_size, size_t new_size);

/* Everything that is small; larger blocks were given back one by one. */
void vmsg_heap_clear(struct vmsg_heap *h);

#endif
