/*
 * bridge: a driver in the kernel, reached by the Linux virtio-msg bridge interface.
 */
#ifndef VMSG_BRIDGE_H
#define VMSG_BRIDGE_H

#include "adapters/adapter.h"

struct vmsg_adapter *vmsg_bridge_create(const char *rest, const char *role, char *err,
                                        size_t err_size);

#endif
