// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * A port's queues and its back device.
 */
#include "port.h"

#include <linux/file.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static void push(struct vm_queue *queue, struct vm_entry *entry)
{
    list_add_tail(&entry->node, &queue->entries);
    queue->n++;
}

struct vm_entry *vm_port_take(struct vm_queue *queue)
{
    struct vm_entry *entry = list_first_entry_or_null(&queue->entries, struct vm_entry, node);

    if (entry) {
        list_del(&entry->node);
        queue->n--;
    }
    return entry;
}

static void drop_all(struct vm_queue *queue)
{
    struct vm_entry *entry;

    while ((entry = vm_port_take(queue)))
        kfree(entry);
}

bool vm_port_is_full(const struct vm_port *port)
{
    return port->to_back.n >= VM_QUEUED_MOST;
}

int vm_port_tell(struct vm_port *port, u16 kind, const void *payload, size_t len)
{
    struct vm_entry *entry = kmalloc(struct_size(entry, payload, len), GFP_KERNEL);

    if (!entry)
        return -ENOMEM;
    entry->record = (struct vm_record){.kind = kind, .len = len, .session = port->session};
    memcpy(entry->payload, payload, len);
    push(&port->to_back, entry);
    wake_up_all(&port->wait);
    return 0;
}

int vm_port_renew(struct vm_port *port)
{
    drop_all(&port->to_front);
    port->is_gone = false;
    port->session++;
    return vm_port_tell(port, VM_OPENED, NULL, 0);
}

int vm_port_open(struct vm_port *port)
{
    if (!port->has_back)
        return -ENODEV;
    if (port->is_open)
        return -EBUSY;
    port->is_open = true;
    return vm_port_renew(port);
}

void vm_port_close(struct vm_port *port)
{
    port->is_open = false;
    drop_all(&port->to_front);
    vm_port_tell(port, VM_CLOSED, NULL, 0);
}

int vm_port_mmap(struct vm_port *port, struct vm_area_struct *vma, u64 offset)
{
    u64 size = vma->vm_end - vma->vm_start;

    if (!port->memory)
        return -ENODEV;
    if (offset > port->memory_size || size > port->memory_size - offset)
        return -EINVAL;
    vma->vm_pgoff = offset >> PAGE_SHIFT;
    vma_set_file(vma, port->memory);
    return call_mmap(vma->vm_file, vma);
}

static struct vm_port *port_of(struct file *file)
{
    return container_of(file->private_data, struct vm_port, back);
}

static int back_open(struct inode *inode, struct file *file)
{
    struct vm_port *port = port_of(file);
    int result = 0;

    mutex_lock(&port->lock);
    if (port->has_back)
        result = -EBUSY;
    else
        port->has_back = true;
    mutex_unlock(&port->lock);
    return result;
}

static int back_release(struct inode *inode, struct file *file)
{
    struct vm_port *port = port_of(file);

    mutex_lock(&port->lock);
    port->has_back = false;
    drop_all(&port->to_back);
    if (port->is_open) {
        port->is_gone = true;
        port->front->gone(port);
    }
    if (port->memory)
        fput(port->memory);
    port->memory = NULL;
    mutex_unlock(&port->lock);
    wake_up_all(&port->wait);
    return 0;
}

/* One record; the buffer must hold the longest. */
static ssize_t back_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
    struct vm_port *port = port_of(file);
    struct vm_entry *entry;
    ssize_t result;

    if (count < sizeof(entry->record) + VM_PAYLOAD_MAX)
        return -EINVAL;
    for (;;) {
        mutex_lock(&port->lock);
        entry = vm_port_take(&port->to_back);
        if (entry && port->front->room)
            port->front->room(port);
        mutex_unlock(&port->lock);
        wake_up_all(&port->wait);
        if (entry)
            break;
        if (file->f_flags & O_NONBLOCK)
            return -EAGAIN;
        if (wait_event_interruptible(port->wait, port->to_back.n))
            return -ERESTARTSYS;
    }
    result = sizeof(entry->record) + entry->record.len;
    if (copy_to_user(buf, &entry->record, result))
        result = -EFAULT;
    kfree(entry);
    return result;
}

static ssize_t back_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
    struct vm_port *port = port_of(file);
    struct vm_entry *entry;
    ssize_t result = count;

    if (count < sizeof(entry->record) || count > sizeof(entry->record) + VM_PAYLOAD_MAX)
        return -EINVAL;
    entry = kmalloc(offsetof(struct vm_entry, record) + count, GFP_KERNEL);
    if (!entry)
        return -ENOMEM;
    if (copy_from_user(&entry->record, buf, count))
        result = -EFAULT;
    else if (entry->record.kind != VM_MESSAGE || entry->record.len != count - sizeof(entry->record))
        result = -EINVAL;
    if (result < 0) {
        kfree(entry);
        return result;
    }
    mutex_lock(&port->lock);
    if (port->is_open && !port->is_gone && entry->record.session == port->session &&
        port->to_front.n < VM_QUEUED_MOST) {
        push(&port->to_front, entry);
        port->front->message(port);
        entry = NULL;
    }
    mutex_unlock(&port->lock);
    wake_up_all(&port->wait);
    kfree(entry);
    return result;
}

static __poll_t back_poll(struct file *file, poll_table *table)
{
    struct vm_port *port = port_of(file);
    __poll_t ready = EPOLLOUT | EPOLLWRNORM;

    poll_wait(file, &port->wait, table);
    mutex_lock(&port->lock);
    if (port->to_back.n)
        ready |= EPOLLIN | EPOLLRDNORM;
    mutex_unlock(&port->lock);
    return ready;
}

static int set_memory(struct vm_port *port, const void __user *arg)
{
    struct vm_memory memory;
    struct file *file;

    if (copy_from_user(&memory, arg, sizeof(memory)))
        return -EFAULT;
    file = fget(memory.fd);
    if (!file)
        return -EBADF;
    if (!shmem_file(file) || !memory.size || i_size_read(file_inode(file)) < (loff_t)memory.size) {
        fput(file);
        return -EINVAL;
    }
    if (port->memory)
        fput(port->memory);
    port->memory = file;
    port->memory_base = memory.base;
    port->memory_size = memory.size;
    return 0;
}

static long back_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
    struct vm_port *port = port_of(file);
    long result = 0;

    mutex_lock(&port->lock);
    if (command == VM_SET_MEMORY) {
        result = set_memory(port, (const void __user *)arg);
    } else if (command == VM_GONE) {
        if (port->is_open && port->session == arg) {
            port->is_gone = true;
            port->front->gone(port);
        }
    } else if (command == VM_RESET && port->front->reset) {
        port->front->reset(port);
    } else {
        result = -ENOTTY;
    }
    mutex_unlock(&port->lock);
    wake_up_all(&port->wait);
    return result;
}

static const struct file_operations back_fops = {
    .owner = THIS_MODULE,
    .open = back_open,
    .release = back_release,
    .read = back_read,
    .write = back_write,
    .poll = back_poll,
    .unlocked_ioctl = back_ioctl,
};

int vm_port_register(struct vm_port *port, const char *name, const struct vm_front *front)
{
    mutex_init(&port->lock);
    init_waitqueue_head(&port->wait);
    INIT_LIST_HEAD(&port->to_front.entries);
    INIT_LIST_HEAD(&port->to_back.entries);
    port->front = front;
    port->back = (struct miscdevice){
        .minor = MISC_DYNAMIC_MINOR, .name = name, .fops = &back_fops, .mode = 0600};
    return misc_register(&port->back);
}

void vm_port_unregister(struct vm_port *port)
{
    misc_deregister(&port->back);
    drop_all(&port->to_front);
    drop_all(&port->to_back);
}
