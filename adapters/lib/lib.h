/*
 * The lib: adapter: a SUT behind the C interface of vmsgspec_sut.h, loaded from a shared object.
 */
#ifndef VMSG_LIB_H
#define VMSG_LIB_H

#include "adapters/adapter.h"

#include <stddef.h>

/* lib:PATH, isolated in a process of its own; lib:PATH?isolate=no in this one. */
struct vmsg_adapter *vmsg_lib_create(const char *rest, const char *role, char *err,
                                     size_t err_size);

/* So many bytes of a URI name the same SUT in a process of its own, which a crash or a hang of it
 * leaves alone; all of them where it is in none of ours. */
size_t vmsg_lib_isolated(const char *uri);

/* First argument that makes a program the host process of an isolated library. */
#define VMSG_LIB_HOST_ARG "__lib-host"

/*
 * What main() of a program that uses lib: must call when argv[1] is VMSG_LIB_HOST_ARG; returns
 * the exit status. The adapter starts /proc/self/exe that way.
 */
int vmsg_lib_host_main(int argc, char **argv);

#endif
