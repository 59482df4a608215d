// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * /dev/virtio-msg-0 and /dev/virtio-msg-lb, as the Linux interface for device programs has them:
 * reads block for one message and fill the caller's buffer, fewer than 44 bytes are refused by
 * returning 0, so is a read that a signal ends, and there is no poll. After its driver is gone a
 * read fails with ENODEV.
 */
#include "user.h"

#include "adapters/chardev/uapi.h"
#include "port.h"

#include <linux/bitmap.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define N_DEVICES 65536

static struct vm_port port;
static DECLARE_BITMAP(devices, N_DEVICES);

static int user_open(struct inode *inode, struct file *file)
{
    int result;

    mutex_lock(&port.lock);
    result = vm_port_open(&port);
    mutex_unlock(&port.lock);
    return result;
}

static int user_release(struct inode *inode, struct file *file)
{
    mutex_lock(&port.lock);
    vm_port_close(&port);
    mutex_unlock(&port.lock);
    return 0;
}

/* A zeroed buffer of the caller's size with the message at its start, as much as it holds. */
static ssize_t fill(char __user *buf, size_t count, const struct vm_entry *entry)
{
    size_t len = min_t(size_t, count, entry->record.len);

    if (copy_to_user(buf, entry->payload, len) || clear_user(buf + len, count - len))
        return 0;
    return count;
}

static ssize_t user_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
    struct vm_entry *entry;
    bool gone;
    ssize_t result;

    if (count < VMSG_USER_MIN_SIZE)
        return 0;
    if (wait_event_interruptible(port.wait, port.to_front.n || port.is_gone))
        return 0;
    mutex_lock(&port.lock);
    entry = vm_port_take(&port.to_front);
    gone = port.is_gone;
    mutex_unlock(&port.lock);
    if (!entry)
        return gone ? -ENODEV : 0;
    result = fill(buf, count, entry);
    kfree(entry);
    return result;
}

static ssize_t user_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
    u8 *message;
    int result;

    if (count < VMSG_USER_MIN_SIZE || count > VM_PAYLOAD_MAX)
        return 0;
    message = memdup_user(buf, count);
    if (IS_ERR(message))
        return 0;
    result = wait_event_interruptible(port.wait, !vm_port_is_full(&port) || port.is_gone);
    mutex_lock(&port.lock);
    if (port.is_gone)
        result = -ENODEV;
    else if (!result)
        result = vm_port_tell(&port, VM_MESSAGE, message, count);
    mutex_unlock(&port.lock);
    kfree(message);
    if (result == -ENODEV)
        return result;
    return result ? 0 : count;
}

static const struct file_operations user_fops = {
    .owner = THIS_MODULE,
    .open = user_open,
    .release = user_release,
    .read = user_read,
    .write = user_write,
};

static long control_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
    unsigned int number;
    u16 dev_num;
    long result = 0;

    if (copy_from_user(&number, (const void __user *)arg, sizeof(number)))
        return -EFAULT;
    if (number >= N_DEVICES)
        return -EINVAL;
    dev_num = number;
    mutex_lock(&port.lock);
    if (command == VMSG_LB_ADD)
        result = test_and_set_bit(number, devices)
                     ? -EEXIST
                     : vm_port_tell(&port, VM_ADDED, &dev_num, sizeof(dev_num));
    else if (command == VMSG_LB_REMOVE)
        result = test_and_clear_bit(number, devices)
                     ? vm_port_tell(&port, VM_REMOVED, &dev_num, sizeof(dev_num))
                     : -ENODEV;
    else
        result = -ENOTTY;
    mutex_unlock(&port.lock);
    return result;
}

static int control_mmap(struct file *file, struct vm_area_struct *vma)
{
    int result;

    mutex_lock(&port.lock);
    result = vm_port_mmap(&port, vma, (u64)vma->vm_pgoff << PAGE_SHIFT);
    mutex_unlock(&port.lock);
    return result;
}

static loff_t control_llseek(struct file *file, loff_t offset, int whence)
{
    return fixed_size_llseek(file, offset, whence, port.memory ? port.memory_size : 0);
}

static const struct file_operations control_fops = {
    .owner = THIS_MODULE,
    .unlocked_ioctl = control_ioctl,
    .mmap = control_mmap,
    .llseek = control_llseek,
};

static struct miscdevice user = {
    .minor = MISC_DYNAMIC_MINOR, .name = "virtio-msg-0", .fops = &user_fops};
static struct miscdevice control = {
    .minor = MISC_DYNAMIC_MINOR, .name = "virtio-msg-lb", .fops = &control_fops};

/* Who waits at either end is woken by the port. */
static void nothing(struct vm_port *p)
{
}

static const struct vm_front front = {.message = nothing, .gone = nothing};

int vm_user_register(void)
{
    int result = vm_port_register(&port, "vmsgspec-user", &front);

    if (result)
        return result;
    result = misc_register(&user);
    if (result)
        goto no_user;
    result = misc_register(&control);
    if (result)
        goto no_control;
    return 0;
no_control:
    misc_deregister(&user);
no_user:
    vm_port_unregister(&port);
    return result;
}

void vm_user_unregister(void)
{
    misc_deregister(&control);
    misc_deregister(&user);
    vm_port_unregister(&port);
}
