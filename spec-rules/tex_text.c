/*
 * Text functions of the LaTeX reader: normal form, hash, requirement level, names.
 */
#include "spec-rules/tex_text.h"

#include <ctype.h>
#include <string.h>

#define CHAPTER "Virtio Transport Options / Virtio Over Messages"

static bool starts(const char *text, const char *end, const char *word)
{
    size_t len = strlen(word);

    return (size_t)(end - text) >= len && !memcmp(text, word, len);
}

size_t vmsg_tex_clean(char *out, const char *source, size_t len)
{
    const char *end = source + len;
    char *o = out;
    bool listing = false, blank = true;

    for (const char *p = source; p < end; p++) {
        if (starts(p, end, "\\begin{lstlisting}"))
            listing = true;
        else if (starts(p, end, "\\end{lstlisting}"))
            listing = false;
        if (!listing && *p == '\\' && p + 1 < end && p[1] != '\n') {
            *o++ = *p++;
            *o++ = iscntrl((unsigned char)*p) ? ' ' : *p;
            blank = false;
        } else if (!listing && *p == '%') {
            while (p < end && *p != '\n')
                p++;
            if (p < end)
                *o++ = blank ? '\v' : '\n';
            blank = true;
        } else if (*p == '\n') {
            *o++ = '\n';
            blank = true;
        } else {
            *o++ = iscntrl((unsigned char)*p) ? ' ' : *p;
            blank = blank && isspace((unsigned char)o[-1]);
        }
    }
    return (size_t)(o - out);
}

size_t vmsg_tex_normalise(char *out, const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (!isspace((unsigned char)text[i]))
            out[n++] = text[i];
        else if (n && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    return n && out[n - 1] == ' ' ? n - 1 : n;
}

uint64_t vmsg_tex_hash(const char *text, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static bool has_word(const char *text, size_t len, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i + n <= len; i++) {
        bool before = i && isalnum((unsigned char)text[i - 1]);
        bool after = i + n < len && isalnum((unsigned char)text[i + n]);

        if (!before && !after && !memcmp(text + i, word, n))
            return true;
    }
    return false;
}

bool vmsg_tex_level(const char *text, size_t len, enum vmsg_level *level)
{
    static const struct {
        const char *word;
        enum vmsg_level level;
    } words[] = {
        {"MUST", VMSG_MUST},     {"SHALL", VMSG_MUST},         {"REQUIRED", VMSG_MUST},
        {"SHOULD", VMSG_SHOULD}, {"RECOMMENDED", VMSG_SHOULD}, {"MAY", VMSG_MAY},
        {"OPTIONAL", VMSG_MAY},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (has_word(text, len, words[i].word)) {
            *level = words[i].level;
            return true;
        }
    }
    return false;
}

static bool is_role(const char *name)
{
    return !strcmp(name, "Driver") || !strcmp(name, "Device") || !strcmp(name, "Bus");
}

const char *vmsg_tex_section(char *out, const char *label, size_t len)
{
    const char *end = label + len;
    char *slash;

    while (label < end && isspace((unsigned char)*label))
        label++;
    if (starts(label, end, "sec:"))
        label += strlen("sec:");
    len = vmsg_tex_normalise(out, label, (size_t)(end - label));
    out[len] = '\0';
    if (starts(out, out + len, CHAPTER " / "))
        memmove(out, out + strlen(CHAPTER " / "), len + 1 - strlen(CHAPTER " / "));
    for (;;) {
        slash = strstr(out, " / ");
        while (slash && strstr(slash + 1, " / "))
            slash = strstr(slash + 1, " / ");
        if (!slash || !is_role(slash + 3))
            break;
        *slash = '\0';
    }
    return slash ? slash + 3 : out;
}

void vmsg_tex_kebab(char *out, const char *name)
{
    size_t n = 0;

    if (!strncmp(name, "VIRTIO_MSG_", strlen("VIRTIO_MSG_")))
        name += strlen("VIRTIO_MSG_");
    for (; *name; name++) {
        if (isalnum((unsigned char)*name))
            out[n++] = (char)tolower((unsigned char)*name);
        else if (n && out[n - 1] != '-')
            out[n++] = '-';
    }
    if (n && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}
