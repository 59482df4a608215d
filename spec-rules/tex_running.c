/*
 * Running text of the LaTeX source: sentences, table rows and structure members.
 */
#include "spec-rules/tex_parser.h"

#include <ctype.h>
#include <string.h>

/* True when a sentence ends with the full stop at `p`. */
static bool ends_sentence(const char *p, const char *to)
{
    const char *next = p + 1;

    if (*p != '.' || (next < to && !isspace((unsigned char)*next)))
        return false;
    while (next < to && isspace((unsigned char)*next))
        next++;
    return next == to || !islower((unsigned char)*next);
}

static void add(struct vmsg_tex_parser *t, const char *from, const char *to)
{
    vmsg_tex_add(t, &t->sentences, from, from, (size_t)(to - from));
}

void vmsg_tex_paragraph(struct vmsg_tex_parser *t, const char *from, const char *to)
{
    for (const char *p = from; p < to; p++) {
        if (ends_sentence(p, to)) {
            add(t, from, p + 1);
            from = p + 1;
        }
    }
    add(t, from, to);
}

/* Copy a table without its rules, which are no text; `out` holds to - from bytes. */
static size_t without_rules(char *out, const char *from, const char *to)
{
    static const char rule[] = "\\hline";
    size_t n = 0;

    while (from < to) {
        if ((size_t)(to - from) >= sizeof rule - 1 && !memcmp(from, rule, sizeof rule - 1)) {
            memset(out + n, ' ', sizeof rule - 1);
            n += sizeof rule - 1;
            from += sizeof rule - 1;
        } else {
            out[n++] = *from++;
        }
    }
    return n;
}

void vmsg_tex_table(struct vmsg_tex_parser *t, const char *from, const char *to)
{
    size_t len = (size_t)(to - from), row = 0;
    char *body = vmsg_arena_alloc(t->arena, len + 1);
    struct vmsg_tex_item *whole;

    if (!body) {
        t->error = "out of memory";
        return;
    }
    without_rules(body, from, to);
    whole = vmsg_tex_add(t, &t->sentences, from, body, len);
    if (whole)
        whole->has_level = false; /* its rows have one */
    for (size_t i = 0; i + 1 < len; i++) {
        if (body[i] == '\\' && body[i + 1] == '\\') {
            vmsg_tex_add(t, &t->sentences, from + row, body + row, i - row);
            row = ++i + 1;
        }
    }
    if (row < len)
        vmsg_tex_add(t, &t->sentences, from + row, body + row, len - row);
}

/* The name after "struct" when the line opens a structure, its length in *len; else NULL. */
static const char *structure_name(const char *line, const char *eol, size_t *len)
{
    static const char word[] = "struct ";

    while (line < eol && isspace((unsigned char)*line))
        line++;
    if ((size_t)(eol - line) < sizeof word - 1 || memcmp(line, word, sizeof word - 1))
        return NULL;
    line += sizeof word - 1;
    *len = 0;
    while (line + *len < eol && (isalnum((unsigned char)line[*len]) || line[*len] == '_'))
        ++*len;
    return line;
}

/* The end of the member that begins at `from`: of its line, or of the comment it opens. */
static const char *member_end(const char *from, const char *to)
{
    const char *eol = memchr(from, '\n', (size_t)(to - from));
    const char *opened, *closed;

    eol = eol ? eol : to;
    opened = memmem(from, (size_t)(eol - from), "/*", 2);
    if (!opened || memmem(opened, (size_t)(eol - opened), "*/", 2))
        return eol;
    closed = memmem(opened, (size_t)(to - opened), "*/", 2);
    return closed ? closed + 2 : to;
}

static bool is_member(const char *from, const char *end)
{
    for (; from < end; from++) {
        if (isalpha((unsigned char)*from))
            return true;
    }
    return false;
}

void vmsg_tex_listing(struct vmsg_tex_parser *t, const char *from, const char *to)
{
    const char *name = "";
    size_t name_len = 0, len;

    while (from < to && !t->error) {
        const char *end = member_end(from, to);
        const char *opened = structure_name(from, end, &len);

        if (opened) {
            name = opened;
            name_len = len;
        } else if (is_member(from, end)) {
            size_t size = name_len + 2 + (size_t)(end - from);
            char *text = vmsg_arena_alloc(t->arena, size);

            if (!text) {
                t->error = "out of memory";
                return;
            }
            memcpy(text, name, name_len);
            memcpy(text + name_len, ": ", 2);
            memcpy(text + name_len + 2, from, (size_t)(end - from));
            vmsg_tex_add(t, &t->sentences, from, text, size);
        }
        from = end < to ? end + 1 : to;
    }
}
