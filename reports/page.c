/* What all HTML pages of ours share. */
#include "reports/page.h"

#include "harness/embed.h"
#include "reports/escape.h"

#include <ctype.h>
#include <string.h>

/* A file of page/; the build put it there. */
static void embedded(FILE *out, const char *name)
{
    for (const struct vmsg_embedded *e = vmsg_embedded_page; e->name; e++)
        if (!strcmp(e->name, name))
            fwrite(e->data, 1, e->length, out);
}

void vmsg_page_begin(FILE *out, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"referrer\" content=\"no-referrer\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
          "base-uri 'none'; form-action 'none'\">\n"
          "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
          "viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b57c2'/%3E%3Cpath "
          "d='M4 8l3 3 5-6' stroke='white' stroke-width='2' fill='none'/%3E%3C/svg%3E\">\n<title>",
          out);
    vmsg_put_html(out, title);
    fputs("</title>\n<script>\n", out);
    embedded(out, "page/theme.js"); /* a long page is painted before its end is here */
    fputs("</script>\n<style>\n", out);
    embedded(out, "page/style.css");
    fputs("</style>\n</head>\n<body>\n", out);
}

void vmsg_page_end(FILE *out)
{
    fputs("<footer class=\"wrap\"><p>Made by vmsgspec " VMSGSPEC_VERSION ". A verdict is a "
          "statement about what was seen: a pass counts the situations in which the clause could "
          "have been broken.</p></footer>\n<script>\n",
          out);
    embedded(out, "page/app.js");
    fputs("</script>\n</body>\n</html>\n", out);
}

void vmsg_page_href(FILE *out, const char *id)
{
    fputs(" href=\"#", out);
    for (const unsigned char *p = (const unsigned char *)id; *p; p++)
        if (isalnum(*p) || strchr("-._~/:", *p))
            fputc(*p, out);
        else
            fprintf(out, "%%%02X", *p);
    fputc('"', out);
}

void vmsg_page_badge(FILE *out, const char *verdict)
{
    fprintf(out, "<span class=\"badge v-%s\">%s</span>", verdict, verdict);
}

const char *vmsg_page_sign(const char *verdict)
{
    static const char *const signs[][2] = {
        {"pass", "\xe2\x9c\x93"},    {"fail", "\xe2\x9c\x97"},   {"warn", "!"},
        {"inconclusive", "?"},       {"declared", "D"},          {"not-observable", "\xc2\xb7"},
        {"crashed", "\xe2\x9c\x97"}, {"wedged", "\xe2\x9c\x97"}, {"error", "\xe2\x9c\x97"},
        {"skip", "\xe2\x80\x93"},
    };

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (!strcmp(signs[i][0], verdict))
            return signs[i][1];
    return "\xe2\x80\x93";
}

void vmsg_page_fact(FILE *out, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    fprintf(out, "<div%s><dt>%s</dt><dd>", strlen(value) > 60 ? " class=\"wide\"" : "", name);
    vmsg_put_html(out, value);
    fputs("</dd></div>\n", out);
}
