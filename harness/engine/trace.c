/* A bounded trace; see trace.h. */
#include "harness/engine/trace.h"

#include "harness/engine/result_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_MOST  (VMSG_TRACE_HEAD + VMSG_TRACE_TAIL)
#define TRACE_USUAL 64u  /* bytes that most messages fit */
#define REUSED_MOST 256u /* a block of more bytes does not wait for the next connection */
#define KEPT_BEFORE 20u  /* entries around a finding: what led to it, and what came of it */
#define KEPT_AFTER  6u

static size_t slot_of(uint32_t index)
{
    if (index < VMSG_TRACE_HEAD)
        return index;
    return VMSG_TRACE_HEAD + (index - VMSG_TRACE_HEAD) % VMSG_TRACE_TAIL;
}

static __attribute__((noinline)) bool make_room(struct vmsg_trace *t, size_t slot)
{
    size_t cap = t->cap ? t->cap * 2 : 64;
    struct vmsg_trace_entry *entries;
    struct vmsg_trace_slot *slots;

    if (slot < t->cap)
        return true;
    if (cap > TRACE_MOST)
        cap = TRACE_MOST;
    slots = realloc(t->slots, cap * sizeof *slots);
    t->slots = slots ? slots : t->slots;
    entries = slots ? realloc(t->entries, cap * sizeof *entries) : NULL;
    if (!entries)
        return false;
    memset(entries + t->cap, 0, (cap - t->cap) * sizeof *entries);
    memset(slots + t->cap, 0, (cap - t->cap) * sizeof *slots);
    t->entries = entries;
    t->cap = cap;
    return true;
}

/* ---- blocks: of bytes and of texts, most of them of one size, which are used again ---- */

struct vmsg_trace_spare {
    struct vmsg_trace_spare *next;
};

static void *take_block(struct vmsg_trace *t, size_t size)
{
    struct vmsg_trace_spare *spare = size <= TRACE_USUAL ? t->spare : NULL;

    if (!spare)
        return malloc(size < TRACE_USUAL ? TRACE_USUAL : size);
    t->spare = spare->next;
    return spare;
}

/* `size` is what it was taken for; 0: it is not to be used again. */
static void drop_block(struct vmsg_trace *t, void *block, size_t size)
{
    struct vmsg_trace_spare *spare = block;

    if (!block || !size || size > TRACE_USUAL) {
        free(block);
        return;
    }
    spare->next = t->spare;
    t->spare = spare;
}

static void free_spares(struct vmsg_trace *t)
{
    while (t->spare)
        free(take_block(t, TRACE_USUAL));
}

/* In a long flood every slot is used again and again: a block that is large enough stays. */
static uint8_t *room_for(struct vmsg_trace *t, size_t slot, const void *bytes, size_t len)
{
    uint8_t *old = t->entries[slot].bytes;

    if (bytes && old && t->slots[slot].room >= len)
        return old;
    drop_block(t, old, t->slots[slot].room);
    t->slots[slot].room = 0;
    if (!bytes)
        return NULL;
    if (len < TRACE_USUAL)
        len = TRACE_USUAL;
    old = take_block(t, len);
    t->slots[slot].room = old ? (uint32_t)len : 0;
    return old;
}

static char *text_in(struct vmsg_trace *t, char *old, const char *text)
{
    char *new = NULL;

    if (old)
        drop_block(t, old, strlen(old) + 1);
    if (text && (new = take_block(t, strlen(text) + 1)))
        memcpy(new, text, strlen(text) + 1);
    return new;
}

/* The ring comes round to an entry that is near a finding: it moves, whole. */
static void move_out(struct vmsg_trace *t, size_t slot, uint32_t index)
{
    struct vmsg_trace_kept *kept = t->kept;

    if (t->n_kept % 256 == 0 && t->n_kept < VMSG_TRACE_KEPT)
        kept = realloc(t->kept, (t->n_kept + 256) * sizeof *kept);
    if (!kept || t->n_kept == VMSG_TRACE_KEPT)
        return;
    t->kept = kept;
    kept[t->n_kept++] = (struct vmsg_trace_kept){.index = index, .entry = t->entries[slot]};
    t->entries[slot] = (struct vmsg_trace_entry){0};
}

static void keep_slot(struct vmsg_trace *t, size_t slot)
{
    t->slots[slot].keep = true;
    t->slots[slot].room = 0;
}

static void drop_entry(struct vmsg_trace_entry *e)
{
    free(e->bytes);
    free(e->text);
    *e = (struct vmsg_trace_entry){0};
}

/* Whatever stands in the slot makes room. A call, so that what nearly every message does is short.
 */
static __attribute__((noinline)) void begin_entry(struct vmsg_trace *t, size_t slot,
                                                  const void *bytes, size_t len, const char *text)
{
    struct vmsg_trace_entry *e = &t->entries[slot];

    if (t->slots[slot].keep)
        move_out(t, slot, t->count - VMSG_TRACE_TAIL);
    t->slots[slot].keep = false;
    e->text = text_in(t, e->text, text);
    e->bytes = room_for(t, slot, bytes, len);
    e->len = len;
    if ((text && !e->text) || (bytes && !e->bytes)) {
        e->len = 0;
        t->failed = true;
    }
    if (t->count < t->keep_until && slot >= VMSG_TRACE_HEAD)
        keep_slot(t, slot);
}

uint32_t vmsg_trace_add(struct vmsg_trace *t, int kind, uint64_t t_ns, unsigned endpoint,
                        const void *bytes, size_t len, const char *text)
{
    size_t slot = slot_of(t->count);
    struct vmsg_trace_entry *e;

    if (slot >= t->cap && !make_room(t, slot)) {
        t->failed = true;
        return t->count;
    }
    e = &t->entries[slot];
    if (bytes && len <= t->slots[slot].room && t->count >= t->keep_until)
        e->len = len; /* in the midst of a flood: a message in place of another */
    else
        begin_entry(t, slot, bytes, len, text);
    e->t_ns = t_ns;
    e->endpoint = endpoint;
    e->kind = kind;
    if (e->bytes)
        memcpy(e->bytes, bytes, len);
    return t->count++;
}

/* The first entry of the ring. */
static uint32_t tail_of(const struct vmsg_trace *t)
{
    return t->count > TRACE_MOST ? t->count - VMSG_TRACE_TAIL : VMSG_TRACE_HEAD;
}

void vmsg_trace_keep(struct vmsg_trace *t, uint32_t index)
{
    uint32_t from = index > KEPT_BEFORE ? index - KEPT_BEFORE : 0;

    if (from < tail_of(t))
        from = tail_of(t);
    for (uint32_t i = from; i < t->count && i <= index + KEPT_AFTER; i++)
        keep_slot(t, slot_of(i));
    if (index + KEPT_AFTER >= t->keep_until)
        t->keep_until = index + KEPT_AFTER + 1;
}

/* How many of the kept ones stand before this one. */
static size_t kept_before(const struct vmsg_trace *t, uint32_t index)
{
    size_t low = 0, high = t->n_kept;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (t->kept[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct vmsg_trace_entry *vmsg_trace_at(const struct vmsg_trace *t, uint32_t index)
{
    size_t i;

    if (index < t->count && (index < VMSG_TRACE_HEAD || index >= tail_of(t)))
        return &t->entries[slot_of(index)];
    i = kept_before(t, index);
    return i < t->n_kept && t->kept[i].index == index ? &t->kept[i].entry : NULL;
}

/* ---- what is left, in order, with a note for each gap ---- */

/* The index behind which the n-th kept one stands. */
static uint32_t previous(const struct vmsg_trace *t, size_t n)
{
    return n ? t->kept[n - 1].index : VMSG_TRACE_HEAD - 1;
}

/* Is something missing before the n-th kept one; before the ring, when there is no n-th? */
static uint32_t gap(const struct vmsg_trace *t, size_t n)
{
    return (n < t->n_kept ? t->kept[n].index : tail_of(t)) - previous(t, n) - 1;
}

uint32_t vmsg_trace_place(const struct vmsg_trace *t, uint32_t index)
{
    uint32_t place = VMSG_TRACE_HEAD;
    size_t before;

    if (index < VMSG_TRACE_HEAD || t->count <= TRACE_MOST)
        return index;
    before = kept_before(t, index);
    for (size_t i = 0; i < before; i++)
        place += 1 + (gap(t, i) > 0);
    if (index >= tail_of(t))
        return place + (gap(t, before) > 0) + index - tail_of(t);
    return place + (before < t->n_kept && t->kept[before].index == index && gap(t, before) > 0);
}

static size_t note_gap(struct vmsg_trace_entry *out, size_t n, uint32_t missing)
{
    char text[64];

    if (!missing)
        return n;
    snprintf(text, sizeof text, "%u %s left out here", (unsigned)missing,
             missing == 1 ? "entry is" : "entries are");
    out[n] = (struct vmsg_trace_entry){
        .kind = VMSG_TRACE_NOTE, .t_ns = out[n - 1].t_ns, .text = strdup(text)};
    return n + 1;
}

/* The head, what was kept, and the ring unrolled. */
static struct vmsg_trace_entry *unroll(struct vmsg_trace *t, size_t *n)
{
    struct vmsg_trace_entry *out = calloc(TRACE_MOST + 2 * t->n_kept + 1, sizeof *out);

    if (!out)
        return NULL;
    memcpy(out, t->entries, VMSG_TRACE_HEAD * sizeof *out);
    *n = VMSG_TRACE_HEAD;
    for (size_t i = 0; i < t->n_kept; i++) {
        *n = note_gap(out, *n, gap(t, i));
        out[(*n)++] = t->kept[i].entry;
    }
    *n = note_gap(out, *n, gap(t, t->n_kept));
    for (uint32_t i = tail_of(t); i < t->count; i++)
        out[(*n)++] = t->entries[slot_of(i)];
    free(t->entries);
    return out;
}

struct vmsg_trace_entry *vmsg_trace_take(struct vmsg_trace *t, size_t *n, size_t *dropped)
{
    struct vmsg_trace_entry *out = t->entries;

    for (size_t i = t->count; i < t->cap; i++)
        drop_entry(&t->entries[i]); /* of a connection before */

    *dropped = t->count > TRACE_MOST ? t->count - TRACE_MOST - t->n_kept : 0;
    *n = t->count;
    if (t->count > TRACE_MOST)
        out = unroll(t, n);
    if (!out) {
        vmsg_trace_clear(t);
        *n = 0;
        return NULL;
    }
    free_spares(t);
    free(t->slots);
    free(t->kept);
    *t = (struct vmsg_trace){0};
    return out;
}

static void drop_kept(struct vmsg_trace *t)
{
    for (size_t i = 0; i < t->n_kept; i++)
        drop_entry(&t->kept[i].entry);
    free(t->kept);
    t->kept = NULL;
    t->n_kept = 0;
}

void vmsg_trace_clear(struct vmsg_trace *t)
{
    drop_kept(t);
    vmsg_trace_entries_free(t->entries, t->cap);
    free_spares(t);
    free(t->slots);
    *t = (struct vmsg_trace){0};
}

void vmsg_trace_rewind(struct vmsg_trace *t)
{
    drop_kept(t);
    for (size_t i = 0; i < t->cap && i < t->count; i++) {
        if (t->slots[i].room > REUSED_MOST) {
            drop_entry(&t->entries[i]);
            t->slots[i].room = 0;
        }
        t->slots[i].keep = false;
    }
    t->count = t->keep_until = 0;
    t->failed = false;
}
