/*
 * A reference peer as a program: the other end of the exec: and unix: adapters.
 */
#ifndef VMSG_SERVE_H
#define VMSG_SERVE_H

#include "harness/peers/peer.h"

#include <stddef.h>
#include <stdint.h>

struct vmsg_serve_options {
    struct vmsg_peer_config peer;
    /*
     * NULL: started by exec:, everything else comes from the environment (contract section 2).
     * Otherwise "shm:..." or "ivshmem:...", or "unix-listen:/path" or
     * "unix-listen:/path?framing=stream": accept connections one after another, a fresh peer each,
     * until the process is ended.
     */
    const char *listen;
    const char *listen_far;          /* of a bus behind shared memory: its device end; else NULL */
    uint32_t revision, max_msg_size; /* with listen only; 0: 1 and 264 */
    uint64_t transport_features;     /* with listen only */
};

/*
 * Serve until the socket closes. Returns the exit status of the program: 0 after a closed
 * socket, 2 for wrong usage (no VMSG_FD, unknown fault), 3 when the socket cannot be had; with a
 * sentence in err when it is not 0.
 */
int vmsg_serve(const struct vmsg_serve_options *options, char *err, size_t err_size);

#endif
