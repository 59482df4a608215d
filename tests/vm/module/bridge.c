// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * /dev/virtio-msg-bridge: one session at a time. What its document promises of errors, ordering and
 * transitions is kept; what a relay at the back does decides what the endpoint does.
 */
#include "bridge.h"

#include "bridge_state.h"

#include <linux/eventfd.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

struct vm_bridge vm_bridge;

void vm_bridge_wake(void)
{
    if (vm_bridge.call)
        eventfd_signal(vm_bridge.call, 1);
    wake_up_all(&vm_bridge.port.wait);
}

static int resolve(struct vmsg_bridge_resolve *r)
{
    struct vmsg_bridge_address *a = &r->address;

    if (!a->bus_name[0] || strnlen(a->bus_name, sizeof(a->bus_name)) == sizeof(a->bus_name) ||
        strnlen(a->bus_id, sizeof(a->bus_id)) == sizeof(a->bus_id) ||
        r->flags & ~VMSG_BRIDGE_RESOLVE_CREATE || r->reserved[0] || r->reserved[1])
        return -EINVAL;
    if (strcmp(a->bus_name, "loopback"))
        return -ENOENT;
    if (!vm_bridge.port.has_back && !(r->flags & VMSG_BRIDGE_RESOLVE_CREATE))
        return -ENODEV;
    vm_bridge.resolved = true;
    r->handle = HANDLE;
    return 0;
}

/* What only an attached session may ask for. */
static int session_ioctl(struct file *file, unsigned int command, void *arg)
{
    if (vm_bridge.owner != file || vm_bridge.detached)
        return -ENOTCONN;
    switch (command) {
    case VMSG_BRIDGE_SET_DEVICES:
        return vm_bridge_set_devices(arg);
    case VMSG_BRIDGE_MAP_RECV:
        return vm_bridge_map_recv(arg);
    case VMSG_BRIDGE_MAP_ACK:
        return vm_bridge_map_ack(arg);
    case VMSG_BRIDGE_CONTROL:
        return vm_bridge_control_recv(arg);
    case VMSG_BRIDGE_MSG_ERROR:
        return vm_bridge_msg_error(arg);
    default:
        return -ENOTTY;
    }
}

static long bridge_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
    union {
        struct vmsg_bridge_attach attach;
        struct vmsg_bridge_resolve resolve;
        u8 bytes[256];
    } u;
    size_t size = _IOC_SIZE(command);
    long result;

    if (command == VMSG_BRIDGE_DETACH) {
        vm_bridge_detach(file);
        return 0;
    }
    if (size > sizeof(u))
        return -ENOTTY;
    if (copy_from_user(&u, (const void __user *)arg, size))
        return -EFAULT;
    mutex_lock(&vm_bridge.port.lock);
    if (command == VMSG_BRIDGE_RESOLVE)
        result = resolve(&u.resolve);
    else if (command == VMSG_BRIDGE_RELEASE)
        result = vm_bridge.resolved ? 0 : -ENOENT;
    else if (command == VMSG_BRIDGE_ATTACH)
        result = vm_bridge_attach(file, &u.attach);
    else
        result = session_ioctl(file, command, &u);
    mutex_unlock(&vm_bridge.port.lock);
    if (!result && _IOC_DIR(command) & _IOC_READ && copy_to_user((void __user *)arg, &u, size))
        result = -EFAULT;
    return result;
}

static __poll_t bridge_poll(struct file *file, poll_table *table)
{
    __poll_t ready = 0;
    int unread;

    poll_wait(file, &vm_bridge.port.wait, table);
    mutex_lock(&vm_bridge.port.lock);
    if (vm_bridge.owner != file || vm_bridge.detached) {
        ready = EPOLLERR | EPOLLHUP;
    } else {
        unread = vm_ring_unread(&vm_bridge.rx);
        if (vm_bridge.fault || unread < 0)
            ready |= EPOLLERR;
        if (unread > 0 || vm_bridge.n_controls || (vm_bridge.n_maps && !vm_bridge.received))
            ready |= EPOLLIN | EPOLLRDNORM;
    }
    mutex_unlock(&vm_bridge.port.lock);
    return ready;
}

/* Offsets are tokens: a window's map id in the upper half. */
static int bridge_mmap(struct file *file, struct vm_area_struct *vma)
{
    u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
    int result = -EINVAL;

    mutex_lock(&vm_bridge.port.lock);
    if (vm_bridge.owner != file || vm_bridge.detached)
        result = -ENOTCONN;
    else if (!vm_bridge.online)
        result = -ENODEV;
    else
        for (unsigned int i = 0; i < N_WINDOWS; i++)
            if (vm_bridge.window[i] && offset == vm_bridge.window[i] << 32 &&
                vma->vm_end - vma->vm_start <= PAGE_ALIGN(vm_bridge_window_size(i)))
                result = vm_port_mmap(&vm_bridge.port, vma, vm_bridge_window_offset(i));
    mutex_unlock(&vm_bridge.port.lock);
    return result;
}

static int bridge_release(struct inode *inode, struct file *file)
{
    vm_bridge_detach(file);
    return 0;
}

static const struct file_operations bridge_fops = {
    .owner = THIS_MODULE,
    .release = bridge_release,
    .unlocked_ioctl = bridge_ioctl,
    .poll = bridge_poll,
    .mmap = bridge_mmap,
};

static struct miscdevice node = {
    .minor = MISC_DYNAMIC_MINOR, .name = "virtio-msg-bridge", .fops = &bridge_fops};

static void look(struct vm_port *p)
{
    mod_delayed_work(system_wq, &vm_bridge.work, 0);
}

/* What was said before is still delivered. */
static void gone(struct vm_port *p)
{
    vm_bridge_publish();
    vm_bridge_go_offline(VMSG_BRIDGE_OFFLINE_REMOVED);
    vm_bridge_wake();
}

static void reset(struct vm_port *p)
{
    vm_bridge_go_offline(VMSG_BRIDGE_OFFLINE_RESET);
    vm_port_renew(p);
    vm_bridge_go_online();
    vm_bridge_wake();
}

static const struct vm_front front = {.message = look, .room = look, .gone = gone, .reset = reset};

int vm_bridge_register(void)
{
    int result;

    INIT_DELAYED_WORK(&vm_bridge.work, vm_bridge_work);
    result = vm_port_register(&vm_bridge.port, "vmsgspec-bridge", &front);
    if (result)
        return result;
    result = misc_register(&node);
    if (result)
        vm_port_unregister(&vm_bridge.port);
    return result;
}

void vm_bridge_unregister(void)
{
    misc_deregister(&node);
    cancel_delayed_work_sync(&vm_bridge.work);
    vm_port_unregister(&vm_bridge.port);
}
