/*
 * The socket adapters: a SUT that somebody else started, at one socket, or a bus at two.
 */
#ifndef VMSG_SOCKET_H
#define VMSG_SOCKET_H

#include "adapters/adapter.h"

/*
 * By whole URI, see address.h. A connecting adapter makes a fresh connection at every start(); a
 * listening one listens from now on and start() takes the next connection, waiting 10 s for it.
 * `device_side` is the second socket of a bus, else NULL.
 */
struct vmsg_adapter *vmsg_socket_create(const char *uri, const char *device_side, const char *role,
                                        char *err, size_t err_size);

#endif
