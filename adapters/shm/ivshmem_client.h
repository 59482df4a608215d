/*
 * A client of an ivshmem server: who else is there, and whose doorbells ring where.
 *
 * The protocol is QEMU's, docs/specs/ivshmem-spec: messages of eight bytes, a signed little-endian
 * number, some with a file (SCM_RIGHTS). First the version, 0; then the client's own id; then -1
 * with the shared memory; then an id with an eventfd for each vector of each peer, the client's own
 * among them. Later an id with files is a peer that comes, an id without one a peer that left.
 */
#ifndef VMSG_IVSHMEM_CLIENT_H
#define VMSG_IVSHMEM_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VMSG_IVSHMEM_VERSION = 0,
    VMSG_IVSHMEM_PEERS = 16,   /* that are followed */
    VMSG_IVSHMEM_VECTORS = 16, /* of each */
};

struct vmsg_ivshmem_peer {
    int64_t id; /* -1: free */
    unsigned n_vectors;
    int vectors[VMSG_IVSHMEM_VECTORS];
};

struct vmsg_ivshmem {
    int socket; /* -1: not connected */
    int64_t id;
    unsigned vector; /* the one that wakes this client */
    int wake;        /* its eventfd, of own's; -1: none yet */
    struct vmsg_ivshmem_peer own, peers[VMSG_IVSHMEM_PEERS];
    bool had_peer; /* since the last connect */
    bool ended;    /* the server closed, or broke the protocol */
    uint8_t partial[8];
    size_t n_partial;
    int partial_fd;
};

#define VMSG_NO_IVSHMEM                                                                            \
    ((struct vmsg_ivshmem){.socket = -1, .wake = -1, .own = {.id = -1}, .partial_fd = -1})

/*
 * Connect and take the greeting, at most some seconds; the shared memory becomes the caller's.
 * False with a sentence in err; *absent: nobody listens there (yet), or it closed without a word.
 */
bool vmsg_ivshmem_connect(struct vmsg_ivshmem *c, const char *path, unsigned vector, int *memory,
                          uint64_t *size, bool *absent, char *err, size_t err_size);
void vmsg_ivshmem_close(struct vmsg_ivshmem *c);

/* Take what the server sent meanwhile; never waits. */
void vmsg_ivshmem_serve(struct vmsg_ivshmem *c);

/* Ring that vector of everybody else. */
void vmsg_ivshmem_ring(const struct vmsg_ivshmem *c, unsigned vector);

/* Did the server end, or the last peer leave? With a sentence in why then. */
bool vmsg_ivshmem_is_over(const struct vmsg_ivshmem *c, char *why, size_t why_size);

#endif
