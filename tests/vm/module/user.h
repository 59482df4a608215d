/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The virtio-msg-user interface and its loopback control node.
 */
#ifndef VM_USER_H
#define VM_USER_H

int vm_user_register(void);
void vm_user_unregister(void);

#endif
