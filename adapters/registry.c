/*
 * The adapters, one row each.
 */
#include "adapters/exec/exec.h"
#include "adapters/inproc/ref.h"
#include "adapters/lib/lib.h"
#include "adapters/unix/unix.h"

#include <stdio.h>
#include <string.h>

static const struct vmsg_adapter_kind kinds[] = {
    {"exec", "exec:COMMAND", "start COMMAND through /bin/sh and talk over an inherited socket",
     vmsg_exec_create},
    {"unix", "unix:/path[?framing=stream]", "connect to an AF_UNIX socket", vmsg_unix_create},
    {"unix-listen", "unix-listen:/path[?framing=stream]", "accept on an AF_UNIX socket",
     vmsg_unix_listen_create},
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
            return kinds[i].create(uri + len + 1, role, err, err_size);
    unknown_scheme(uri, err, err_size);
    return NULL;
}
