/* Text from outside as XML 1.0 character data. */
#include "reports/escape.h"

#include <string.h>

/* XML 1.0 section 2.2: what a document may hold, less the controls that it discourages. */
static bool is_xml(uint32_t cp)
{
    return cp == '\t' || cp == '\n' || cp == '\r' || (cp >= 0x20 && cp < 0x7F) ||
           (cp >= 0xA0 && cp <= 0xD7FF) || (cp >= 0xE000 && cp <= 0xFFFD) ||
           (cp >= 0x10000 && (cp & 0xFFFE) != 0xFFFE);
}

static const char *entity(uint32_t cp, bool attribute)
{
    switch (cp) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>': /* "]]>" may not stand in text */
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    case '\r': /* else read back as a newline */
        return "&#13;";
    case '\n': /* else read back as a space */
        return attribute ? "&#10;" : NULL;
    case '\t':
        return attribute ? "&#9;" : NULL;
    default:
        return NULL;
    }
}

void vmsg_put_xml_n(FILE *out, const char *s, size_t len, bool attribute)
{
    size_t used;

    for (size_t i = 0; i < len; i += used) {
        uint32_t cp = vmsg_utf8_next(s + i, len - i, &used);
        const char *as = entity(cp, attribute);

        if ((cp == ':' && i + 1 < len && s[i + 1] == ':') ||
            (cp == '#' && i + 1 < len && s[i + 1] == '#'))
            fprintf(out, "&#%u;", (unsigned)cp); /* no command in a CI system's log */
        else if (cp == VMSG_NOT_UTF8)
            fputs("\xEF\xBF\xBD", out);
        else if (as)
            fputs(as, out);
        else if (is_xml(cp))
            fwrite(s + i, 1, used, out);
    }
}

void vmsg_put_xml(FILE *out, const char *s, bool attribute)
{
    if (s)
        vmsg_put_xml_n(out, s, strlen(s), attribute);
}
