/*
 * The process that an isolated library runs in: the SUT's end of exec:'s socket.
 */
#include "adapters/exec/environment.h"
#include "adapters/lib/lib.h"
#include "adapters/lib/loaded.h"
#include "adapters/memory.h"
#include "adapters/pump.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* The packet that start() waits for, see vmsg_exec_options.tells_start. */
static bool tell(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) > 0;
}

static bool host(const struct vmsg_environment *e, const struct vmsg_loaded *loaded, char *err,
                 size_t err_size)
{
    struct vmsg_memory memory;
    if (!vmsg_memory_map(&memory, e->mem_fd, e->mem_size, err, err_size))
        return false;
    struct vmsg_pump pump = {
        .ops = &vmsg_served_loaded,
        .config = loaded,
        .fd = e->fd,
        .far_fd = -1,
        .host = {.mem = memory.bytes,
                 .mem_base = e->mem_base,
                 .mem_size = e->mem_size,
                 .revision = e->revision,
                 .max_msg_size = e->max_msg_size,
                 .transport_features = e->transport_features},
    };
    bool ok = vmsg_pump_run(&pump, err, err_size);
    vmsg_memory_clear(&memory);
    return ok;
}

int vmsg_lib_host_main(int argc, char **argv)
{
    char err[400] = "";
    struct vmsg_environment e;
    struct vmsg_loaded loaded;
    if (argc != 3 || !vmsg_environment_read(&e, err, sizeof err)) {
        fprintf(stderr, "%s is for the lib: adapter only\n", VMSG_LIB_HOST_ARG);
        return 2;
    }
    if (!vmsg_loaded_open(&loaded, argv[2], err, sizeof err)) {
        tell(e.fd, err);
        return 1;
    }
    bool ok = tell(e.fd, "+") && host(&e, &loaded, err, sizeof err);
    if (!ok && err[0])
        fprintf(stderr, "%s\n", err);
    vmsg_loaded_close(&loaded);
    return ok ? 0 : 1;
}
