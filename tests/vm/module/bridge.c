// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * /dev/virtio-msg-bridge: one session at a time. What its document promises of errors, ordering and
 * transitions is kept; what a relay at the back does decides what the endpoint does.
 */
#include "bridge.h"

#include "port.h"
#include "rings.h"

#include <linux/bitmap.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#define HANDLE        1
#define N_DEVICES     65536
#define N_EVENTS      16 /* map and control events that wait to be received */
#define N_OUTSTANDING 1024
#define N_WINDOWS     2 /* the DMA memory is shown in halves */
#define RETRY_JIFFIES 1 /* a full ring is looked at again */
#define MSG_RESPONSE  1
#define MSG_BUS       2
#define MSG_EVENT     0x40
#define HEADER        8
#define MAX_MSG_LEAST 52

static struct vm_port port;

/* A request that was handed out and has no completion yet. */
struct outstanding {
    u16 dev_num, token;
    u8 msg_id;
    bool used;
};

static struct {
    struct file *owner; /* who is attached; NULL: nobody */
    bool resolved, online, detached, fault;
    struct vm_ring tx, rx;
    u32 max_msg_size;
    struct eventfd_ctx *kick, *call;
    struct file *kick_file;
    wait_queue_head_t *kick_head;
    wait_queue_entry_t kick_wait;
    poll_table kick_table;
    struct delayed_work work;
    u64 seq, control_seq, map_ids, epoch;
    struct vmsg_bridge_map_event maps[N_EVENTS];
    unsigned int n_maps;
    bool received;         /* the first of them, and not acknowledged */
    u64 window[N_WINDOWS]; /* map ids that live; 0: none */
    struct vmsg_bridge_control controls[N_EVENTS];
    unsigned int n_controls;
    struct outstanding outstanding[N_OUTSTANDING];
    u8 *slot;
} s;
static DECLARE_BITMAP(devices, N_DEVICES);

static void wake(void)
{
    if (s.call)
        eventfd_signal(s.call, 1);
    wake_up_all(&port.wait);
}

static u16 le16_at(const u8 *bytes)
{
    return bytes[0] | bytes[1] << 8;
}

static u64 window_size(unsigned int i)
{
    u64 half = PAGE_ALIGN(port.memory_size / 2);

    return i ? port.memory_size - half : half;
}

static u64 window_offset(unsigned int i)
{
    return i ? window_size(0) : 0;
}

static void queue_map(u16 type, unsigned int window)
{
    struct vmsg_bridge_map_event *event;

    if (s.n_maps == N_EVENTS)
        return;
    event = &s.maps[s.n_maps++];
    *event = (struct vmsg_bridge_map_event){
        .seq = ++s.seq,
        .map_id = s.window[window],
        .epoch = s.epoch,
        .bus_addr = port.memory_base + window_offset(window),
        .length = window_size(window),
        .mmap_offset = s.window[window] << 32,
        .mmap_length = window_size(window),
        .type = type,
    };
}

/* The windows that the devices' transport works in, once there are devices. */
static void show_windows(void)
{
    for (unsigned int i = 0; port.memory && i < N_WINDOWS; i++) {
        if (s.window[i])
            continue;
        s.window[i] = ++s.map_ids;
        queue_map(VMSG_BRIDGE_MAP_ADD, i);
    }
}

static void hide_windows(void)
{
    s.n_maps = 0;
    s.received = false;
    memset(s.window, 0, sizeof(s.window));
}

static void queue_control(u16 type, const void *payload, size_t len)
{
    struct vmsg_bridge_control *control;

    if (s.n_controls == N_EVENTS)
        return;
    control = &s.controls[s.n_controls++];
    *control =
        (struct vmsg_bridge_control){.seq = ++s.control_seq, .type = type, .payload_len = len};
    memcpy(control->payload, payload, len);
}

static void forget_devices(void)
{
    unsigned int i;

    for_each_set_bit(i, devices, N_DEVICES)
    {
        u16 dev_num = i;

        vm_port_tell(&port, VM_REMOVED, &dev_num, sizeof(dev_num));
    }
    bitmap_zero(devices, N_DEVICES);
}

static void go_offline(u32 reason)
{
    struct vmsg_bridge_offline offline = {.endpoint_id = HANDLE, .reason = reason};

    if (!s.online)
        return;
    s.online = false;
    forget_devices();
    hide_windows();
    memset(s.outstanding, 0, sizeof(s.outstanding));
    queue_control(VMSG_BRIDGE_CONTROL_OFFLINE, &offline, sizeof(offline));
}

static void go_online(void)
{
    struct vmsg_bridge_online online = {
        .endpoint_id = HANDLE, .bus_name = "loopback", .max_msg_size = s.max_msg_size};

    s.online = true;
    queue_control(VMSG_BRIDGE_CONTROL_ONLINE, &online, sizeof(online));
}

static struct outstanding *find_outstanding(u16 dev_num, u16 token)
{
    for (unsigned int i = 0; i < N_OUTSTANDING; i++)
        if (s.outstanding[i].used && s.outstanding[i].dev_num == dev_num &&
            s.outstanding[i].token == token)
            return &s.outstanding[i];
    return NULL;
}

static void note_request(const u8 *frame)
{
    for (unsigned int i = 0; i < N_OUTSTANDING && !frame[0] && !(frame[1] & MSG_EVENT); i++)
        if (!s.outstanding[i].used) {
            s.outstanding[i] =
                (struct outstanding){le16_at(frame + 2), le16_at(frame + 4), frame[1], true};
            return;
        }
}

static void note_response(const u8 *frame)
{
    struct outstanding *o =
        frame[0] & MSG_RESPONSE ? find_outstanding(le16_at(frame + 2), le16_at(frame + 4)) : NULL;

    if (o)
        o->used = false;
}

/* Frames of the program: transport class and to a device that it published, or the ring is bad. */
static void drain(void)
{
    int taken;
    size_t size;

    while (!s.fault && s.online && !vm_port_is_full(&port)) {
        taken = vm_ring_take(&s.tx, s.slot);
        if (!taken)
            return;
        size = le16_at(s.slot + 6);
        if (taken < 0 || s.slot[0] & ~MSG_RESPONSE || size < HEADER || size > s.max_msg_size ||
            !test_bit(le16_at(s.slot + 2), devices)) {
            s.fault = true;
            wake();
            return;
        }
        note_response(s.slot);
        vm_port_tell(&port, VM_MESSAGE, s.slot, size);
    }
}

/* Frames to the program; bus messages do not travel. True: the ring is full, look again. */
static bool publish(void)
{
    struct vm_entry *entry;
    bool any = false;
    int put = 1;

    while (put > 0 && !s.fault && s.online &&
           (entry = list_first_entry_or_null(&port.to_front.entries, struct vm_entry, node))) {
        bool fits = entry->record.len >= HEADER && entry->record.len <= s.rx.entry_size &&
                    !(entry->payload[0] & MSG_BUS);

        put = fits ? vm_ring_put(&s.rx, entry->payload, entry->record.len) : 1;
        if (put < 0)
            s.fault = true;
        if (put <= 0)
            break;
        if (fits)
            note_request(entry->payload);
        kfree(vm_port_take(&port.to_front));
        any = true;
    }
    if (any || s.fault)
        wake();
    return !put;
}

static void work(struct work_struct *unused)
{
    mutex_lock(&port.lock);
    if (s.owner && !s.detached) {
        drain();
        if (publish())
            schedule_delayed_work(&s.work, RETRY_JIFFIES);
    }
    mutex_unlock(&port.lock);
}

static int kicked(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
    u64 count = 0;

    if (key_to_poll(key) & EPOLLIN) {
        eventfd_ctx_do_read(s.kick, &count);
        mod_delayed_work(system_wq, &s.work, 0);
    }
    return 0;
}

static void hook(struct file *file, wait_queue_head_t *head, poll_table *table)
{
    s.kick_head = head;
    add_wait_queue(head, &s.kick_wait);
}

/* Without the lock, since the work takes it. */
static void unhook(void)
{
    if (s.kick_head)
        remove_wait_queue(s.kick_head, &s.kick_wait);
    s.kick_head = NULL;
    cancel_delayed_work_sync(&s.work);
}

static void let_go(void)
{
    if (s.kick_file)
        fput(s.kick_file);
    if (s.kick)
        eventfd_ctx_put(s.kick);
    if (s.call)
        eventfd_ctx_put(s.call);
    vm_ring_unmap(&s.tx);
    vm_ring_unmap(&s.rx);
    kfree(s.slot);
    s.kick_file = NULL;
    s.kick = s.call = NULL;
    s.slot = NULL;
}

static int take_fds(const struct vmsg_bridge_attach *a)
{
    struct file *rings = fget(a->ring_fd);
    int result = rings ? vm_ring_map(&s.tx, rings, &a->tx) : -EBADF;

    if (!result)
        result = vm_ring_map(&s.rx, rings, &a->rx);
    if (rings)
        fput(rings);
    if (result)
        return result;
    s.kick_file = eventfd_fget(a->kick_fd);
    if (IS_ERR(s.kick_file)) {
        result = PTR_ERR(s.kick_file);
        s.kick_file = NULL;
        return result;
    }
    s.kick = eventfd_ctx_fileget(s.kick_file);
    s.call = eventfd_ctx_fdget(a->call_fd);
    if (IS_ERR(s.call)) {
        result = PTR_ERR(s.call);
        s.call = NULL;
    }
    s.slot = kmalloc(s.tx.entry_size, GFP_KERNEL);
    return result ? result : s.slot ? 0 : -ENOMEM;
}

static bool is_geometry(const struct vmsg_bridge_ring_info *info, u32 max_msg_size)
{
    u32 entry = round_up(max_msg_size, VMSG_BRIDGE_ENTRY_ALIGN);

    return info->entries == VMSG_BRIDGE_ENTRIES && info->entry_size == entry && !info->reserved &&
           info->bytes >= sizeof(struct vmsg_bridge_ring_header) + (u64)VMSG_BRIDGE_ENTRIES * entry;
}

static int attach(struct file *file, struct vmsg_bridge_attach *a)
{
    int result;

    if (a->endpoint_id != HANDLE || !s.resolved)
        return -ENOENT;
    if (s.owner)
        return -EBUSY;
    if (a->flags || memchr_inv(&a->caps, 0, sizeof(a->caps)) ||
        memchr_inv(a->reserved, 0, sizeof(a->reserved)) || a->vmm_max_msg_size < MAX_MSG_LEAST ||
        a->vmm_max_msg_size > 65535 || !is_geometry(&a->tx, a->vmm_max_msg_size) ||
        !is_geometry(&a->rx, a->vmm_max_msg_size))
        return -EINVAL;
    s.max_msg_size = a->vmm_max_msg_size;
    s.detached = s.fault = false;
    s.n_controls = 0;
    s.epoch++;
    hide_windows();
    memset(s.outstanding, 0, sizeof(s.outstanding));
    result = take_fds(a);
    if (!result)
        result = vm_port_open(&port);
    if (result) {
        let_go();
        return result;
    }
    s.owner = file;
    s.online = true;
    a->caps = (struct vmsg_bridge_caps){.uapi_version = VMSG_BRIDGE_VERSION,
                                        .revision = 1,
                                        .max_msg_size = s.max_msg_size,
                                        .flags = VMSG_BRIDGE_CAP_ONLINE,
                                        .transport_features = 1};
    init_waitqueue_func_entry(&s.kick_wait, kicked);
    init_poll_funcptr(&s.kick_table, hook);
    vfs_poll(s.kick_file, &s.kick_table);
    return 0;
}

static int set_devices(const struct vmsg_bridge_set_devices *d)
{
    unsigned int n = d->last_dev_num - d->first_dev_num + 1u;
    u8 *bitmap;

    if (!s.online)
        return -ENODEV;
    if (d->endpoint_id != HANDLE)
        return -EPERM;
    if (d->last_dev_num < d->first_dev_num || d->flags & ~VMSG_BRIDGE_SET_DEVICES_CLEAR ||
        d->reserved || d->bitmap_bytes != DIV_ROUND_UP(n, 8))
        return -EINVAL;
    bitmap = memdup_user((const void __user *)(uintptr_t)d->bitmap_ptr, d->bitmap_bytes);
    if (IS_ERR(bitmap))
        return PTR_ERR(bitmap);
    if (d->flags & VMSG_BRIDGE_SET_DEVICES_CLEAR)
        forget_devices();
    show_windows();
    for (unsigned int i = 0; i < n; i++) {
        u16 dev_num = d->first_dev_num + i;
        bool wanted = bitmap[i / 8] >> i % 8 & 1;

        if (wanted == !!test_bit(dev_num, devices))
            continue;
        change_bit(dev_num, devices);
        vm_port_tell(&port, wanted ? VM_ADDED : VM_REMOVED, &dev_num, sizeof(dev_num));
    }
    kfree(bitmap);
    wake();
    return 0;
}

static int map_recv(struct vmsg_bridge_map_recv *r)
{
    if (memchr_inv(r, 0, sizeof(*r)))
        return -EINVAL;
    if (!s.online)
        return -ENODEV;
    if (!s.n_maps || s.received)
        return -EAGAIN;
    r->event = s.maps[0];
    s.received = true;
    return 0;
}

static int map_ack(const struct vmsg_bridge_map_ack *a)
{
    if (!s.online)
        return -ENODEV;
    if (a->flags || a->status > VMSG_BRIDGE_ACK_REJECT)
        return -EINVAL;
    if (!s.received || a->seq != s.maps[0].seq || a->type != s.maps[0].type)
        return -ENOENT;
    s.received = false;
    if (a->status == VMSG_BRIDGE_ACK_RETRY)
        return 0;
    if (a->status == VMSG_BRIDGE_ACK_REJECT) {
        s.detached = true;
    } else {
        s.n_maps--;
        memmove(s.maps, s.maps + 1, s.n_maps * sizeof(*s.maps));
    }
    wake();
    return 0;
}

static int control_recv(struct vmsg_bridge_control *c)
{
    if (!s.n_controls)
        return -EAGAIN;
    *c = s.controls[0];
    s.n_controls--;
    memmove(s.controls, s.controls + 1, s.n_controls * sizeof(*s.controls));
    return 0;
}

static int msg_error(const struct vmsg_bridge_msg_error *e)
{
    struct outstanding *o = find_outstanding(e->dev_num, e->token);
    struct vm_error error = {.dev_num = e->dev_num, .token = e->token, .msg_id = e->msg_id};

    if (!s.online)
        return -ENOTCONN;
    if (e->error >= 0 || e->error < -4095 || e->flags ||
        memchr_inv(e->reserved0, 0, sizeof(e->reserved0)) ||
        memchr_inv(e->reserved1, 0, sizeof(e->reserved1)))
        return -EINVAL;
    if (!o)
        return -ENOENT;
    if (o->msg_id != e->msg_id)
        return -EPROTO;
    o->used = false;
    error.error = -e->error;
    return vm_port_tell(&port, VM_ERROR, &error, sizeof(error));
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
    if (!port.has_back && !(r->flags & VMSG_BRIDGE_RESOLVE_CREATE))
        return -ENODEV;
    s.resolved = true;
    r->handle = HANDLE;
    return 0;
}

/* What only an attached session may ask for. */
static int session_ioctl(struct file *file, unsigned int command, void *arg)
{
    if (s.owner != file || s.detached)
        return -ENOTCONN;
    switch (command) {
    case VMSG_BRIDGE_SET_DEVICES:
        return set_devices(arg);
    case VMSG_BRIDGE_MAP_RECV:
        return map_recv(arg);
    case VMSG_BRIDGE_MAP_ACK:
        return map_ack(arg);
    case VMSG_BRIDGE_CONTROL:
        return control_recv(arg);
    case VMSG_BRIDGE_MSG_ERROR:
        return msg_error(arg);
    default:
        return -ENOTTY;
    }
}

static void detach(struct file *file)
{
    bool ours;

    mutex_lock(&port.lock);
    ours = s.owner == file;
    if (ours) {
        s.detached = true;
        s.online = false;
    }
    mutex_unlock(&port.lock);
    if (!ours)
        return;
    unhook();
    mutex_lock(&port.lock);
    forget_devices();
    hide_windows();
    vm_port_close(&port);
    let_go();
    s.owner = NULL;
    mutex_unlock(&port.lock);
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
        detach(file);
        return 0;
    }
    if (size > sizeof(u))
        return -ENOTTY;
    if (copy_from_user(&u, (const void __user *)arg, size))
        return -EFAULT;
    mutex_lock(&port.lock);
    if (command == VMSG_BRIDGE_RESOLVE)
        result = resolve(&u.resolve);
    else if (command == VMSG_BRIDGE_RELEASE)
        result = s.resolved ? 0 : -ENOENT;
    else if (command == VMSG_BRIDGE_ATTACH)
        result = attach(file, &u.attach);
    else
        result = session_ioctl(file, command, &u);
    mutex_unlock(&port.lock);
    if (!result && _IOC_DIR(command) & _IOC_READ && copy_to_user((void __user *)arg, &u, size))
        result = -EFAULT;
    return result;
}

static __poll_t bridge_poll(struct file *file, poll_table *table)
{
    __poll_t ready = 0;
    int unread;

    poll_wait(file, &port.wait, table);
    mutex_lock(&port.lock);
    if (s.owner != file || s.detached) {
        ready = EPOLLERR | EPOLLHUP;
    } else {
        unread = vm_ring_unread(&s.rx);
        if (s.fault || unread < 0)
            ready |= EPOLLERR;
        if (unread > 0 || s.n_controls || (s.n_maps && !s.received))
            ready |= EPOLLIN | EPOLLRDNORM;
    }
    mutex_unlock(&port.lock);
    return ready;
}

/* Offsets are tokens: a window's map id in the upper half. */
static int bridge_mmap(struct file *file, struct vm_area_struct *vma)
{
    u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
    int result = -EINVAL;

    mutex_lock(&port.lock);
    if (s.owner != file || s.detached)
        result = -ENOTCONN;
    else if (!s.online)
        result = -ENODEV;
    else
        for (unsigned int i = 0; i < N_WINDOWS; i++)
            if (s.window[i] && offset == s.window[i] << 32 &&
                vma->vm_end - vma->vm_start <= PAGE_ALIGN(window_size(i)))
                result = vm_port_mmap(&port, vma, window_offset(i));
    mutex_unlock(&port.lock);
    return result;
}

static int bridge_release(struct inode *inode, struct file *file)
{
    detach(file);
    return 0;
}

static const struct file_operations bridge_fops = {
    .owner = THIS_MODULE,
    .release = bridge_release,
    .unlocked_ioctl = bridge_ioctl,
    .poll = bridge_poll,
    .mmap = bridge_mmap,
};

static struct miscdevice bridge = {
    .minor = MISC_DYNAMIC_MINOR, .name = "virtio-msg-bridge", .fops = &bridge_fops};

static void look(struct vm_port *p)
{
    mod_delayed_work(system_wq, &s.work, 0);
}

/* What was said before is still delivered. */
static void gone(struct vm_port *p)
{
    publish();
    go_offline(VMSG_BRIDGE_OFFLINE_REMOVED);
    wake();
}

static void reset(struct vm_port *p)
{
    go_offline(VMSG_BRIDGE_OFFLINE_RESET);
    vm_port_renew(p);
    go_online();
    wake();
}

static const struct vm_front front = {.message = look, .room = look, .gone = gone, .reset = reset};

int vm_bridge_register(void)
{
    int result;

    INIT_DELAYED_WORK(&s.work, work);
    result = vm_port_register(&port, "vmsgspec-bridge", &front);
    if (result)
        return result;
    result = misc_register(&bridge);
    if (result)
        vm_port_unregister(&port);
    return result;
}

void vm_bridge_unregister(void)
{
    misc_deregister(&bridge);
    cancel_delayed_work_sync(&s.work);
    vm_port_unregister(&port);
}
