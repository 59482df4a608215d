/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The virtio-msg bridge interface with one endpoint, any id on the bus "loopback".
 */
#ifndef VM_BRIDGE_H
#define VM_BRIDGE_H

int vm_bridge_register(void);
void vm_bridge_unregister(void);

#endif
