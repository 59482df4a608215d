/*
 * The catalogue against a spec source.
 */
#include "spec-rules/diff.h"
#include "spec-rules/words.h"

#include <stdlib.h>
#include <string.h>

/* Which clauses and items have found their counterpart. */
struct matching {
    const struct vmsg_catalogue *catalogue;
    const struct vmsg_tex *tex;
    struct vmsg_diff *diff;
    bool *item_done, *sentence_done;
    struct vmsg_change *change; /* per clause; kind MOVED with equal places means unchanged */
    bool *clause_done;
};

static bool is_prose(const struct vmsg_clause *clause)
{
    return !strncmp(clause->id + 4, "prose.", strlen("prose."));
}

static bool same_level(const struct vmsg_clause *clause, const struct vmsg_tex_item *item)
{
    return item->has_level && item->level == clause->level;
}

static void note(struct matching *m, enum vmsg_change_kind kind, const struct vmsg_clause *clause,
                 const struct vmsg_tex_item *item)
{
    m->diff->changes[m->diff->n++] = (struct vmsg_change){kind, clause, item};
}

static void pair(struct matching *m, size_t i, enum vmsg_change_kind kind,
                 const struct vmsg_tex_item *item)
{
    m->clause_done[i] = true;
    m->change[i] = (struct vmsg_change){kind, vmsg_catalogue_at(m->catalogue, i), item};
    if (item && item->id)
        m->item_done[item - m->tex->items] = true;
    else if (item)
        m->sentence_done[item - m->tex->sentences] = true;
}

typedef bool matches_fn(const struct vmsg_clause *clause, const struct vmsg_tex_item *item);

static bool same_place_and_text(const struct vmsg_clause *clause, const struct vmsg_tex_item *item)
{
    return item->hash == clause->hash && !strcmp(item->id, clause->id);
}

static bool same_text(const struct vmsg_clause *clause, const struct vmsg_tex_item *item)
{
    return item->hash == clause->hash;
}

static bool same_id(const struct vmsg_clause *clause, const struct vmsg_tex_item *item)
{
    return !strcmp(item->id, clause->id);
}

/* Pair the clauses that are left with the first item that is left and matches. */
static void pair_items(struct matching *m, matches_fn *matches, enum vmsg_change_kind kind)
{
    for (size_t i = 0; i < vmsg_catalogue_size(m->catalogue); i++) {
        const struct vmsg_clause *clause = vmsg_catalogue_at(m->catalogue, i);

        for (size_t k = 0; !m->clause_done[i] && !is_prose(clause) && k < m->tex->n_items; k++) {
            if (!m->item_done[k] && matches(clause, &m->tex->items[k]))
                pair(m, i, kind, &m->tex->items[k]);
        }
    }
}

/* The ids but for their ordinals. */
static bool same_block(const char *a, const char *b)
{
    size_t n = (size_t)(strrchr(a, '.') - a);

    return !strncmp(a, b, n + 1) && !strchr(b + n + 1, '.');
}

#define WORDS_TO_MOVE 3u /* in common, before an item is held to be another ordinal's */

/* How much the item looks like what became of the clause, 0: not at all. */
static unsigned likeness(const struct vmsg_clause *clause, const struct vmsg_tex_item *item)
{
    unsigned shared = vmsg_shared_words(clause->summary, item->text);

    if (same_id(clause, item))
        return 2 * shared + WORDS_TO_MOVE; /* the place speaks for it, too */
    return shared < WORDS_TO_MOVE ? 0 : 2 * shared;
}

/* The item that is left in the clause's block and looks most like it. */
static const struct vmsg_tex_item *most_like(const struct matching *m,
                                             const struct vmsg_clause *clause, unsigned *most)
{
    const struct vmsg_tex_item *best = NULL;

    *most = 0;
    for (size_t k = 0; k < m->tex->n_items; k++) {
        const struct vmsg_tex_item *item = &m->tex->items[k];
        unsigned like = 0;

        if (!m->item_done[k] && same_block(clause->id, item->id))
            like = likeness(clause, item);
        if (like > *most) {
            *most = like;
            best = item;
        }
    }
    return best;
}

/* What an item was inserted before keeps its words but not its ordinal: the likest pairs first. */
static void pair_reworded_items(struct matching *m)
{
    for (;;) {
        const struct vmsg_tex_item *best = NULL;
        size_t of = 0;
        unsigned most = 0;

        for (size_t i = 0; i < vmsg_catalogue_size(m->catalogue); i++) {
            const struct vmsg_clause *clause = vmsg_catalogue_at(m->catalogue, i);
            const struct vmsg_tex_item *item;
            unsigned like;

            if (m->clause_done[i] || is_prose(clause))
                continue;
            item = most_like(m, clause, &like);
            if (like > most) {
                most = like;
                best = item;
                of = i;
            }
        }
        if (!best)
            return;
        pair(m, of, VMSG_CHANGE_REWORDED, best);
    }
}

/* Several entries may stand on one sentence; equal sentences are one. The section's own wins. */
static void pair_sentences(struct matching *m)
{
    for (size_t i = 0; i < vmsg_catalogue_size(m->catalogue); i++) {
        const struct vmsg_clause *clause = vmsg_catalogue_at(m->catalogue, i);
        const struct vmsg_tex_item *found = NULL;

        for (size_t k = 0; is_prose(clause) && k < m->tex->n_sentences; k++) {
            const struct vmsg_tex_item *item = &m->tex->sentences[k];

            if (item->hash != clause->hash)
                continue;
            m->sentence_done[k] = true;
            if (!found || !strcmp(item->section, clause->section))
                found = item;
        }
        if (found)
            pair(m, i, VMSG_CHANGE_MOVED, found);
    }
}

/* The sentence without an entry, in the clause's section, that is most like its summary. */
static const struct vmsg_tex_item *likely_rewording(const struct matching *m,
                                                    const struct vmsg_clause *clause)
{
    const struct vmsg_tex_item *best = NULL;
    unsigned most = 1; /* one word in common is nothing */

    for (size_t k = 0; k < m->tex->n_sentences; k++) {
        const struct vmsg_tex_item *item = &m->tex->sentences[k];
        unsigned shared;

        if (m->sentence_done[k] || !item->has_level || strcmp(item->section, clause->section))
            continue;
        shared = vmsg_shared_words(clause->summary, item->text);
        if (shared > most) {
            most = shared;
            best = item;
        }
    }
    return best;
}

static void pair_reworded_sentences(struct matching *m)
{
    for (size_t i = 0; i < vmsg_catalogue_size(m->catalogue); i++) {
        const struct vmsg_clause *clause = vmsg_catalogue_at(m->catalogue, i);
        const struct vmsg_tex_item *item;

        if (m->clause_done[i] || !is_prose(clause) || clause->restates)
            continue;
        item = likely_rewording(m, clause);
        if (item)
            pair(m, i, VMSG_CHANGE_REWORDED, item);
    }
}

/* Unchanged pairs were found as "moved" to where they were. */
static bool is_change(const struct vmsg_change *change)
{
    const struct vmsg_clause *clause = change->clause;
    const struct vmsg_tex_item *item = change->item;

    return change->kind != VMSG_CHANGE_MOVED || (item->id && strcmp(item->id, clause->id)) ||
           strcmp(item->section, clause->section);
}

static void collect(struct matching *m)
{
    for (size_t i = 0; i < vmsg_catalogue_size(m->catalogue); i++) {
        struct vmsg_change *change = &m->change[i];

        if (vmsg_clause_of_layout(vmsg_catalogue_at(m->catalogue, i)))
            continue;
        if (!m->clause_done[i])
            note(m, VMSG_CHANGE_REMOVED, vmsg_catalogue_at(m->catalogue, i), NULL);
        else if (is_change(change))
            note(m, change->kind, change->clause, change->item);
        else if (change->item->id && !same_level(change->clause, change->item))
            note(m, VMSG_CHANGE_REWORDED, change->clause, change->item);
    }
    for (size_t k = 0; k < m->tex->n_items; k++) {
        if (!m->item_done[k])
            note(m, VMSG_CHANGE_ADDED, NULL, &m->tex->items[k]);
    }
    for (size_t k = 0; k < m->tex->n_sentences; k++) {
        if (!m->sentence_done[k] && m->tex->sentences[k].has_level)
            note(m, VMSG_CHANGE_ADDED, NULL, &m->tex->sentences[k]);
    }
}

/* Clauses that are no part of the text have nothing to be compared with. */
static void leave_out_layout(struct matching *m)
{
    for (size_t i = 0; i < vmsg_catalogue_size(m->catalogue); i++)
        m->clause_done[i] = vmsg_clause_of_layout(vmsg_catalogue_at(m->catalogue, i));
}

static bool allocate(struct matching *m)
{
    size_t n = vmsg_catalogue_size(m->catalogue);
    size_t most = n + m->tex->n_items + m->tex->n_sentences;

    m->item_done = calloc(m->tex->n_items + 1, sizeof *m->item_done);
    m->sentence_done = calloc(m->tex->n_sentences + 1, sizeof *m->sentence_done);
    m->clause_done = calloc(n + 1, sizeof *m->clause_done);
    m->change = calloc(n + 1, sizeof *m->change);
    m->diff = calloc(1, sizeof *m->diff);
    if (m->diff)
        m->diff->changes = calloc(most + 1, sizeof *m->diff->changes);
    return m->item_done && m->sentence_done && m->clause_done && m->change && m->diff &&
           m->diff->changes;
}

struct vmsg_diff *vmsg_diff_new(const struct vmsg_catalogue *catalogue, const struct vmsg_tex *tex)
{
    struct matching m = {.catalogue = catalogue, .tex = tex};

    if (allocate(&m)) {
        leave_out_layout(&m);
        pair_items(&m, same_place_and_text, VMSG_CHANGE_MOVED);
        pair_items(&m, same_text, VMSG_CHANGE_MOVED);
        pair_reworded_items(&m);
        pair_sentences(&m);
        pair_reworded_sentences(&m);
        collect(&m);
    } else {
        vmsg_diff_free(m.diff);
        m.diff = NULL;
    }
    free(m.item_done);
    free(m.sentence_done);
    free(m.clause_done);
    free(m.change);
    return m.diff;
}

void vmsg_diff_free(struct vmsg_diff *diff)
{
    if (diff)
        free(diff->changes);
    free(diff);
}

size_t vmsg_diff_count(const struct vmsg_diff *diff, enum vmsg_change_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < diff->n; i++)
        n += diff->changes[i].kind == kind;
    return n;
}
