/*
 * The VMSG_* environment of contract section 2, written for a SUT and read by our own.
 */
#ifndef VMSG_ENVIRONMENT_H
#define VMSG_ENVIRONMENT_H

#include "adapters/adapter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The environment of a SUT: this process's, without any VMSG_*, and the table's. `socket` is
 * the number that its (first, for a bus) socket will have, `mem` its memory file's or -1.
 * To free with vmsg_environment_free(); NULL when out of memory.
 */
char **vmsg_environment_new(const struct vmsg_adapter_params *params, int socket, int mem);
void vmsg_environment_free(char **envp);

/* What a SUT reads back. */
struct vmsg_environment {
    int fd;     /* VMSG_FD, or of a bus VMSG_DRIVER_FD */
    int far_fd; /* of a bus VMSG_DEVICE_FD; -1: no bus */
    int mem_fd; /* -1: none */
    uint64_t mem_base;
    size_t mem_size;
    uint32_t revision, max_msg_size;
    uint64_t transport_features;
    bool polling, upper, synthesis;
    uint32_t request_timeout_ms; /* 0: not set */
    const char *devices;         /* platform data, "" when there are none; the environment's own */
};

/* False with a sentence in err when VMSG_FD is missing or a number is none. */
bool vmsg_environment_read(struct vmsg_environment *e, char *err, size_t err_size);

#endif
