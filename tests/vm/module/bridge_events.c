// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * What the bridge tells of its endpoint: devices, windows of DMA memory, online and offline.
 */
#include "bridge_state.h"

#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

u64 vm_bridge_window_size(unsigned int i)
{
    u64 half = PAGE_ALIGN(vm_bridge.port.memory_size / 2);

    return i ? vm_bridge.port.memory_size - half : half;
}

u64 vm_bridge_window_offset(unsigned int i)
{
    return i ? vm_bridge_window_size(0) : 0;
}

static void queue_map(u16 type, unsigned int window)
{
    struct vmsg_bridge_map_event *event;

    if (vm_bridge.n_maps == N_EVENTS)
        return;
    event = &vm_bridge.maps[vm_bridge.n_maps++];
    *event = (struct vmsg_bridge_map_event){
        .seq = ++vm_bridge.seq,
        .map_id = vm_bridge.window[window],
        .epoch = vm_bridge.epoch,
        .bus_addr = vm_bridge.port.memory_base + vm_bridge_window_offset(window),
        .length = vm_bridge_window_size(window),
        .mmap_offset = vm_bridge.window[window] << 32,
        .mmap_length = vm_bridge_window_size(window),
        .type = type,
    };
}

/* The windows that the devices' transport works in, once there are devices. */
static void show_windows(void)
{
    for (unsigned int i = 0; vm_bridge.port.memory && i < N_WINDOWS; i++) {
        if (vm_bridge.window[i])
            continue;
        vm_bridge.window[i] = ++vm_bridge.map_ids;
        queue_map(VMSG_BRIDGE_MAP_ADD, i);
    }
}

void vm_bridge_hide_windows(void)
{
    vm_bridge.n_maps = 0;
    vm_bridge.received = false;
    memset(vm_bridge.window, 0, sizeof(vm_bridge.window));
}

static void queue_control(u16 type, const void *payload, size_t len)
{
    struct vmsg_bridge_control *control;

    if (vm_bridge.n_controls == N_EVENTS)
        return;
    control = &vm_bridge.controls[vm_bridge.n_controls++];
    *control = (struct vmsg_bridge_control){
        .seq = ++vm_bridge.control_seq, .type = type, .payload_len = len};
    memcpy(control->payload, payload, len);
}

void vm_bridge_forget_devices(void)
{
    unsigned int i;

    for_each_set_bit(i, vm_bridge.devices, N_DEVICES)
    {
        u16 dev_num = i;

        vm_port_tell(&vm_bridge.port, VM_REMOVED, &dev_num, sizeof(dev_num));
    }
    bitmap_zero(vm_bridge.devices, N_DEVICES);
}

void vm_bridge_go_offline(u32 reason)
{
    struct vmsg_bridge_offline offline = {.endpoint_id = HANDLE, .reason = reason};

    if (!vm_bridge.online)
        return;
    vm_bridge.online = false;
    vm_bridge_forget_devices();
    vm_bridge_hide_windows();
    memset(vm_bridge.outstanding, 0, sizeof(vm_bridge.outstanding));
    queue_control(VMSG_BRIDGE_CONTROL_OFFLINE, &offline, sizeof(offline));
}

void vm_bridge_go_online(void)
{
    struct vmsg_bridge_online online = {
        .endpoint_id = HANDLE, .bus_name = "loopback", .max_msg_size = vm_bridge.max_msg_size};

    vm_bridge.online = true;
    queue_control(VMSG_BRIDGE_CONTROL_ONLINE, &online, sizeof(online));
}

int vm_bridge_set_devices(const struct vmsg_bridge_set_devices *d)
{
    unsigned int n = d->last_dev_num - d->first_dev_num + 1u;
    u8 *bitmap;

    if (!vm_bridge.online)
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
        vm_bridge_forget_devices();
    show_windows();
    for (unsigned int i = 0; i < n; i++) {
        u16 dev_num = d->first_dev_num + i;
        bool wanted = bitmap[i / 8] >> i % 8 & 1;

        if (wanted == !!test_bit(dev_num, vm_bridge.devices))
            continue;
        change_bit(dev_num, vm_bridge.devices);
        vm_port_tell(&vm_bridge.port, wanted ? VM_ADDED : VM_REMOVED, &dev_num, sizeof(dev_num));
    }
    kfree(bitmap);
    vm_bridge_wake();
    return 0;
}

int vm_bridge_map_recv(struct vmsg_bridge_map_recv *r)
{
    if (memchr_inv(r, 0, sizeof(*r)))
        return -EINVAL;
    if (!vm_bridge.online)
        return -ENODEV;
    if (!vm_bridge.n_maps || vm_bridge.received)
        return -EAGAIN;
    r->event = vm_bridge.maps[0];
    vm_bridge.received = true;
    return 0;
}

int vm_bridge_map_ack(const struct vmsg_bridge_map_ack *a)
{
    if (!vm_bridge.online)
        return -ENODEV;
    if (a->flags || a->status > VMSG_BRIDGE_ACK_REJECT)
        return -EINVAL;
    if (!vm_bridge.received || a->seq != vm_bridge.maps[0].seq || a->type != vm_bridge.maps[0].type)
        return -ENOENT;
    vm_bridge.received = false;
    if (a->status == VMSG_BRIDGE_ACK_RETRY)
        return 0;
    if (a->status == VMSG_BRIDGE_ACK_REJECT) {
        vm_bridge.detached = true;
    } else {
        vm_bridge.n_maps--;
        memmove(vm_bridge.maps, vm_bridge.maps + 1, vm_bridge.n_maps * sizeof(*vm_bridge.maps));
    }
    vm_bridge_wake();
    return 0;
}

int vm_bridge_control_recv(struct vmsg_bridge_control *c)
{
    if (!vm_bridge.n_controls)
        return -EAGAIN;
    *c = vm_bridge.controls[0];
    vm_bridge.n_controls--;
    memmove(vm_bridge.controls, vm_bridge.controls + 1,
            vm_bridge.n_controls * sizeof(*vm_bridge.controls));
    return 0;
}
