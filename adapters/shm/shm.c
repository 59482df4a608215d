/*
 * The shm: and ivshmem: adapters.
 */
#include "adapters/shm/shm.h"

#include "adapters/clock.h"
#include "adapters/shm/connection.h"
#include "harness/wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUEUE_LIMIT = 1 << 20,
    HANG_MS = 5000, /* how long a SUT may leave its queue full */
    LEAVE_MS = 100, /* for the other side to see that this one left */
};

static struct vmsg_shm *self(struct vmsg_adapter *a)
{
    return (struct vmsg_shm *)a;
}

/* What does not fit is dropped: nothing is judged by what was not seen. */
static void seen(void *ctx, const struct vmsg_amp_seen *what)
{
    struct vmsg_shm_end *e = ctx;
    vmsg_queue_push(&e->owner->queue, VMSG_ARRIVED_LAYOUT, e->endpoint, what, sizeof *what,
                    sizeof *what);
}

void vmsg_shm_ended(struct vmsg_shm *s, const char *reason)
{
    s->ended = true;
    if (!*s->reason)
        snprintf(s->reason, sizeof s->reason, "%s", reason);
}

bool vmsg_shm_pause(struct vmsg_shm *s, uint64_t deadline_ns)
{
    if (s->n == 1)
        return vmsg_shm_port_pause(&s->ends[0].port, deadline_ns);
    for (unsigned i = 0; i < s->n; i++)
        vmsg_ivshmem_serve(&s->ends[i].port.ivshmem);
    return vmsg_doorbell_pause(&s->poll, -1, deadline_ns);
}

static bool shm_start(struct vmsg_adapter *a, const struct vmsg_adapter_params *params, char *err,
                      size_t err_size)
{
    struct vmsg_shm *s = self(a);
    struct vmsg_adapter_end end;
    a->ops->stop(a, &end);
    s->is_running = vmsg_shm_connect(s, params, err, err_size);
    return s->is_running;
}

/* Is the other side there, at this end? Ends the connection when it is not. */
static bool look(struct vmsg_shm *s, struct vmsg_shm_end *e)
{
    bool is_up = vmsg_shm_port_is_up(&e->port);
    if (!is_up)
        vmsg_shm_ended(s, e->port.amp.why);
    return is_up;
}

/* Make room in a queue: its writer may wait for that before it reads what is sent to it. */
static void drain(struct vmsg_shm *s, struct vmsg_shm_end *e)
{
    uint8_t buf[4096], *bytes = buf;
    size_t len, most = e->port.amp.layout.element_size;
    if (most > sizeof buf)
        bytes = malloc(most);
    while (bytes && vmsg_queue_has_room(&s->queue, most) &&
           vmsg_shm_port_take(&e->port, bytes, most, &len))
        vmsg_queue_push(&s->queue, VMSG_ARRIVED_MESSAGE, e->endpoint, bytes, len, len);
    if (bytes != buf)
        free(bytes);
}

static const char *shm_refuses(struct vmsg_adapter *a, unsigned endpoint, const void *msg,
                               size_t len)
{
    const uint8_t *bytes = msg;
    if (len < VMSG_HEADER_SIZE || (bytes[6] | (size_t)bytes[7] << 8) != len)
        return "this adapter does not keep packet boundaries";
    return a->most && len > a->most ? "no element of the shared memory holds so long a message"
                                    : NULL;
}

static bool shm_send(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len)
{
    struct vmsg_shm *s = self(a);
    struct vmsg_shm_end *e = &s->ends[endpoint < s->n ? endpoint : 0];
    uint64_t deadline = 0;
    if (!s->is_running || endpoint >= s->n || len > a->most)
        return false;
    while (!s->ended && look(s, e)) {
        if (vmsg_shm_port_put(&e->port, msg, len))
            return true;
        if (!deadline)
            deadline = vmsg_clock_ns() + HANG_MS * VMSG_NS_PER_MS;
        for (unsigned i = 0; i < s->n && !s->ended; i++)
            if (look(s, &s->ends[i]))
                drain(s, &s->ends[i]);
        if (!vmsg_shm_pause(s, deadline)) {
            vmsg_shm_ended(s, "the other side left its queue full for 5 s");
            return false;
        }
    }
    return false;
}

static bool shm_command(struct vmsg_adapter *a, const char *line)
{
    return false;
}

static enum vmsg_arrival shm_wait(struct vmsg_adapter *a, uint64_t deadline_ns, void *buf,
                                  size_t cap, size_t *len, unsigned *endpoint)
{
    struct vmsg_shm *s = self(a);
    enum vmsg_arrival kind;
    bool more = true;
    for (;;) {
        if (!vmsg_queue_is_empty(&s->queue) &&
            vmsg_queue_pop(&s->queue, &kind, buf, cap, len, endpoint))
            return kind;
        if (!s->is_running || s->ended)
            return VMSG_ARRIVED_CLOSED;
        for (unsigned i = 0; i < s->n && !s->ended; i++) {
            struct vmsg_shm_end *e = &s->ends[s->n == 1 ? 0 : (s->first + i) % s->n];
            if (!look(s, e) || !vmsg_queue_is_empty(&s->queue))
                break; /* what was seen comes before the message that it announces */
            if (vmsg_shm_port_take(&e->port, buf, cap, len)) {
                vmsg_doorbell_busy(&s->poll);
                *endpoint = e->endpoint;
                s->first = e->endpoint + 1;
                return VMSG_ARRIVED_MESSAGE;
            }
        }
        if (!vmsg_queue_is_empty(&s->queue) || s->ended)
            continue;
        if (!more)
            return VMSG_ARRIVED_NOTHING;
        more = vmsg_shm_pause(s, deadline_ns);
    }
}

static uint64_t shm_now(struct vmsg_adapter *a)
{
    return vmsg_clock_ns();
}

static uint8_t *shm_memory(struct vmsg_adapter *a)
{
    return vmsg_shm_port_memory(&self(a)->ends[0].port);
}

static bool anybody_runs(const struct vmsg_shm *s)
{
    for (unsigned i = 0; i < s->n; i++)
        if (vmsg_amp_state_of(s->ends[i].port.amp.peer.status) == VMSG_AMP_RUN)
            return true;
    return false;
}

static void leave(struct vmsg_shm *s)
{
    uint64_t deadline = vmsg_clock_ns() + LEAVE_MS * VMSG_NS_PER_MS;
    for (unsigned i = 0; i < s->n; i++)
        vmsg_shm_port_end(&s->ends[i].port);
    /* Each end's last look is the one that the next start() goes on from. */
    do
        for (unsigned i = 0; i < s->n; i++)
            if (s->ends[i].port.amp.own_head_at)
                vmsg_shm_port_look(&s->ends[i].port, false);
    while (anybody_runs(s) && !s->ended && vmsg_shm_pause(s, deadline));
}

/*
 * Every second connection ends without a word, as if the harness had died: that the SUT sees the
 * start over that follows is what the layout asks of it.
 */
static void shm_stop(struct vmsg_adapter *a, struct vmsg_adapter_end *end)
{
    struct vmsg_shm *s = self(a);
    *end = (struct vmsg_adapter_end){.status = -1, .text = "not connected", .output = ""};
    if (!s->is_running)
        return;
    end->exited_itself = end->explained = s->ended;
    end->text = s->ended ? s->reason : "the harness left";
    s->is_running = false;
    if (s->ended || s->n > 1 || s->sessions++ % 2 == 0)
        leave(s);
    vmsg_queue_clear(&s->queue);
}

static void shm_free(struct vmsg_adapter *a)
{
    struct vmsg_shm *s = self(a);
    struct vmsg_adapter_end end;
    shm_stop(a, &end);
    for (unsigned i = 0; i < s->n; i++) {
        vmsg_shm_port_end(&s->ends[i].port);
        vmsg_shm_port_free(&s->ends[i].port);
    }
    vmsg_queue_free(&s->queue);
    free(s);
}

static const struct vmsg_adapter_ops ops = {
    .start = shm_start,
    .send = shm_send,
    .refuses = shm_refuses,
    .command = shm_command,
    .wait = shm_wait,
    .now_ns = shm_now,
    .memory = shm_memory,
    .stop = shm_stop,
    .free = shm_free,
};

static struct vmsg_shm *new_shm(char *err, size_t err_size)
{
    struct vmsg_shm *s = calloc(1, sizeof *s);
    if (!s) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    s->base = (struct vmsg_adapter){.ops = &ops,
                                    .caps = VMSG_CAN_RESTART | VMSG_CAN_LAYOUT | VMSG_CAN_ONE};
    s->poll = VMSG_NO_DOORBELL;
    vmsg_queue_init(&s->queue, QUEUE_LIMIT);
    return s;
}

static bool add_end(struct vmsg_shm *s, const char *scheme, const char *rest,
                    enum vmsg_amp_side side, char *err, size_t err_size)
{
    struct vmsg_shm_end *e = &s->ends[s->n];
    if (!vmsg_shm_port_init(&e->port, scheme, rest, side, err, err_size))
        return false;
    e->owner = s;
    e->endpoint = s->n++;
    e->port.amp.seen = seen;
    e->port.amp.seen_ctx = e;
    return true;
}

static struct vmsg_adapter *create(const char *scheme, const char *rest, const char *role,
                                   char *err, size_t err_size)
{
    struct vmsg_shm *s;
    if (!strcmp(role, "bus")) {
        snprintf(err, err_size,
                 "a bus has two areas; name the one of its device side with --sut-device-side");
        return NULL;
    }
    s = new_shm(err, err_size);
    if (!s)
        return NULL;
    if (!add_end(s, scheme, rest, strcmp(role, "driver") ? VMSG_AMP_DRIVER : VMSG_AMP_DEVICE, err,
                 err_size)) {
        shm_free(&s->base);
        return NULL;
    }
    s->base.caps |= VMSG_CAN_MEMORY;
    s->base.mem_base = vmsg_shm_port_memory_base(&s->ends[0].port.options);
    return &s->base;
}

struct vmsg_adapter *vmsg_shm_create(const char *rest, const char *role, char *err, size_t err_size)
{
    return create("shm", rest, role, err, err_size);
}

struct vmsg_adapter *vmsg_ivshmem_create(const char *rest, const char *role, char *err,
                                         size_t err_size)
{
    return create("ivshmem", rest, role, err, err_size);
}

const char *vmsg_shm_scheme(const char *uri, const char **rest)
{
    static const char *const schemes[] = {"shm", "ivshmem"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t n = strlen(schemes[i]);
        if (!strncmp(uri, schemes[i], n) && uri[n] == ':') {
            *rest = uri + n + 1;
            return schemes[i];
        }
    }
    return NULL;
}

struct vmsg_adapter *vmsg_shm_create_pair(const char *uri, const char *device_side, char *err,
                                          size_t err_size)
{
    const char *rest, *far_rest;
    const char *scheme = vmsg_shm_scheme(uri, &rest);
    const char *far_scheme = vmsg_shm_scheme(device_side, &far_rest);
    struct vmsg_shm *s = new_shm(err, err_size);
    if (s && add_end(s, scheme, rest, VMSG_AMP_DRIVER, err, err_size) &&
        add_end(s, far_scheme, far_rest, VMSG_AMP_DEVICE, err, err_size))
        return &s->base;
    if (s)
        shm_free(&s->base);
    return NULL;
}
