/*
 * Writing without the signal that a pipe without a reader brings, which would end the program: the
 * write fails with EPIPE, as it does for sockets. For code that cannot decide what SIGPIPE does to
 * the whole process, and to the programs that it starts.
 */
#ifndef VMSG_QUIET_H
#define VMSG_QUIET_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

struct vmsg_quiet {
    sigset_t before;
};

static inline void vmsg_quiet_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
}

static inline void vmsg_quiet_begin(struct vmsg_quiet *q)
{
    sigset_t set;

    vmsg_quiet_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, &q->before);
}

/* After the write; `error` is its errno, 0 when it did not fail. errno stays as it is. */
static inline void vmsg_quiet_end(const struct vmsg_quiet *q, int error)
{
    const struct timespec at_once = {0};
    int kept = errno;
    sigset_t set;

    vmsg_quiet_set(&set);
    if (error == EPIPE && !sigismember(&q->before, SIGPIPE))
        sigtimedwait(&set, NULL, &at_once);
    pthread_sigmask(SIG_SETMASK, &q->before, NULL);
    errno = kept;
}

#endif
