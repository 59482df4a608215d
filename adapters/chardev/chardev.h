/*
 * chardev: a driver or device behind a character device, by the Linux virtio-msg-user interface.
 */
#ifndef VMSG_CHARDEV_H
#define VMSG_CHARDEV_H

#include "adapters/adapter.h"

struct vmsg_adapter *vmsg_chardev_create(const char *rest, const char *role, char *err,
                                         size_t err_size);

#endif
