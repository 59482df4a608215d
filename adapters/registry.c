/*
 * The adapters, one row each.
 */
#include "adapters/bridge/bridge.h"
#include "adapters/chardev/chardev.h"
#include "adapters/exec/exec.h"
#include "adapters/inproc/ref.h"
#include "adapters/lib/lib.h"
#include "adapters/shm/shm.h"
#include "adapters/socket/address.h"
#include "adapters/socket/socket.h"

#include <stdio.h>
#include <string.h>

enum {
    PROGRAM = VMSG_CAN_BOUNDARIES | VMSG_CAN_RESTART | VMSG_CAN_MEMORY | VMSG_CAN_UPPER,
    STREAM = VMSG_CAN_RESTART,
    KERNEL = VMSG_CAN_RESTART | VMSG_CAN_MEMORY,
    SHARED = VMSG_CAN_RESTART | VMSG_CAN_LAYOUT | VMSG_CAN_ONE,
};

static const char *const any = "device, driver, bus";

static const struct vmsg_adapter_kind kinds[] = {
    {.scheme = "exec",
     .usage = "exec:COMMAND",
     .summary = "start COMMAND through /bin/sh and talk over an inherited socket",
     .roles = any,
     .can = PROGRAM,
     .create = vmsg_exec_create},
    {.scheme = "unix",
     .usage = "unix:/path[?framing=stream]",
     .summary = "connect to an AF_UNIX socket",
     .roles = any,
     .can = STREAM,
     .may = VMSG_CAN_BOUNDARIES,
     .limits = "framing=stream keeps no packet boundaries; a bus has two sockets"},
    {.scheme = "unix-listen",
     .usage = "unix-listen:/path[?framing=stream]",
     .summary = "accept on an AF_UNIX socket",
     .roles = any,
     .can = STREAM,
     .may = VMSG_CAN_BOUNDARIES,
     .limits = "framing=stream keeps no packet boundaries; a bus has two sockets"},
    {.scheme = "tcp",
     .usage = "tcp:HOST:PORT",
     .summary = "connect by TCP",
     .roles = any,
     .can = STREAM},
    {.scheme = "tcp-listen",
     .usage = "tcp-listen:HOST:PORT",
     .summary = "accept by TCP",
     .roles = any,
     .can = STREAM},
    {.scheme = "vsock",
     .usage = "vsock:CID:PORT",
     .summary = "connect by vsock to a host or a guest",
     .roles = any,
     .can = STREAM},
    {.scheme = "vsock-listen",
     .usage = "vsock-listen:PORT",
     .summary = "accept by vsock",
     .roles = any,
     .can = STREAM},
    {.scheme = "chardev",
     .usage = "chardev:/dev/virtio-msg-0[?control=/dev/virtio-msg-lb&mem-base=ADDRESS]",
     .summary = "a character device of the Linux virtio-msg-user interface",
     .roles = "driver, device",
     .can = VMSG_CAN_ONE,
     .may = KERNEL,
     .limits =
         "a fresh SUT and memory take the control node; the role device is not announced there",
     .create = vmsg_chardev_create},
    {.scheme = "bridge",
     .usage = "bridge:/dev/virtio-msg-bridge?bus=NAME&id=ID[&mem-base=ADDRESS]",
     .summary = "an endpoint of the Linux virtio-msg bridge",
     .roles = "driver",
     .can = KERNEL | VMSG_CAN_ONE,
     .limits = "no bus messages, no reserved type bits, no devices that are not published",
     .create = vmsg_bridge_create},
    {.scheme = "shm",
     .usage = "shm:PATH?layout=simple&side=driver",
     .summary =
         "message queues in shared memory, the AMP layout; PATH is a file, a PCI resource or "
         "a UIO device",
     .roles = any,
     .can = SHARED,
     .may = VMSG_CAN_MEMORY,
     .limits = "memory where the area has room for it; no packet boundaries beyond the layout's "
               "elements; a bus has two areas",
     .create = vmsg_shm_create},
    {.scheme = "ivshmem",
     .usage = "ivshmem:/path/to/socket?layout=simple&side=driver",
     .summary = "the same layout in the memory of an ivshmem server, with its doorbells",
     .roles = any,
     .can = SHARED,
     .may = VMSG_CAN_MEMORY,
     .limits = "memory where the area has room for it; no packet boundaries beyond the layout's "
               "elements; a bus has two areas",
     .create = vmsg_ivshmem_create},
    {.scheme = "lib",
     .usage = "lib:PATH[?isolate=no]",
     .summary = "load a shared object that exports vmsg_sut_entry()",
     .roles = "device, driver",
     .can = VMSG_CAN_BOUNDARIES | VMSG_CAN_RESTART | VMSG_CAN_MEMORY,
     .create = vmsg_lib_create},
    {.scheme = "ref",
     .usage = "ref:[?fault=ID&quirk=A,B&seed=N&devices=block@0,entropy@5]",
     .summary = "the bundled reference peer of that role, in this process, in virtual time",
     .roles = any,
     .can = PROGRAM,
     .create = vmsg_ref_create},
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

const struct vmsg_adapter_kind *vmsg_adapter_kind_at(size_t i)
{
    return i < N_KINDS ? &kinds[i] : NULL;
}

static void unknown_scheme(const char *uri, char *err, size_t err_size)
{
    char known[300];
    size_t n = 0;
    for (size_t i = 0; i < N_KINDS && n < sizeof known; i++)
        n += (size_t)snprintf(known + n, sizeof known - n, "%s%s:", i ? ", " : "", kinds[i].scheme);
    snprintf(err, err_size, "'%s' names no adapter; it must begin with one of: %s", uri, known);
}

struct vmsg_adapter *vmsg_adapter_create(const char *uri, const char *role, char *err,
                                         size_t err_size)
{
    size_t len = strcspn(uri, ":");
    for (size_t i = 0; uri[len] && i < N_KINDS; i++)
        if (strlen(kinds[i].scheme) == len && !memcmp(kinds[i].scheme, uri, len))
            return kinds[i].create ? kinds[i].create(uri + len + 1, role, err, err_size)
                                   : vmsg_socket_create(uri, NULL, role, err, err_size);
    unknown_scheme(uri, err, err_size);
    return NULL;
}

struct vmsg_adapter *vmsg_adapter_create_pair(const char *uri, const char *device_side,
                                              const char *role, char *err, size_t err_size)
{
    const char *odd = !vmsg_address_is(uri) ? uri : device_side, *rest;
    if (!strcmp(role, "bus") && vmsg_shm_scheme(uri, &rest) && vmsg_shm_scheme(device_side, &rest))
        return vmsg_shm_create_pair(uri, device_side, err, err_size);
    if (!strcmp(role, "bus") && vmsg_address_is(uri) && vmsg_address_is(device_side))
        return vmsg_socket_create(uri, device_side, role, err, err_size);
    if (strcmp(role, "bus"))
        snprintf(err, err_size, "--sut-device-side belongs to role bus; a %s has one side", role);
    else
        snprintf(err, err_size,
                 "'%s' cannot be one of a bus's two sides; give both as unix:, tcp: or vsock:, "
                 "or the -listen forms, or both as shm: or ivshmem:",
                 odd);
    return NULL;
}
