/* Whether paths name different files; see paths.h. */
#include "harness/cli/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool same_node(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The folder that a path which is not there yet would be made in; *name is the rest. */
static bool parent_of(const char *path, struct stat *st, const char **name)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    bool ok = folder && stat(folder, st) == 0;

    *name = slash ? slash + 1 : path;
    free(folder);
    return ok;
}

static bool same_file(const char *a, const char *b)
{
    struct stat at_a, at_b;
    bool a_is = stat(a, &at_a) == 0, b_is = stat(b, &at_b) == 0;
    const char *name_a, *name_b;

    if (!strcmp(a, "-") || !strcmp(b, "-"))
        return false;
    if (a_is || b_is)
        return a_is && b_is && S_ISREG(at_a.st_mode) && same_node(&at_a, &at_b);
    return parent_of(a, &at_a, &name_a) && parent_of(b, &at_b, &name_b) &&
           same_node(&at_a, &at_b) && !strcmp(name_a, name_b);
}

bool vmsg_paths_apart(const struct vmsg_path *paths, size_t n, char *err, size_t err_size)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            const struct vmsg_path *a = &paths[k], *b = &paths[i];

            if (!a->path || !b->path || !(a->written || b->written) || !same_file(a->path, b->path))
                continue;
            snprintf(err, err_size, "%s and %s are the same file, '%s'; give each its own path",
                     a->what, b->what, b->path);
            return false;
        }
    return true;
}
