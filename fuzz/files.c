/* Files of a campaign; see files.h. */
#include "fuzz/files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void vmsg_fuzz_path(char *out, const char *folder, const char *name)
{
    if (snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        *out = '\0';
}

uint8_t *vmsg_fuzz_read_file(const char *path, size_t most, size_t *len)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = f ? malloc(most + 1) : NULL;
    bool ok = bytes;

    if (ok) {
        *len = fread(bytes, 1, most + 1, f);
        ok = !ferror(f) && *len <= most;
    }
    if (f)
        fclose(f);
    if (ok)
        return bytes;
    free(bytes);
    return NULL;
}

bool vmsg_fuzz_write_file(const char *path, const void *bytes, size_t len)
{
    char beside[PATH_MAX + 32];
    FILE *f;
    bool ok;

    snprintf(beside, sizeof beside, "%s.%ld.new", path, (long)getpid());
    f = fopen(beside, "wb");
    if (!f)
        return false;
    ok = fwrite(bytes, 1, len, f) == len;
    ok &= fclose(f) == 0;
    ok = ok && rename(beside, path) == 0;
    if (!ok)
        remove(beside);
    return ok;
}

bool vmsg_fuzz_make_folder(const char *path)
{
    char part[PATH_MAX + 32];

    snprintf(part, sizeof part, "%s", path);
    for (char *p = part + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            mkdir(part, 0777);
            *p = '/';
        }
    return mkdir(part, 0777) == 0 || errno == EEXIST;
}
