/*
 * How a connection through shared memory begins: the area, the layout, the handshake.
 */
#include "adapters/shm/connection.h"

#include "adapters/clock.h"

#include <stdio.h>

enum {
    FIRST_MS = 10000, /* as for sockets */
    AGAIN_MS = 5000,  /* a SUT that was there once */
    DEAD_MS = 50,     /* one that did not come back DEAD_AFTER times */
    DEAD_AFTER = 3,
    FOLLOW_MS = 1000, /* for the other side to become READY first */
};

static uint64_t deadline_of(const struct vmsg_shm *s)
{
    uint32_t ms = s->ends[0].port.options.patience_ms;
    if (!ms)
        ms = s->reached ? AGAIN_MS : FIRST_MS;
    if (s->failures >= DEAD_AFTER && ms > DEAD_MS)
        ms = DEAD_MS;
    return vmsg_clock_ns() + ms * VMSG_NS_PER_MS;
}

static bool open_end(struct vmsg_shm *s, struct vmsg_shm_end *e,
                     const struct vmsg_adapter_params *params, uint64_t deadline, char *err,
                     size_t err_size)
{
    struct vmsg_doorbell patience = VMSG_NO_DOORBELL;
    enum vmsg_shm_found found;
    e->port.max_msg_size = params->max_msg_size;
    e->port.mem_size = s->n == 1 ? params->mem_size : 0;
    while ((found = vmsg_shm_port_open(&e->port)) == VMSG_SHM_NOT_YET &&
           vmsg_doorbell_pause(&patience, -1, deadline))
        continue;
    if (found == VMSG_SHM_UNUSABLE || (found == VMSG_SHM_NOT_YET && s->reached))
        vmsg_shm_ended(s, e->port.why);
    if (found == VMSG_SHM_FOUND || s->ended)
        return true;
    snprintf(err, err_size, "%s", e->port.why);
    return false;
}

/* One look at each end; true when all are in RUN. */
static bool step(struct vmsg_shm *s, bool follow)
{
    bool up = true;
    for (unsigned i = 0; i < s->n && !s->ended; i++) {
        struct vmsg_shm_end *e = &s->ends[i];
        enum vmsg_amp_phase phase = vmsg_shm_port_look(&e->port, follow && !e->leads);
        if (phase == VMSG_AMP_BROKEN || phase == VMSG_AMP_OVER)
            vmsg_shm_ended(s, e->port.amp.why);
        up &= phase == VMSG_AMP_UP;
    }
    return up && !s->ended;
}

/* Of a SUT that is not there: was there anything to blame? */
static void gave_up(struct vmsg_shm *s, char *err, size_t err_size)
{
    for (unsigned i = 0; i < s->n; i++) {
        struct vmsg_amp *a = &s->ends[i].port.amp;
        bool wrong = a->peer.magic && a->peer.magic != a->magic && a->peer.status &&
                     vmsg_amp_state_of(a->peer.status) <= VMSG_AMP_RUN;
        if (a->up)
            continue;
        snprintf(err, err_size,
                 "the other side of %s did not come to RUN: its queue head has magic 0x%04x%s and "
                 "state %s; start the SUT, and see that it takes the other side",
                 s->ends[i].port.options.path, a->peer.magic,
                 a->peer.magic == a->magic ? "" : ", not the one that is due,",
                 vmsg_amp_state_text(a->peer.status));
        if (a->stale && s->reached)
            a->seen(a->seen_ctx, &(struct vmsg_amp_seen){.look = VMSG_AMP_SAW_UNMOVED});
        if (wrong || s->reached)
            vmsg_shm_ended(s, err);
        return;
    }
}

static bool shake(struct vmsg_shm *s, uint64_t deadline, char *err, size_t err_size)
{
    uint64_t follow_until = vmsg_clock_ns() + FOLLOW_MS * VMSG_NS_PER_MS;
    bool follow = true;
    for (unsigned i = 0; i < s->n; i++)
        vmsg_amp_begin(&s->ends[i].port.amp);
    while (!step(s, follow)) {
        if (s->ended)
            return true;
        if (!vmsg_shm_pause(s, follow && follow_until < deadline ? follow_until : deadline)) {
            if (!follow || follow_until >= deadline) {
                gave_up(s, err, err_size);
                return s->ended;
            }
            follow = false;
            for (unsigned i = 0; i < s->n; i++)
                s->ends[i].leads |=
                    vmsg_amp_state_of(s->ends[i].port.amp.own.status) == VMSG_AMP_INIT &&
                    vmsg_amp_state_of(s->ends[i].port.amp.peer.status) != VMSG_AMP_RUN;
        }
    }
    return true;
}

bool vmsg_shm_connect(struct vmsg_shm *s, const struct vmsg_adapter_params *params, char *err,
                      size_t err_size)
{
    uint64_t deadline = deadline_of(s);
    struct vmsg_shm_port *p = &s->ends[0].port;
    s->ended = false;
    *s->reason = '\0';
    vmsg_queue_clear(&s->queue);
    for (unsigned i = 0; i < s->n && !s->ended; i++)
        if (!open_end(s, &s->ends[i], params, deadline, err, err_size))
            return false;
    if (!s->ended && p->mem_size)
        vmsg_area_zero(&p->area, p->options.dma_offset, p->mem_size);
    if (!s->ended && !shake(s, deadline, err, err_size)) {
        s->failures++;
        return false;
    }
    s->failures = s->ended ? s->failures + 1 : 0;
    s->reached = true;
    s->base.most = p->amp.layout.element_size;
    for (unsigned i = 1; i < s->n; i++)
        if (s->ends[i].port.amp.layout.element_size < s->base.most)
            s->base.most = s->ends[i].port.amp.layout.element_size;
    return true;
}
