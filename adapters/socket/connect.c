/*
 * Connecting, listening and accepting at a socket address.
 */
#include "adapters/clock.h"
#include "adapters/socket/address.h"
#include "adapters/stamp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONNECT_S = 10, BACKLOG = 16 };

static int new_socket(const struct vmsg_address *a, const struct sockaddr_storage *name)
{
    return socket(name->ss_family, (a->is_stream ? SOCK_STREAM : SOCK_SEQPACKET) | SOCK_CLOEXEC, 0);
}

/* Small messages must not wait for others. */
static void send_at_once(const struct vmsg_address *a, int fd)
{
    int on = 1;
    if (a->family == VMSG_ADDRESS_TCP)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static const char *mend_connect(const struct vmsg_address *a, int error)
{
    if (error == ECONNREFUSED || error == ENOENT || error == ECONNRESET)
        return "; start the SUT there first";
    if (error == EPROTOTYPE)
        return a->is_stream ? "; it is no stream socket, so leave ?framing=stream away"
                            : "; it is no SOCK_SEQPACKET socket, perhaps add ?framing=stream";
    if (error == EAGAIN)
        return "; the SUT there does not accept connections";
    if (error == ENODEV || error == EAFNOSUPPORT || error == EADDRNOTAVAIL)
        return "; this machine does not have that kind of socket, or not this address";
    return "";
}

int vmsg_address_connect(const struct vmsg_address *a, char *err, size_t err_size)
{
    struct sockaddr_storage name;
    struct timeval patience = {.tv_sec = CONNECT_S}, forever = {0};
    unsigned len;
    int fd, result = -1, error;
    if (!vmsg_address_name(a, &name, &len, err, err_size))
        return -1;
    fd = new_socket(a, &name);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (!a->is_stream)
            vmsg_stamp_want(fd); /* what comes at once has one, too */
        do
            result = connect(fd, (struct sockaddr *)&name, len);
        while (result && errno == EINTR);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &forever, sizeof forever);
        send_at_once(a, fd);
        if (!result)
            return fd;
    }
    error = errno;
    snprintf(err, err_size, "cannot connect to %s: %s%s", a->text, strerror(error),
             mend_connect(a, error));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Is the path a socket whose listener is gone? */
static bool is_stale(const struct vmsg_address *a, const struct sockaddr_storage *name,
                     unsigned len)
{
    struct timeval patience = {.tv_usec = 1000};
    struct stat st;
    int fd;
    if (a->family != VMSG_ADDRESS_UNIX || lstat(a->text, &st) || !S_ISSOCK(st.st_mode))
        return false;
    fd = new_socket(a, name);
    if (fd < 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    bool stale = connect(fd, (const struct sockaddr *)name, len) && errno == ECONNREFUSED;
    close(fd);
    return stale;
}

/* After a bind to port 0: name the port that was taken. */
static bool name_port(struct vmsg_address *a, int fd, char *err, size_t err_size)
{
    struct sockaddr_storage bound = {0};
    socklen_t len = sizeof bound;
    unsigned port;
    char *text = NULL;
    if (a->family != VMSG_ADDRESS_TCP || getsockname(fd, (struct sockaddr *)&bound, &len))
        return true;
    port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                             : ((struct sockaddr_in *)&bound)->sin_port);
    if (asprintf(&text, strchr(a->host, ':') ? "[%s]:%u" : "%s:%u", a->host, port) < 0) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    free(a->text);
    a->text = text;
    return true;
}

static const char *mend_listen(const struct vmsg_address *a, int error)
{
    if (error == EADDRINUSE)
        return a->family == VMSG_ADDRESS_UNIX
                   ? "; choose another path, or remove that file if nobody needs it"
                   : "; choose another port";
    if (error == ENODEV || error == EAFNOSUPPORT || error == EADDRNOTAVAIL)
        return "; this machine does not have that kind of socket, or not this address";
    return "";
}

int vmsg_address_listen(struct vmsg_address *a, char *err, size_t err_size)
{
    struct sockaddr_storage name;
    unsigned len;
    int fd, result, error, on = 1;
    if (!vmsg_address_name(a, &name, &len, err, err_size))
        return -1;
    fd = new_socket(a, &name);
    if (fd >= 0 && a->family == VMSG_ADDRESS_TCP)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    result = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&name, len);
    if (result && fd >= 0 && errno == EADDRINUSE && is_stale(a, &name, len)) {
        unlink(a->text);
        result = bind(fd, (struct sockaddr *)&name, len);
    }
    if (!result && !listen(fd, BACKLOG) && name_port(a, fd, err, err_size))
        return fd;
    error = errno;
    snprintf(err, err_size, "cannot listen on %s: %s%s", a->text, strerror(error),
             mend_listen(a, error));
    if (fd >= 0)
        close(fd);
    return -1;
}

void vmsg_address_unlisten(const struct vmsg_address *a, int listener)
{
    close(listener);
    if (a->family == VMSG_ADDRESS_UNIX)
        unlink(a->text);
}

int vmsg_address_accept(const struct vmsg_address *a, int listener, int timeout_ms, char *err,
                        size_t err_size)
{
    uint64_t deadline =
        timeout_ms < 0 ? UINT64_MAX : vmsg_clock_ns() + (uint64_t)timeout_ms * VMSG_NS_PER_MS;
    for (;;) {
        struct pollfd p = {.fd = listener, .events = POLLIN};
        struct timespec left = vmsg_clock_until(deadline);
        int ready = ppoll(&p, 1, timeout_ms < 0 ? NULL : &left, NULL);
        if (ready == 0) {
            snprintf(err, err_size, "no SUT has connected to %s within %d s; start it now", a->text,
                     timeout_ms / 1000);
            return -1;
        }
        int fd = ready > 0 ? accept4(listener, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (fd >= 0) {
            send_at_once(a, fd);
            return fd;
        }
        if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN) {
            snprintf(err, err_size, "accepting on %s failed: %s", a->text, strerror(errno));
            return -1;
        }
    }
}
