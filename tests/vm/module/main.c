// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * A module for tests: the two character interfaces by which Linux offers virtio-msg to programs,
 * with a device at their back where a relay puts a peer in place of the kernel's own drivers.
 */
#include "bridge.h"
#include "user.h"

#include <linux/module.h>

static int __init vm_init(void)
{
    int result = vm_user_register();

    if (result)
        return result;
    result = vm_bridge_register();
    if (result)
        vm_user_unregister();
    return result;
}

static void __exit vm_exit(void)
{
    vm_bridge_unregister();
    vm_user_unregister();
}

module_init(vm_init);
module_exit(vm_exit);

MODULE_LICENSE("Dual BSD/GPL");
MODULE_DESCRIPTION("virtio-msg character interfaces with a peer behind them, for tests");
