/*
 * The client's side of the ivshmem server protocol.
 */
#include "adapters/shm/ivshmem_client.h"

#include "adapters/clock.h"
#include "adapters/shm/ivshmem_wire.h"
#include "adapters/socket/address.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GREETING_S = 5 };

static void free_peer(struct vmsg_ivshmem_peer *p)
{
    for (unsigned i = 0; i < p->n_vectors; i++)
        close(p->vectors[i]);
    *p = (struct vmsg_ivshmem_peer){.id = -1};
}

void vmsg_ivshmem_close(struct vmsg_ivshmem *c)
{
    if (c->socket < 0)
        return;
    close(c->socket);
    free_peer(&c->own);
    for (unsigned i = 0; i < VMSG_IVSHMEM_PEERS; i++)
        free_peer(&c->peers[i]);
    if (c->partial_fd >= 0)
        close(c->partial_fd);
    *c = VMSG_NO_IVSHMEM;
}

/* The peer with this id; a free place for it when it is new, NULL when all are taken. */
static struct vmsg_ivshmem_peer *place_of(struct vmsg_ivshmem *c, int64_t id, bool is_new)
{
    if (id == c->id)
        return &c->own;
    for (unsigned i = 0; i < VMSG_IVSHMEM_PEERS; i++)
        if (c->peers[i].id == id)
            return &c->peers[i];
    for (unsigned i = 0; i < VMSG_IVSHMEM_PEERS && is_new; i++)
        if (c->peers[i].id < 0) {
            c->peers[i].id = id;
            return &c->peers[i];
        }
    return NULL;
}

/* A peer's next vector, or, without a file, its farewell. */
static void take(struct vmsg_ivshmem *c, int64_t id, int fd)
{
    struct vmsg_ivshmem_peer *p = id < 0 ? NULL : place_of(c, id, fd >= 0);
    if (!p || (fd >= 0 && p->n_vectors == VMSG_IVSHMEM_VECTORS)) {
        if (fd >= 0)
            close(fd);
        return;
    }
    if (fd < 0) {
        free_peer(p);
        return;
    }
    p->id = id;
    p->vectors[p->n_vectors++] = fd;
    c->had_peer |= p != &c->own;
    if (p == &c->own && p->n_vectors == c->vector + 1)
        c->wake = fd;
}

/* The next message; false: there is none now. *ended when none ever comes. */
static bool next(struct vmsg_ivshmem *c, int64_t *value, int *fd)
{
    enum vmsg_ivshmem_got got =
        vmsg_ivshmem_receive(c->socket, c->partial, &c->n_partial, &c->partial_fd, value, fd);
    c->ended |= got == VMSG_IVSHMEM_ENDED;
    return got == VMSG_IVSHMEM_GOT;
}

static bool wait_next(struct vmsg_ivshmem *c, uint64_t deadline, int64_t *value, int *fd)
{
    while (!c->ended && !next(c, value, fd)) {
        struct pollfd p = {.fd = c->socket, .events = POLLIN};
        struct timespec left = vmsg_clock_until(deadline);
        if (!c->ended && ppoll(&p, 1, &left, NULL) == 0)
            return false;
    }
    return !c->ended;
}

static bool greet(struct vmsg_ivshmem *c, int *memory, const char **what)
{
    uint64_t deadline = vmsg_clock_ns() + GREETING_S * VMSG_NS_PER_S;
    int64_t value;
    int fd = -1;
    *memory = -1;
    *what = "does not say its protocol version";
    if (!wait_next(c, deadline, &value, &fd) || fd >= 0 || value != VMSG_IVSHMEM_VERSION)
        goto refused;
    *what = "gives no id";
    if (!wait_next(c, deadline, &c->id, &fd) || fd >= 0 || c->id < 0 || c->id > UINT16_MAX)
        goto refused;
    *what = "gives no shared memory";
    if (!wait_next(c, deadline, &value, &fd) || value != -1 || fd < 0)
        goto refused;
    *memory = fd;
    return true;
refused:
    if (fd >= 0)
        close(fd);
    return false;
}

bool vmsg_ivshmem_connect(struct vmsg_ivshmem *c, const char *path, unsigned vector, int *memory,
                          uint64_t *size, bool *absent, char *err, size_t err_size)
{
    struct vmsg_address address;
    struct stat st;
    const char *what;
    char uri[512];
    *c = VMSG_NO_IVSHMEM;
    for (unsigned i = 0; i < VMSG_IVSHMEM_PEERS; i++)
        c->peers[i].id = -1;
    c->vector = vector;
    snprintf(uri, sizeof uri, "unix:%s?framing=stream", path);
    if (!vmsg_address_parse(&address, uri, err, err_size))
        return false;
    c->socket = vmsg_address_connect(&address, err, err_size);
    vmsg_address_clear(&address);
    *absent = c->socket < 0;
    if (c->socket < 0)
        return false;
    if (!greet(c, memory, &what)) {
        *absent = c->ended; /* one that is about to end still accepts */
        snprintf(err, err_size, "%s is no ivshmem server: it %s", path, what);
    } else if (fstat(*memory, &st) || st.st_size < 4096) {
        snprintf(err, err_size, "the ivshmem server's shared memory has no size, or too little");
        close(*memory);
    } else {
        *size = (uint64_t)st.st_size;
        return true;
    }
    vmsg_ivshmem_close(c);
    return false;
}

void vmsg_ivshmem_serve(struct vmsg_ivshmem *c)
{
    int64_t value;
    int fd;
    while (c->socket >= 0 && !c->ended && next(c, &value, &fd))
        take(c, value, fd);
}

void vmsg_ivshmem_ring(const struct vmsg_ivshmem *c, unsigned vector)
{
    const uint64_t one = 1;
    for (unsigned i = 0; i < VMSG_IVSHMEM_PEERS; i++)
        if (c->peers[i].id >= 0 && c->peers[i].n_vectors > vector &&
            write(c->peers[i].vectors[vector], &one, sizeof one) < 0 && errno == EBADF)
            return;
}

bool vmsg_ivshmem_is_over(const struct vmsg_ivshmem *c, char *why, size_t why_size)
{
    bool any = !c->had_peer;
    for (unsigned i = 0; i < VMSG_IVSHMEM_PEERS; i++)
        any |= c->peers[i].id >= 0;
    if (c->ended)
        snprintf(why, why_size, "the ivshmem server ended");
    else if (!any)
        snprintf(why, why_size, "the other side left the ivshmem server");
    return c->ended || !any;
}
