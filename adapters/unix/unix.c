/*
 * The unix: and unix-listen: adapters.
 */
#include "adapters/unix/unix.h"

#include "adapters/clock.h"
#include "adapters/link.h"
#include "adapters/unix/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ACCEPT_MS = 10000 };

struct connection {
    struct vmsg_adapter base;
    struct vmsg_address address;
    int listener; /* -1: connects */
    bool is_running;
    struct vmsg_link link;
};

static struct connection *self(struct vmsg_adapter *a)
{
    return (struct connection *)a;
}

/* No process is ours to look at: all that is known is who closed, and a stream's last words. */
static void unix_stop(struct vmsg_adapter *a, struct vmsg_adapter_end *end)
{
    struct connection *c = self(a);
    *end = (struct vmsg_adapter_end){.status = -1, .text = "not connected", .output = ""};
    if (!c->is_running)
        return;
    c->is_running = false;
    end->exited_itself = vmsg_link_is_ended(&c->link);
    end->text = c->link.reason[0]    ? c->link.reason
                : end->exited_itself ? "closed the connection"
                                     : "the harness closed the connection";
    vmsg_link_close(&c->link);
}

static bool unix_start(struct vmsg_adapter *a, const struct vmsg_adapter_params *params, char *err,
                       size_t err_size)
{
    struct connection *c = self(a);
    struct vmsg_adapter_end end;
    unix_stop(a, &end);
    vmsg_link_free(&c->link);
    int fd = c->listener < 0
                 ? vmsg_address_connect(&c->address, err, err_size)
                 : vmsg_address_accept(&c->address, c->listener, ACCEPT_MS, err, err_size);
    if (fd < 0)
        return false;
    c->is_running = vmsg_link_open(&c->link, &fd, 1, c->address.is_stream);
    if (!c->is_running) {
        snprintf(err, err_size, "out of memory");
        close(fd);
    }
    return c->is_running;
}

static bool unix_send(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len)
{
    return vmsg_link_send(&self(a)->link, endpoint, msg, len);
}

static bool unix_command(struct vmsg_adapter *a, const char *line)
{
    return false;
}

static enum vmsg_arrival unix_wait(struct vmsg_adapter *a, uint64_t deadline_ns, void *buf,
                                   size_t cap, size_t *len, unsigned *endpoint)
{
    return vmsg_link_wait(&self(a)->link, deadline_ns, buf, cap, len, endpoint);
}

static uint64_t unix_now(struct vmsg_adapter *a)
{
    return vmsg_clock_ns();
}

static uint8_t *unix_memory(struct vmsg_adapter *a)
{
    return NULL;
}

static void unix_free(struct vmsg_adapter *a)
{
    struct connection *c = self(a);
    struct vmsg_adapter_end end;
    unix_stop(a, &end);
    vmsg_link_free(&c->link);
    if (c->listener >= 0) {
        close(c->listener);
        unlink(c->address.path);
    }
    vmsg_address_clear(&c->address);
    free(c);
}

static const struct vmsg_adapter_ops ops = {
    .start = unix_start,
    .send = unix_send,
    .command = unix_command,
    .wait = unix_wait,
    .now_ns = unix_now,
    .memory = unix_memory,
    .stop = unix_stop,
    .free = unix_free,
};

static struct connection *new_connection(const char *rest, const char *role, char *err,
                                         size_t err_size)
{
    struct vmsg_address address;
    if (!strcmp(role, "bus")) {
        snprintf(err, err_size, "a bus has two sockets and this adapter one; use exec:");
        return NULL;
    }
    if (!vmsg_address_parse(&address, rest, err, err_size))
        return NULL;
    struct connection *c = calloc(1, sizeof *c);
    if (!c) {
        snprintf(err, err_size, "out of memory");
        vmsg_address_clear(&address);
        return NULL;
    }
    c->base = (struct vmsg_adapter){
        .ops = &ops, .caps = VMSG_CAN_RESTART | (address.is_stream ? 0 : VMSG_CAN_BOUNDARIES)};
    c->address = address;
    c->listener = -1;
    c->link.fds[0] = c->link.fds[1] = -1;
    return c;
}

struct vmsg_adapter *vmsg_unix_create(const char *rest, const char *role, char *err,
                                      size_t err_size)
{
    return (struct vmsg_adapter *)new_connection(rest, role, err, err_size);
}

struct vmsg_adapter *vmsg_unix_listen_create(const char *rest, const char *role, char *err,
                                             size_t err_size)
{
    struct connection *c = new_connection(rest, role, err, err_size);
    if (!c)
        return NULL;
    c->listener = vmsg_address_listen(&c->address, err, err_size);
    if (c->listener >= 0)
        return &c->base;
    unix_free(&c->base);
    return NULL;
}
