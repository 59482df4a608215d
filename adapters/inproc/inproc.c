/*
 * The in-process adapter, in virtual time.
 */
#include "adapters/inproc/inproc.h"

#include "adapters/memory.h"
#include "adapters/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUEUE_LIMIT = 64 << 20, /* what one call into the SUT may send */
    STEP_NS = 1000,         /* time passes even when a SUT's deadline never does */
};

struct inproc {
    struct vmsg_adapter base;
    struct vmsg_inproc_sut sut;
    struct vmsg_sut_host host;
    void *instance; /* NULL: not started */
    struct vmsg_memory memory;
    struct vmsg_queue queue;
    bool flooded;
    uint64_t now;
};

static struct inproc *self(struct vmsg_adapter *a)
{
    return (struct inproc *)a;
}

static void from_sut(void *ctx, const void *msg, size_t len)
{
    struct inproc *p = ctx;
    if (!vmsg_queue_push(&p->queue, VMSG_ARRIVED_MESSAGE, 0, msg, len, len))
        p->flooded = true;
}

static void from_far_end(void *ctx, const void *msg, size_t len)
{
    struct inproc *p = ctx;
    if (!vmsg_queue_push(&p->queue, VMSG_ARRIVED_MESSAGE, 1, msg, len, len))
        p->flooded = true;
}

static void inproc_stop(struct vmsg_adapter *a, struct vmsg_adapter_end *end)
{
    struct inproc *p = self(a);
    *end = (struct vmsg_adapter_end){
        .status = -1,
        .text = p->flooded ? "sent more than 64 MiB without being asked" : "runs in this process",
        .output = "",
    };
    if (p->instance)
        p->sut.ops->close(p->instance);
    p->instance = NULL;
    vmsg_queue_clear(&p->queue);
}

static bool inproc_start(struct vmsg_adapter *a, const struct vmsg_adapter_params *params,
                         char *err, size_t err_size)
{
    struct inproc *p = self(a);
    struct vmsg_adapter_end end;
    inproc_stop(a, &end);
    if (!vmsg_memory_private(&p->memory, params->mem_size, err, err_size))
        return false;
    p->now = 0;
    p->flooded = false;
    p->host = (struct vmsg_sut_host){
        .ctx = p,
        .send = from_sut,
        .mem = p->memory.bytes,
        .mem_base = params->mem_base,
        .mem_size = params->mem_size,
        .revision = params->revision,
        .max_msg_size = params->max_msg_size,
        .transport_features = params->transport_features,
    };
    if (p->sut.prepare)
        p->sut.prepare(p->sut.config, params);
    p->instance = p->sut.ops->open(p->sut.config, &p->host, err, err_size);
    if (p->instance && p->sut.ops->far)
        p->sut.ops->far(p->instance, p, from_far_end);
    if (p->instance)
        p->sut.ops->tick(p->instance, p->now);
    return p->instance;
}

static bool inproc_send(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len)
{
    struct inproc *p = self(a);
    if (!p->instance)
        return false;
    if (endpoint)
        return p->sut.ops->receive_far && p->sut.ops->receive_far(p->instance, msg, len);
    p->sut.ops->receive(p->instance, msg, len);
    return true;
}

static bool inproc_command(struct vmsg_adapter *a, const char *line)
{
    struct inproc *p = self(a);
    char reply[VMSG_REPLY_MAX] = "";
    if (!p->instance || !p->sut.ops->command)
        return false;
    p->sut.ops->command(p->instance, line, reply, sizeof reply);
    return vmsg_queue_push(&p->queue, VMSG_ARRIVED_LINE, 0, reply, strlen(reply), strlen(reply));
}

/* The next moment at which something may happen, at most `limit`. */
static uint64_t next_moment(const struct inproc *p, uint64_t limit)
{
    uint64_t due = p->sut.ops->deadline(p->instance);
    if (due <= p->now)
        due = p->now + STEP_NS;
    return due < limit ? due : limit;
}

static enum vmsg_arrival inproc_wait(struct vmsg_adapter *a, uint64_t deadline_ns, void *buf,
                                     size_t cap, size_t *len, unsigned *endpoint)
{
    struct inproc *p = self(a);
    enum vmsg_arrival kind;
    for (;;) {
        if (vmsg_queue_pop(&p->queue, &kind, buf, cap, len, endpoint))
            return kind;
        if (p->flooded)
            return VMSG_ARRIVED_ERROR;
        if (!p->instance)
            return VMSG_ARRIVED_CLOSED;
        if (p->now >= deadline_ns)
            return VMSG_ARRIVED_NOTHING;
        uint64_t next = next_moment(p, deadline_ns);
        if (next == UINT64_MAX) /* neither side ever has anything to do */
            return VMSG_ARRIVED_NOTHING;
        p->now = next;
        p->sut.ops->tick(p->instance, p->now);
    }
}

static uint64_t inproc_now(struct vmsg_adapter *a)
{
    return self(a)->now;
}

static uint8_t *inproc_memory(struct vmsg_adapter *a)
{
    return self(a)->memory.bytes;
}

static void inproc_free(struct vmsg_adapter *a)
{
    struct inproc *p = self(a);
    struct vmsg_adapter_end end;
    inproc_stop(a, &end);
    p->sut.free_config(p->sut.config);
    vmsg_memory_clear(&p->memory);
    vmsg_queue_free(&p->queue);
    free(p);
}

static const struct vmsg_adapter_ops ops = {
    .start = inproc_start,
    .send = inproc_send,
    .command = inproc_command,
    .wait = inproc_wait,
    .now_ns = inproc_now,
    .memory = inproc_memory,
    .stop = inproc_stop,
    .free = inproc_free,
};

struct vmsg_adapter *vmsg_inproc_create(const struct vmsg_inproc_sut *sut, char *err,
                                        size_t err_size)
{
    struct inproc *p = calloc(1, sizeof *p);
    if (!p) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    p->base = (struct vmsg_adapter){
        .ops = &ops,
        .caps = VMSG_CAN_BOUNDARIES | VMSG_CAN_RESTART | VMSG_CAN_MEMORY | VMSG_VIRTUAL_TIME |
                (sut->ops->command ? VMSG_CAN_UPPER : 0),
    };
    p->sut = *sut;
    p->memory = VMSG_NO_MEMORY;
    vmsg_queue_init(&p->queue, QUEUE_LIMIT);
    return &p->base;
}
