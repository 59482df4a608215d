/*
 * The exec: adapter: the harness starts the SUT and talks to it over an inherited socket.
 */
#ifndef VMSG_EXEC_H
#define VMSG_EXEC_H

#include "adapters/adapter.h"

/* exec:COMMAND; the command is taken as it is, for /bin/sh -c. */
struct vmsg_adapter *vmsg_exec_create(const char *rest, const char *role, char *err,
                                      size_t err_size);

/* What another adapter, or a test, may ask of a SUT in a process of its own. */
struct vmsg_exec_options {
    const char *const *argv; /* at most 4, then NULL; argv[0] is a path. Copied. */
    char **shortcut; /* see struct vmsg_spawn; taken over, from vmsg_command_words() or NULL */
    unsigned caps;
    unsigned grace_ms; /* 0: the usual 2 s to exit after its socket was closed */
    unsigned hang_ms;  /* 0: the usual 5 s to take a message */
    /*
     * Its first packet is not a message but tells whether it could start: empty of complaint
     * ("+"), or the sentence that start() fails with.
     */
    bool tells_start;
};

/* NULL with a sentence in err. */
struct vmsg_adapter *vmsg_exec_create_with(const struct vmsg_exec_options *options,
                                           const char *role, char *err, size_t err_size);

#endif
