/*
 * Doorbells and polling.
 */
#include "adapters/shm/doorbell.h"

#include "adapters/clock.h"
#include "adapters/uri.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum {
    SPINS = VMSG_DOORBELL_SPINS,
    YIELDS = 4200, /* looks before this side sleeps between them */
    LOOKS_A_CLOCK = 64,
    SLEEP_LEAST_NS = 2000,
    SLEEP_MOST_NS = 250000,
    /* Even a rung side looks by itself now and then: what a forgotten ring costs is time. */
    WAKE_MS = 20,
    WAKES = 256, /* rings between readings of the file, which must not fill up */
};

static int open_end(const char *what, const char *name, bool *owns, char *err, size_t err_size)
{
    uint64_t n;
    int fd;
    *owns = false;
    if (!name)
        return -1;
    if (!strncmp(name, "fd:", 3)) {
        if (vmsg_uri_number(name + 3, &n) && n <= INT32_MAX && fcntl((int)n, F_GETFD) >= 0)
            return (int)n;
        snprintf(err, err_size, "%s=%s is no open file of this process", what, name);
        return -2;
    }
    fd = open(name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        snprintf(err, err_size, "%s=%s cannot be opened: %s", what, name, strerror(errno));
        return -2;
    }
    *owns = true;
    return fd;
}

bool vmsg_doorbell_open(struct vmsg_doorbell *d, const char *wake, const char *ring, char *err,
                        size_t err_size)
{
    *d = VMSG_NO_DOORBELL;
    d->alone = sysconf(_SC_NPROCESSORS_ONLN) < 2;
    d->wake = open_end("wake", wake, &d->owns_wake, err, err_size);
    d->ring = d->wake == -2 ? -2 : open_end("ring", ring, &d->owns_ring, err, err_size);
    if (d->ring != -2)
        return true;
    vmsg_doorbell_close(d);
    return false;
}

static void unwatch(struct vmsg_doorbell *d)
{
    if (d->epoll >= 0)
        close(d->epoll);
    if (d->timer >= 0)
        close(d->timer);
    d->epoll = d->timer = -1;
}

void vmsg_doorbell_close(struct vmsg_doorbell *d)
{
    if (d->owns_wake)
        close(d->wake);
    if (d->owns_ring)
        close(d->ring);
    unwatch(d);
    *d = VMSG_NO_DOORBELL;
}

/* An eventfd takes eight bytes, a UIO device four; a full pipe rings already. */
void vmsg_doorbell_ring(const struct vmsg_doorbell *d)
{
    const uint64_t one = 1;
    const uint32_t on = 1;
    if (d->ring >= 0 && write(d->ring, &one, sizeof one) < 0 && errno == EINVAL &&
        write(d->ring, &on, sizeof on) < 0)
        return; /* nobody can be told: the other side looks by itself, or hangs */
}

static void drain(int fd)
{
    uint8_t bytes[4096];
    if (read(fd, bytes, sizeof bytes) < 0 && errno == EINVAL && read(fd, bytes, 4) < 0)
        return;
}

static bool watch(int epoll, int fd, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.fd = fd};
    return fd < 0 || !epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
}

/* Have these two watched, and a timer that goes by itself: none is set for each wait. False: they
 * cannot be, and are polled. */
static bool watch_both(struct vmsg_doorbell *d, int also)
{
    const struct timespec tick = {.tv_nsec = WAKE_MS * VMSG_NS_PER_MS};
    const struct itimerspec ticks = {.it_interval = tick, .it_value = tick};
    if (d->epoll >= 0 && d->watched[0] == d->wake && d->watched[1] == also)
        return true;
    unwatch(d);
    d->epoll = epoll_create1(EPOLL_CLOEXEC);
    d->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    d->watched[0] = d->wake;
    d->watched[1] = also;
    if (d->epoll >= 0 && d->timer >= 0 && !timerfd_settime(d->timer, 0, &ticks, NULL) &&
        watch(d->epoll, d->wake, EPOLLIN | EPOLLET) && watch(d->epoll, also, EPOLLIN) &&
        watch(d->epoll, d->timer, EPOLLIN | EPOLLET))
        return true;
    unwatch(d);
    return false;
}

/* The hot path of a rung side: one system call for a ring. */
static bool wait_for_ring(struct vmsg_doorbell *d, uint64_t deadline_ns)
{
    struct epoll_event e;
    int ready = epoll_wait(d->epoll, &e, 1, -1);
    d->timed_out = ready > 0 && e.data.fd == d->timer;
    if (d->timed_out)
        drain(d->timer); /* it goes on when it is read */
    if (ready > 0 && e.data.fd == d->wake) {
        d->unrung = 0;
        if (++d->wakes == WAKES) {
            drain(d->wake);
            d->wakes = 0;
        }
    }
    return (ready > 0 && !d->timed_out) || vmsg_clock_ns() < deadline_ns;
}

static bool poll_files(struct vmsg_doorbell *d, int also, uint64_t most_ns, uint64_t deadline_ns)
{
    struct pollfd p[2] = {{d->wake, POLLIN, 0}, {also, POLLIN, 0}};
    uint64_t now = vmsg_clock_ns(), until = now + most_ns;
    struct timespec left = vmsg_clock_until(until < deadline_ns ? until : deadline_ns);
    int ready = ppoll(p, 2, &left, NULL);
    if (ready > 0 && p[0].revents & POLLIN) {
        drain(d->wake);
        d->deaf = false;
        d->unrung = 0;
    }
    d->timed_out = ready == 0 && d->wake >= 0;
    return vmsg_clock_ns() < deadline_ns;
}

bool vmsg_doorbell_pause(struct vmsg_doorbell *d, int also, uint64_t deadline_ns)
{
    if (d->wake >= 0 && !d->deaf && watch_both(d, also))
        return wait_for_ring(d, deadline_ns);
    if (d->wake >= 0 && !d->deaf)
        return poll_files(d, also, WAKE_MS * VMSG_NS_PER_MS, deadline_ns);
    if (vmsg_doorbell_spins(d)) {
        d->idle++;
        vmsg_doorbell_relax();
        return d->idle % LOOKS_A_CLOCK || vmsg_clock_ns() < deadline_ns;
    }
    if (d->idle < YIELDS) {
        d->idle = d->idle < SPINS ? SPINS : d->idle + 1;
        sched_yield();
        return vmsg_clock_ns() < deadline_ns;
    }
    uint64_t sleep = (uint64_t)SLEEP_LEAST_NS * (++d->idle - YIELDS);
    return poll_files(d, also, sleep < SLEEP_MOST_NS ? sleep : SLEEP_MOST_NS, deadline_ns);
}
