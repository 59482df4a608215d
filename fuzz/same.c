/* Findings that are one; see same.h. */
#include "fuzz/same.h"

#include "fuzz/files.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACE_MOST 4096u /* bytes that are read of one */

bool vmsg_fuzz_is_same(const struct vmsg_fuzz_result *r, const struct vmsg_fuzz_result *wanted)
{
    if (r->end == VMSG_FUZZ_CLEAN)
        return false;
    if (*r->place && *wanted->place)
        return !strcmp(r->place, wanted->place);
    return !strcmp(r->key, wanted->key);
}

/* Where the finding of that name died; "" when that is not told. */
static void place_of(const char *folder, const char *name, char *place, size_t size)
{
    char path[PATH_MAX], file[PATH_MAX];
    uint8_t *text;
    size_t len;

    *place = '\0';
    vmsg_fuzz_path(path, folder, name);
    vmsg_fuzz_path(file, path, VMSG_FUZZ_PLACE_FILE);
    text = vmsg_fuzz_read_file(file, PLACE_MOST, &len);
    if (text)
        snprintf(place, size, "%.*s", (int)len, (const char *)text);
    place[strcspn(place, "\n")] = '\0';
    free(text);
}

static bool exists(const char *folder, const char *name)
{
    char path[PATH_MAX];

    vmsg_fuzz_path(path, folder, name);
    return access(path, F_OK) == 0;
}

static bool has_place(const char *folder, const char *place)
{
    DIR *dir = opendir(folder);
    struct dirent *d;
    bool found = false;

    while (dir && !found && (d = readdir(dir))) {
        char other[sizeof((struct vmsg_fuzz_result *)0)->place];

        if (d->d_name[0] == '.' || strstr(d->d_name, ".new"))
            continue;
        place_of(folder, d->d_name, other, sizeof other);
        found = !strcmp(other, place);
    }
    if (dir)
        closedir(dir);
    return found;
}

bool vmsg_fuzz_has(const char *folder, const struct vmsg_fuzz_result *r)
{
    char other[sizeof r->place];

    if (*r->place && has_place(folder, r->place))
        return true;
    if (!exists(folder, r->key))
        return false;
    place_of(folder, r->key, other, sizeof other);
    return !*r->place || !*other;
}

/* The line or the offset that the place ends with, as part of a name. */
static void add_line(struct vmsg_fuzz_result *r)
{
    const char *at = strrchr(r->place, ' ');
    size_t n = strlen(r->key);

    at = at && strchr(at, ':') ? strchr(at, ':') : at;
    if (!at || n + 2 > sizeof r->key)
        return;
    r->key[n++] = '-';
    for (at++; *at && n + 1 < sizeof r->key; at++)
        r->key[n++] = (char)(isalnum((unsigned char)*at) ? *at : '-');
    r->key[n] = '\0';
}

void vmsg_fuzz_name(const char *folder, struct vmsg_fuzz_result *r)
{
    char other[sizeof r->place];

    place_of(folder, r->key, other, sizeof other);
    if (*r->place && *other && strcmp(other, r->place) != 0)
        add_line(r);
}
