/*
 * The one clock of the adapters that touch the world: monotonic, in nanoseconds.
 */
#ifndef VMSG_CLOCK_H
#define VMSG_CLOCK_H

#include <stdint.h>
#include <time.h>

#define VMSG_NS_PER_MS UINT64_C(1000000)
#define VMSG_NS_PER_S  UINT64_C(1000000000)

static inline uint64_t vmsg_clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * VMSG_NS_PER_S + (uint64_t)t.tv_nsec;
}

/* What ppoll() wants: the time from now until deadline_ns, zero when it has passed. */
static inline struct timespec vmsg_clock_until(uint64_t deadline_ns)
{
    uint64_t now = vmsg_clock_ns();
    uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
    return (struct timespec){.tv_sec = (time_t)(left / VMSG_NS_PER_S),
                             .tv_nsec = (long)(left % VMSG_NS_PER_S)};
}

#endif
