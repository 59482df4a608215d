/*
 * A shared area: a file, an object in /dev/shm, a PCI resource, a UIO map, or what somebody else
 * opened; mapped, and the layout in it written or found.
 */
#ifndef VMSG_AREA_H
#define VMSG_AREA_H

#include "adapters/shm/layout.h"
#include "adapters/shm/options.h"

struct vmsg_area {
    uint8_t *bytes; /* NULL: not mapped */
    uint64_t size;
    int fd;
    bool created; /* the file is this process's, and goes with it */
    char *path;
};

#define VMSG_NO_AREA ((struct vmsg_area){.fd = -1})

/*
 * Map the area that the options name, of at least `need` bytes; made, or made larger to `wish`
 * bytes, when they say create. False with a sentence in err; *absent then tells whether it may
 * still come.
 */
bool vmsg_area_open(struct vmsg_area *area, const struct vmsg_shm_options *options, uint64_t need,
                    uint64_t wish, bool *absent, char *err, size_t err_size);

/* Map what fd is, whole; the fd becomes the area's. */
bool vmsg_area_map(struct vmsg_area *area, int fd, uint64_t size, uint64_t offset, char *err,
                   size_t err_size);

/* Zero the bytes from `from`, `len` of them, giving memory back where possible. */
void vmsg_area_zero(const struct vmsg_area *area, uint64_t from, uint64_t len);

/* Unmap, close, and remove the file if it was created. */
void vmsg_area_close(struct vmsg_area *area);

#endif
