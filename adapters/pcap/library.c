/* Loading libpcap; see library.h. */
#include "adapters/pcap/library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct vmsg_libpcap library;
static bool loaded;
static char why[300];

/* ISO C has no cast from object to function pointer. */
#define LOAD(name)                                                                                 \
    if ((symbol = dlsym(handle, #name)))                                                           \
        memcpy(&library.name, &symbol, sizeof symbol);                                             \
    else                                                                                           \
        loaded = false;

static void load(void)
{
    void *handle = dlopen(VMSG_LIBPCAP_FILE, RTLD_NOW | RTLD_LOCAL), *symbol;
    const char *error;

    loaded = handle;
    if (handle) {
        VMSG_LIBPCAP_FUNCTIONS(LOAD)
    }
    error = loaded ? NULL : dlerror();
    snprintf(why, sizeof why, "%s", error ? error : "a function that is needed is not in it");
}

const struct vmsg_libpcap *vmsg_libpcap(char *err, size_t err_size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    if (loaded)
        return &library;
    snprintf(err, err_size,
             "captures need libpcap, which cannot be loaded: %s; install it (Debian: libpcap0.8)",
             why);
    return NULL;
}
