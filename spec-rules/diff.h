/*
 * The catalogue against a spec source: what an editor has to look at.
 */
#ifndef VMSG_RULES_DIFF_H
#define VMSG_RULES_DIFF_H

#include "spec-rules/catalogue.h"
#include "spec-rules/tex.h"

#include <stdio.h>

enum vmsg_change_kind {
    VMSG_CHANGE_ADDED,    /* a requirement that the catalogue lacks */
    VMSG_CHANGE_REMOVED,  /* an entry whose text is gone; running text: gone or reworded */
    VMSG_CHANGE_MOVED,    /* same text, other id or other section */
    VMSG_CHANGE_REWORDED, /* same block, other text or level */
};

struct vmsg_change {
    enum vmsg_change_kind kind;
    const struct vmsg_clause *clause; /* NULL: added */
    const struct vmsg_tex_item *item; /* NULL: removed; its id is NULL in running text */
};

struct vmsg_diff {
    struct vmsg_change *changes; /* entries in catalogue order, then additions in source order */
    size_t n;
};

/*
 * Compare. Items of normative blocks are matched by id and hash. Entries of running text are
 * looked for among its sentences by hash, those of blocks by likeness, too; sentences with a
 * requirement keyword that no entry stands on are additions. NULL when memory runs out. Borrows
 * both arguments.
 */
struct vmsg_diff *vmsg_diff_new(const struct vmsg_catalogue *catalogue, const struct vmsg_tex *tex);
void vmsg_diff_free(struct vmsg_diff *diff);

size_t vmsg_diff_count(const struct vmsg_diff *diff, enum vmsg_change_kind kind);

const char *vmsg_change_text(enum vmsg_change_kind kind); /* "added", ... */

/*
 * Print each change: kind, id, level, line and hash to paste on one line, what the entry says and
 * the new text indented below it; then one line of totals.
 */
void vmsg_diff_print(FILE *out, const struct vmsg_diff *diff);

#endif
