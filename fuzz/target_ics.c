/* Conformance statements: any bytes as the Lua file, and as a flag's value. */
#include "fuzz/files.h"
#include "harness/engine/ics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The reader takes a path: one file without a name, rewritten for each input. */
static const char *as_file(const uint8_t *data, size_t size)
{
    static char path[40];
    static int fd = -1;

    if (fd < 0) {
        fd = memfd_create("ics", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        return NULL;
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"devices", "bus_messages", "config", "optional",
                                       "transport_features"};
    const char *path = as_file(data, size);
    char err[1024] = "", value[256];
    struct vmsg_ics ics;

    vmsg_ics_init(&ics);
    if (path && !vmsg_ics_load(&ics, path, err, sizeof err) && !*err)
        abort(); /* refused without a word */
    vmsg_ics_clear(&ics);
    vmsg_ics_init(&ics);
    snprintf(value, sizeof value, "%.*s", (int)(size < 255 ? size : 255), (const char *)data);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!vmsg_ics_set(&ics, keys[i], value, err, sizeof err) && !*err)
            abort();
    vmsg_ics_clear(&ics);
    return 0;
}
