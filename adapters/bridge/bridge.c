/*
 * The bridge: adapter. The rings carry transport messages to and from published devices; a failure
 * of a request, and a device that comes or goes, which are bus events elsewhere, are ioctls here,
 * and other bus messages have no way.
 */
#include "adapters/bridge/bridge.h"

#include "adapters/bridge/session.h"
#include "adapters/clock.h"
#include "adapters/hotplug.h"
#include "adapters/link.h"
#include "adapters/uri.h"
#include "harness/wire/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long an endpoint may be offline at the start; full rings are looked at again this often. */
enum { ONLINE_MS = 10000, FULL_MS = 1 };

struct bridge {
    struct vmsg_adapter base;
    struct vmsg_uri uri;
    const char *bus, *id;
    bool is_running;
    struct vmsg_session session;
    char reason[220];
};

static struct bridge *self(struct vmsg_adapter *a)
{
    return (struct bridge *)a;
}

static void bridge_stop(struct vmsg_adapter *a, struct vmsg_adapter_end *end)
{
    struct bridge *b = self(a);
    *end = (struct vmsg_adapter_end){.status = -1, .text = "not connected", .output = ""};
    if (!b->is_running)
        return;
    b->is_running = false;
    vmsg_session_follow(&b->session);
    end->exited_itself = end->explained = b->session.is_ended;
    snprintf(b->reason, sizeof b->reason, "%s", b->session.reason);
    end->text = b->session.is_ended ? b->reason : "the harness detached";
    vmsg_session_close(&b->session);
}

/* Until the deadline, or something happens. False: nothing did. */
static bool sleep_until(struct vmsg_session *s, uint64_t deadline_ns)
{
    struct pollfd p[2] = {{s->fd, POLLIN, 0}, {s->call, POLLIN, 0}};
    struct timespec left = vmsg_clock_until(deadline_ns);
    uint64_t count;
    int ready = ppoll(p, 2, deadline_ns == UINT64_MAX ? NULL : &left, NULL);
    if (ready > 0 && p[1].revents && read(s->call, &count, sizeof count) < 0 && errno != EAGAIN)
        p[0].revents |= POLLERR;
    if (ready > 0)
        vmsg_session_polled(s, p[0].revents);
    return ready != 0;
}

static bool come_online(struct vmsg_session *s, char *err, size_t err_size)
{
    uint64_t deadline = vmsg_clock_ns() + ONLINE_MS * VMSG_NS_PER_MS;
    if (s->is_online)
        vmsg_session_publish(s);
    while (!s->is_online && !s->is_ended && vmsg_clock_ns() < deadline) {
        sleep_until(s, deadline);
        vmsg_session_follow(s);
    }
    if (s->is_ended)
        snprintf(err, err_size, "%s", s->reason);
    else if (!s->is_online)
        snprintf(err, err_size, "the endpoint was offline for %d s; start what is behind it",
                 ONLINE_MS / 1000);
    return s->is_online && !s->is_ended;
}

static bool bridge_start(struct vmsg_adapter *a, const struct vmsg_adapter_params *params,
                         char *err, size_t err_size)
{
    struct bridge *b = self(a);
    struct vmsg_adapter_end end;
    const struct vmsg_session_config config = {
        .path = b->uri.path,
        .bus = b->bus,
        .id = b->id,
        .max_msg_size = params->max_msg_size,
        .devices = params->devices,
        .mem_base = params->mem_base,
        .mem_size = params->mem_size,
    };
    bridge_stop(a, &end);
    if (!vmsg_session_open(&b->session, &config, err, err_size))
        return false;
    b->is_running = true;
    if (come_online(&b->session, err, err_size)) {
        a->most = b->session.max_msg_size;
        return true;
    }
    bridge_stop(a, &end);
    return false;
}

static bool is_failure(const uint8_t *msg, size_t len)
{
    return len == 20 && msg[0] == VMSG_TYPE_BUS && msg[1] == VMSG_ID_REQUEST_FAILED;
}

static const char *bridge_refuses(struct vmsg_adapter *a, unsigned endpoint, const void *msg,
                                  size_t len)
{
    const struct vmsg_session *s = &self(a)->session;
    const uint8_t *bytes = msg;
    uint16_t dev_num;
    bool there;
    if (len < VMSG_HEADER_SIZE || vmsg_le16(bytes + 6) != len)
        return "this adapter does not keep packet boundaries";
    if (is_failure(bytes, len))
        return NULL;
    if (vmsg_hotplug_read(msg, len, &dev_num, &there))
        return vmsg_session_has_device(s, dev_num) != there
                   ? NULL
                   : "the bridge tells only of devices that come or go";
    if (bytes[0] & ~VMSG_TYPE_RESPONSE)
        return bytes[0] & VMSG_TYPE_BUS ? "the bridge carries no bus messages"
                                        : "the bridge carries no reserved type bits";
    if (!vmsg_session_has_device(s, vmsg_le16(bytes + 2)))
        return "the bridge carries no messages of devices that are not published";
    if (len > s->max_msg_size)
        return "the bridge carries no messages above the limit";
    return NULL;
}

/* Ring full: the kernel is behind, and events are followed meanwhile. */
static bool put(struct vmsg_session *s, const void *msg, size_t len)
{
    uint64_t deadline = vmsg_clock_ns() + VMSG_HANG_MS * VMSG_NS_PER_MS;
    const uint64_t one = 1;
    enum vmsg_ring_result result = vmsg_ring_put(&s->tx, msg, len);
    while (result == VMSG_RING_WAIT && s->is_online && !s->is_ended && vmsg_clock_ns() < deadline) {
        poll(NULL, 0, FULL_MS); /* nothing tells that there is room again */
        vmsg_session_follow(s);
        result = vmsg_ring_put(&s->tx, msg, len);
    }
    return result == VMSG_RING_DONE && write(s->kick, &one, sizeof one) == sizeof one;
}

static bool bridge_send(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len)
{
    struct vmsg_session *s = &self(a)->session;
    const uint8_t *bytes = msg;
    uint16_t dev_num;
    bool there;
    if (endpoint || !self(a)->is_running || s->is_ended)
        return false;
    if (vmsg_hotplug_read(msg, len, &dev_num, &there)) {
        vmsg_session_set_device(s, dev_num, there);
        return !s->is_ended;
    }
    if (is_failure(bytes, len)) {
        vmsg_session_fail(s, vmsg_le16(bytes + 8), vmsg_le16(bytes + 10), bytes[12],
                          vmsg_le16(bytes + 16) | (uint32_t)vmsg_le16(bytes + 18) << 16);
        return true;
    }
    /* What cannot be carried is as lost as what is said to an endpoint that is offline. */
    if (bridge_refuses(a, endpoint, msg, len) || !s->is_online)
        return true;
    return put(s, msg, len);
}

static bool bridge_command(struct vmsg_adapter *a, const char *line)
{
    return false;
}

static enum vmsg_arrival bridge_wait(struct vmsg_adapter *a, uint64_t deadline_ns, void *buf,
                                     size_t cap, size_t *len, unsigned *endpoint)
{
    struct vmsg_session *s = &self(a)->session;
    bool happened = true;
    *endpoint = 0;
    if (!self(a)->is_running)
        return VMSG_ARRIVED_CLOSED;
    for (;;) {
        bool has = vmsg_ring_has(&s->rx);
        /* The window that a message needs was shown before the message. */
        vmsg_session_follow(s);
        enum vmsg_ring_result result = has ? vmsg_ring_take(&s->rx, buf, cap, len) : VMSG_RING_WAIT;
        if (result == VMSG_RING_DONE)
            return VMSG_ARRIVED_MESSAGE;
        if (result == VMSG_RING_CORRUPT) {
            snprintf(s->reason, sizeof s->reason, "the bridge's cursor of the RX ring is corrupt");
            s->is_ended = true;
        }
        if (s->is_ended)
            return VMSG_ARRIVED_CLOSED;
        if (!happened && vmsg_clock_ns() >= deadline_ns)
            return VMSG_ARRIVED_NOTHING;
        happened = sleep_until(s, deadline_ns);
    }
}

static uint64_t bridge_now(struct vmsg_adapter *a)
{
    return vmsg_clock_ns();
}

static uint8_t *bridge_memory(struct vmsg_adapter *a)
{
    return self(a)->session.windows.bytes;
}

static void bridge_free(struct vmsg_adapter *a)
{
    struct bridge *b = self(a);
    struct vmsg_adapter_end end;
    bridge_stop(a, &end);
    vmsg_uri_clear(&b->uri);
    free(b);
}

static const struct vmsg_adapter_ops ops = {
    .start = bridge_start,
    .send = bridge_send,
    .refuses = bridge_refuses,
    .command = bridge_command,
    .wait = bridge_wait,
    .now_ns = bridge_now,
    .memory = bridge_memory,
    .stop = bridge_stop,
    .free = bridge_free,
};

static bool fits(const char *key, const char *value, size_t room, char *err, size_t err_size)
{
    if (strlen(value) < room)
        return true;
    snprintf(err, err_size, "%s=%s is too long; the bridge takes %zu characters", key, value,
             room - 1);
    return false;
}

static bool take_uri(struct bridge *b, char *err, size_t err_size)
{
    const char *base = vmsg_uri_get(&b->uri, "mem-base");
    b->bus = vmsg_uri_get(&b->uri, "bus");
    b->id = vmsg_uri_get(&b->uri, "id");
    if (!b->uri.path[0] || !b->bus || !b->id) {
        snprintf(err, err_size,
                 "write bridge:/dev/virtio-msg-bridge?bus=NAME&id=ID, e.g. "
                 "bus=loopback&id=0");
        return false;
    }
    if (base && !vmsg_uri_number(base, &b->base.mem_base)) {
        snprintf(err, err_size, "mem-base=%s is no number, as in mem-base=0x40000000", base);
        return false;
    }
    return fits("bus", b->bus, VMSG_BRIDGE_BUS_NAME, err, err_size) &&
           fits("id", b->id, VMSG_BRIDGE_BUS_ID, err, err_size);
}

struct vmsg_adapter *vmsg_bridge_create(const char *rest, const char *role, char *err,
                                        size_t err_size)
{
    static const char *const known[] = {"bus", "id", "mem-base", NULL};
    struct bridge *b;
    if (strcmp(role, "driver")) {
        snprintf(err, err_size,
                 "a bridge attaches devices to the kernel's drivers, so the role behind it is "
                 "driver, not %s",
                 role);
        return NULL;
    }
    b = calloc(1, sizeof *b);
    if (!b) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    /* Publishing no device, then some, gives a fresh driver of each. */
    b->base = (struct vmsg_adapter){.ops = &ops,
                                    .caps = VMSG_CAN_RESTART | VMSG_CAN_MEMORY | VMSG_CAN_ONE};
    vmsg_session_init(&b->session);
    if (vmsg_uri_parse(&b->uri, rest, known, err, err_size) && take_uri(b, err, err_size))
        return &b->base;
    bridge_free(&b->base);
    return NULL;
}
