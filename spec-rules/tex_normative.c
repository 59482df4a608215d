/*
 * Normative blocks of the LaTeX source: \drivernormative, \devicenormative, \busnormative.
 */
#include "spec-rules/tex_parser.h"
#include "spec-rules/tex_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *prefix(enum vmsg_tex_command command)
{
    return command == VMSG_TEX_DRIVER ? "drv" : command == VMSG_TEX_DEVICE ? "dev" : "bus";
}

/* The title without escapes, "SET_VQUEUE"; `title` is changed in place. */
static void unescape(char *title)
{
    char *o = title;

    for (; *title; title++) {
        if (*title != '\\')
            *o++ = *title;
    }
    *o = '\0';
}

/* The block with this id; two blocks of one id share one count. NULL after an error. */
static struct vmsg_tex_block *find_block(struct vmsg_tex_parser *t, const char *id)
{
    for (size_t i = 0; i < t->n_blocks; i++) {
        if (!strcmp(t->blocks[i].id, id))
            return &t->blocks[i];
    }
    if (t->n_blocks == VMSG_TEX_MAX_BLOCKS) {
        t->error = "the file holds more normative blocks than any chapter; is it the right file?";
        return NULL;
    }
    t->blocks[t->n_blocks] = (struct vmsg_tex_block){.id = id};
    return &t->blocks[t->n_blocks++];
}

static struct vmsg_tex_block *open_block(struct vmsg_tex_parser *t, const char *role,
                                         const char *title, size_t title_len, const char *label,
                                         size_t label_len)
{
    char *section = vmsg_arena_alloc(t->arena, label_len + 1);
    char *name = vmsg_arena_alloc(t->arena, label_len + 1);
    char *id = vmsg_arena_alloc(t->arena, label_len + 8);
    char *clean_title = vmsg_arena_alloc(t->arena, title_len + 1);
    struct vmsg_tex_block *block;

    if (!section || !name || !id || !clean_title) {
        t->error = "out of memory";
        return NULL;
    }
    vmsg_tex_kebab(name, vmsg_tex_section(section, label, label_len));
    snprintf(id, label_len + 8, "%s.%s", role, name);
    clean_title[vmsg_tex_normalise(clean_title, title, title_len)] = '\0';
    unescape(clean_title);
    block = find_block(t, id);
    if (block) {
        block->section = section;
        block->title = clean_title;
    }
    return block;
}

static void add_item(struct vmsg_tex_parser *t, struct vmsg_tex_block *block, const char *from,
                     const char *to)
{
    struct vmsg_tex_item *item;
    size_t size = strlen(block->id) + 16;
    char *id;

    block->n++; /* an empty item counts too */
    item = vmsg_tex_add(t, &t->items, from, from, (size_t)(to - from));
    if (!item)
        return;
    id = vmsg_arena_alloc(t->arena, size);
    if (!id) {
        t->items.n--;
        t->error = "out of memory";
        return;
    }
    snprintf(id, size, "%s.%u", block->id, block->n);
    item->id = id;
    item->section = block->section;
    item->title = block->title;
}

/* The top-level items of the list that has just begun; nested lists belong to their item. */
static void read_list(struct vmsg_tex_parser *t, struct vmsg_tex_block *block)
{
    unsigned opened = vmsg_tex_line(t, t->p);
    const char *item = NULL;
    unsigned depth = 1;

    while (t->p < t->end) {
        const char *at = t->p;
        enum vmsg_tex_command command;
        size_t len;

        if (*at != '\\') {
            t->p++;
            continue;
        }
        command = vmsg_tex_command(at, t->end, &len);
        if (vmsg_tex_is_heading(command))
            break; /* the list was never closed */
        t->p += len;
        if (command == VMSG_TEX_BEGIN) {
            vmsg_tex_begin(t);
            depth++;
        } else if (command == VMSG_TEX_END) {
            const char *name;

            vmsg_tex_argument(t, &name, &len);
            if (--depth == 0) {
                if (item)
                    add_item(t, block, item, at);
                return;
            }
        } else if (command == VMSG_TEX_ITEM && depth == 1) {
            if (item)
                add_item(t, block, item, at);
            item = t->p;
        }
    }
    if (!t->unclosed_line)
        t->unclosed_line = opened;
    if (item)
        add_item(t, block, item, t->p);
}

/* A block without a list: each of its paragraphs that holds a keyword is an item. */
static void read_paragraphs(struct vmsg_tex_parser *t, struct vmsg_tex_block *block)
{
    const char *from = t->p;
    enum vmsg_level level;
    size_t len;

    for (;;) {
        bool stop = t->p == t->end ||
                    (*t->p == '\\' && vmsg_tex_is_heading(vmsg_tex_command(t->p, t->end, &len)));

        if (stop || vmsg_tex_blank_line(t->p, t->end)) {
            if (vmsg_tex_level(from, (size_t)(t->p - from), &level))
                add_item(t, block, from, t->p);
            from = t->p;
        }
        if (stop)
            return;
        if (*t->p == '\\') {
            vmsg_tex_command(t->p, t->end, &len);
            t->p += len;
        } else {
            t->p++;
        }
    }
}

void vmsg_tex_normative(struct vmsg_tex_parser *t, enum vmsg_tex_command command)
{
    const char *level, *title, *label;
    size_t level_len, title_len, label_len, len;
    struct vmsg_tex_block *block;

    if (!vmsg_tex_argument(t, &level, &level_len) || !vmsg_tex_argument(t, &title, &title_len) ||
        !vmsg_tex_argument(t, &label, &label_len))
        return; /* not a block: the macro's definition, or text about it */
    block = open_block(t, prefix(command), title, title_len, label, label_len);
    if (!block)
        return;
    while (t->p < t->end && isspace((unsigned char)*t->p))
        t->p++;
    if (t->p < t->end && vmsg_tex_command(t->p, t->end, &len) == VMSG_TEX_BEGIN && *t->p == '\\') {
        const char *at = t->p;

        t->p += len;
        if (vmsg_tex_begin(t)) {
            read_list(t, block);
            return;
        }
        t->p = at;
    }
    read_paragraphs(t, block);
}
