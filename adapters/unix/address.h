/*
 * AF_UNIX sockets by path: connecting, listening, replacing what nobody listens on any more.
 */
#ifndef VMSG_ADDRESS_H
#define VMSG_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* `unix:` and `unix-listen:` URIs after their scheme. */
struct vmsg_address {
    char *path;
    bool is_stream; /* SOCK_STREAM, not SOCK_SEQPACKET */
};

/* False with a sentence in err. */
bool vmsg_address_parse(struct vmsg_address *a, const char *rest, char *err, size_t err_size);
void vmsg_address_clear(struct vmsg_address *a);

/* A connected socket, close-on-exec; -1 with a sentence in err. */
int vmsg_address_connect(const struct vmsg_address *a, char *err, size_t err_size);

/*
 * A listening socket, close-on-exec; -1 with a sentence in err. An existing path is replaced
 * only when it is a socket that nobody listens on.
 */
int vmsg_address_listen(const struct vmsg_address *a, char *err, size_t err_size);

/* The next connection, close-on-exec; -1 with a sentence in err after timeout_ms (-1: never). */
int vmsg_address_accept(const struct vmsg_address *a, int listener, int timeout_ms, char *err,
                        size_t err_size);

#endif
