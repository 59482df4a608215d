/*
 * The shm: and ivshmem: adapters: the harness is one side of an AMP layout, the SUT the other. A
 * bus has two areas, and the harness is the far side of each.
 */
#ifndef VMSG_SHM_H
#define VMSG_SHM_H

#include "adapters/adapter.h"

struct vmsg_adapter *vmsg_shm_create(const char *rest, const char *role, char *err,
                                     size_t err_size);
struct vmsg_adapter *vmsg_ivshmem_create(const char *rest, const char *role, char *err,
                                         size_t err_size);

/* Does the URI name an area, and the rest of it in *rest? */
const char *vmsg_shm_scheme(const char *uri, const char **rest);

/* A bus: the areas of its driver side and of its device side. */
struct vmsg_adapter *vmsg_shm_create_pair(const char *uri, const char *device_side, char *err,
                                          size_t err_size);

#endif
