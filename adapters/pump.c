/*
 * Drives a served SUT over a socket: a plain recv() and send() for each message, and poll() only
 * when a timer or a command may come first.
 */
#include "adapters/pump.h"

#include "adapters/clock.h"
#include "adapters/commands.h"
#include "adapters/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PACKET_MAX = 1 << 18 };

struct run {
    const struct vmsg_pump *p;
    void *sut;
    struct vmsg_commands commands;
    struct vmsg_stream stream;
    uint8_t *packet;
    bool closed;
    int error; /* errno that ended the run; 0: the harness closed the socket */
};

static void failed(struct run *r)
{
    r->closed = true;
    if (errno != EPIPE && errno != ECONNRESET)
        r->error = errno;
}

static void put(struct run *r, int fd, const uint8_t *bytes, size_t len)
{
    while (len && !r->closed) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n >= 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (errno != EINTR) {
            failed(r);
        }
    }
}

static void to_harness(void *ctx, const void *msg, size_t len)
{
    struct run *r = ctx;
    put(r, r->p->fd, msg, len);
}

static void to_far_end(void *ctx, const void *msg, size_t len)
{
    struct run *r = ctx;
    put(r, r->p->far_fd, msg, len);
}

enum { NEAR = 1, FAR = 2 };

/* Wait for a message, a command or the deadline. The ends that have something. */
static unsigned wait_socket(struct run *r, uint64_t deadline)
{
    struct pollfd fds[3] = {{r->p->fd, POLLIN, 0},
                            {vmsg_commands_fd(&r->commands), POLLIN, 0},
                            {r->p->far_fd, POLLIN, 0}};
    struct timespec left = vmsg_clock_until(deadline);
    if (ppoll(fds, 3, deadline == UINT64_MAX ? NULL : &left, NULL) < 0)
        return 0;
    if (fds[1].revents)
        vmsg_commands_read(&r->commands, r->p->ops, r->sut);
    return (fds[0].revents ? NEAR : 0u) | (fds[2].revents ? FAR : 0u);
}

static void deliver_stream(struct run *r, size_t n)
{
    size_t len;
    vmsg_stream_filled(&r->stream, n);
    while (vmsg_stream_next(&r->stream, r->packet, PACKET_MAX, &len))
        r->p->ops->receive(r->sut, r->packet, len);
    r->closed |= r->stream.undecodable;
}

static void receive(struct run *r)
{
    size_t room = PACKET_MAX;
    uint8_t *space = r->p->is_stream ? vmsg_stream_space(&r->stream, &room) : r->packet;
    ssize_t n = recv(r->p->fd, space, room, 0);
    if (n == 0) {
        r->closed = true;
    } else if (n < 0) {
        if (errno != EINTR && errno != EAGAIN)
            failed(r);
    } else {
        r->p->ops->tick(r->sut, vmsg_clock_ns());
        if (r->p->is_stream)
            deliver_stream(r, (size_t)n);
        else
            r->p->ops->receive(r->sut, space, (size_t)n);
    }
}

/* The device end of a bus keeps packet boundaries. */
static void receive_far(struct run *r)
{
    ssize_t n = recv(r->p->far_fd, r->packet, PACKET_MAX, 0);
    if (n == 0)
        r->closed = true;
    else if (n > 0)
        r->p->ops->receive_far(r->sut, r->packet, (size_t)n);
    else if (errno != EINTR && errno != EAGAIN)
        failed(r);
}

static void serve(struct run *r)
{
    bool two_ended = r->p->far_fd >= 0;
    if (two_ended)
        r->p->ops->far(r->sut, r, to_far_end);
    r->p->ops->tick(r->sut, vmsg_clock_ns());
    while (!r->closed) {
        uint64_t deadline = r->p->ops->deadline(r->sut);
        unsigned ready = NEAR;
        if (deadline != UINT64_MAX || two_ended || vmsg_commands_fd(&r->commands) >= 0) {
            ready = wait_socket(r, deadline);
            r->p->ops->tick(r->sut, vmsg_clock_ns());
        }
        if (ready & FAR)
            receive_far(r);
        if (ready & NEAR && !r->closed)
            receive(r);
    }
}

bool vmsg_pump_run(const struct vmsg_pump *pump, char *err, size_t err_size)
{
    struct vmsg_sut_host host = pump->host;
    struct run r = {.p = pump, .packet = malloc(PACKET_MAX)};
    bool ok = r.packet && (!pump->is_stream || vmsg_stream_init(&r.stream));
    host.ctx = &r;
    host.send = to_harness;
    vmsg_commands_init(&r.commands, pump->takes_commands ? STDIN_FILENO : -1, STDOUT_FILENO);
    if (!ok)
        snprintf(err, err_size, "out of memory");
    else
        ok = (r.sut = pump->ops->open(pump->config, &host, err, err_size));
    if (r.sut) {
        serve(&r);
        pump->ops->close(r.sut);
    }
    if (r.error) {
        snprintf(err, err_size, "the socket to the harness failed: %s", strerror(r.error));
        ok = false;
    }
    vmsg_commands_free(&r.commands);
    vmsg_stream_free(&r.stream);
    free(r.packet);
    return ok;
}
