/* Text from outside made safe to print: UTF-8, terminals and plain text. */
#include "reports/escape.h"

#include <stdlib.h>
#include <string.h>

/* Length, payload mask and least code point of a sequence by its first byte; 0: none begins so. */
static unsigned sequence(uint8_t first, uint32_t *cp, uint32_t *least)
{
    if (first < 0x80) {
        *cp = first;
        *least = 0;
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        *cp = first & 0x1Fu;
        *least = 0x80;
        return 2;
    }
    if ((first & 0xF0) == 0xE0) {
        *cp = first & 0x0Fu;
        *least = 0x800;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *cp = first & 0x07u;
        *least = 0x10000;
        return 4;
    }
    return 0;
}

uint32_t vmsg_utf8_next(const char *s, size_t len, size_t *used)
{
    const uint8_t *p = (const uint8_t *)s;
    uint32_t cp = 0, least = 0;
    unsigned n = sequence(p[0], &cp, &least);

    *used = 1;
    if (n == 0 || n > len)
        return VMSG_NOT_UTF8;
    for (unsigned i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return VMSG_NOT_UTF8;
        cp = cp << 6 | (p[i] & 0x3Fu);
    }
    if (cp < least || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        return VMSG_NOT_UTF8;
    *used = n;
    return cp;
}

/* Characters that move, reorder or hide text: format controls, separators, noncharacters. */
static bool is_treacherous(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp <= 0x9F) || cp == 0xAD || cp == 0x061C ||
           (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x2028 && cp <= 0x202E) ||
           (cp >= 0x2060 && cp <= 0x206F) || cp == 0xFEFF || (cp >= 0xFFF9 && cp <= 0xFFFB) ||
           (cp & 0xFFFE) == 0xFFFE || (cp >= 0xE0000 && cp <= 0xE0FFF);
}

void vmsg_glyph_next(struct vmsg_glyph *g, const char *s, size_t len)
{
    uint32_t cp = vmsg_utf8_next(s, len, &g->used);

    if (cp == '\n' || cp == '\r' || cp == '\t')
        g->column = (unsigned)snprintf(g->bytes, sizeof g->bytes, "\\%c",
                                       cp == '\n'   ? 'n'
                                       : cp == '\r' ? 'r'
                                                    : 't');
    else if (cp == VMSG_NOT_UTF8 || cp < 0x20 || cp == 0x7F)
        g->column = (unsigned)snprintf(g->bytes, sizeof g->bytes, "\\x%02x", (uint8_t)s[0]);
    else if (is_treacherous(cp))
        g->column = (unsigned)snprintf(g->bytes, sizeof g->bytes, "\\u{%x}", (unsigned)cp);
    else {
        memcpy(g->bytes, s, g->used);
        g->bytes[g->used] = '\0';
        g->column = 1;
    }
}

/* "##name[": how CI systems are told something in the middle of a line of their log. */
static bool is_log_command(const char *s, size_t len)
{
    size_t i = 2;

    if (len < 3 || s[0] != '#' || s[1] != '#')
        return false;
    while (i < len && ((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z')))
        i++;
    return i < len && s[i] == '[';
}

/*
 * The glyph at s[i]. What a CI system would take for a command in a log, "::error" where a line may
 * begin and "##[error]" anywhere, loses its first character's meaning.
 */
static void glyph_at(struct vmsg_glyph *g, const char *s, size_t i, size_t len)
{
    bool opens = s[i] == ':' && i + 1 < len && s[i + 1] == ':' && strspn(s, " ") >= i;

    vmsg_glyph_next(g, s + i, len - i);
    if (opens || is_log_command(s + i, len - i))
        g->column = (unsigned)snprintf(g->bytes, sizeof g->bytes, "\\x%02x", (uint8_t)s[i]);
}

size_t vmsg_safe_width(const char *s, size_t len)
{
    struct vmsg_glyph g;
    size_t columns = 0;

    for (size_t i = 0; i < len; i += g.used) {
        glyph_at(&g, s, i, len);
        columns += g.column;
    }
    return columns;
}

void vmsg_put_safe_n(FILE *out, const char *s, size_t len)
{
    struct vmsg_glyph g;

    for (size_t i = 0; i < len; i += g.used) {
        glyph_at(&g, s, i, len);
        fputs(g.bytes, out);
    }
}

void vmsg_put_safe(FILE *out, const char *s)
{
    if (s)
        vmsg_put_safe_n(out, s, strlen(s));
}

void vmsg_put_cut(FILE *out, const char *s, size_t columns)
{
    size_t len = s ? strlen(s) : 0, at = 0;
    struct vmsg_glyph g;

    if (vmsg_safe_width(s, len) <= columns) {
        vmsg_put_safe(out, s);
        return;
    }
    for (size_t i = 0; i < len; i += g.used) {
        glyph_at(&g, s, i, len);
        at += g.column;
        if (at + 3 > columns)
            break;
        fputs(g.bytes, out);
    }
    fputs("...", out);
}

void vmsg_put_wrapped(FILE *out, const char *s, unsigned indent, unsigned width)
{
    size_t at = indent;

    while (s && *s) {
        size_t word = strcspn(s, " "), columns = vmsg_safe_width(s, word);

        if (at > indent && at + 1 + columns > width) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            fputc(' ', out);
            at++;
        }
        vmsg_put_safe_n(out, s, word);
        at += columns;
        s += word;
        s += strspn(s, " ");
    }
    fputc('\n', out);
}

char *vmsg_valid_utf8(const char *s)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    size_t len = strlen(s), n = 0, used;
    char *copy = malloc(len * 3 + 1);

    if (!copy)
        return NULL;
    for (size_t i = 0; i < len; i += used) {
        bool bad = vmsg_utf8_next(s + i, len - i, &used) == VMSG_NOT_UTF8;
        size_t bytes = bad ? 3 : used;

        memcpy(copy + n, bad ? replacement : s + i, bytes);
        n += bytes;
    }
    copy[n] = '\0';
    return copy;
}
