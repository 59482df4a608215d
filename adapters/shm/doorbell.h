/*
 * How one side tells the other that there is something to see, and waits for that: files that are
 * written and read (eventfd, UIO device, named pipe), or polling that backs off.
 */
#ifndef VMSG_DOORBELL_H
#define VMSG_DOORBELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmsg_doorbell {
    int wake; /* becomes readable when the other side rings; -1: this side polls */
    int ring; /* is written to ring at the other side; -1: it polls */
    bool owns_wake, owns_ring;
    int timer;       /* of the looks without a ring */
    int epoll;       /* watches wake, by edges: a ring need not be read to wait for the next one */
    int watched[2];  /* by it: wake and another file */
    unsigned wakes;  /* since wake was last emptied */
    unsigned idle;   /* looks in a row that found nothing */
    bool alone;      /* one processor: spinning would keep the other side from running */
    bool timed_out;  /* the last wait ended without a ring */
    unsigned unrung; /* waits in a row that did, and then something was found */
    bool deaf;       /* things come without a ring: it is polled for, until it rings */
};

#define VMSG_NO_DOORBELL ((struct vmsg_doorbell){.wake = -1, .ring = -1, .timer = -1, .epoll = -1})

/* wake, ring: "fd:N", a path, or NULL for polling. False with a sentence in err. */
bool vmsg_doorbell_open(struct vmsg_doorbell *d, const char *wake, const char *ring, char *err,
                        size_t err_size);
void vmsg_doorbell_close(struct vmsg_doorbell *d);

void vmsg_doorbell_ring(const struct vmsg_doorbell *d);

/*
 * Nothing was found: wait a little, or until the other side rings, at most until deadline_ns.
 * `also`: another file to watch for reading, -1: none. False when the deadline has passed.
 */
bool vmsg_doorbell_pause(struct vmsg_doorbell *d, int also, uint64_t deadline_ns);

/* A moment of a processor's rest. */
static inline void vmsg_doorbell_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

enum {
    VMSG_DOORBELL_SPINS = 4000, /* looks before the processor is offered to others */
    /* One thing may be found between its writing and its ring; the ring is heard then before the
     * next one is. */
    VMSG_DOORBELL_UNRUNG = 2,
};

/* Is it still early enough to look again at once? */
static inline bool vmsg_doorbell_spins(const struct vmsg_doorbell *d)
{
    return !d->alone && (d->wake < 0 || d->deaf) && d->idle < VMSG_DOORBELL_SPINS;
}

/* Something was found. */
static inline void vmsg_doorbell_busy(struct vmsg_doorbell *d)
{
    d->idle = 0;
    if (d->timed_out && ++d->unrung == VMSG_DOORBELL_UNRUNG)
        d->deaf = true;
    d->timed_out = false;
}

#endif
