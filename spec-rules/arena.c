/*
 * An arena: many small allocations, freed together.
 */
#include "spec-rules/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)16384)

struct vmsg_arena_chunk {
    struct vmsg_arena_chunk *next;
    max_align_t data[];
};

void *vmsg_arena_alloc(struct vmsg_arena *arena, size_t size)
{
    size_t step = sizeof(max_align_t);
    struct vmsg_arena_chunk *chunk;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + step - 1) / step * step;
    if (!arena->chunks || size > arena->size - arena->used) {
        size_t room = size > CHUNK ? size : CHUNK;

        chunk = malloc(sizeof *chunk + room);
        if (!chunk)
            return NULL;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
        arena->used = 0;
        arena->size = room;
    }
    arena->used += size;
    return (char *)arena->chunks->data + arena->used - size;
}

char *vmsg_arena_copy(struct vmsg_arena *arena, const char *text, size_t len)
{
    char *copy = vmsg_arena_alloc(arena, len + 1);

    if (copy) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

void vmsg_arena_free(struct vmsg_arena *arena)
{
    while (arena->chunks) {
        struct vmsg_arena_chunk *next = arena->chunks->next;

        free(arena->chunks);
        arena->chunks = next;
    }
    arena->used = arena->size = 0;
}
