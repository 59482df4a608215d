/*
 * The lib: adapter: in a process of its own by default, so that a crash ends a scenario and not
 * the run.
 */
#include "adapters/lib/lib.h"

#include "adapters/exec/exec.h"
#include "adapters/inproc/inproc.h"
#include "adapters/lib/loaded.h"
#include "adapters/uri.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct vmsg_adapter *create_isolated(const char *path, const char *role, char *err,
                                            size_t err_size)
{
    /* The program itself, whatever became of its file or of the working directory. */
    const char *const argv[] = {"/proc/self/exe", VMSG_LIB_HOST_ARG, path, NULL};
    struct vmsg_exec_options options = {
        .argv = argv,
        .caps = VMSG_CAN_BOUNDARIES | VMSG_CAN_RESTART | VMSG_CAN_MEMORY,
        .tells_start = true,
    };
    return vmsg_exec_create_with(&options, role, err, err_size);
}

size_t vmsg_lib_isolated(const char *uri)
{
    return strncmp(uri, "lib:", 4) ? strlen(uri) : strcspn(uri, "?"); /* by default it is */
}

static void free_loaded(void *config)
{
    vmsg_loaded_close(config);
    free(config);
}

static struct vmsg_adapter *create_inproc(const char *path, char *err, size_t err_size)
{
    struct vmsg_adapter *adapter = NULL;
    struct vmsg_loaded *l = calloc(1, sizeof *l);
    if (!l)
        snprintf(err, err_size, "out of memory");
    else if (vmsg_loaded_open(l, path, err, err_size))
        adapter = vmsg_inproc_create(
            &(struct vmsg_inproc_sut){&vmsg_served_loaded, l, NULL, free_loaded}, err, err_size);
    if (!adapter && l)
        free_loaded(l);
    return adapter;
}

struct vmsg_adapter *vmsg_lib_create(const char *rest, const char *role, char *err, size_t err_size)
{
    static const char *const known[] = {"isolate", NULL};
    static const char *const words[] = {"yes", "no", NULL};
    struct vmsg_adapter *adapter = NULL;
    struct vmsg_uri uri;
    if (!strcmp(role, "bus")) {
        snprintf(err, err_size, "a bus has two sockets and this adapter one; use exec:");
        return NULL;
    }
    if (!vmsg_uri_parse(&uri, rest, known, err, err_size))
        return NULL;
    int isolate = vmsg_uri_choice(&uri, "isolate", words, err, err_size);
    /* As a path from the root: dlopen() searches for a name without a slash elsewhere. */
    char *path = isolate < 0 ? NULL : realpath(uri.path, NULL);
    if (isolate >= 0 && !path)
        snprintf(err, err_size, "no library at '%s': %s", uri.path, strerror(errno));
    else if (isolate >= 0)
        adapter = isolate == 0 ? create_isolated(path, role, err, err_size)
                               : create_inproc(path, err, err_size);
    free(path);
    vmsg_uri_clear(&uri);
    return adapter;
}
