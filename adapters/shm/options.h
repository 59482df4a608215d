/*
 * What a shm: or ivshmem: URI says: PATH?layout=simple&side=driver&...
 */
#ifndef VMSG_SHM_OPTIONS_H
#define VMSG_SHM_OPTIONS_H

#include "adapters/uri.h"
#include "harness/wire/amp.h"

struct vmsg_shm_options {
    const char *path;                /* points into uri */
    enum vmsg_amp_side side;         /* that this process takes */
    bool create;                     /* it writes the layout header, and makes the file */
    uint64_t size;                   /* of an area that it makes; 0: as needed */
    uint16_t elements, element_size; /* of a layout that it writes; element_size 0: as needed */
    uint8_t words, per_device;
    bool mask;
    uint16_t area;               /* its number in memory references */
    uint16_t magic, queue_magic; /* of the layout header and the queue heads */
    unsigned map;                /* of a UIO device */
    uint64_t dma_offset;         /* where buffers begin */
    const char *wake, *ring;     /* doorbells; NULL: polling */
    unsigned vector;             /* ivshmem: the doorbell of the messages */
    uint32_t patience_ms;        /* for a step of the handshake; 0: the defaults */
    struct vmsg_uri uri;
};

/* `scheme`: "shm" or "ivshmem". False with a sentence in err. */
bool vmsg_shm_options_parse(struct vmsg_shm_options *o, const char *scheme, const char *rest,
                            enum vmsg_amp_side side, char *err, size_t err_size);
void vmsg_shm_options_clear(struct vmsg_shm_options *o);

/* The layout that these options describe, for messages of up to max_msg_size bytes. */
struct vmsg_amp_layout vmsg_shm_options_layout(const struct vmsg_shm_options *o,
                                               uint32_t max_msg_size);

#endif
