/*
 * Serves a SUT behind an AMP layout.
 */
#include "adapters/shm/serve.h"

#include "adapters/clock.h"
#include "adapters/shm/port.h"
#include "adapters/shm/shm.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY = 16 << 20, /* in an area that is made here */
    HANG_MS = 5000,    /* how long the other side may leave its queue full */
    LOOKS = 256,       /* in which nothing came, between looks for signals */
};

struct run {
    const struct vmsg_shm_serve *s;
    struct vmsg_shm_port ports[2];
    unsigned n;
    struct vmsg_doorbell poll; /* of a bus */
    void *sut;
    uint8_t *message;
    bool over;  /* this connection */
    bool asked; /* a signal asks for the end */
    unsigned idle;
    sigset_t signals;
};

static bool asked_to_end(struct run *r)
{
    const struct timespec now = {0};
    r->asked |= sigtimedwait(&r->signals, NULL, &now) > 0;
    return r->asked;
}

static bool pause_at(struct run *r, uint64_t deadline)
{
    if (++r->idle % LOOKS == 0 || r->ports[0].doorbell.wake >= 0)
        asked_to_end(r);
    if (r->n == 1)
        return vmsg_shm_port_pause(&r->ports[0], deadline);
    for (unsigned i = 0; i < r->n; i++)
        vmsg_ivshmem_serve(&r->ports[i].ivshmem);
    return vmsg_doorbell_pause(&r->poll, -1, deadline);
}

/* ---- what the SUT sends ---- */

static void put(struct run *r, struct vmsg_shm_port *p, const void *msg, size_t len)
{
    uint64_t deadline = 0;
    if (len > p->amp.layout.element_size)
        return; /* no element carries it */
    while (!r->over && !vmsg_shm_port_put(p, msg, len)) {
        if (!deadline)
            deadline = vmsg_clock_ns() + HANG_MS * VMSG_NS_PER_MS;
        r->over |=
            !pause_at(r, deadline) || r->asked || vmsg_shm_port_look(p, false) != VMSG_AMP_UP;
    }
}

static void to_near(void *ctx, const void *msg, size_t len)
{
    struct run *r = ctx;
    put(r, &r->ports[0], msg, len);
}

static void to_far(void *ctx, const void *msg, size_t len)
{
    struct run *r = ctx;
    put(r, &r->ports[1], msg, len);
}

/* ---- one connection ---- */

/* Until all ends are there, or a signal came. False with a sentence in err. */
static bool open_ends(struct run *r, char *err, size_t err_size)
{
    enum vmsg_shm_found found;
    for (unsigned i = 0; i < r->n; i++) {
        r->ports[i].mem_size = 0;
        while ((found = vmsg_shm_port_open(&r->ports[i])) != VMSG_SHM_FOUND && !r->asked) {
            if (found == VMSG_SHM_FAILED) {
                snprintf(err, err_size, "%s", r->ports[i].why);
                return false;
            }
            pause_at(r, UINT64_MAX);
        }
    }
    return true;
}

static bool shake(struct run *r)
{
    unsigned up = 0;
    for (unsigned i = 0; i < r->n; i++)
        vmsg_amp_begin(&r->ports[i].amp);
    while (up < r->n && !r->asked) {
        up = 0;
        for (unsigned i = 0; i < r->n; i++) {
            enum vmsg_amp_phase phase = vmsg_shm_port_look(&r->ports[i], false);
            if (phase == VMSG_AMP_OVER || (phase == VMSG_AMP_BROKEN && r->ports[i].amp.up))
                return false;
            up += phase == VMSG_AMP_UP;
        }
        if (up < r->n)
            pause_at(r, UINT64_MAX);
    }
    return !r->asked;
}

static bool receive(struct run *r, unsigned i)
{
    struct vmsg_shm_port *p = &r->ports[i];
    size_t len;
    if (vmsg_shm_port_look(p, false) != VMSG_AMP_UP) {
        r->over = true;
        return false;
    }
    if (!vmsg_shm_port_take(p, r->message, p->amp.layout.element_size, &len))
        return false;
    vmsg_doorbell_busy(&r->poll);
    if (i)
        r->s->ops->receive_far(r->sut, r->message, len);
    else
        r->s->ops->receive(r->sut, r->message, len);
    return true;
}

static void converse(struct run *r)
{
    while (!r->over && !r->asked) {
        bool any = false;
        r->s->ops->tick(r->sut, vmsg_clock_ns());
        for (unsigned i = 0; i < r->n && !r->over; i++)
            any |= receive(r, i);
        if (!any && !r->over)
            pause_at(r, r->s->ops->deadline(r->sut));
    }
}

static bool serve_one(struct run *r, char *err, size_t err_size)
{
    struct vmsg_sut_host host = r->s->host;
    struct vmsg_shm_port *p = &r->ports[0];
    p->mem_size = r->n == 1 && p->area.size > p->options.dma_offset
                      ? p->area.size - p->options.dma_offset
                      : 0;
    host.ctx = r;
    host.send = to_near;
    host.mem = vmsg_shm_port_memory(p);
    host.mem_size = (size_t)p->mem_size;
    host.mem_base = vmsg_shm_port_memory_base(&p->options);
    r->over = false;
    r->sut = r->s->ops->open(r->s->config, &host, err, err_size);
    if (!r->sut)
        return false;
    if (r->n > 1)
        r->s->ops->far(r->sut, r, to_far);
    converse(r);
    r->s->ops->close(r->sut);
    return true;
}

static bool run(struct run *r, char *err, size_t err_size)
{
    bool ok = true;
    while (ok && !asked_to_end(r)) {
        ok = open_ends(r, err, err_size);
        if (ok && !r->asked && shake(r))
            ok = serve_one(r, err, err_size);
        for (unsigned i = 0; i < r->n; i++)
            vmsg_shm_port_end(&r->ports[i]);
    }
    return ok;
}

static bool add_port(struct run *r, const char *uri, bool is_device, char *err, size_t err_size)
{
    struct vmsg_shm_port *p = &r->ports[r->n];
    const char *rest, *scheme = vmsg_shm_scheme(uri, &rest);
    if (!scheme) {
        snprintf(err, err_size,
                 "'%s' is no shared memory: both ends of a bus are shm: or ivshmem:", uri);
        return false;
    }
    if (!vmsg_shm_port_init(p, scheme, rest, is_device ? VMSG_AMP_DEVICE : VMSG_AMP_DRIVER, err,
                            err_size))
        return false;
    r->n++;
    p->max_msg_size = r->s->host.max_msg_size;
    p->amp.fault = r->n == 1 ? r->s->fault : VMSG_AMP_NO_FAULT;
    if (!p->options.size)
        p->options.size = p->options.dma_offset + MEMORY;
    if (!vmsg_amp_fault_of_header(p->amp.fault) || p->options.create)
        return true;
    snprintf(err, err_size,
             "that fault is one of the header, which this side does not write: add "
             "create=yes to the URI");
    return false;
}

bool vmsg_shm_serve(const struct vmsg_shm_serve *serve, bool *wrong_usage, char *err,
                    size_t err_size)
{
    struct run *r = calloc(1, sizeof *r);
    sigset_t before;
    bool ok = r && (r->message = malloc(UINT16_MAX));
    *wrong_usage = false;
    if (!ok) {
        snprintf(err, err_size, "out of memory");
        free(r);
        return false;
    }
    r->s = serve;
    r->poll = VMSG_NO_DOORBELL;
    ok = add_port(r, serve->uri, serve->is_device, err, err_size) &&
         (!serve->far_uri || add_port(r, serve->far_uri, false, err, err_size));
    *wrong_usage = !ok;
    sigemptyset(&r->signals);
    sigaddset(&r->signals, SIGINT);
    sigaddset(&r->signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &r->signals, &before);
    ok = ok && run(r, err, err_size);
    for (unsigned i = 0; i < r->n; i++) {
        vmsg_shm_port_end(&r->ports[i]);
        vmsg_shm_port_free(&r->ports[i]);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(r->message);
    free(r);
    return ok;
}
