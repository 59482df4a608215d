// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * A program's session: its rings and eventfds are taken, and let go.
 */
#include "bridge_state.h"

#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/slab.h>

#define MAX_MSG_LEAST 52

static void let_go(void)
{
    if (vm_bridge.kick_file)
        fput(vm_bridge.kick_file);
    if (vm_bridge.kick)
        eventfd_ctx_put(vm_bridge.kick);
    if (vm_bridge.call)
        eventfd_ctx_put(vm_bridge.call);
    vm_ring_unmap(&vm_bridge.tx);
    vm_ring_unmap(&vm_bridge.rx);
    kfree(vm_bridge.slot);
    vm_bridge.kick_file = NULL;
    vm_bridge.kick = vm_bridge.call = NULL;
    vm_bridge.slot = NULL;
}

static int take_fds(const struct vmsg_bridge_attach *a)
{
    struct file *rings = fget(a->ring_fd);
    int result = rings ? vm_ring_map(&vm_bridge.tx, rings, &a->tx) : -EBADF;

    if (!result)
        result = vm_ring_map(&vm_bridge.rx, rings, &a->rx);
    if (rings)
        fput(rings);
    if (result)
        return result;
    vm_bridge.kick_file = eventfd_fget(a->kick_fd);
    if (IS_ERR(vm_bridge.kick_file)) {
        result = PTR_ERR(vm_bridge.kick_file);
        vm_bridge.kick_file = NULL;
        return result;
    }
    vm_bridge.kick = eventfd_ctx_fileget(vm_bridge.kick_file);
    vm_bridge.call = eventfd_ctx_fdget(a->call_fd);
    if (IS_ERR(vm_bridge.call)) {
        result = PTR_ERR(vm_bridge.call);
        vm_bridge.call = NULL;
    }
    vm_bridge.slot = kmalloc(vm_bridge.tx.entry_size, GFP_KERNEL);
    return result ? result : vm_bridge.slot ? 0 : -ENOMEM;
}

static bool is_geometry(const struct vmsg_bridge_ring_info *info, u32 max_msg_size)
{
    u32 entry = round_up(max_msg_size, VMSG_BRIDGE_ENTRY_ALIGN);

    return info->entries == VMSG_BRIDGE_ENTRIES && info->entry_size == entry && !info->reserved &&
           info->bytes >= sizeof(struct vmsg_bridge_ring_header) + (u64)VMSG_BRIDGE_ENTRIES * entry;
}

int vm_bridge_attach(struct file *file, struct vmsg_bridge_attach *a)
{
    int result;

    if (a->endpoint_id != HANDLE || !vm_bridge.resolved)
        return -ENOENT;
    if (vm_bridge.owner)
        return -EBUSY;
    if (a->flags || memchr_inv(&a->caps, 0, sizeof(a->caps)) ||
        memchr_inv(a->reserved, 0, sizeof(a->reserved)) || a->vmm_max_msg_size < MAX_MSG_LEAST ||
        a->vmm_max_msg_size > 65535 || !is_geometry(&a->tx, a->vmm_max_msg_size) ||
        !is_geometry(&a->rx, a->vmm_max_msg_size))
        return -EINVAL;
    vm_bridge.max_msg_size = a->vmm_max_msg_size;
    vm_bridge.detached = vm_bridge.fault = false;
    vm_bridge.n_controls = 0;
    vm_bridge.epoch++;
    vm_bridge_hide_windows();
    memset(vm_bridge.outstanding, 0, sizeof(vm_bridge.outstanding));
    result = take_fds(a);
    if (!result)
        result = vm_port_open(&vm_bridge.port);
    if (result) {
        let_go();
        return result;
    }
    vm_bridge.owner = file;
    vm_bridge.online = true;
    a->caps = (struct vmsg_bridge_caps){.uapi_version = VMSG_BRIDGE_VERSION,
                                        .revision = 1,
                                        .max_msg_size = vm_bridge.max_msg_size,
                                        .flags = VMSG_BRIDGE_CAP_ONLINE,
                                        .transport_features = 1};
    vm_bridge_hook_kicks();
    return 0;
}

void vm_bridge_detach(struct file *file)
{
    bool ours;

    mutex_lock(&vm_bridge.port.lock);
    ours = vm_bridge.owner == file;
    if (ours) {
        vm_bridge.detached = true;
        vm_bridge.online = false;
    }
    mutex_unlock(&vm_bridge.port.lock);
    if (!ours)
        return;
    vm_bridge_unhook();
    mutex_lock(&vm_bridge.port.lock);
    vm_bridge_forget_devices();
    vm_bridge_hide_windows();
    vm_port_close(&vm_bridge.port);
    let_go();
    vm_bridge.owner = NULL;
    mutex_unlock(&vm_bridge.port.lock);
}
