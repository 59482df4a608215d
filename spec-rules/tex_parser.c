/*
 * The LaTeX reader's tools: macros, arguments, lines, and adding what was found.
 */
#include "spec-rules/tex_parser.h"
#include "spec-rules/tex_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum vmsg_tex_command vmsg_tex_command(const char *p, const char *end, size_t *len)
{
    static const struct {
        const char *name;
        enum vmsg_tex_command command;
    } commands[] = {
        {"begin", VMSG_TEX_BEGIN},
        {"end", VMSG_TEX_END},
        {"item", VMSG_TEX_ITEM},
        {"label", VMSG_TEX_LABEL},
        {"chapter", VMSG_TEX_SECTION},
        {"section", VMSG_TEX_SECTION},
        {"subsection", VMSG_TEX_SUBSECTION},
        {"subsubsection", VMSG_TEX_SUBSUBSECTION},
        {"paragraph", VMSG_TEX_PARAGRAPH},
        {"subparagraph", VMSG_TEX_PARAGRAPH},
        {"msgdef", VMSG_TEX_MSGDEF},
        {"busdef", VMSG_TEX_BUSDEF},
        {"newcommand", VMSG_TEX_DEFINITION},
        {"renewcommand", VMSG_TEX_DEFINITION},
        {"drivernormative", VMSG_TEX_DRIVER},
        {"devicenormative", VMSG_TEX_DEVICE},
        {"busnormative", VMSG_TEX_BUS},
    };
    size_t n = 1;

    while (p + n < end && isalpha((unsigned char)p[n]))
        n++;
    if (n == 1 && p + 1 < end)
        n = 2; /* an escaped character */
    *len = n;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strlen(commands[i].name) == n - 1 && !memcmp(p + 1, commands[i].name, n - 1))
            return commands[i].command;
    }
    return VMSG_TEX_TEXT;
}

bool vmsg_tex_is_heading(enum vmsg_tex_command command)
{
    return command >= VMSG_TEX_SECTION && command != VMSG_TEX_DEFINITION;
}

bool vmsg_tex_argument(struct vmsg_tex_parser *t, const char **arg, size_t *len)
{
    const char *p = t->p;
    const char *last;
    unsigned depth = 1;

    while (p < t->end && isspace((unsigned char)*p))
        p++;
    if (p == t->end || *p != '{')
        return false;
    *arg = ++p;
    last = t->end - p > VMSG_TEX_MAX_ARG ? p + VMSG_TEX_MAX_ARG : t->end;
    for (; p < last; p++) {
        if (*p == '\\' && p + 1 < last)
            p++;
        else if (*p == '{')
            depth++;
        else if (*p == '}' && --depth == 0) {
            *len = (size_t)(p - *arg);
            t->p = p + 1;
            return true;
        }
    }
    return false;
}

bool vmsg_tex_begin(struct vmsg_tex_parser *t)
{
    static const char listing_end[] = "\\end{lstlisting}";
    const char *name;
    size_t len;

    if (!vmsg_tex_argument(t, &name, &len))
        return false;
    if (len == strlen("lstlisting") && !memcmp(name, "lstlisting", len)) {
        const char *close =
            memmem(t->p, (size_t)(t->end - t->p), listing_end, sizeof listing_end - 1);

        t->p = close ? close : t->end;
    }
    return (len == strlen("itemize") && !memcmp(name, "itemize", len)) ||
           (len == strlen("enumerate") && !memcmp(name, "enumerate", len));
}

bool vmsg_tex_blank_line(const char *p, const char *end)
{
    if (p == end || *p != '\n')
        return false;
    for (p++; p < end && isspace((unsigned char)*p) && *p != '\v'; p++) {
        if (*p == '\n')
            return true;
    }
    return false;
}

unsigned vmsg_tex_line(struct vmsg_tex_parser *t, const char *at)
{
    for (; t->counted < at; t->counted++)
        t->line += *t->counted == '\n' || *t->counted == '\v';
    return t->line;
}

static bool has_letter(const char *text)
{
    for (; *text; text++) {
        if (isalpha((unsigned char)*text))
            return true;
    }
    return false;
}

static bool grow(struct vmsg_tex_parser *t, struct vmsg_tex_list *list)
{
    size_t cap = list->cap ? list->cap * 2 : 256;
    struct vmsg_tex_item *items;

    if (list->n < list->cap)
        return true;
    if (list->n >= VMSG_TEX_MAX_ITEMS) {
        t->error = "the file holds more requirements than any chapter; is it the right file?";
        return false;
    }
    items = realloc(list->items, cap * sizeof *items);
    if (!items) {
        t->error = "out of memory";
        return false;
    }
    list->items = items;
    list->cap = cap;
    return true;
}

struct vmsg_tex_item *vmsg_tex_add(struct vmsg_tex_parser *t, struct vmsg_tex_list *list,
                                   const char *at, const char *text, size_t len)
{
    struct vmsg_tex_item *item;
    char *copy;

    for (; len && isspace((unsigned char)*text); text++, len--)
        at += at < t->end;
    if (t->error || !len || !grow(t, list))
        return NULL;
    copy = vmsg_arena_alloc(t->arena, len + 1);
    if (!copy) {
        t->error = "out of memory";
        return NULL;
    }
    len = vmsg_tex_normalise(copy, text, len);
    copy[len] = '\0';
    if (!has_letter(copy))
        return NULL;
    item = &list->items[list->n++];
    *item = (struct vmsg_tex_item){
        .section = t->section,
        .text = copy,
        .hash = vmsg_tex_hash(copy, len),
        .line = vmsg_tex_line(t, at),
    };
    item->has_level = vmsg_tex_level(copy, len, &item->level);
    return item;
}
