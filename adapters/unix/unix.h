/*
 * The unix: and unix-listen: adapters: a SUT that somebody else started.
 */
#ifndef VMSG_UNIX_H
#define VMSG_UNIX_H

#include "adapters/adapter.h"

/* unix:/path[?framing=stream]: every start() is a fresh connection to it. */
struct vmsg_adapter *vmsg_unix_create(const char *rest, const char *role, char *err,
                                      size_t err_size);

/*
 * unix-listen:/path[?framing=stream]: listens from now on; start() takes the next connection,
 * waiting 10 s for it. The path is removed at free.
 */
struct vmsg_adapter *vmsg_unix_listen_create(const char *rest, const char *role, char *err,
                                             size_t err_size);

#endif
