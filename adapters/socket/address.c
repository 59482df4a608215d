/*
 * Socket addresses out of URIs, and their names for the kernel.
 */
#include "adapters/socket/address.h"

#include "adapters/uri.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
/* after sys/socket.h, which it needs */
#include <linux/vm_sockets.h>

static const struct {
    const char *scheme;
    enum vmsg_address_family family;
    bool listens;
} schemes[] = {
    {"unix:", VMSG_ADDRESS_UNIX, false},   {"unix-listen:", VMSG_ADDRESS_UNIX, true},
    {"tcp:", VMSG_ADDRESS_TCP, false},     {"tcp-listen:", VMSG_ADDRESS_TCP, true},
    {"vsock:", VMSG_ADDRESS_VSOCK, false}, {"vsock-listen:", VMSG_ADDRESS_VSOCK, true},
};

/* What follows the scheme, NULL when it is no socket's. */
static const char *after_scheme(struct vmsg_address *a, const char *uri)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t len = strlen(schemes[i].scheme);
        if (strncmp(uri, schemes[i].scheme, len))
            continue;
        *a = (struct vmsg_address){.family = schemes[i].family, .listens = schemes[i].listens};
        return uri + len;
    }
    return NULL;
}

bool vmsg_address_is(const char *uri)
{
    struct vmsg_address a;
    return after_scheme(&a, uri);
}

static bool wrong(char *err, size_t err_size, const char *uri, const char *mend)
{
    snprintf(err, err_size, "'%s' is not understood; write %s", uri, mend);
    return false;
}

static bool parse_unix(struct vmsg_address *a, const struct vmsg_uri *uri, char *err,
                       size_t err_size)
{
    static const char *const framings[] = {"seqpacket", "stream", NULL};
    int framing = vmsg_uri_choice(uri, "framing", framings, err, err_size);
    size_t most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1, len = strlen(uri->path);
    a->is_stream = framing == 1;
    if (framing >= 0 && (len == 0 || len > most))
        snprintf(err, err_size, "a socket path of 1 to %zu bytes is needed, this one has %zu", most,
                 len);
    return framing >= 0 && len && len <= most;
}

/* HOST:PORT; the host of IPv6 stands in brackets. */
static bool parse_tcp(struct vmsg_address *a, const char *path, char *err, size_t err_size)
{
    static const char mend[] = "tcp:HOST:PORT, as in tcp:127.0.0.1:5000 or tcp:[::1]:5000";
    const char *colon = strrchr(path, ':');
    uint64_t port;
    size_t len = colon ? (size_t)(colon - path) : 0;
    a->is_stream = true;
    if (!len || !vmsg_uri_number(colon + 1, &port) || port > UINT16_MAX ||
        (port == 0 && !a->listens))
        return wrong(err, err_size, path, mend);
    if (path[0] == '[' && len > 2 && path[len - 1] == ']')
        a->host = strndup(path + 1, len - 2);
    else
        a->host = strndup(path, len);
    a->port = strdup(colon + 1);
    if (a->host && a->port)
        return true;
    snprintf(err, err_size, "out of memory");
    return false;
}

static bool parse_vsock(struct vmsg_address *a, const char *path, char *err, size_t err_size)
{
    const char *colon = strchr(path, ':');
    char cid[16] = "";
    uint64_t number, port;
    size_t len = colon ? (size_t)(colon - path) : 0;
    a->is_stream = true;
    if (a->listens) {
        if (colon || !vmsg_uri_number(path, &port) || port > UINT32_MAX)
            return wrong(err, err_size, path, "vsock-listen:PORT");
        a->cid = VMADDR_CID_ANY;
        a->number = (uint32_t)port;
        return true;
    }
    if (len < sizeof cid)
        memcpy(cid, path, len);
    if (!vmsg_uri_number(cid, &number) || number > UINT32_MAX ||
        !vmsg_uri_number(colon + 1, &port) || port > UINT32_MAX)
        return wrong(err, err_size, path, "vsock:CID:PORT");
    a->cid = (uint32_t)number;
    a->number = (uint32_t)port;
    return true;
}

static bool parse_path(struct vmsg_address *a, const struct vmsg_uri *uri, char *err,
                       size_t err_size)
{
    switch (a->family) {
    case VMSG_ADDRESS_UNIX:
        return parse_unix(a, uri, err, err_size);
    case VMSG_ADDRESS_TCP:
        return parse_tcp(a, uri->path, err, err_size);
    case VMSG_ADDRESS_VSOCK:
        return parse_vsock(a, uri->path, err, err_size);
    }
    return false;
}

bool vmsg_address_parse(struct vmsg_address *a, const char *uri, char *err, size_t err_size)
{
    static const char *const framing[] = {"framing", NULL}, *const none[] = {NULL};
    const char *rest = after_scheme(a, uri);
    struct vmsg_uri parts;
    bool ok;
    if (!rest) {
        snprintf(err, err_size, "'%s' names no socket; write unix:, tcp: or vsock:, or -listen",
                 uri);
        return false;
    }
    if (!vmsg_uri_parse(&parts, rest, a->family == VMSG_ADDRESS_UNIX ? framing : none, err,
                        err_size))
        return false;
    ok = parse_path(a, &parts, err, err_size);
    a->text = ok ? strdup(parts.path) : NULL;
    if (ok && !a->text)
        snprintf(err, err_size, "out of memory");
    vmsg_uri_clear(&parts);
    if (!a->text)
        vmsg_address_clear(a);
    return a->text;
}

void vmsg_address_clear(struct vmsg_address *a)
{
    free(a->text);
    free(a->host);
    free(a->port);
    a->text = a->host = a->port = NULL;
}

static bool resolve(const struct vmsg_address *a, struct sockaddr_storage *name, unsigned *len,
                    char *err, size_t err_size)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICSERV | (a->listens ? AI_PASSIVE : 0)};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(a->host, a->port, &hints, &found);
    if (error) {
        snprintf(err, err_size, "the host in %s is not known: %s", a->text, gai_strerror(error));
        return false;
    }
    memcpy(name, found->ai_addr, found->ai_addrlen);
    *len = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

bool vmsg_address_name(const struct vmsg_address *a, struct sockaddr_storage *name, unsigned *len,
                       char *err, size_t err_size)
{
    memset(name, 0, sizeof *name);
    if (a->family == VMSG_ADDRESS_TCP)
        return resolve(a, name, len, err, err_size);
    if (a->family == VMSG_ADDRESS_UNIX) {
        struct sockaddr_un *un = (struct sockaddr_un *)name;
        un->sun_family = AF_UNIX;
        memcpy(un->sun_path, a->text, strlen(a->text));
        *len = sizeof *un;
    } else {
        struct sockaddr_vm *vm = (struct sockaddr_vm *)name;
        vm->svm_family = AF_VSOCK;
        vm->svm_cid = a->cid;
        vm->svm_port = a->number;
        *len = sizeof *vm;
    }
    return true;
}
