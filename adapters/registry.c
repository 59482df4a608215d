/*
 * The adapters, one row each.
 */
#include "adapters/chardev/chardev.h"
#include "adapters/exec/exec.h"
#include "adapters/inproc/ref.h"
#include "adapters/lib/lib.h"
#include "adapters/shm/shm.h"
#include "adapters/socket/address.h"
#include "adapters/socket/socket.h"

#include <stdio.h>
#include <string.h>

static const struct vmsg_adapter_kind kinds[] = {
    {"exec", "exec:COMMAND", "start COMMAND through /bin/sh and talk over an inherited socket",
     vmsg_exec_create},
    {"unix", "unix:/path[?framing=stream]", "connect to an AF_UNIX socket", NULL},
    {"unix-listen", "unix-listen:/path[?framing=stream]", "accept on an AF_UNIX socket", NULL},
    {"tcp", "tcp:HOST:PORT", "connect by TCP", NULL},
    {"tcp-listen", "tcp-listen:HOST:PORT", "accept by TCP", NULL},
    {"vsock", "vsock:CID:PORT", "connect by vsock to a host or a guest", NULL},
    {"vsock-listen", "vsock-listen:PORT", "accept by vsock", NULL},
    {"chardev", "chardev:/dev/virtio-msg-0[?control=/dev/virtio-msg-lb&mem-base=ADDRESS]",
     "a character device of the Linux virtio-msg-user interface", vmsg_chardev_create},
    {"shm", "shm:PATH?layout=simple&side=driver",
     "message queues in shared memory, the AMP layout; PATH is a file, a PCI resource or a UIO "
     "device",
     vmsg_shm_create},
    {"ivshmem", "ivshmem:/path/to/socket?layout=simple&side=driver",
     "the same layout in the memory of an ivshmem server, with its doorbells",
     vmsg_ivshmem_create},
    {"lib", "lib:PATH[?isolate=no]", "load a shared object that exports vmsg_sut_entry()",
     vmsg_lib_create},
    {"ref", "ref:[?fault=ID&quirk=A,B&seed=N&devices=block@0,entropy@5]",
     "the bundled reference peer of that role, in this process, in virtual time", vmsg_ref_create},
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

const struct vmsg_adapter_kind *vmsg_adapter_kind_at(size_t i)
{
    return i < N_KINDS ? &kinds[i] : NULL;
}

static void unknown_scheme(const char *uri, char *err, size_t err_size)
{
    char known[160];
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
