/*
 * The part of an adapter URI after its scheme: `path?key=value&key=value`.
 */
#ifndef VMSG_URI_H
#define VMSG_URI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VMSG_URI_MAX_OPTIONS 20

struct vmsg_uri {
    char *path; /* "" when there is none */
    struct {
        const char *key, *value; /* point into path's allocation */
    } options[VMSG_URI_MAX_OPTIONS];
    unsigned n_options;
};

/*
 * Split `rest`; `known` is a NULL-terminated list of the keys that this adapter has. False with
 * a sentence in err for an unknown, repeated or valueless key; nothing is left to free then.
 * The path ends at the first '?'.
 */
bool vmsg_uri_parse(struct vmsg_uri *uri, const char *rest, const char *const *known, char *err,
                    size_t err_size);

/* The value of a key, NULL when it was not given. Lives until vmsg_uri_clear(). */
const char *vmsg_uri_get(const struct vmsg_uri *uri, const char *key);

/*
 * An option that has a few words for values (NULL-terminated list, the first is the default):
 * the index of the given one, or -1 with a sentence in err.
 */
int vmsg_uri_choice(const struct vmsg_uri *uri, const char *key, const char *const *words,
                    char *err, size_t err_size);

/* A whole unsigned number, decimal or 0x. False when the text is anything else. */
bool vmsg_uri_number(const char *text, uint64_t *value);

void vmsg_uri_clear(struct vmsg_uri *uri);

#endif
