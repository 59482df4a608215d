/*
 * Splits the part of an adapter URI after its scheme.
 */
#include "adapters/uri.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "framing, role" into out, for messages; "none" when the list is empty. */
static const char *join(char *out, size_t size, const char *const *words)
{
    size_t n = 0;
    snprintf(out, size, "none");
    for (; *words && n < size; words++)
        n += (size_t)snprintf(out + n, size - n, "%s%s", n ? ", " : "", *words);
    return out;
}

static bool contains(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (!strcmp(*words, word))
            return true;
    return false;
}

static bool add_option(struct vmsg_uri *uri, char *text, const char *const *known, char *err,
                       size_t err_size)
{
    char names[300];
    char *equals = strchr(text, '=');
    if (equals)
        *equals = '\0';
    if (!contains(known, text))
        snprintf(err, err_size, "unknown option '%s'; this adapter knows: %s", text,
                 join(names, sizeof names, known));
    else if (!equals || !equals[1])
        snprintf(err, err_size, "option '%s' needs a value: %s=VALUE", text, text);
    else if (vmsg_uri_get(uri, text))
        snprintf(err, err_size, "option '%s' is given twice; give it once", text);
    else if (uri->n_options == VMSG_URI_MAX_OPTIONS)
        snprintf(err, err_size, "more than %u options", VMSG_URI_MAX_OPTIONS);
    else {
        uri->options[uri->n_options].key = text;
        uri->options[uri->n_options++].value = equals + 1;
        return true;
    }
    return false;
}

bool vmsg_uri_parse(struct vmsg_uri *uri, const char *rest, const char *const *known, char *err,
                    size_t err_size)
{
    *uri = (struct vmsg_uri){.path = strdup(rest)};
    if (!uri->path) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    char *next = strchr(uri->path, '?');
    if (next)
        *next++ = '\0';
    while (next && *next) {
        char *option = next;
        next = strchr(option, '&');
        if (next)
            *next++ = '\0';
        if (!add_option(uri, option, known, err, err_size)) {
            vmsg_uri_clear(uri);
            return false;
        }
    }
    return true;
}

const char *vmsg_uri_get(const struct vmsg_uri *uri, const char *key)
{
    for (unsigned i = 0; i < uri->n_options; i++)
        if (!strcmp(uri->options[i].key, key))
            return uri->options[i].value;
    return NULL;
}

int vmsg_uri_choice(const struct vmsg_uri *uri, const char *key, const char *const *words,
                    char *err, size_t err_size)
{
    char names[300];
    const char *value = vmsg_uri_get(uri, key);
    if (!value)
        return 0;
    for (int i = 0; words[i]; i++)
        if (!strcmp(words[i], value))
            return i;
    snprintf(err, err_size, "%s=%s is not understood; use one of: %s", key, value,
             join(names, sizeof names, words));
    return -1;
}

bool vmsg_uri_number(const char *text, uint64_t *value)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
    errno = 0;
    *value = strtoull(text, &end, base);
    return !errno && !*end && end != text;
}

void vmsg_uri_clear(struct vmsg_uri *uri)
{
    free(uri->path);
    *uri = (struct vmsg_uri){0};
}
