/*
 * The link to a SUT: receiving, sending with back-pressure, serving watched files.
 */
#include "adapters/link.h"

#include "adapters/clock.h"
#include "adapters/stamp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    QUEUE_LIMIT = 1 << 20,
    PACKET_MAX = 1 << 18, /* above the largest default socket buffer */
    /*
     * The hot path blocks in recv() alone, so it must come back now and then to look at the
     * watches; the margin covers a kernel clock tick of 10 ms.
     */
    BLOCK_MS = 5,
    BLOCK_MARGIN_MS = 50,
    HURRIED_MAX = 32,
    STALLED_MS = 50, /* a stream has said nothing for so long: what it has begun does not go on */
};

enum take { TAKE_MESSAGE, TAKE_NOTHING, TAKE_ENDED };

static bool is_stream(const struct vmsg_link *l, unsigned endpoint)
{
    return l->streams >> endpoint & 1;
}

bool vmsg_link_open(struct vmsg_link *l, const int *fds, unsigned n_fds, unsigned streams)
{
    struct timeval block = {.tv_usec = BLOCK_MS * 1000};
    *l = (struct vmsg_link){.fds = {-1, -1}, .streams = streams, .hang_ms = VMSG_HANG_MS};
    vmsg_queue_init(&l->queue, QUEUE_LIMIT);
    bool ok = true;
    for (unsigned i = 0; i < n_fds && ok; i++)
        ok = !is_stream(l, i) || vmsg_stream_init(&l->stream[i]);
    if (!ok) {
        vmsg_link_free(l);
        return false;
    }
    l->n_fds = n_fds;
    memcpy(l->fds, fds, n_fds * sizeof *fds);
    l->can_block = n_fds == 1 && !streams &&
                   !setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &block, sizeof block);
    l->stamped = n_fds == 2 && !streams && vmsg_stamp_want(fds[0]) && vmsg_stamp_want(fds[1]);
    return true;
}

void vmsg_link_watch(struct vmsg_link *l, int fd, bool (*ready)(void *ctx), void *ctx)
{
    l->watches[l->n_watches++] = (struct vmsg_watch){fd, ready, ctx};
}

bool vmsg_link_is_ended(const struct vmsg_link *l)
{
    for (unsigned i = 0; i < l->n_fds; i++) {
        struct pollfd p = {.fd = l->fds[i], .events = POLLRDHUP};
        if (l->ended[i] || (p.fd >= 0 && poll(&p, 1, 0) > 0))
            return true;
    }
    return false;
}

size_t vmsg_link_pending(const struct vmsg_link *l)
{
    size_t pending = 0;
    for (unsigned i = 0; i < l->n_fds; i++)
        if (is_stream(l, i))
            pending += vmsg_stream_pending(&l->stream[i]);
    return pending;
}

void vmsg_link_close(struct vmsg_link *l)
{
    for (unsigned i = 0; i < l->n_fds; i++) {
        if (l->fds[i] >= 0)
            close(l->fds[i]);
        l->fds[i] = -1;
        l->ended[i] = true;
    }
    vmsg_queue_clear(&l->queue);
}

void vmsg_link_free(struct vmsg_link *l)
{
    vmsg_link_close(l);
    vmsg_queue_free(&l->queue);
    vmsg_stream_free(&l->stream[0]);
    vmsg_stream_free(&l->stream[1]);
    free(l->scratch);
    l->scratch = NULL;
}

static enum take end(struct vmsg_link *l, unsigned endpoint)
{
    size_t pending = is_stream(l, endpoint) ? vmsg_stream_pending(&l->stream[endpoint]) : 0;
    l->ended[endpoint] = true;
    if (pending && !l->reason[0])
        snprintf(l->reason, sizeof l->reason,
                 "the stream ended in the middle of a message, after %zu bytes of it", pending);
    return TAKE_ENDED;
}

/* What a receive that gave no bytes means; *again: it was only disturbed. */
static enum take no_bytes(struct vmsg_link *l, unsigned endpoint, ssize_t n, bool *again,
                          unsigned *resets)
{
    *again = n < 0 && (errno == EINTR || (errno == ECONNRESET && (*resets)++ == 0));
    if (n == 0 || *again)
        return *again ? TAKE_NOTHING : end(l, endpoint);
    if (errno == EAGAIN)
        return TAKE_NOTHING;
    if (errno != ECONNRESET && errno != EPIPE && errno != ENOTCONN) {
        l->failed = true;
        snprintf(l->reason, sizeof l->reason, "receiving failed: %s", strerror(errno));
    }
    return end(l, endpoint);
}

/*
 * One packet. A reset is reported before the packets that were queued ahead of it, so the first
 * one only means to read on.
 */
static enum take take_packet(struct vmsg_link *l, unsigned endpoint, int flags, void *buf,
                             size_t cap, size_t *len)
{
    bool again;
    unsigned resets = 0;
    enum take result;
    do {
        ssize_t n = recv(l->fds[endpoint], buf, cap, flags | MSG_TRUNC);
        if (n > 0) {
            *len = (size_t)n;
            return TAKE_MESSAGE;
        }
        result = no_bytes(l, endpoint, n, &again, &resets);
    } while (again);
    return result;
}

/* One message of a stream, reading once when none is whole yet. */
static enum take take_stream(struct vmsg_link *l, unsigned endpoint, void *buf, size_t cap,
                             size_t *len)
{
    struct vmsg_stream *stream = &l->stream[endpoint];
    bool again;
    unsigned resets = 0;
    enum take result;
    if (vmsg_stream_next(stream, buf, cap, len))
        return TAKE_MESSAGE;
    if (stream->undecodable) {
        snprintf(l->reason, sizeof l->reason,
                 "a message's msg_size is %s, so the stream cannot be "
                 "followed further",
                 l->gave_up ? "above the limit and more than came of it" : "below 8");
        l->ended[endpoint] = true;
        return TAKE_ENDED;
    }
    do {
        size_t room;
        uint8_t *space = vmsg_stream_space(stream, &room);
        ssize_t n = recv(l->fds[endpoint], space, room, MSG_DONTWAIT);
        if (n > 0) {
            vmsg_stream_filled(stream, (size_t)n);
            l->filled_ns = vmsg_clock_ns();
            return vmsg_stream_next(stream, buf, cap, len) ? TAKE_MESSAGE : TAKE_NOTHING;
        }
        result = no_bytes(l, endpoint, n, &again, &resets);
    } while (again);
    return result;
}

static enum take take(struct vmsg_link *l, unsigned endpoint, void *buf, size_t cap, size_t *len)
{
    if (l->ended[endpoint])
        return TAKE_ENDED;
    return is_stream(l, endpoint) ? take_stream(l, endpoint, buf, cap, len)
                                  : take_packet(l, endpoint, MSG_DONTWAIT, buf, cap, len);
}

/* When no more is to be expected of a stream's message that is too large anyway; never: all ones.
 */
static uint64_t stalls_at(const struct vmsg_link *l)
{
    for (unsigned i = 0; l->streams && l->limit && i < l->n_fds; i++)
        if (is_stream(l, i) && !l->ended[i] && vmsg_stream_is_above(&l->stream[i], l->limit))
            return l->filled_ns + STALLED_MS * VMSG_NS_PER_MS;
    return UINT64_MAX;
}

static bool give_up(struct vmsg_link *l, void *buf, size_t cap, size_t *len, unsigned *endpoint)
{
    for (unsigned i = 0; i < l->n_fds; i++)
        if (is_stream(l, i) && !l->ended[i] &&
            vmsg_stream_give_up(&l->stream[i], l->limit, buf, cap, len)) {
            l->gave_up = true;
            *endpoint = i;
            return true;
        }
    return false;
}

/* The endpoint of what was sent first. Nothing older comes once both were looked at; to the first
 * one it may have come while the other was. */
static unsigned oldest(const struct vmsg_link *l)
{
    uint64_t at[2] = {0, 0};
    bool first = vmsg_stamp_peek(l->fds[0], &at[0]);
    bool second = vmsg_stamp_peek(l->fds[1], &at[1]);
    if (second && !first)
        first = vmsg_stamp_peek(l->fds[0], &at[0]);
    if (!first && !second)
        return l->first; /* nothing is there, or nothing is stamped */
    return second && (!first || at[1] < at[0]);
}

/* A message from any endpoint: in the order in which they were sent, else taking turns. */
static bool take_any(struct vmsg_link *l, void *buf, size_t cap, size_t *len, unsigned *endpoint)
{
    if (l->stamped)
        l->first = oldest(l);
    for (unsigned i = 0; i < l->n_fds; i++) {
        unsigned e = (l->first + i) % l->n_fds;
        if (take(l, e, buf, cap, len) == TAKE_MESSAGE) {
            *endpoint = e;
            l->first = e + 1;
            return true;
        }
    }
    return false;
}

/*
 * Poll the watches, the sockets when `want_messages`, and `out` for writing (-1: none), until
 * the deadline; serves the watches. Sets *writable. False when nothing happened in time.
 */
static bool poll_all(struct vmsg_link *l, bool want_messages, int out, uint64_t deadline_ns,
                     bool *writable)
{
    struct pollfd p[VMSG_LINK_MAX_WATCHES + 3];
    unsigned n = 0;
    for (unsigned i = 0; i < l->n_watches; i++)
        p[n++] = (struct pollfd){.fd = l->watches[i].fd, .events = POLLIN};
    for (unsigned i = 0; want_messages && i < l->n_fds; i++)
        p[n++] = (struct pollfd){.fd = l->ended[i] ? -1 : l->fds[i], .events = POLLIN};
    p[n++] = (struct pollfd){.fd = out, .events = POLLOUT};
    struct timespec left = vmsg_clock_until(deadline_ns);
    int ready = ppoll(p, n, deadline_ns == UINT64_MAX ? NULL : &left, NULL);
    *writable = ready > 0 && p[n - 1].revents;
    for (unsigned i = 0; ready > 0 && i < l->n_watches; i++)
        if (p[i].revents && !l->watches[i].ready(l->watches[i].ctx))
            l->watches[i].fd = -1;
    l->hurried = 0;
    return ready != 0;
}

bool vmsg_link_writable(struct vmsg_link *l, int fd, uint64_t deadline_ns)
{
    bool writable = false, ignored;
    if (!l->scratch && !(l->scratch = malloc(PACKET_MAX))) /* few connections ever need it */
        return false;
    while (!l->gone && !l->failed) {
        bool room = vmsg_queue_has_room(&l->queue, PACKET_MAX);
        bool happened = poll_all(l, room, fd, deadline_ns, &writable);
        size_t len;
        unsigned endpoint;
        if (writable || (!happened && vmsg_clock_ns() >= deadline_ns))
            return writable;
        if (!room || !take_any(l, l->scratch, PACKET_MAX, &len, &endpoint))
            continue;
        if (l->eager) /* as in vmsg_link_wait() */
            poll_all(l, false, -1, 0, &ignored);
        vmsg_queue_push(&l->queue, VMSG_ARRIVED_MESSAGE, endpoint, l->scratch,
                        len < PACKET_MAX ? len : PACKET_MAX, len);
    }
    return false;
}

bool vmsg_link_send(struct vmsg_link *l, unsigned endpoint, const void *msg, size_t len)
{
    const uint8_t *bytes = msg;
    uint64_t deadline = 0;
    if (endpoint >= l->n_fds || l->ended[endpoint])
        return false;
    while (len) {
        ssize_t n = send(l->fds[endpoint], bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN || errno == ENOBUFS) {
            if (!deadline)
                deadline = vmsg_clock_ns() + l->hang_ms * VMSG_NS_PER_MS;
            if (vmsg_clock_ns() >= deadline || !vmsg_link_writable(l, l->fds[endpoint], deadline))
                return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* May the next message be awaited in recv() alone? */
static bool may_block(struct vmsg_link *l, uint64_t deadline_ns)
{
    return l->can_block && !l->eager && l->hurried < HURRIED_MAX &&
           deadline_ns > vmsg_clock_ns() + BLOCK_MARGIN_MS * VMSG_NS_PER_MS;
}

/*
 * A message was taken. A line that was written before it may have come after the last look at the
 * watches: then it is first, and the message waits.
 */
static enum vmsg_arrival behind_lines(struct vmsg_link *l, void *buf, size_t cap, size_t *len,
                                      unsigned *endpoint)
{
    enum vmsg_arrival kind = VMSG_ARRIVED_MESSAGE;
    bool unused;
    poll_all(l, false, -1, 0, &unused);
    if (!vmsg_queue_is_empty(&l->queue) &&
        vmsg_queue_push(&l->queue, VMSG_ARRIVED_MESSAGE, *endpoint, buf, *len < cap ? *len : cap,
                        *len))
        vmsg_queue_pop(&l->queue, &kind, buf, cap, len, endpoint);
    return kind;
}

enum vmsg_arrival vmsg_link_wait(struct vmsg_link *l, uint64_t deadline_ns, void *buf, size_t cap,
                                 size_t *len, unsigned *endpoint)
{
    enum vmsg_arrival kind;
    bool happened = true, unused;
    if (!l->n_fds)
        return VMSG_ARRIVED_CLOSED;
    if (l->eager) /* a line comes before the messages that its command causes */
        poll_all(l, false, -1, 0, &unused);
    for (;;) {
        if (vmsg_queue_pop(&l->queue, &kind, buf, cap, len, endpoint))
            return kind;
        if (l->failed)
            return VMSG_ARRIVED_ERROR;
        if (!l->gone && !l->ended[0] && may_block(l, deadline_ns)) {
            l->hurried++;
            if (take_packet(l, 0, 0, buf, cap, len) == TAKE_MESSAGE) {
                *endpoint = 0;
                return VMSG_ARRIVED_MESSAGE;
            }
            l->hurried = HURRIED_MAX;
            continue;
        }
        if (take_any(l, buf, cap, len, endpoint))
            return l->eager ? behind_lines(l, buf, cap, len, endpoint) : VMSG_ARRIVED_MESSAGE;
        if (l->failed)
            return VMSG_ARRIVED_ERROR;
        if (l->gone || l->ended[0] || (l->n_fds > 1 && l->ended[1]))
            return VMSG_ARRIVED_CLOSED;
        uint64_t stall = stalls_at(l);
        if (!happened && vmsg_clock_ns() >= stall && give_up(l, buf, cap, len, endpoint))
            return VMSG_ARRIVED_MESSAGE;
        if (!happened && vmsg_clock_ns() >= deadline_ns)
            return VMSG_ARRIVED_NOTHING;
        happened = poll_all(l, true, -1, stall < deadline_ns ? stall : deadline_ns, &unused);
    }
}
