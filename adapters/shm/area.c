/*
 * Shared areas: opening, making, mapping.
 */
#include "adapters/shm/area.h"

#include "adapters/shm/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096 };

/* A number from a file of sysfs; 0 when it cannot be had. */
static uint64_t number_in(const char *path)
{
    char text[64];
    uint64_t n = 0;
    FILE *f = fopen(path, "re");
    if (!f)
        return 0;
    if (fgets(text, sizeof text, f)) {
        text[strcspn(text, "\n")] = '\0';
        if (!vmsg_uri_number(text, &n))
            n = 0;
    }
    fclose(f);
    return n;
}

/* A UIO device's map: /sys/class/uio/uioN/maps/mapM/size; it is mapped at M pages. */
static uint64_t uio_size(const char *path, unsigned map)
{
    const char *name = strrchr(path, '/');
    char file[300];
    snprintf(file, sizeof file, "/sys/class/uio/%.200s/maps/map%u/size", name ? name + 1 : path,
             map);
    return number_in(file);
}

bool vmsg_area_map(struct vmsg_area *area, int fd, uint64_t size, uint64_t offset, char *err,
                   size_t err_size)
{
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
    if (bytes == MAP_FAILED) {
        snprintf(err, err_size, "mapping %llu bytes of the shared area failed: %s",
                 (unsigned long long)size, strerror(errno));
        return false;
    }
    area->bytes = bytes;
    vmsg_guard_add(bytes, size);
    area->size = size;
    area->fd = fd;
    return true;
}

static int open_file(struct vmsg_area *area, const struct vmsg_shm_options *o)
{
    int fd = o->create ? open(o->path, O_RDWR | O_CLOEXEC | O_CREAT | O_EXCL, 0600) : -1;
    area->created = fd >= 0;
    return fd >= 0 ? fd : open(o->path, O_RDWR | O_CLOEXEC);
}

/* How large is it, or can it be made? 0 with a sentence in err. */
static uint64_t size_of(int fd, const struct vmsg_shm_options *o, uint64_t need, uint64_t wish,
                        bool *absent, char *err, size_t err_size)
{
    struct stat st;
    uint64_t size;
    if (fstat(fd, &st)) {
        snprintf(err, err_size, "%s: %s", o->path, strerror(errno));
        return 0;
    }
    size = S_ISCHR(st.st_mode) ? uio_size(o->path, o->map) : (uint64_t)st.st_size;
    /* A file of sysfs takes a new size without a word, and keeps its own. */
    if (o->create && S_ISREG(st.st_mode) && size < wish && !ftruncate(fd, (off_t)wish) &&
        !fstat(fd, &st))
        size = (uint64_t)st.st_size;
    *absent = !o->create && S_ISREG(st.st_mode) && size < VMSG_AMP_HEADER_SIZE;
    if (size < need && (o->create || size < VMSG_AMP_HEADER_SIZE)) {
        snprintf(err, err_size,
                 "%s has %llu bytes and %llu are needed; give a larger area, or a smaller size=, "
                 "elements= or --mem",
                 o->path, (unsigned long long)size, (unsigned long long)need);
        return 0;
    }
    return size;
}

bool vmsg_area_open(struct vmsg_area *area, const struct vmsg_shm_options *o, uint64_t need,
                    uint64_t wish, bool *absent, char *err, size_t err_size)
{
    uint64_t size;
    int fd;
    *area = VMSG_NO_AREA;
    fd = open_file(area, o);
    *absent = fd < 0 && errno == ENOENT && !o->create;
    if (fd < 0) {
        snprintf(err, err_size, "the shared area %s cannot be opened: %s%s", o->path,
                 strerror(errno),
                 *absent ? "; start the SUT that makes it, or add create=yes" : "");
        return false;
    }
    size = size_of(fd, o, need, wish, absent, err, err_size);
    if (!size || !vmsg_area_map(area, fd, size, (uint64_t)o->map * PAGE, err, err_size)) {
        close(fd);
        if (area->created)
            unlink(o->path);
        *area = VMSG_NO_AREA;
        return false;
    }
    area->path = area->created ? strdup(o->path) : NULL;
    return true;
}

void vmsg_area_zero(const struct vmsg_area *area, uint64_t from, uint64_t len)
{
    if (!fallocate(area->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)len))
        return;
    memset(area->bytes + from, 0, len);
}

void vmsg_area_close(struct vmsg_area *area)
{
    if (area->bytes) {
        munmap(area->bytes, area->size);
        vmsg_guard_remove(area->bytes);
    }
    if (area->fd >= 0)
        close(area->fd);
    if (area->path)
        unlink(area->path);
    free(area->path);
    *area = VMSG_NO_AREA;
}
