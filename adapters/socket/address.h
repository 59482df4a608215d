/*
 * Socket addresses from URIs: AF_UNIX by path, TCP by host and port, vsock by context id and port;
 * connecting, listening, accepting.
 */
#ifndef VMSG_ADDRESS_H
#define VMSG_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vmsg_address_family { VMSG_ADDRESS_UNIX, VMSG_ADDRESS_TCP, VMSG_ADDRESS_VSOCK };

struct vmsg_address {
    enum vmsg_address_family family;
    bool listens;
    bool is_stream;       /* bytes, not packets: msg_size delimits messages */
    char *text;           /* for messages: the path, HOST:PORT, CID:PORT */
    char *host, *port;    /* TCP; point into `text`'s twin */
    uint32_t cid, number; /* vsock: context id and port */
};

/*
 * unix:/path[?framing=stream], tcp:HOST:PORT ([v6] in brackets), vsock:CID:PORT, and each with
 * -listen, where vsock has a port alone and TCP port 0 takes a free one. False with a sentence in
 * err.
 */
bool vmsg_address_parse(struct vmsg_address *a, const char *uri, char *err, size_t err_size);
void vmsg_address_clear(struct vmsg_address *a);

/* Is this the URI of a socket at all? */
bool vmsg_address_is(const char *uri);

/* A connected socket, close-on-exec; -1 with a sentence in err. */
int vmsg_address_connect(const struct vmsg_address *a, char *err, size_t err_size);

/*
 * A listening socket, close-on-exec; -1 with a sentence in err. An existing path is replaced
 * only when it is a socket that nobody listens on. a->text names the port that was taken.
 */
int vmsg_address_listen(struct vmsg_address *a, char *err, size_t err_size);

/* Close a listening socket; its path goes, too. */
void vmsg_address_unlisten(const struct vmsg_address *a, int listener);

/* The next connection, close-on-exec; -1 with a sentence in err after timeout_ms (-1: never). */
int vmsg_address_accept(const struct vmsg_address *a, int listener, int timeout_ms, char *err,
                        size_t err_size);

/* Private to address*.c: the name of a, for bind() or connect(); false with a sentence in err. */
struct sockaddr_storage;
bool vmsg_address_name(const struct vmsg_address *a, struct sockaddr_storage *name, unsigned *len,
                       char *err, size_t err_size);

#endif
