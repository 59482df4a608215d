/*
 * A reference peer as a program.
 */
#include "adapters/serve.h"

#include "adapters/exec/environment.h"
#include "adapters/inproc/ref.h"
#include "adapters/memory.h"
#include "adapters/pump.h"
#include "adapters/shm/serve.h"
#include "adapters/shm/shm.h"
#include "adapters/socket/address.h"
#include "harness/wire/wire.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DONE = 0, WRONG_USAGE = 2, UNREACHABLE = 3 };

static int serve_inherited(const struct vmsg_peer_config *config, char *err, size_t err_size)
{
    struct vmsg_environment e;
    struct vmsg_memory memory;
    struct vmsg_peer_config peer = *config;
    if (!vmsg_environment_read(&e, err, err_size) ||
        !vmsg_memory_map(&memory, e.mem_fd, e.mem_size, err, err_size))
        return WRONG_USAGE;
    peer.polling |= e.polling;
    peer.request_timeout_ms = e.request_timeout_ms;
    peer.platform = e.devices;
    peer.synthesis = e.synthesis;
    if ((peer.role == VMSG_ROLE_BUS) != (e.far_fd >= 0)) {
        snprintf(err, err_size, "%s",
                 e.far_fd >= 0 ? "VMSG_DEVICE_FD is set, which is for the role bus alone"
                               : "a bus needs VMSG_DRIVER_FD and VMSG_DEVICE_FD");
        vmsg_memory_clear(&memory);
        return WRONG_USAGE;
    }
    struct vmsg_pump pump = {
        .ops = &vmsg_served_peer,
        .config = &peer,
        .fd = e.fd,
        .far_fd = e.far_fd,
        .takes_commands = e.upper,
        .host = {.mem = memory.bytes,
                 .mem_base = e.mem_base,
                 .mem_size = e.mem_size,
                 .revision = e.revision,
                 .max_msg_size = e.max_msg_size,
                 .transport_features = e.transport_features},
    };
    bool ok = vmsg_pump_run(&pump, err, err_size);
    vmsg_memory_clear(&memory);
    return ok ? DONE : UNREACHABLE;
}

struct listening {
    const struct vmsg_address *address;
    int listener;
    sigset_t signals;
};

/* A signal ends a listening peer, wherever it is, and its socket's name with it. */
static void *end_by_signal(void *arg)
{
    struct listening *l = arg;
    int which;
    if (!sigwait(&l->signals, &which)) {
        vmsg_address_unlisten(l->address, l->listener);
        _exit(DONE);
    }
    return NULL;
}

static int serve_connections(const struct vmsg_serve_options *o, struct vmsg_address *address,
                             char *err, size_t err_size)
{
    struct listening l = {.address = address};
    sigset_t before;
    pthread_t ender;
    int listener = vmsg_address_listen(address, err, err_size);
    if (listener < 0)
        return UNREACHABLE;
    l.listener = listener;
    sigemptyset(&l.signals);
    sigaddset(&l.signals, SIGINT);
    sigaddset(&l.signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &l.signals, &before);
    bool watched = !pthread_create(&ender, NULL, end_by_signal, &l);
    if (!watched) /* then they end it as they end everything */
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    static const char *const schemes[] = {"unix", "tcp", "vsock"}; /* by family */
    printf("listening on %s:%s\n", schemes[address->family], address->text);
    fflush(stdout);
    struct vmsg_pump pump = {
        .ops = &vmsg_served_peer,
        .config = &o->peer,
        .far_fd = -1,
        .is_stream = address->is_stream,
        .host = {.revision = o->revision ? o->revision : 1,
                 .max_msg_size = o->max_msg_size ? o->max_msg_size : VMSG_MAX_SIZE_DEFAULT,
                 .transport_features = o->transport_features},
    };
    /* A connection that breaks ends that peer only; the next one gets a fresh one. */
    while ((pump.fd = vmsg_address_accept(address, listener, -1, err, err_size)) >= 0) {
        if (!vmsg_pump_run(&pump, err, err_size))
            fprintf(stderr, "%s\n", err);
        close(pump.fd);
    }
    if (watched) {
        pthread_cancel(ender);
        pthread_join(ender, NULL);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    vmsg_address_unlisten(address, listener);
    return UNREACHABLE;
}

static int serve_shared_memory(const struct vmsg_serve_options *o, enum vmsg_amp_fault fault,
                               char *err, size_t err_size)
{
    struct vmsg_shm_serve serve = {
        .ops = &vmsg_served_peer,
        .config = &o->peer,
        .host = {.revision = o->revision ? o->revision : 1,
                 .max_msg_size = o->max_msg_size ? o->max_msg_size : VMSG_MAX_SIZE_DEFAULT,
                 .transport_features = o->transport_features},
        .uri = o->listen,
        .far_uri = o->listen_far,
        .is_device = o->peer.role != VMSG_ROLE_DRIVER,
        .fault = fault,
    };
    bool wrong_usage;
    if (vmsg_shm_serve(&serve, &wrong_usage, err, err_size))
        return DONE;
    return wrong_usage ? WRONG_USAGE : UNREACHABLE;
}

/* Where a bus can have its two ends. */
static bool ends_fit(const struct vmsg_serve_options *o, bool shared_memory, char *err,
                     size_t err_size)
{
    bool bus = o->peer.role == VMSG_ROLE_BUS;
    if (bus && o->listen && !shared_memory)
        snprintf(err, err_size,
                 "a bus has two ends and is started by exec:; leave --listen out, or "
                 "give two areas of shared memory");
    else if (bus && shared_memory && !o->listen_far)
        snprintf(err, err_size, "a bus has two ends: add --listen-device-side shm:PATH");
    else if (o->listen_far && !(bus && shared_memory))
        snprintf(err, err_size,
                 "--listen-device-side belongs to a bus behind shared memory, beside --listen");
    else
        return true;
    return false;
}

int vmsg_serve(const struct vmsg_serve_options *given, char *err, size_t err_size)
{
    struct vmsg_serve_options o = *given, *options = &o;
    struct vmsg_address address;
    const char *rest;
    bool shared_memory = o.listen && vmsg_shm_scheme(o.listen, &rest);
    enum vmsg_amp_fault fault =
        o.peer.fault ? vmsg_amp_fault_by_id(o.peer.fault) : VMSG_AMP_NO_FAULT;
    if (fault && !shared_memory) {
        snprintf(err, err_size,
                 "%s is a fault of the shared memory's layout: add --listen shm:PATH",
                 o.peer.fault);
        return WRONG_USAGE;
    }
    if (fault)
        o.peer.fault = NULL;
    if (!vmsg_served_peer_check(&options->peer, err, err_size) ||
        !ends_fit(options, shared_memory, err, err_size))
        return WRONG_USAGE;
    if (!options->listen)
        return serve_inherited(&options->peer, err, err_size);
    if (shared_memory)
        return serve_shared_memory(options, fault, err, err_size);
    if (!vmsg_address_parse(&address, options->listen, err, err_size))
        return WRONG_USAGE;
    int status = WRONG_USAGE;
    if (address.listens)
        status = serve_connections(options, &address, err, err_size);
    else
        snprintf(err, err_size,
                 "a peer cannot listen on '%s'; use unix-listen:, tcp-listen: or vsock-listen:",
                 options->listen);
    vmsg_address_clear(&address);
    return status;
}
