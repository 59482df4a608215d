/*
 * A small ivshmem server. The protocol: ivshmem_client.h.
 */
#include "adapters/shm/ivshmem_server.h"

#include "adapters/shm/ivshmem_client.h"
#include "adapters/shm/ivshmem_wire.h"
#include "adapters/socket/address.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = VMSG_IVSHMEM_PEERS };

struct client {
    int socket; /* -1: free */
    int64_t id;
    int vectors[VMSG_IVSHMEM_VECTORS];
};

struct server {
    const struct vmsg_ivshmem_server_options *o;
    struct vmsg_address address;
    int listener, memory, signals;
    bool made; /* the memory's file */
    struct client clients[CLIENTS];
    int64_t next_id;
};

static void drop(struct server *s, struct client *c)
{
    int64_t id = c->id;
    close(c->socket);
    for (unsigned v = 0; v < s->o->vectors; v++)
        close(c->vectors[v]);
    c->socket = -1;
    for (unsigned i = 0; i < CLIENTS; i++)
        if (s->clients[i].socket >= 0)
            vmsg_ivshmem_send(s->clients[i].socket, id, -1);
}

/* All vectors of one client, to another, or for its own interrupts to itself. */
static bool send_vectors(const struct server *s, const struct client *to, const struct client *of)
{
    bool ok = true;
    for (unsigned v = 0; v < s->o->vectors && ok; v++)
        ok = vmsg_ivshmem_send(to->socket, of->id, of->vectors[v]);
    return ok;
}

static bool greet(struct server *s, struct client *c)
{
    bool ok = vmsg_ivshmem_send(c->socket, VMSG_IVSHMEM_VERSION, -1) &&
              vmsg_ivshmem_send(c->socket, c->id, -1) &&
              vmsg_ivshmem_send(c->socket, -1, s->memory);
    for (unsigned i = 0; i < CLIENTS && ok; i++)
        if (s->clients[i].socket >= 0 && &s->clients[i] != c)
            ok = send_vectors(s, c, &s->clients[i]);
    ok = ok && send_vectors(s, c, c);
    for (unsigned i = 0; i < CLIENTS && ok; i++)
        if (s->clients[i].socket >= 0 && &s->clients[i] != c)
            send_vectors(s, &s->clients[i], c);
    return ok;
}

static bool make_vectors(const struct server *s, struct client *c)
{
    for (unsigned v = 0; v < s->o->vectors; v++) {
        c->vectors[v] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (c->vectors[v] >= 0)
            continue;
        while (v--)
            close(c->vectors[v]);
        return false;
    }
    return true;
}

/* Ids are 16 bits wide, and are not used again before all others were. */
static int64_t new_id(struct server *s)
{
    for (;;) {
        bool taken = false;
        int64_t id = s->next_id++ & UINT16_MAX;
        for (unsigned i = 0; i < CLIENTS; i++)
            taken |= s->clients[i].socket >= 0 && s->clients[i].id == id;
        if (!taken)
            return id;
    }
}

static void accept_one(struct server *s)
{
    struct client *c = NULL;
    int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    for (unsigned i = 0; i < CLIENTS && fd >= 0; i++)
        if (s->clients[i].socket < 0)
            c = &s->clients[i];
    if (fd < 0)
        return;
    if (!c || !make_vectors(s, c)) {
        close(fd);
        return;
    }
    c->id = new_id(s);
    c->socket = fd;
    if (!greet(s, c))
        drop(s, c);
}

/* Clients say nothing: what can be read is their end, or noise. */
static void look_at(struct server *s, struct client *c)
{
    uint8_t noise[64];
    ssize_t n = recv(c->socket, noise, sizeof noise, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        drop(s, c);
}

static void serve(struct server *s)
{
    struct signalfd_siginfo signal;
    struct pollfd p[CLIENTS + 2];
    for (;;) {
        for (unsigned i = 0; i < CLIENTS; i++)
            p[i] = (struct pollfd){.fd = s->clients[i].socket, .events = POLLIN};
        p[CLIENTS] = (struct pollfd){.fd = s->listener, .events = POLLIN};
        p[CLIENTS + 1] = (struct pollfd){.fd = s->signals, .events = POLLIN};
        if (poll(p, CLIENTS + 2, -1) < 0)
            continue;
        if (read(s->signals, &signal, sizeof signal) == sizeof signal)
            return;
        for (unsigned i = 0; i < CLIENTS; i++)
            if (p[i].revents && s->clients[i].socket >= 0)
                look_at(s, &s->clients[i]);
        if (p[CLIENTS].revents)
            accept_one(s);
    }
}

static bool make_memory(struct server *s, char *err, size_t err_size)
{
    const char *name = s->o->memory;
    if (name) {
        s->memory = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        s->made = s->memory >= 0;
        if (s->memory < 0)
            s->memory = open(name, O_RDWR | O_CLOEXEC);
    } else {
        s->memory = memfd_create("ivshmem", MFD_CLOEXEC);
    }
    if (s->memory >= 0 && !ftruncate(s->memory, (off_t)s->o->size))
        return true;
    snprintf(err, err_size, "%llu bytes of shared memory%s%s cannot be had: %s",
             (unsigned long long)s->o->size, name ? " in " : "", name ? name : "", strerror(errno));
    return false;
}

static bool open_all(struct server *s, char *err, size_t err_size)
{
    char uri[512];
    snprintf(uri, sizeof uri, "unix-listen:%s?framing=stream", s->o->socket);
    if (!make_memory(s, err, err_size) || !vmsg_address_parse(&s->address, uri, err, err_size))
        return false;
    s->listener = vmsg_address_listen(&s->address, err, err_size);
    return s->listener >= 0;
}

static void close_all(struct server *s)
{
    for (unsigned i = 0; i < CLIENTS; i++)
        if (s->clients[i].socket >= 0) {
            close(s->clients[i].socket);
            for (unsigned v = 0; v < s->o->vectors; v++)
                close(s->clients[i].vectors[v]);
        }
    if (s->listener >= 0)
        vmsg_address_unlisten(&s->address, s->listener);
    vmsg_address_clear(&s->address);
    if (s->memory >= 0)
        close(s->memory);
    if (s->made)
        unlink(s->o->memory);
    if (s->signals >= 0)
        close(s->signals);
}

bool vmsg_ivshmem_server_run(const struct vmsg_ivshmem_server_options *options, void (*ready)(void),
                             char *err, size_t err_size)
{
    struct server s = {.o = options, .listener = -1, .memory = -1, .signals = -1};
    sigset_t signals, before;
    bool ok;
    for (unsigned i = 0; i < CLIENTS; i++)
        s.clients[i].socket = -1;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &before);
    s.signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    ok = open_all(&s, err, err_size);
    if (ok) {
        ready();
        serve(&s);
    }
    close_all(&s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}
