/*
 * Threads between a character device and a socket.
 *
 * Where the interface is odd: a read gives as many bytes as were asked for, whatever the message's
 * length, so msg_size alone tells it; and a refused or interrupted call returns 0.
 */
#include "adapters/chardev/porter.h"

#include "adapters/chardev/uapi.h"
#include "adapters/clock.h"
#include "adapters/link.h"
#include "harness/wire/wire.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Calls in a row that may return 0, as after a signal, until they count as the end. */
enum { NOTHINGS_MOST = 16, MESSAGE_MOST = 65536 };

/* Why a direction ended, besides an errno. */
enum { STILL_RUNS = 0, GAVE_NOTHING = -1, TOOK_A_PART = -2 };

struct vmsg_porter {
    int device, socket;
    size_t read_size;
    pthread_t reader, writer;
    bool has_reader, has_writer;
    atomic_int read_end, write_end;
    uint8_t in[MESSAGE_MOST], out[MESSAGE_MOST];
};

/* How much of n bytes is the message; its header may say anything. */
static size_t message_length(const uint8_t *bytes, size_t n)
{
    if (n < VMSG_HEADER_SIZE)
        return n;
    size_t size = vmsg_le16(bytes + 6);
    if (size < VMSG_HEADER_SIZE)
        return VMSG_HEADER_SIZE;
    return size < n ? size : n;
}

static void *read_messages(void *arg)
{
    struct vmsg_porter *p = arg;
    unsigned nothings = 0;
    for (;;) {
        ssize_t n = read(p->device, p->in, p->read_size);
        if (n > 0) {
            nothings = 0;
            if (send(p->socket, p->in, message_length(p->in, (size_t)n), MSG_NOSIGNAL) < 0)
                break;
        } else if (n < 0 && errno != EINTR) {
            atomic_store(&p->read_end, errno);
            break;
        } else if (n == 0 && ++nothings == NOTHINGS_MOST) {
            atomic_store(&p->read_end, GAVE_NOTHING);
            break;
        }
    }
    shutdown(p->socket, SHUT_WR);
    return NULL;
}

/* One message by one write, the rest of the least size zeroed. False: p->write_end says why. */
static bool write_message(struct vmsg_porter *p, size_t len)
{
    if (len < VMSG_USER_MIN_SIZE) {
        memset(p->out + len, 0, VMSG_USER_MIN_SIZE - len);
        len = VMSG_USER_MIN_SIZE;
    }
    for (unsigned nothings = 0; nothings < NOTHINGS_MOST;) {
        ssize_t n = write(p->device, p->out, len);
        if (n == (ssize_t)len)
            return true;
        if (n > 0 || (n < 0 && errno != EINTR)) {
            atomic_store(&p->write_end, n > 0 ? TOOK_A_PART : errno);
            return false;
        }
        nothings += n == 0;
    }
    atomic_store(&p->write_end, GAVE_NOTHING);
    return false;
}

static void *write_messages(void *arg)
{
    struct vmsg_porter *p = arg;
    for (;;) {
        ssize_t n = recv(p->socket, p->out, sizeof p->out, 0);
        if (n == 0 || (n < 0 && errno != EINTR) || (n > 0 && !write_message(p, (size_t)n)))
            break;
    }
    shutdown(p->socket, SHUT_RD);
    return NULL;
}

/* The program's signals are for its own thread. */
static bool start_threads(struct vmsg_porter *p)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    p->has_reader = !pthread_create(&p->reader, NULL, read_messages, p);
    p->has_writer = !pthread_create(&p->writer, NULL, write_messages, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return p->has_reader && p->has_writer;
}

struct vmsg_porter *vmsg_porter_start(int device, size_t read_size, int *socket, char *err,
                                      size_t err_size)
{
    int pair[2];
    struct vmsg_porter *p = calloc(1, sizeof *p);
    if (!p || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
        snprintf(err, err_size, "no socket for the character device's messages: %s",
                 strerror(errno));
        free(p);
        return NULL;
    }
    p->device = device;
    p->socket = pair[0];
    p->read_size = read_size < VMSG_USER_MIN_SIZE ? VMSG_USER_MIN_SIZE
                   : read_size > MESSAGE_MOST     ? MESSAGE_MOST
                                                  : read_size;
    *socket = pair[1];
    if (start_threads(p))
        return p;
    snprintf(err, err_size, "no thread for the character device: %s", strerror(errno));
    close(pair[1]);
    vmsg_porter_stop(p, NULL, 0);
    return NULL;
}

/* Cancelling ends a thread in the middle of a read or write; no other state is its own. */
static bool join(pthread_t thread, bool exists)
{
    struct timespec until;
    if (!exists)
        return true;
    pthread_cancel(thread);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += VMSG_HANG_MS / 1000;
    if (!pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until))
        return true;
    pthread_detach(thread);
    return false;
}

static void describe(const char *what, int end, char *reason, size_t size)
{
    if (end == GAVE_NOTHING)
        snprintf(reason, size, "the character device %s nothing any more", what);
    else if (end == TOOK_A_PART)
        snprintf(reason, size, "the character device took only a part of a message");
    else
        snprintf(reason, size, "the character device %s no more messages: %s", what, strerror(end));
}

bool vmsg_porter_stop(struct vmsg_porter *p, char *reason, size_t reason_size)
{
    shutdown(p->socket, SHUT_RDWR);
    bool joined = join(p->reader, p->has_reader);
    joined &= join(p->writer, p->has_writer);
    int read_end = atomic_load(&p->read_end), write_end = atomic_load(&p->write_end);
    if (reason_size)
        reason[0] = '\0';
    if (read_end != STILL_RUNS && reason_size)
        describe("gives", read_end, reason, reason_size);
    else if (write_end != STILL_RUNS && reason_size)
        describe("takes", write_end, reason, reason_size);
    if (!joined)
        return false;
    close(p->socket);
    free(p);
    return true;
}
