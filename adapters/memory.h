/*
 * DMA memory: what the harness and the SUT share besides messages.
 */
#ifndef VMSG_MEMORY_H
#define VMSG_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmsg_memory {
    uint8_t *bytes; /* NULL: none */
    size_t size;
    int fd; /* to hand to another process; -1: private to this one */
};

#define VMSG_NO_MEMORY ((struct vmsg_memory){.fd = -1})

/*
 * Have `size` zeroed bytes for this process alone, reusing what *m holds when the size is the
 * same. Size 0 gives none. False with a sentence in err when there is no memory to be had.
 */
bool vmsg_memory_private(struct vmsg_memory *m, size_t size, char *err, size_t err_size);

/*
 * Have `size` zeroed bytes in a new file without a name, which cannot change its size: a SUT
 * that truncates it cannot hurt the harness. What *m held is let go.
 */
bool vmsg_memory_shared(struct vmsg_memory *m, size_t size, char *err, size_t err_size);

/* Map the first `size` bytes of a file that was inherited; the fd stays the caller's. */
bool vmsg_memory_map(struct vmsg_memory *m, int fd, size_t size, char *err, size_t err_size);

void vmsg_memory_clear(struct vmsg_memory *m);

#endif
