/*
 * The requirements of a virtio-msg chapter, read from its LaTeX source.
 *
 * Two kinds are found: the items of normative blocks, which carry an id (SUT contract, section
 * 6), and the sentences of the running text, table rows and structure members, which do not.
 * Pure: bytes in, facts out. Any bytes are accepted; what cannot be read is skipped.
 */
#ifndef VMSG_TEX_H
#define VMSG_TEX_H

#include "spec-rules/catalogue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VMSG_TEX_MAX_SOURCE ((size_t)4 << 20)
#define VMSG_TEX_MAX_BLOCKS 4096
#define VMSG_TEX_MAX_ITEMS  65536

struct vmsg_tex_item {
    const char *id;      /* "dev.set-vqueue.2"; NULL: running text */
    const char *section; /* label path below the chapter, without the role */
    const char *title;   /* of its block; running text: NULL */
    const char *text;    /* normalised */
    uint64_t hash;       /* of `text` */
    bool has_level;      /* a requirement keyword is there */
    enum vmsg_level level;
    unsigned line; /* where it begins, from 1 */
};

struct vmsg_tex {
    struct vmsg_tex_item *items; /* of normative blocks, in order */
    size_t n_items;
    struct vmsg_tex_item *sentences; /* of the running text, in order */
    size_t n_sentences;
    unsigned unclosed_line; /* a list that begins here is never closed; 0: none */
};

/*
 * Parse a chapter. NULL with a sentence in err: too large, too many blocks or items, out of
 * memory. A source without any normative block is no error: n_items is 0.
 */
struct vmsg_tex *vmsg_tex_parse(const char *source, size_t len, char *err, size_t err_size);
void vmsg_tex_free(struct vmsg_tex *tex);

#endif
