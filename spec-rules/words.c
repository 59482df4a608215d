/*
 * Likeness of two texts, to guess which sentence took the place of another.
 */
#include "spec-rules/words.h"

#include <ctype.h>
#include <stddef.h>
#include <strings.h>

#define LONG_WORD 4

/* Steps over what is no letter; *len: letters of the word found, 0 at the end. */
static const char *next_word(const char *p, size_t *len)
{
    while (*p && !isalpha((unsigned char)*p))
        p++;
    *len = 0;
    while (isalpha((unsigned char)p[*len]))
        ++*len;
    return p;
}

unsigned vmsg_shared_words(const char *summary, const char *text)
{
    unsigned shared = 0;
    size_t len, other;

    for (const char *w = next_word(summary, &len); len; w = next_word(w + len, &len)) {
        if (len < LONG_WORD)
            continue;
        for (const char *t = next_word(text, &other); other; t = next_word(t + other, &other)) {
            if (other == len && !strncasecmp(w, t, len)) {
                shared++;
                break;
            }
        }
    }
    return shared;
}
