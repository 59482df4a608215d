/*
 * Paths that one command line names: what it writes must replace nothing that it reads, nor
 * anything else that it writes.
 */
#ifndef VMSG_CLI_PATHS_H
#define VMSG_CLI_PATHS_H

#include <stdbool.h>
#include <stddef.h>

struct vmsg_path {
    const char *what; /* for sentences: "the capture" */
    const char *path; /* NULL: not given */
    bool written;
};

/*
 * Whether each has a file of its own, by whatever name; what is no regular file (-, a pipe) may be
 * named again. False with a sentence in err.
 */
bool vmsg_paths_apart(const struct vmsg_path *paths, size_t n, char *err, size_t err_size);

#endif
