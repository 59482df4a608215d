/*
 * Loads a shared object that exports vmsg_sut_entry(), contract section 4.
 */
#include "adapters/lib/loaded.h"

#include "adapters/clock.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool vmsg_loaded_open(struct vmsg_loaded *l, const char *path, char *err, size_t err_size)
{
    const struct vmsg_sut *(*entry)(void);
    *l = (struct vmsg_loaded){.handle = dlopen(path, RTLD_NOW | RTLD_LOCAL)};
    void *symbol = l->handle ? dlsym(l->handle, "vmsg_sut_entry") : NULL;
    if (!symbol) {
        snprintf(err, err_size, "the library cannot be used: %s", dlerror());
        vmsg_loaded_close(l);
        return false;
    }
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from object to function pointer */
    l->sut = entry();
    if (l->sut && l->sut->open && l->sut->receive && l->sut->close)
        return true;
    snprintf(err, err_size, "%s: vmsg_sut_entry() must name open, receive and close", path);
    vmsg_loaded_close(l);
    return false;
}

void vmsg_loaded_close(struct vmsg_loaded *l)
{
    if (l->handle)
        dlclose(l->handle);
    *l = (struct vmsg_loaded){0};
}

struct instance {
    const struct vmsg_sut *sut;
    void *opened;
    uint64_t ticked; /* when last */
};

static void *loaded_open(const void *config, const struct vmsg_sut_host *host, char *err,
                         size_t err_size)
{
    struct instance *i = calloc(1, sizeof *i);
    if (!i) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    i->sut = ((const struct vmsg_loaded *)config)->sut;
    int error = i->sut->open(host, &i->opened);
    if (!error)
        return i;
    snprintf(err, err_size, "the SUT's open() failed: %s", strerror(error));
    free(i);
    return NULL;
}

static void loaded_receive(void *sut, const void *msg, size_t len)
{
    struct instance *i = sut;
    i->sut->receive(i->opened, msg, len);
}

static void loaded_tick(void *sut, uint64_t now_ns)
{
    struct instance *i = sut;
    i->ticked = now_ns;
    if (i->sut->tick)
        i->sut->tick(i->opened, now_ns);
}

static uint64_t loaded_deadline(const void *sut)
{
    const struct instance *i = sut;
    return i->sut->tick ? i->ticked + VMSG_NS_PER_MS : UINT64_MAX;
}

static void loaded_close(void *sut)
{
    struct instance *i = sut;
    i->sut->close(i->opened);
    free(i);
}

const struct vmsg_served_ops vmsg_served_loaded = {
    .open = loaded_open,
    .receive = loaded_receive,
    .tick = loaded_tick,
    .deadline = loaded_deadline,
    .close = loaded_close,
};
