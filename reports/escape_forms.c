/* Text from outside in the quoting of Markdown, YAML and JSON; bytes as hexadecimal digits. */
#include "reports/escape.h"

#include <ctype.h>
#include <string.h>

void vmsg_put_markdown(FILE *out, const char *s)
{
    struct vmsg_glyph g;
    size_t len = s ? strlen(s) : 0;

    for (size_t i = 0; i < len; i += g.used) {
        vmsg_glyph_next(&g, s + i, len - i);
        for (const char *p = g.bytes; *p; p++)
            if (ispunct((unsigned char)*p) && !strchr(",.()%=/+", *p))
                fprintf(out, "&#%d;", *p);
            else
                fputc(*p, out);
    }
}

void vmsg_put_html_n(FILE *out, const char *s, size_t len)
{
    struct vmsg_glyph g;

    for (size_t i = 0; i < len; i += g.used) {
        vmsg_glyph_next(&g, s + i, len - i);
        for (const char *p = g.bytes; *p; p++)
            if (strchr("&<>\"'#:", *p)) /* the last two: no command in a CI system's log */
                fprintf(out, "&#%d;", *p);
            else
                fputc(*p, out);
    }
}

void vmsg_put_html(FILE *out, const char *s)
{
    if (s)
        vmsg_put_html_n(out, s, strlen(s));
}

void vmsg_put_quoted(FILE *out, const char *s)
{
    struct vmsg_glyph g;
    size_t len = s ? strlen(s) : 0;

    fputc('"', out);
    for (size_t i = 0; i < len; i += g.used) {
        vmsg_glyph_next(&g, s + i, len - i);
        if (s[i] == '#' && i + 1 < len && s[i + 1] == '#') { /* no command in a CI system's log */
            fputs("\\u0023", out);
            continue;
        }
        for (const char *p = g.bytes; *p; p++) {
            if (*p == '"' || *p == '\\')
                fputc('\\', out);
            fputc(*p, out);
        }
    }
    fputc('"', out);
}

void vmsg_hex(char *to, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        to[2 * i] = digits[bytes[i] >> 4];
        to[2 * i + 1] = digits[bytes[i] & 15];
    }
    to[2 * len] = '\0';
}
