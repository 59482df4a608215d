/*
 * Expected failures: a Lua file that lists what may fail, why, and until when.
 */
#ifndef VMSG_XFAIL_H
#define VMSG_XFAIL_H

#include "harness/engine/engine.h"

#define VMSG_XFAIL_DATE 11 /* "2027-01-31" and its NUL */

struct vmsg_xfail_entry {
    char *clause;   /* its id; or */
    char *scenario; /* a glob of scenario ids, or a block */
    char *reason;
    char expires[VMSG_XFAIL_DATE]; /* the last day on which it holds; "": always */
};

struct vmsg_xfail {
    char *path;
    struct vmsg_xfail_entry *entries;
    size_t n_entries;
};

/*
 * Read a file. False with one sentence in err that names the file, the entry and the mend. Clear in
 * any case.
 */
bool vmsg_xfail_load(struct vmsg_xfail *x, const char *path, char *err, size_t err_size);

/* The same of a text; `path` is what errors call it. */
bool vmsg_xfail_parse(struct vmsg_xfail *x, const char *path, const char *text, size_t length,
                      char *err, size_t err_size);

/* False with a sentence when an entry names a clause or scenarios that do not exist. */
bool vmsg_xfail_check(const struct vmsg_xfail *x, const struct vmsg_catalogue *catalogue,
                      const struct vmsg_suite *suite, char *err, size_t err_size);

void vmsg_xfail_clear(struct vmsg_xfail *x);

#endif
