/* What the buggy peers need to be programs for exec:. */
#ifndef BUGGY_PROGRAM_H
#define BUGGY_PROGRAM_H

#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline unsigned long long number(const char *name, unsigned long long otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static inline void send_packet(void *ctx, const void *msg, size_t len)
{
    if (send(*(int *)ctx, msg, len, MSG_NOSIGNAL) < 0)
        _exit(0); /* the harness is gone */
}

static inline uint64_t clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

#endif
