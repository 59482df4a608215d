/*
 * The socket adapters.
 */
#include "adapters/socket/socket.h"

#include "adapters/clock.h"
#include "adapters/link.h"
#include "adapters/socket/address.h"
#include "harness/wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ACCEPT_MS = 10000 };

struct connection {
    struct vmsg_adapter base;
    unsigned n; /* sockets: 2 for a bus */
    struct vmsg_address addresses[2];
    int listeners[2]; /* -1: connects */
    bool is_running;
    struct vmsg_link link;
};

static struct connection *self(struct vmsg_adapter *a)
{
    return (struct connection *)a;
}

/* No process is ours to look at: all that is known is who closed, and a stream's last words. */
static void socket_stop(struct vmsg_adapter *a, struct vmsg_adapter_end *end)
{
    struct connection *c = self(a);
    *end = (struct vmsg_adapter_end){.status = -1, .text = "not connected", .output = ""};
    if (!c->is_running)
        return;
    c->is_running = false;
    end->exited_itself = vmsg_link_is_ended(&c->link);
    size_t pending = vmsg_link_pending(&c->link);
    if (pending && !c->link.reason[0])
        snprintf(c->link.reason, sizeof c->link.reason,
                 "the harness closed the connection while the rest of a message was due, after %zu "
                 "bytes of it: perhaps its msg_size lies",
                 pending);
    end->explained = c->link.reason[0];
    end->text = c->link.reason[0]    ? c->link.reason
                : end->exited_itself ? "closed the connection"
                                     : "the harness closed the connection";
    vmsg_link_close(&c->link);
}

static int reach(struct connection *c, unsigned i, char *err, size_t err_size)
{
    if (c->listeners[i] < 0)
        return vmsg_address_connect(&c->addresses[i], err, err_size);
    return vmsg_address_accept(&c->addresses[i], c->listeners[i], ACCEPT_MS, err, err_size);
}

static bool socket_start(struct vmsg_adapter *a, const struct vmsg_adapter_params *params,
                         char *err, size_t err_size)
{
    struct connection *c = self(a);
    struct vmsg_adapter_end end;
    int fds[2] = {-1, -1};
    unsigned streams = 0, got = 0;
    socket_stop(a, &end);
    vmsg_link_free(&c->link);
    while (got < c->n && (fds[got] = reach(c, got, err, err_size)) >= 0) {
        streams |= (unsigned)c->addresses[got].is_stream << got;
        got++;
    }
    if (got == c->n) {
        c->is_running = vmsg_link_open(&c->link, fds, c->n, streams);
        c->link.limit = params->max_msg_size;
        if (!c->is_running)
            snprintf(err, err_size, "out of memory");
    }
    for (unsigned i = 0; i < got && !c->is_running; i++)
        close(fds[i]);
    return c->is_running;
}

static bool socket_send(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len)
{
    return vmsg_link_send(&self(a)->link, endpoint, msg, len);
}

/* In a stream the next message begins where msg_size says that this one ends. */
static const char *socket_refuses(struct vmsg_adapter *a, unsigned endpoint, const void *msg,
                                  size_t len)
{
    const struct connection *c = self(a);
    if (endpoint < c->n && c->addresses[endpoint].is_stream &&
        (len < VMSG_HEADER_SIZE || vmsg_le16((const uint8_t *)msg + 6) != len))
        return "this adapter does not keep packet boundaries";
    return NULL;
}

static bool socket_command(struct vmsg_adapter *a, const char *line)
{
    return false;
}

static enum vmsg_arrival socket_wait(struct vmsg_adapter *a, uint64_t deadline_ns, void *buf,
                                     size_t cap, size_t *len, unsigned *endpoint)
{
    return vmsg_link_wait(&self(a)->link, deadline_ns, buf, cap, len, endpoint);
}

static uint64_t socket_now(struct vmsg_adapter *a)
{
    return vmsg_clock_ns();
}

static uint8_t *socket_memory(struct vmsg_adapter *a)
{
    return NULL;
}

static void socket_free(struct vmsg_adapter *a)
{
    struct connection *c = self(a);
    struct vmsg_adapter_end end;
    socket_stop(a, &end);
    vmsg_link_free(&c->link);
    for (unsigned i = 0; i < c->n; i++) {
        if (c->listeners[i] >= 0)
            vmsg_address_unlisten(&c->addresses[i], c->listeners[i]);
        vmsg_address_clear(&c->addresses[i]);
    }
    free(c);
}

static const struct vmsg_adapter_ops ops = {
    .start = socket_start,
    .send = socket_send,
    .refuses = socket_refuses,
    .command = socket_command,
    .wait = socket_wait,
    .now_ns = socket_now,
    .memory = socket_memory,
    .stop = socket_stop,
    .free = socket_free,
};

static bool add_socket(struct connection *c, const char *uri, char *err, size_t err_size)
{
    struct vmsg_address *a = &c->addresses[c->n];
    if (!vmsg_address_parse(a, uri, err, err_size))
        return false;
    c->listeners[c->n++] = -1;
    if (a->is_stream)
        c->base.caps &= ~(unsigned)VMSG_CAN_BOUNDARIES;
    if (a->listens)
        c->listeners[c->n - 1] = vmsg_address_listen(a, err, err_size);
    return !a->listens || c->listeners[c->n - 1] >= 0;
}

struct vmsg_adapter *vmsg_socket_create(const char *uri, const char *device_side, const char *role,
                                        char *err, size_t err_size)
{
    struct connection *c;
    if (!strcmp(role, "bus") && !device_side) {
        snprintf(err, err_size,
                 "a bus has two sockets; name the one of its device side with --sut-device-side");
        return NULL;
    }
    c = calloc(1, sizeof *c);
    if (!c) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    c->base = (struct vmsg_adapter){.ops = &ops, .caps = VMSG_CAN_RESTART | VMSG_CAN_BOUNDARIES};
    c->link.fds[0] = c->link.fds[1] = -1;
    if (add_socket(c, uri, err, err_size) &&
        (!device_side || add_socket(c, device_side, err, err_size)))
        return &c->base;
    socket_free(&c->base);
    return NULL;
}
