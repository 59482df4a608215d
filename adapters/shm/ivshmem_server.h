/*
 * A small ivshmem server: one shared memory, eventfds for every pair of clients.
 */
#ifndef VMSG_IVSHMEM_SERVER_H
#define VMSG_IVSHMEM_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmsg_ivshmem_server_options {
    const char *socket; /* path */
    uint64_t size;      /* bytes of the shared memory */
    unsigned vectors;   /* of each client, 1..VMSG_IVSHMEM_VECTORS */
    const char *memory; /* a file for it; NULL: one without a name */
};

/*
 * Serve until SIGINT or SIGTERM, then true; nothing is left behind. False with a sentence in err.
 * `ready` is called once clients can connect.
 */
bool vmsg_ivshmem_server_run(const struct vmsg_ivshmem_server_options *options, void (*ready)(void),
                             char *err, size_t err_size);

#endif
