/*
 * DMA memory, private or in a sealed memfd.
 */
#include "adapters/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITTEN_OVER = 128 << 10 };

static bool fail(char *err, size_t err_size, const char *what, size_t size)
{
    snprintf(err, err_size, "%s of %zu bytes of DMA memory failed: %s; try a smaller --mem", what,
             size, strerror(errno));
    return false;
}

/* Bytes that are reserved for memory of a size: whole pages, and as many around them. */
static size_t guard(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t reserved(size_t size)
{
    return (size + guard() - 1) / guard() * guard() + 2 * guard();
}

/* A SUT that follows a bus address out of the memory by a little ends there, and is not let into
 * what happens to lie beside it. */
static bool map(struct vmsg_memory *m, size_t size, int flags, int fd)
{
    uint8_t *area;

    if (size > SIZE_MAX / 2) {
        errno = ENOMEM;
        return false;
    }
    area =
        mmap(NULL, reserved(size), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (area == MAP_FAILED)
        return false;
    if (mmap(area + guard(), size, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0) ==
        MAP_FAILED) {
        int error = errno;

        munmap(area, reserved(size));
        errno = error;
        return false;
    }
    *m = (struct vmsg_memory){.bytes = area + guard(), .size = size, .fd = -1};
    return true;
}

/* Dropped pages come back zeroed, so that only those that were touched cost anything; but each of
 * these costs a page fault, and a little memory is sooner written over. */
static bool make_zero(struct vmsg_memory *m)
{
    if (m->size > WRITTEN_OVER)
        return madvise(m->bytes, m->size, MADV_DONTNEED) == 0;
    memset(m->bytes, 0, m->size);
    return true;
}

bool vmsg_memory_private(struct vmsg_memory *m, size_t size, char *err, size_t err_size)
{
    if (m->bytes && m->size == size && m->fd < 0 && make_zero(m))
        return true;
    vmsg_memory_clear(m);
    if (size && !map(m, size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1))
        return fail(err, err_size, "mapping", size);
    /* A huge page would be cleared whole for the first byte of every start. */
    if (m->bytes)
        madvise(m->bytes, size, MADV_NOHUGEPAGE);
    return true;
}

bool vmsg_memory_shared(struct vmsg_memory *m, size_t size, char *err, size_t err_size)
{
    vmsg_memory_clear(m);
    if (!size)
        return true;
    int fd = memfd_create("virtio-msg-dma", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return fail(err, err_size, "creating a file", size);
    if (ftruncate(fd, (off_t)size) ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) ||
        !map(m, size, MAP_SHARED, fd)) {
        fail(err, err_size, "mapping", size);
        close(fd);
        return false;
    }
    m->fd = fd;
    return true;
}

bool vmsg_memory_map(struct vmsg_memory *m, int fd, size_t size, char *err, size_t err_size)
{
    struct stat st;
    *m = VMSG_NO_MEMORY;
    if (!size)
        return true;
    if (fstat(fd, &st))
        return fail(err, err_size, "looking at the file", size);
    if (st.st_size < 0 || (uint64_t)st.st_size < size) {
        snprintf(err, err_size, "the DMA memory's file is shorter than VMSG_MEM_SIZE says");
        return false;
    }
    if (!map(m, size, MAP_SHARED, fd))
        return fail(err, err_size, "mapping", size);
    return true;
}

void vmsg_memory_clear(struct vmsg_memory *m)
{
    if (m->bytes)
        munmap(m->bytes - guard(), reserved(m->size));
    if (m->fd >= 0)
        close(m->fd);
    *m = VMSG_NO_MEMORY;
}
