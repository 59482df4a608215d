/*
 * The bridge's ioctls, in the order that its document gives.
 */
#include "adapters/bridge/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { EVENTS_MOST = 1024, DEVICES = 65536 }; /* of one kind, received at one go */

static int call(int fd, unsigned long command, void *argument)
{
    int result;
    do
        result = ioctl(fd, command, argument);
    while (result < 0 && errno == EINTR);
    return result;
}

static bool failed(const char *what, const char *mend, char *err, size_t err_size)
{
    snprintf(err, err_size, "%s failed: %s%s", what, strerror(errno), mend);
    return false;
}

void vmsg_session_init(struct vmsg_session *s)
{
    *s = (struct vmsg_session){.fd = -1, .ring_fd = -1, .kick = -1, .call = -1};
}

/* Two rings in one file, each on pages of its own. */
static bool make_rings(struct vmsg_session *s, uint32_t max_msg_size, size_t *rx_offset, char *err,
                       size_t err_size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint32_t entry_size = vmsg_ring_entry_size(max_msg_size);
    *rx_offset = (vmsg_ring_bytes(entry_size) + page - 1) / page * page;
    s->rings_size = 2 * *rx_offset;
    s->ring_fd = memfd_create("virtio-msg-bridge", MFD_CLOEXEC);
    s->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->ring_fd < 0 || s->kick < 0 || s->call < 0 || ftruncate(s->ring_fd, (off_t)s->rings_size))
        return failed("making the rings", "", err, err_size);
    void *map = mmap(NULL, s->rings_size, PROT_READ | PROT_WRITE, MAP_SHARED, s->ring_fd, 0);
    if (map == MAP_FAILED)
        return failed("mapping the rings", "", err, err_size);
    s->rings = map;
    vmsg_ring_init(&s->tx, s->rings, entry_size);
    vmsg_ring_init(&s->rx, s->rings + *rx_offset, entry_size);
    return true;
}

static bool resolve(struct vmsg_session *s, const struct vmsg_session_config *config, char *err,
                    size_t err_size)
{
    struct vmsg_bridge_resolve r = {.flags = VMSG_BRIDGE_RESOLVE_CREATE};
    memcpy(r.address.bus_name, config->bus, strlen(config->bus));
    memcpy(r.address.bus_id, config->id, strlen(config->id));
    if (!call(s->fd, VMSG_BRIDGE_RESOLVE, &r) && r.handle) {
        s->handle = r.handle;
        return true;
    }
    return failed("resolving the endpoint",
                  errno == ENOENT   ? "; the bridge knows no bus of that name, see bus="
                  : errno == EINVAL ? "; the bus takes no such id, see id="
                                    : "",
                  err, err_size);
}

static bool attach(struct vmsg_session *s, uint32_t max_msg_size, char *err, size_t err_size)
{
    size_t rx_offset;
    if (!make_rings(s, max_msg_size, &rx_offset, err, err_size))
        return false;
    struct vmsg_bridge_attach a = {
        .endpoint_id = s->handle,
        .ring_fd = s->ring_fd,
        .kick_fd = s->kick,
        .call_fd = s->call,
        .vmm_max_msg_size = max_msg_size,
        .tx = {.bytes = vmsg_ring_bytes(s->tx.entry_size),
               .entries = VMSG_BRIDGE_ENTRIES,
               .entry_size = s->tx.entry_size},
    };
    a.rx = a.tx;
    a.rx.offset = rx_offset;
    if (call(s->fd, VMSG_BRIDGE_ATTACH, &a))
        return failed("attaching to the endpoint",
                      errno == EBUSY    ? "; another program is attached"
                      : errno == ENODEV ? "; nobody is behind it"
                                        : "",
                      err, err_size);
    s->is_attached = true;
    s->is_online = a.caps.flags & VMSG_BRIDGE_CAP_ONLINE;
    s->max_msg_size = max_msg_size;
    if (s->is_online && a.caps.max_msg_size < max_msg_size)
        s->max_msg_size = a.caps.max_msg_size;
    return true;
}

static void take_devices(struct vmsg_session *s, const char *list)
{
    memset(s->devices, 0, sizeof s->devices);
    while (list && *list) {
        char *end;
        unsigned long number = strtoul(list, &end, 10);
        if (number < DEVICES)
            s->devices[number / 8] |= (uint8_t)(1 << number % 8);
        list = *end == ',' ? end + 1 : "";
    }
}

bool vmsg_session_open(struct vmsg_session *s, const struct vmsg_session_config *config, char *err,
                       size_t err_size)
{
    vmsg_session_init(s);
    take_devices(s, config->devices);
    s->fd = open(config->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (s->fd < 0)
        snprintf(err, err_size, "cannot open %s: %s%s", config->path, strerror(errno),
                 errno == ENOENT   ? "; is the kernel module that makes it loaded?"
                 : errno == EACCES ? "; it takes root, or access to the node"
                                   : "");
    else if (resolve(s, config, err, err_size) &&
             vmsg_windows_open(&s->windows, config->mem_base, config->mem_size, err, err_size) &&
             attach(s, config->max_msg_size, err, err_size))
        return true;
    vmsg_session_close(s);
    return false;
}

static void end(struct vmsg_session *s, const char *reason)
{
    if (!s->is_ended)
        snprintf(s->reason, sizeof s->reason, "%s", reason);
    s->is_ended = true;
}

static bool set_devices(struct vmsg_session *s, struct vmsg_bridge_set_devices *d)
{
    char text[160];
    if (!call(s->fd, VMSG_BRIDGE_SET_DEVICES, d))
        return true;
    if (errno != ENODEV) { /* else it went offline meanwhile, and an event says so */
        snprintf(text, sizeof text, "the bridge takes no devices: %s", strerror(errno));
        end(s, text);
    }
    return false;
}

bool vmsg_session_publish(struct vmsg_session *s)
{
    return set_devices(s, &(struct vmsg_bridge_set_devices){.endpoint_id = s->handle,
                                                            .last_dev_num = DEVICES - 1,
                                                            .flags = VMSG_BRIDGE_SET_DEVICES_CLEAR,
                                                            .bitmap_bytes = sizeof s->devices,
                                                            .bitmap_ptr = (uintptr_t)s->devices});
}

void vmsg_session_set_device(struct vmsg_session *s, uint16_t dev_num, bool there)
{
    uint8_t bit = (uint8_t)(1 << dev_num % 8), window = there;
    if (there)
        s->devices[dev_num / 8] |= bit;
    else
        s->devices[dev_num / 8] &= (uint8_t)~bit;
    if (s->is_online)
        set_devices(s, &(struct vmsg_bridge_set_devices){.endpoint_id = s->handle,
                                                         .first_dev_num = dev_num,
                                                         .last_dev_num = dev_num,
                                                         .bitmap_bytes = sizeof window,
                                                         .bitmap_ptr = (uintptr_t)&window});
}

static void follow_control(struct vmsg_session *s, const struct vmsg_bridge_control *control)
{
    struct vmsg_bridge_offline offline;
    if (control->type == VMSG_BRIDGE_CONTROL_ONLINE) {
        s->is_online = true;
        vmsg_session_publish(s);
    } else if (control->type == VMSG_BRIDGE_CONTROL_OFFLINE) {
        memcpy(&offline, control->payload, sizeof offline);
        s->is_online = false;
        vmsg_windows_forget(&s->windows);
        if (offline.reason != VMSG_BRIDGE_OFFLINE_RESET)
            end(s, "the endpoint was removed");
    }
}

/* Receive one event by `command`; false: there is none now. */
static bool receive(struct vmsg_session *s, unsigned long command, void *event)
{
    char text[160];
    if (!call(s->fd, command, event))
        return true;
    if (errno != EAGAIN && errno != ENODEV) {
        snprintf(text, sizeof text, "the bridge gives no more events: %s", strerror(errno));
        end(s, text);
    }
    return false;
}

static void follow_maps(struct vmsg_session *s)
{
    for (unsigned i = 0; i < EVENTS_MOST && s->is_online && !s->is_ended; i++) {
        struct vmsg_bridge_map_recv r = {0};
        char why[160] = "the bridge shows no sense in its map events";
        if (!receive(s, VMSG_BRIDGE_MAP_RECV, &r))
            return;
        struct vmsg_bridge_map_ack ack = {
            .seq = r.event.seq,
            .type = r.event.type,
            .status = vmsg_windows_follow(&s->windows, s->fd, &r.event, why, sizeof why)};
        int result = call(s->fd, VMSG_BRIDGE_MAP_ACK, &ack);
        if (ack.status == VMSG_BRIDGE_ACK_REJECT || (result && errno != ENODEV))
            end(s, why);
    }
}

void vmsg_session_follow(struct vmsg_session *s)
{
    struct vmsg_bridge_control control;
    for (unsigned i = 0; i < EVENTS_MOST && !s->is_ended; i++) {
        control = (struct vmsg_bridge_control){0};
        if (!receive(s, VMSG_BRIDGE_CONTROL, &control))
            break;
        follow_control(s, &control);
    }
    follow_maps(s);
}

void vmsg_session_fail(struct vmsg_session *s, uint16_t dev_num, uint16_t token, uint8_t msg_id,
                       uint32_t error)
{
    struct vmsg_bridge_msg_error e = {.dev_num = dev_num,
                                      .token = token,
                                      .msg_id = msg_id,
                                      .error = error && error < 4096 ? -(int32_t)error : -EIO};
    call(s->fd, VMSG_BRIDGE_MSG_ERROR, &e); /* one that is not outstanding has no effect */
}

void vmsg_session_polled(struct vmsg_session *s, short revents)
{
    if (revents & POLLHUP)
        end(s, "the bridge ended the session");
    else if (revents & (POLLERR | POLLNVAL))
        end(s, "the bridge calls the rings corrupt");
}

bool vmsg_session_has_device(const struct vmsg_session *s, uint16_t dev_num)
{
    return s->devices[dev_num / 8] >> dev_num % 8 & 1;
}

void vmsg_session_close(struct vmsg_session *s)
{
    struct vmsg_bridge_release r = {.handle = s->handle};
    int *fds[] = {&s->fd, &s->ring_fd, &s->kick, &s->call};
    if (s->is_attached)
        call(s->fd, VMSG_BRIDGE_DETACH, NULL);
    if (s->handle)
        call(s->fd, VMSG_BRIDGE_RELEASE, &r);
    s->handle = 0;
    s->is_attached = s->is_online = false;
    vmsg_windows_close(&s->windows);
    if (s->rings)
        munmap(s->rings, s->rings_size);
    s->rings = NULL;
    for (unsigned i = 0; i < 4; i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
}
