/*
 * One side of an AMP layout: its queue head and words, which only it writes, and what it last saw
 * of the other side's. Pure but for the shared memory: no waiting, no clock.
 *
 * The other side may change anything at any time. What this side wrote is kept here and never read
 * back; what the other side wrote is copied once, and bounded before it is used.
 */
#ifndef VMSG_SHM_SIDE_H
#define VMSG_SHM_SIDE_H

#include "adapters/shm/faults.h"
#include "adapters/shm/layout.h"
#include "adapters/shm/shared.h"

enum vmsg_amp_phase {
    VMSG_AMP_WAITING, /* for the other side */
    VMSG_AMP_UP,      /* both run: messages may pass */
    VMSG_AMP_OVER,    /* the other side left: see why */
    VMSG_AMP_BROKEN,  /* what the other side wrote makes no sense: see why */
};

struct vmsg_amp {
    uint8_t *area;
    uint64_t size;
    uint16_t number; /* of the area, in memory references */
    uint16_t magic;  /* of queue heads */
    enum vmsg_amp_side side;
    struct vmsg_amp_layout layout;
    uint8_t *own_head_at, *peer_head_at, *own_queue, *peer_queue, *own_words, *peer_words;
    struct vmsg_amp_head own, peer;
    uint64_t raw;  /* the other side's queue head as it was read */
    uint16_t read; /* the other side's tail, as far as it was believed */
    bool peer_seen, up;
    bool unshown; /* this side's tail moved since its queue head was published */
    bool fresh;   /* nothing was seen since this side began */
    bool stale;   /* the other side is in RUN since before that */
    uint64_t own_tx[VMSG_AMP_WORDS_MOST], own_rx[VMSG_AMP_WORDS_MOST];
    uint64_t peer_tx[VMSG_AMP_WORDS_MOST], peer_rx[VMSG_AMP_WORDS_MOST];
    uint32_t unsignalled;      /* messages taken since event 0 came */
    enum vmsg_amp_fault fault; /* of a peer that breaks the layout on purpose */
    unsigned sessions;         /* that came to RUN on both sides */
    unsigned takes;            /* of this one */
    char why[200];
    unsigned plain; /* looks that showed nothing but progress */
    /* Told what is seen of the other side; NULL: nobody wants to know. Of plain progress, which
     * comes with every message, only the first looks and then some are told. */
    void (*seen)(void *ctx, const struct vmsg_amp_seen *seen);
    void *seen_ctx;
};

/* Look at the area through a layout that vmsg_amp_usable() took. */
void vmsg_amp_attach(struct vmsg_amp *a, const struct vmsg_amp_layout *layout);

/* Is this look at plain progress one to tell? */
static inline bool vmsg_amp_tells_plain(struct vmsg_amp *a)
{
    enum { FIRST = 8, THEN_EVERY = 64 };
    return a->plain++ < FIRST || a->plain % THEN_EVERY == 0;
}

/* ---- state.c ---- */

/* Start over: INIT. */
void vmsg_amp_begin(struct vmsg_amp *a);

/* What to do about a queue head of the other side that reads `raw`. */
enum vmsg_amp_phase vmsg_amp_step_on(struct vmsg_amp *a, uint64_t raw, bool follow);

/*
 * One look at the other side, and the next step of the handshake if it is due. `follow`: the other
 * side is to become READY first.
 */
static inline enum vmsg_amp_phase vmsg_amp_step(struct vmsg_amp *a, bool follow)
{
    uint64_t raw = vmsg_shared_load64(a->peer_head_at);
    return a->up && raw == a->raw ? VMSG_AMP_UP : vmsg_amp_step_on(a, raw, follow);
}

/* SHUTDOWN: no message comes any more. */
void vmsg_amp_end(struct vmsg_amp *a);

/* This side's state in memory. */
void vmsg_amp_publish(struct vmsg_amp *a);

/* ---- queue.c: while the phase is UP ---- */

/* Put a message of at most layout.element_size bytes; false when the queue is full. */
bool vmsg_amp_put(struct vmsg_amp *a, const void *msg, size_t len);

/*
 * Take the next message: its msg_size bytes, or what an element has of them. False when there is
 * none. At most cap bytes are stored.
 */
bool vmsg_amp_take(struct vmsg_amp *a, void *buf, size_t cap, size_t *len);

/* ---- notify.c ---- */

/* How many events N words give, and where event e is: its word and bit, and in word 0 the bit that
 * leads to that word (-1: none). */
unsigned vmsg_amp_events(unsigned words);
void vmsg_amp_event_at(unsigned words, unsigned event, unsigned *word, unsigned *bit, int *cascade);

/*
 * Raise an event: false when the other side masks it, so that no doorbell is to be rung. Without
 * words there is only the doorbell.
 */
bool vmsg_amp_raise(struct vmsg_amp *a, unsigned event);

/* Acknowledge what is pending, then tell the judge; true when event 0 was among it. */
bool vmsg_amp_acknowledge(struct vmsg_amp *a);

/* A message was taken: event 0 must have come since the queue was full of such. */
void vmsg_amp_count_unsignalled(struct vmsg_amp *a);

/* What is pending is stale, and acknowledged. */
void vmsg_amp_clear_events(struct vmsg_amp *a);

/* Mask all events, or none: may the other side ring? */
void vmsg_amp_mask(struct vmsg_amp *a, bool all);

#endif
