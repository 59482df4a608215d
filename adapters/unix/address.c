/*
 * AF_UNIX sockets by path.
 */
#include "adapters/unix/address.h"

#include "adapters/clock.h"
#include "adapters/uri.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { CONNECT_S = 10, BACKLOG = 16 };

bool vmsg_address_parse(struct vmsg_address *a, const char *rest, char *err, size_t err_size)
{
    static const char *const known[] = {"framing", NULL};
    static const char *const framings[] = {"seqpacket", "stream", NULL};
    struct vmsg_uri uri;
    if (!vmsg_uri_parse(&uri, rest, known, err, err_size))
        return false;
    int framing = vmsg_uri_choice(&uri, "framing", framings, err, err_size);
    size_t most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
    size_t len = strlen(uri.path);
    *a = (struct vmsg_address){.is_stream = framing == 1};
    if (framing >= 0 && (len == 0 || len > most))
        snprintf(err, err_size, "a socket path of 1 to %zu bytes is needed, this one has %zu", most,
                 len);
    else if (framing >= 0 && !(a->path = strdup(uri.path)))
        snprintf(err, err_size, "out of memory");
    vmsg_uri_clear(&uri);
    return a->path;
}

void vmsg_address_clear(struct vmsg_address *a)
{
    free(a->path);
    a->path = NULL;
}

static int new_socket(const struct vmsg_address *a, struct sockaddr_un *name)
{
    *name = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(name->sun_path, a->path, strlen(a->path));
    return socket(AF_UNIX, (a->is_stream ? SOCK_STREAM : SOCK_SEQPACKET) | SOCK_CLOEXEC, 0);
}

static const char *mend_connect(const struct vmsg_address *a, int error)
{
    if (error == ECONNREFUSED || error == ENOENT)
        return "; start the SUT there first";
    if (error == EPROTOTYPE)
        return a->is_stream ? "; it is no stream socket, so leave ?framing=stream away"
                            : "; it is no SOCK_SEQPACKET socket, perhaps add ?framing=stream";
    if (error == EAGAIN)
        return "; the SUT there does not accept connections";
    return "";
}

int vmsg_address_connect(const struct vmsg_address *a, char *err, size_t err_size)
{
    struct sockaddr_un name;
    struct timeval patience = {.tv_sec = CONNECT_S}, forever = {0};
    int fd = new_socket(a, &name), result;
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        do
            result = connect(fd, (struct sockaddr *)&name, sizeof name);
        while (result && errno == EINTR);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &forever, sizeof forever);
        if (!result)
            return fd;
    }
    int error = errno;
    snprintf(err, err_size, "cannot connect to %s: %s%s", a->path, strerror(error),
             mend_connect(a, error));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Is the path a socket whose listener is gone? */
static bool is_stale(const struct vmsg_address *a)
{
    struct stat st;
    struct sockaddr_un name;
    if (lstat(a->path, &st) || !S_ISSOCK(st.st_mode))
        return false;
    int fd = new_socket(a, &name);
    if (fd < 0)
        return false;
    struct timeval patience = {.tv_usec = 1000};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    bool stale = connect(fd, (struct sockaddr *)&name, sizeof name) && errno == ECONNREFUSED;
    close(fd);
    return stale;
}

int vmsg_address_listen(const struct vmsg_address *a, char *err, size_t err_size)
{
    struct sockaddr_un name;
    int fd = new_socket(a, &name);
    int result = fd < 0 ? -1 : bind(fd, (struct sockaddr *)&name, sizeof name);
    if (result && fd >= 0 && errno == EADDRINUSE && is_stale(a)) {
        unlink(a->path);
        result = bind(fd, (struct sockaddr *)&name, sizeof name);
    }
    if (!result && !listen(fd, BACKLOG))
        return fd;
    int error = errno;
    snprintf(err, err_size, "cannot listen on %s: %s%s", a->path, strerror(error),
             error == EADDRINUSE ? "; choose another path, or remove that file if nobody needs it"
                                 : "");
    if (fd >= 0)
        close(fd);
    return -1;
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
            snprintf(err, err_size, "no SUT has connected to %s within %d s; start it now", a->path,
                     timeout_ms / 1000);
            return -1;
        }
        int fd = ready > 0 ? accept4(listener, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (fd >= 0)
            return fd;
        if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN) {
            snprintf(err, err_size, "accepting on %s failed: %s", a->path, strerror(errno));
            return -1;
        }
    }
}
