/*
 * Reads a chapter: walks its source, keeps track of the section, hands blocks and text on.
 */
#include "spec-rules/tex.h"
#include "spec-rules/tex_parser.h"
#include "spec-rules/tex_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct chapter {
    struct vmsg_tex tex; /* first: what the caller holds */
    struct vmsg_arena arena;
};

static const char *text(struct vmsg_tex_parser *t, const char *prefix, const char *s, size_t len)
{
    size_t size = strlen(prefix) + len + 1;
    char *raw = vmsg_arena_alloc(t->arena, size);
    char *path = vmsg_arena_alloc(t->arena, size);

    if (!raw || !path) {
        t->error = "out of memory";
        return "";
    }
    snprintf(raw, size, "%s%.*s", prefix, (int)len, s);
    vmsg_tex_section(path, raw, strlen(raw));
    return path;
}

/* A section without a label is named by its title below its parent. */
static void open_section(struct vmsg_tex_parser *t, enum vmsg_tex_command command)
{
    const char *arg;
    char prefix[VMSG_TEX_MAX_ARG * 2];
    size_t len;

    if (!vmsg_tex_argument(t, &arg, &len))
        return;
    switch (command) {
    case VMSG_TEX_SECTION:
        t->parent = t->section = "";
        t->nested = false;
        break;
    case VMSG_TEX_SUBSECTION:
        t->parent = t->section = text(t, "", arg, len);
        t->nested = false;
        break;
    case VMSG_TEX_MSGDEF:
        t->section = text(t, "Transport Messages / VIRTIO_MSG_", arg, len);
        t->nested = true;
        break;
    case VMSG_TEX_BUSDEF:
        t->section = text(t, "Bus Messages / BUS_MSG_", arg, len);
        t->nested = true;
        break;
    case VMSG_TEX_SUBSUBSECTION:
        snprintf(prefix, sizeof prefix, "%s / ", t->parent);
        t->section = text(t, *t->parent ? prefix : "", arg, len);
        t->nested = true;
        break;
    default: /* \paragraph: below what a section path names */
        break;
    }
}

static void set_label(struct vmsg_tex_parser *t)
{
    const char *arg;
    size_t len;

    if (!vmsg_tex_argument(t, &arg, &len))
        return;
    t->section = text(t, "", arg, len);
    if (!t->nested)
        t->parent = t->section;
}

static bool named(const char *name, size_t len, const char *word)
{
    return len == strlen(word) && !memcmp(name, word, len);
}

/* An environment of the running text: listings and tables whole, the rest is stepped into. */
static void open_environment(struct vmsg_tex_parser *t)
{
    static const struct {
        const char *name, *close;
        void (*read)(struct vmsg_tex_parser *, const char *, const char *);
    } whole[] = {
        {"lstlisting", "\\end{lstlisting}", vmsg_tex_listing},
        {"tabular", "\\end{tabular}", vmsg_tex_table},
    };
    const char *name, *columns;
    size_t len, columns_len;

    if (!vmsg_tex_argument(t, &name, &len))
        return;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        const char *close;

        if (!named(name, len, whole[i].name))
            continue;
        if (whole[i].read == vmsg_tex_table)
            vmsg_tex_argument(t, &columns, &columns_len);
        close = memmem(t->p, (size_t)(t->end - t->p), whole[i].close, strlen(whole[i].close));
        close = close ? close : t->end;
        whole[i].read(t, t->p, close);
        t->p = close;
        return;
    }
}

/* \newcommand{\x}[1]{...}: none of it is text. */
static void skip_definition(struct vmsg_tex_parser *t)
{
    const char *arg;
    size_t len;

    vmsg_tex_argument(t, &arg, &len);
    if (t->p < t->end && *t->p == '[') {
        const char *close = memchr(t->p, ']', (size_t)(t->end - t->p));

        t->p = close ? close + 1 : t->end;
    }
    vmsg_tex_argument(t, &arg, &len);
}

/* One macro that ends a paragraph; the parser stands behind its name. */
static void read_command(struct vmsg_tex_parser *t, enum vmsg_tex_command command)
{
    const char *arg;
    size_t len;

    switch (command) {
    case VMSG_TEX_BEGIN:
        open_environment(t);
        break;
    case VMSG_TEX_END:
        vmsg_tex_argument(t, &arg, &len);
        break;
    case VMSG_TEX_LABEL:
        set_label(t);
        break;
    case VMSG_TEX_SECTION:
    case VMSG_TEX_SUBSECTION:
    case VMSG_TEX_SUBSUBSECTION:
    case VMSG_TEX_PARAGRAPH:
    case VMSG_TEX_MSGDEF:
    case VMSG_TEX_BUSDEF:
        open_section(t, command);
        break;
    case VMSG_TEX_DEFINITION:
        skip_definition(t);
        break;
    case VMSG_TEX_DRIVER:
    case VMSG_TEX_DEVICE:
    case VMSG_TEX_BUS:
        vmsg_tex_normative(t, command);
        break;
    case VMSG_TEX_ITEM:
    case VMSG_TEX_TEXT:
        break;
    }
}

static void walk(struct vmsg_tex_parser *t)
{
    const char *from = t->p;

    while (t->p < t->end && !t->error) {
        if (*t->p == '\\') {
            const char *at = t->p;
            size_t len;
            enum vmsg_tex_command command = vmsg_tex_command(at, t->end, &len);

            t->p += len;
            if (command == VMSG_TEX_TEXT)
                continue;
            vmsg_tex_paragraph(t, from, at);
            read_command(t, command);
            from = t->p;
        } else if (vmsg_tex_blank_line(t->p, t->end)) {
            vmsg_tex_paragraph(t, from, t->p);
            from = ++t->p;
        } else {
            t->p++;
        }
    }
    vmsg_tex_paragraph(t, from, t->p);
}

static bool parse(struct chapter *c, const char *source, size_t len, const char **error)
{
    struct vmsg_tex_parser t = {.arena = &c->arena, .line = 1, .parent = "", .section = ""};
    char *clean = vmsg_arena_alloc(t.arena, len + 1);

    t.blocks = vmsg_arena_alloc(t.arena, VMSG_TEX_MAX_BLOCKS * sizeof *t.blocks);
    if (!clean || !t.blocks) {
        *error = "out of memory";
        return false;
    }
    t.p = t.counted = clean;
    t.end = clean + vmsg_tex_clean(clean, source, len);
    walk(&t);
    c->tex = (struct vmsg_tex){t.items.items, t.items.n, t.sentences.items, t.sentences.n,
                               t.unclosed_line};
    *error = t.error;
    return !t.error;
}

struct vmsg_tex *vmsg_tex_parse(const char *source, size_t len, char *err, size_t err_size)
{
    struct chapter *c;
    const char *error = NULL;

    if (len > VMSG_TEX_MAX_SOURCE) {
        snprintf(err, err_size, "the file is larger than 4 MiB; is it the right file?");
        return NULL;
    }
    c = calloc(1, sizeof *c);
    if (!c) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    if (!parse(c, source, len, &error)) {
        snprintf(err, err_size, "%s", error);
        vmsg_tex_free(&c->tex);
        return NULL;
    }
    return &c->tex;
}

void vmsg_tex_free(struct vmsg_tex *tex)
{
    struct chapter *c = (struct chapter *)tex;

    if (!c)
        return;
    free(c->tex.items);
    free(c->tex.sentences);
    vmsg_arena_free(&c->arena);
    free(c);
}
