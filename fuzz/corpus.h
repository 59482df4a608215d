/*
 * The scripts that are worth mutating: in memory, and one file each in a folder that several
 * workers share and a later campaign resumes from.
 */
#ifndef VMSG_FUZZ_CORPUS_H
#define VMSG_FUZZ_CORPUS_H

#include "fuzz/script.h"

struct vmsg_fuzz_corpus {
    const char *folder; /* NULL: in memory only */
    struct vmsg_fuzz_script *scripts;
    uint64_t *names; /* hashes of their bytes, also the files' names */
    uint16_t *marks; /* of each a bit of its signal: the rarest when it was kept; 0: not known */
    size_t n, cap;
};

/* Add a script, with its mark; on disk too unless it is there. False when memory is short or it
 * cannot be written. One that is known already is left out. */
bool vmsg_fuzz_corpus_add(struct vmsg_fuzz_corpus *c, const struct vmsg_fuzz_script *s,
                          uint16_t mark);

/* Files of the folder that are not in memory yet; in the order of their names. */
bool vmsg_fuzz_corpus_read(struct vmsg_fuzz_corpus *c);
void vmsg_fuzz_corpus_clear(struct vmsg_fuzz_corpus *c);

#endif
