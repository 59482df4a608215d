/*
 * The chardev: adapter: a porter carries the messages to a link, and the control node, when there
 * is one, makes devices come and go, so that each start meets a fresh driver.
 */
#include "adapters/chardev/chardev.h"

#include "adapters/chardev/control.h"
#include "adapters/chardev/porter.h"
#include "adapters/chardev/uapi.h"
#include "adapters/clock.h"
#include "adapters/hotplug.h"
#include "adapters/link.h"
#include "adapters/uri.h"
#include "harness/wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct chardev {
    struct vmsg_adapter base;
    struct vmsg_uri uri;
    const char *control_path; /* NULL: none */
    bool is_driver;           /* the SUT; devices are announced to it */
    bool is_running;
    int device;
    struct vmsg_porter *porter;
    struct vmsg_control control;
    struct vmsg_link link;
    char reason[200];
};

static struct chardev *self(struct vmsg_adapter *a)
{
    return (struct chardev *)a;
}

/* While devices are removed, a driver resets them and waits for an answer: all zero says it is
 * done. */
static void answer(struct chardev *c, const uint8_t *request, size_t len)
{
    uint8_t response[VMSG_USER_MIN_SIZE] = {0};
    if (len < VMSG_HEADER_SIZE || request[0] || request[1] & VMSG_ID_EVENT)
        return;
    memcpy(response, request, VMSG_HEADER_SIZE);
    response[0] = VMSG_TYPE_RESPONSE;
    response[6] = VMSG_USER_MIN_SIZE;
    response[7] = 0;
    vmsg_link_send(&c->link, 0, response, sizeof response);
}

/* Wait for the end of what the control node was asked for, answering meanwhile. */
static void see_through(struct chardev *c)
{
    uint8_t buf[VMSG_HEADER_SIZE];
    size_t len;
    unsigned endpoint;
    while (!vmsg_control_is_idle(&c->control)) {
        uint64_t soon = vmsg_clock_ns() + VMSG_NS_PER_MS;
        enum vmsg_arrival what = vmsg_link_wait(&c->link, soon, buf, sizeof buf, &len, &endpoint);
        if (what == VMSG_ARRIVED_MESSAGE)
            answer(c, buf, len < sizeof buf ? len : sizeof buf);
        else if (what != VMSG_ARRIVED_NOTHING)
            break;
    }
}

/* The devices of the start. False: no more can be ordered. */
static bool order_devices(struct chardev *c, bool remove)
{
    bool ok = true;
    for (size_t i = 0; i < c->control.n_devices; i++)
        ok &= vmsg_control_order(&c->control, c->control.devices[i], remove);
    return ok;
}

/* False: a thread hangs in the kernel, and its file with it. */
static bool let_go(struct chardev *c)
{
    bool clean = true;
    if (c->porter)
        clean = vmsg_porter_stop(c->porter, c->reason, sizeof c->reason);
    c->porter = NULL;
    vmsg_link_free(&c->link);
    if (c->device >= 0 && clean)
        close(c->device);
    c->device = -1;
    vmsg_control_close(&c->control);
    return clean;
}

static void chardev_stop(struct vmsg_adapter *a, struct vmsg_adapter_end *end)
{
    struct chardev *c = self(a);
    *end = (struct vmsg_adapter_end){.status = -1, .text = "not connected", .output = ""};
    if (!c->is_running)
        return;
    c->is_running = false;
    end->exited_itself = vmsg_link_is_ended(&c->link);
    int refused = atomic_load(&c->control.refused);
    see_through(c);
    vmsg_control_remove_all(&c->control);
    see_through(c);
    if (!let_go(c))
        snprintf(c->reason, sizeof c->reason, "a call of the character device hangs for good");
    if (refused)
        snprintf(c->reason, sizeof c->reason, "the control node did not add a device: %s",
                 strerror(refused));
    end->explained = end->exited_itself && c->reason[0];
    end->text = end->explained       ? c->reason
                : end->exited_itself ? "the character device ended"
                                     : "the harness closed the character device";
}

static const char *mend_open(int error)
{
    if (error == ENOENT)
        return "; is the kernel module that makes it loaded?";
    if (error == EACCES || error == EPERM)
        return "; it takes root, or access to the node";
    if (error == EBUSY)
        return "; another program has it";
    return "";
}

static bool open_all(struct chardev *c, const struct vmsg_adapter_params *params, char *err,
                     size_t err_size)
{
    const char *devices = c->is_driver ? params->devices : NULL;
    int socket;
    if (c->control_path &&
        (!vmsg_control_open(&c->control, c->control_path, err, err_size) ||
         !vmsg_control_map(&c->control, c->control_path, params->mem_size, err, err_size) ||
         !vmsg_control_devices(&c->control, devices, err, err_size)))
        return false;
    c->device = open(c->uri.path, O_RDWR | O_CLOEXEC);
    if (c->device < 0) {
        snprintf(err, err_size, "cannot open %s: %s%s", c->uri.path, strerror(errno),
                 mend_open(errno));
        return false;
    }
    c->porter = vmsg_porter_start(c->device, params->max_msg_size, &socket, err, err_size);
    if (!c->porter)
        return false;
    if (!vmsg_link_open(&c->link, &socket, 1, 0)) {
        snprintf(err, err_size, "out of memory");
        close(socket);
        return false;
    }
    return true;
}

static bool chardev_start(struct vmsg_adapter *a, const struct vmsg_adapter_params *params,
                          char *err, size_t err_size)
{
    struct chardev *c = self(a);
    struct vmsg_adapter_end end;
    chardev_stop(a, &end);
    c->reason[0] = '\0';
    if (!open_all(c, params, err, err_size)) {
        let_go(c);
        return false;
    }
    c->is_running = true;
    if (c->control.n_devices) {
        order_devices(c, true); /* of a run that did not end well */
        see_through(c);
        c->control.to_shut = c->link.fds[0];
        if (!order_devices(c, false)) {
            snprintf(err, err_size, "no thread for the control node");
            chardev_stop(a, &end);
            return false;
        }
    }
    return true;
}

/* Devices come and go by the control node; the kernel takes no message for it. */
static bool chardev_send(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len)
{
    struct chardev *c = self(a);
    uint16_t dev_num;
    bool there;
    if (c->control_path && c->is_driver && vmsg_hotplug_read(msg, len, &dev_num, &there)) {
        if (vmsg_control_has(&c->control, dev_num) == there)
            return true;
        return vmsg_control_order(&c->control, dev_num, !there);
    }
    return vmsg_link_send(&c->link, endpoint, msg, len);
}

/* The other side goes by the header alone. */
static const char *chardev_refuses(struct vmsg_adapter *a, unsigned endpoint, const void *msg,
                                   size_t len)
{
    struct chardev *c = self(a);
    uint16_t dev_num;
    bool there;
    if (len < VMSG_HEADER_SIZE || vmsg_le16((const uint8_t *)msg + 6) != len)
        return "this adapter does not keep packet boundaries";
    if (!c->is_driver || !vmsg_hotplug_read(msg, len, &dev_num, &there))
        return NULL;
    if (!c->control_path)
        return "devices come and go by the control node here; name it with control=";
    return vmsg_control_has(&c->control, dev_num) != there
               ? NULL
               : "the control node tells only of devices that come or go";
}

static bool chardev_command(struct vmsg_adapter *a, const char *line)
{
    return false;
}

static enum vmsg_arrival chardev_wait(struct vmsg_adapter *a, uint64_t deadline_ns, void *buf,
                                      size_t cap, size_t *len, unsigned *endpoint)
{
    struct chardev *c = self(a);
    for (;;) {
        enum vmsg_arrival what = vmsg_link_wait(&c->link, deadline_ns, buf, cap, len, endpoint);
        if (what != VMSG_ARRIVED_MESSAGE || !c->control_path || *len < VMSG_HEADER_SIZE ||
            cap < VMSG_HEADER_SIZE ||
            !vmsg_control_is_removing(&c->control, vmsg_le16((const uint8_t *)buf + 2)))
            return what;
        answer(c, buf, *len); /* the kernel's own farewell, as at the end */
    }
}

static uint64_t chardev_now(struct vmsg_adapter *a)
{
    return vmsg_clock_ns();
}

static uint8_t *chardev_memory(struct vmsg_adapter *a)
{
    return self(a)->control.memory;
}

static void chardev_free(struct vmsg_adapter *a)
{
    struct chardev *c = self(a);
    struct vmsg_adapter_end end;
    chardev_stop(a, &end);
    let_go(c);
    vmsg_uri_clear(&c->uri);
    free(c);
}

static const struct vmsg_adapter_ops ops = {
    .start = chardev_start,
    .send = chardev_send,
    .refuses = chardev_refuses,
    .command = chardev_command,
    .wait = chardev_wait,
    .now_ns = chardev_now,
    .memory = chardev_memory,
    .stop = chardev_stop,
    .free = chardev_free,
};

/* What the URI says; false with a sentence in err. */
static bool take_uri(struct chardev *c, char *err, size_t err_size)
{
    const char *base = vmsg_uri_get(&c->uri, "mem-base");
    c->control_path = vmsg_uri_get(&c->uri, "control");
    if (!c->uri.path[0])
        snprintf(err, err_size, "write chardev:/dev/virtio-msg-0, the path of the device");
    else if (base && !c->control_path)
        snprintf(err, err_size, "mem-base= is where the control node's memory is; give control=");
    else if (base && !vmsg_uri_number(base, &c->base.mem_base))
        snprintf(err, err_size, "mem-base=%s is no number, as in mem-base=0x40000000", base);
    else
        return true;
    return false;
}

struct vmsg_adapter *vmsg_chardev_create(const char *rest, const char *role, char *err,
                                         size_t err_size)
{
    static const char *const known[] = {"control", "mem-base", NULL};
    struct chardev *c;
    if (!strcmp(role, "bus")) {
        snprintf(err, err_size,
                 "a character device is one end of a bus; a bus is reached by "
                 "exec: or at two sockets");
        return NULL;
    }
    c = calloc(1, sizeof *c);
    if (!c) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    c->base.ops = &ops;
    c->device = -1;
    c->control = VMSG_NO_CONTROL;
    c->link.fds[0] = c->link.fds[1] = -1;
    c->is_driver = !strcmp(role, "driver");
    if (!vmsg_uri_parse(&c->uri, rest, known, err, err_size) || !take_uri(c, err, err_size)) {
        chardev_free(&c->base);
        return NULL;
    }
    /* Without a control node the driver is what it was before. */
    c->base.caps = VMSG_CAN_ONE | (c->control_path ? VMSG_CAN_MEMORY | VMSG_CAN_RESTART : 0u);
    return &c->base;
}
