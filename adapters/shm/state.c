/*
 * The handshake of an AMP layout, and the look at the other side's queue head that comes with it.
 */
#include "adapters/shm/shared.h"
#include "adapters/shm/side.h"

#include <stdio.h>

static uint8_t *at(const struct vmsg_amp *a, uint64_t ref)
{
    return a->area + (ref & VMSG_AMP_OFFSET_MASK);
}

void vmsg_amp_attach(struct vmsg_amp *a, const struct vmsg_amp_layout *layout)
{
    enum vmsg_amp_side other = a->side == VMSG_AMP_DRIVER ? VMSG_AMP_DEVICE : VMSG_AMP_DRIVER;
    a->layout = *layout;
    a->own_head_at = at(a, layout->head[a->side]);
    a->peer_head_at = at(a, layout->head[other]);
    a->own_queue = at(a, layout->queue[a->side]);
    a->peer_queue = at(a, layout->queue[other]);
    a->own_words = layout->words ? at(a, layout->notify[a->side]) : NULL;
    a->peer_words = layout->words ? at(a, layout->notify[other]) : NULL;
}

void vmsg_amp_publish(struct vmsg_amp *a)
{
    struct vmsg_amp_head shown = a->own;
    if (a->fault)
        vmsg_amp_fault_head(a, &shown);
    a->unshown = false;
    vmsg_shared_store_head(a->own_head_at, &shown);
}

static void enter(struct vmsg_amp *a, enum vmsg_amp_state state)
{
    a->own.status = (uint16_t)state;
    if (state == VMSG_AMP_READY)
        a->own.head = a->own.tail = a->read = 0;
    vmsg_amp_publish(a);
}

void vmsg_amp_begin(struct vmsg_amp *a)
{
    a->own = (struct vmsg_amp_head){.magic = a->magic};
    a->up = false;
    a->fresh = true;
    a->stale = a->peer_seen && a->peer.magic == a->magic &&
               vmsg_amp_state_of(a->peer.status) == VMSG_AMP_RUN;
    a->unsignalled = a->plain = 0;
    a->takes = 0;
    *a->why = '\0';
    vmsg_amp_clear_events(a);
    enter(a, VMSG_AMP_INIT);
}

void vmsg_amp_end(struct vmsg_amp *a)
{
    a->up = false;
    enter(a, VMSG_AMP_SHUTDOWN);
}

/* Cursors that moved as they should, and nothing else. */
static bool is_plain(const struct vmsg_amp *a, const struct vmsg_amp_head *now)
{
    const uint16_t n = a->layout.elements;
    return a->up && now->magic == a->peer.magic && now->status == a->peer.status && now->head < n &&
           now->tail < n &&
           vmsg_amp_distance(a->read, now->tail, n) <= vmsg_amp_distance(a->read, a->own.head, n);
}

/* `raw` is what the other side's queue head is now. */
static void take_note(struct vmsg_amp *a, uint64_t raw, const struct vmsg_amp_head *now)
{
    a->raw = raw;
    a->fresh = false;
    a->stale &= now->status == a->peer.status;
    if (a->seen)
        a->seen(a->seen_ctx, &(struct vmsg_amp_seen){.look = VMSG_AMP_SAW_HEAD,
                                                     .magic = a->magic,
                                                     .elements = a->layout.elements,
                                                     .own = a->own,
                                                     .was = a->peer,
                                                     .now = *now,
                                                     .first = !a->peer_seen});
    a->peer = *now;
    a->peer_seen = true;
}

static enum vmsg_amp_phase broken(struct vmsg_amp *a, const char *what, unsigned value)
{
    snprintf(a->why, sizeof a->why, "the other side's queue head is corrupt: its %s is %u (0x%x)",
             what, value, value);
    a->up = false;
    return VMSG_AMP_BROKEN;
}

/* Both run: is what it says usable? */
static enum vmsg_amp_phase check(struct vmsg_amp *a)
{
    if (a->peer.head >= a->layout.elements)
        return broken(a, "head", a->peer.head);
    if (a->peer.tail >= a->layout.elements)
        return broken(a, "tail", a->peer.tail);
    if (vmsg_amp_distance(a->read, a->peer.tail, a->layout.elements) >
        vmsg_amp_distance(a->read, a->own.head, a->layout.elements))
        return broken(a, "tail, which is not yet written,", a->peer.tail);
    a->read = a->peer.tail;
    a->sessions += !a->up;
    a->up = true;
    return VMSG_AMP_UP;
}

static enum vmsg_amp_phase moved(struct vmsg_amp *a)
{
    snprintf(a->why, sizeof a->why,
             "the other side is READY with its head at %u and its tail at %u, which must be 0",
             a->peer.head, a->peer.tail);
    return VMSG_AMP_BROKEN;
}

static enum vmsg_amp_phase running(struct vmsg_amp *a, unsigned peer)
{
    if (peer == VMSG_AMP_RUN)
        return check(a);
    if (a->up && a->fault == VMSG_AMP_FAULT_IGNORES_RESTART && peer <= VMSG_AMP_READY)
        return VMSG_AMP_UP;
    if (a->up) {
        snprintf(a->why, sizeof a->why, "the other side went from RUN to %s",
                 vmsg_amp_state_text(a->peer.status));
        a->up = false;
        return VMSG_AMP_OVER;
    }
    if (peer != VMSG_AMP_READY) /* it starts over before this began */
        enter(a, VMSG_AMP_INIT);
    else if (a->peer.head || a->peer.tail)
        return moved(a);
    return VMSG_AMP_WAITING;
}

/* The fault waits until the other side shows that nothing was offered to it. */
static void runs_early(struct vmsg_amp *a, unsigned peer)
{
    if (peer == VMSG_AMP_INIT)
        enter(a, VMSG_AMP_RUN);
}

static void leave_ready(struct vmsg_amp *a)
{
    if (a->fault == VMSG_AMP_FAULT_SENDS_EARLY) {
        a->own.head = 1;
        vmsg_amp_publish(a);
        return;
    }
    enter(a, VMSG_AMP_RUN);
}

/* A look at anything but plain progress. */
static enum vmsg_amp_phase step(struct vmsg_amp *a, bool follow)
{
    bool there = a->peer.magic == a->magic;
    unsigned peer = there ? vmsg_amp_state_of(a->peer.status) : (unsigned)VMSG_AMP_INIT;
    if (a->up && !there)
        return broken(a, "magic", a->peer.magic);
    if (peer > VMSG_AMP_PEER_DEAD)
        return broken(a, "state", peer);
    switch (vmsg_amp_state_of(a->own.status)) {
    case VMSG_AMP_INIT:
        if (a->fault == VMSG_AMP_FAULT_RUNS_EARLY && a->sessions)
            runs_early(a, peer);
        else if (peer != VMSG_AMP_RUN && (!follow || peer == VMSG_AMP_READY))
            enter(a, VMSG_AMP_READY);
        return VMSG_AMP_WAITING;
    case VMSG_AMP_READY:
        /* It was not in RUN when this side became READY, so it went there since. */
        if (peer == VMSG_AMP_READY || peer == VMSG_AMP_RUN)
            leave_ready(a);
        else if (a->own.head)
            enter(a, VMSG_AMP_READY); /* a fault, over again */
        return VMSG_AMP_WAITING;
    case VMSG_AMP_RUN:
        return running(a, peer);
    default: /* after the end: begin() starts over */
        return VMSG_AMP_OVER;
    }
}

/* First what every message brings: cursors that moved as they should. */
enum vmsg_amp_phase vmsg_amp_step_on(struct vmsg_amp *a, uint64_t raw, bool follow)
{
    struct vmsg_amp_head now = vmsg_shared_head(raw);
    if (is_plain(a, &now)) {
        if (vmsg_amp_tells_plain(a))
            take_note(a, raw, &now);
        a->raw = raw;
        a->peer = now;
        a->read = now.tail;
        return VMSG_AMP_UP;
    }
    if (raw != a->raw || a->fresh)
        take_note(a, raw, &now);
    return step(a, follow);
}
