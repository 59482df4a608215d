/* A bounded trace; see trace.h. */
#include "harness/engine/trace.h"

#include "harness/engine/result_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_MOST  (VMSG_TRACE_HEAD + VMSG_TRACE_TAIL)
#define TRACE_USUAL 64u /* bytes that most messages fit */

static size_t slot_of(uint32_t index)
{
    if (index < VMSG_TRACE_HEAD)
        return index;
    return VMSG_TRACE_HEAD + (index - VMSG_TRACE_HEAD) % VMSG_TRACE_TAIL;
}

static bool make_room(struct vmsg_trace *t, size_t slot)
{
    size_t cap = t->cap ? t->cap * 2 : 64;
    struct vmsg_trace_entry *entries;
    uint32_t *rooms;

    if (slot < t->cap)
        return true;
    if (cap > TRACE_MOST)
        cap = TRACE_MOST;
    rooms = realloc(t->rooms, cap * sizeof *rooms);
    t->rooms = rooms ? rooms : t->rooms;
    entries = rooms ? realloc(t->entries, cap * sizeof *entries) : NULL;
    if (!entries)
        return false;
    memset(entries + t->cap, 0, (cap - t->cap) * sizeof *entries);
    t->entries = entries;
    t->cap = cap;
    return true;
}

/* In a long flood every slot is used again and again: a block that is large enough stays. */
static uint8_t *room_for(struct vmsg_trace *t, size_t slot, const void *bytes, size_t len)
{
    uint8_t *old = t->entries[slot].bytes;

    if (bytes && old && t->rooms[slot] >= len)
        return old;
    free(old);
    t->rooms[slot] = (uint32_t)(len > TRACE_USUAL ? len : TRACE_USUAL);
    return bytes ? malloc(t->rooms[slot]) : NULL;
}

/* A long trace fills a ring that no first-level cache holds: ask for the slots to come. */
static void fetch_ahead(const struct vmsg_trace *t, size_t slot)
{
    if (slot + 8 < t->cap) {
        __builtin_prefetch(&t->entries[slot + 8], 1);
        __builtin_prefetch(t->entries[slot + 4].bytes, 1);
    }
}

uint32_t vmsg_trace_add(struct vmsg_trace *t, int kind, uint64_t t_ns, unsigned endpoint,
                        const void *bytes, size_t len, const char *text)
{
    size_t slot = slot_of(t->count);
    struct vmsg_trace_entry *e;

    if (!make_room(t, slot)) {
        t->failed = true;
        return t->count;
    }
    fetch_ahead(t, slot);
    e = &t->entries[slot];
    if (e->text)
        free(e->text);
    *e = (struct vmsg_trace_entry){
        .t_ns = t_ns, .endpoint = endpoint, .len = len, .bytes = room_for(t, slot, bytes, len)};
    e->kind = kind;
    e->text = text ? strdup(text) : NULL;
    if (e->bytes)
        memcpy(e->bytes, bytes, len);
    if ((text && !e->text) || (bytes && !e->bytes)) {
        e->len = 0;
        t->failed = true;
    }
    return t->count++;
}

const struct vmsg_trace_entry *vmsg_trace_at(const struct vmsg_trace *t, uint32_t index)
{
    bool cut = index >= VMSG_TRACE_HEAD && t->count - index > VMSG_TRACE_TAIL;

    return index < t->count && !cut ? &t->entries[slot_of(index)] : NULL;
}

uint32_t vmsg_trace_place(uint32_t index, uint32_t count)
{
    uint32_t dropped = count > TRACE_MOST ? count - TRACE_MOST : 0;

    if (index < VMSG_TRACE_HEAD || dropped == 0)
        return index;
    if (index < VMSG_TRACE_HEAD + dropped)
        return VMSG_TRACE_HEAD; /* the note that stands for it */
    return index - dropped + 1;
}

/* The head, the note of the cut, and the ring unrolled. */
static struct vmsg_trace_entry *unroll(struct vmsg_trace *t, size_t *n, size_t dropped)
{
    struct vmsg_trace_entry *out = calloc(TRACE_MOST + 1, sizeof *out);
    char text[64];

    if (!out)
        return NULL;
    snprintf(text, sizeof text, "%zu entries are left out here", dropped);
    for (uint32_t i = 0; i < t->count; i++) {
        if (i >= VMSG_TRACE_HEAD && i < VMSG_TRACE_HEAD + dropped)
            continue;
        out[vmsg_trace_place(i, t->count)] = t->entries[slot_of(i)];
    }
    out[VMSG_TRACE_HEAD].kind = VMSG_TRACE_NOTE;
    out[VMSG_TRACE_HEAD].t_ns = out[VMSG_TRACE_HEAD - 1].t_ns;
    out[VMSG_TRACE_HEAD].text = strdup(text);
    *n = TRACE_MOST + 1;
    free(t->entries);
    return out;
}

struct vmsg_trace_entry *vmsg_trace_take(struct vmsg_trace *t, size_t *n, size_t *dropped)
{
    struct vmsg_trace_entry *out = t->entries;

    *dropped = t->count > TRACE_MOST ? t->count - TRACE_MOST : 0;
    *n = t->count;
    if (*dropped)
        out = unroll(t, n, *dropped);
    if (!out) {
        vmsg_trace_clear(t);
        *n = 0;
        return NULL;
    }
    free(t->rooms);
    *t = (struct vmsg_trace){0};
    return out;
}

void vmsg_trace_clear(struct vmsg_trace *t)
{
    vmsg_trace_entries_free(t->entries, t->cap);
    free(t->rooms);
    *t = (struct vmsg_trace){0};
}
