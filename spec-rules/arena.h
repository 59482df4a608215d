/*
 * An arena: many small allocations, freed together.
 */
#ifndef VMSG_RULES_ARENA_H
#define VMSG_RULES_ARENA_H

#include <stddef.h>

struct vmsg_arena_chunk;

/* Zero-initialise before use. */
struct vmsg_arena {
    struct vmsg_arena_chunk *chunks;
    size_t used, size; /* of the newest chunk */
};

/* `size` bytes, aligned for any type, or NULL when memory runs out. */
void *vmsg_arena_alloc(struct vmsg_arena *arena, size_t size);

/* A terminated copy of `len` bytes, or NULL. */
char *vmsg_arena_copy(struct vmsg_arena *arena, const char *text, size_t len);

void vmsg_arena_free(struct vmsg_arena *arena);

#endif
