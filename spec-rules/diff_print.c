/*
 * The differences between catalogue and source, as text for an editor.
 */
#include "spec-rules/diff.h"

#include <inttypes.h>
#include <string.h>

const char *vmsg_change_text(enum vmsg_change_kind kind)
{
    switch (kind) {
    case VMSG_CHANGE_ADDED:
        return "added";
    case VMSG_CHANGE_REMOVED:
        return "removed";
    case VMSG_CHANGE_MOVED:
        return "moved";
    case VMSG_CHANGE_REWORDED:
        return "reworded";
    }
    return "?";
}

static const char *item_id(const struct vmsg_tex_item *item)
{
    return item->id ? item->id : "(running text)";
}

static const char *item_level(const struct vmsg_tex_item *item)
{
    return item->has_level ? vmsg_level_text(item->level) : "no keyword";
}

static void print_change(FILE *out, const struct vmsg_change *change)
{
    const struct vmsg_clause *clause = change->clause;
    const struct vmsg_tex_item *item = change->item;

    fprintf(out, "%-9s %s", vmsg_change_text(change->kind), clause ? clause->id : item_id(item));
    switch (change->kind) {
    case VMSG_CHANGE_REMOVED:
        fprintf(out, ", %s\n          was: %s\n", vmsg_level_text(clause->level), clause->summary);
        break;
    case VMSG_CHANGE_MOVED:
        fprintf(out, " -> %s, line %u, section \"%s\"\n", item_id(item), item->line, item->section);
        break;
    case VMSG_CHANGE_REWORDED:
        if (item->id && strcmp(item->id, clause->id))
            fprintf(out, " -> %s", item->id);
        fprintf(out, ", %s", vmsg_level_text(clause->level));
        if (item->has_level && item->level != clause->level)
            fprintf(out, " -> %s", item_level(item));
        fprintf(out, ", line %u, hash = 0x%016" PRIx64 "\n          was: %s\n          now: %s\n",
                item->line, item->hash, clause->summary, item->text);
        break;
    case VMSG_CHANGE_ADDED:
        fprintf(out, ", %s, line %u, section \"%s\", hash = 0x%016" PRIx64 "\n          %s\n",
                item_level(item), item->line, item->section, item->hash, item->text);
        break;
    }
}

void vmsg_diff_print(FILE *out, const struct vmsg_diff *diff)
{
    for (size_t i = 0; i < diff->n; i++)
        print_change(out, &diff->changes[i]);
    fprintf(out, "%zu added, %zu removed, %zu moved, %zu reworded\n",
            vmsg_diff_count(diff, VMSG_CHANGE_ADDED), vmsg_diff_count(diff, VMSG_CHANGE_REMOVED),
            vmsg_diff_count(diff, VMSG_CHANGE_MOVED), vmsg_diff_count(diff, VMSG_CHANGE_REWORDED));
}
