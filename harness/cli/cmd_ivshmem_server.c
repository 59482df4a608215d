/* vmsgspec ivshmem-server: memory and doorbells for those who share them. */
#include "adapters/shm/ivshmem_client.h"
#include "adapters/shm/ivshmem_server.h"
#include "harness/cli/cli.h"
#include "harness/cli/options.h"
#include "harness/cli/values.h"

#include <stdio.h>

enum { KEY_SOCKET = 0x100, KEY_SIZE, KEY_VECTORS, KEY_MEMORY };

static const struct argp_option options[] = {
    {"socket", KEY_SOCKET, "PATH", 0, "where clients connect", 0},
    {"size", KEY_SIZE, "BYTES", 0, "of the shared memory, e.g. 4M; default 32M", 0},
    {"vectors", KEY_VECTORS, "N", 0, "doorbells of each client, 1 (default) to 16", 0},
    {"memory", KEY_MEMORY, "FILE", 0, "keep the memory in this file, for who cannot connect", 0},
    {0},
};

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    struct vmsg_ivshmem_server_options *o = ctx;
    uint64_t n;
    size_t size;

    switch (key) {
    case KEY_SOCKET:
        o->socket = arg;
        return true;
    case KEY_SIZE:
        if (!vmsg_value_size("--size", arg, UINT64_C(1) << 40, &size, err, err_size))
            return false;
        o->size = size;
        return true;
    case KEY_VECTORS:
        if (!vmsg_value_number("--vectors", arg, 1, VMSG_IVSHMEM_VECTORS, &n, err, err_size))
            return false;
        o->vectors = (unsigned)n;
        return true;
    case KEY_MEMORY:
        o->memory = arg;
        return true;
    default:
        snprintf(err, err_size, "unexpected '%s'; 'ivshmem-server' takes options only", arg);
        return false;
    }
}

static void ready(void)
{
    puts("ready");
    fflush(stdout);
}

const struct vmsg_cli_options vmsg_cmd_ivshmem_server_options = {
    .command = "ivshmem-server",
    .args = "",
    .doc = "Share memory and doorbells between QEMU's ivshmem-doorbell devices, ivshmem: "
           "adapters and served peers, until it is ended by a signal. Prints \"ready\" when "
           "clients can connect.",
    .options = options,
    .take = take,
};

int vmsg_cmd_ivshmem_server(int argc, char **argv)
{
    struct vmsg_ivshmem_server_options o = {.size = 32 << 20, .vectors = 1};
    char err[CLI_ERR_SIZE] = "";
    enum vmsg_cli_parsed parsed = vmsg_cli_parse(&vmsg_cmd_ivshmem_server_options, argc, argv, &o);

    if (parsed != CLI_PARSED)
        return vmsg_cli_stopped(parsed);
    if (!o.socket)
        return vmsg_cli_error("ivshmem-server", "--socket PATH is missing");
    if (o.size < 4096 || o.size & (o.size - 1))
        return vmsg_cli_error("ivshmem-server",
                              "--size must be a power of two of at least 4K, as PCI memory is");
    if (vmsg_ivshmem_server_run(&o, ready, err, sizeof err))
        return CLI_OK;
    vmsg_cli_error("ivshmem-server", "%s", err);
    return CLI_NO_SUT;
}
