/* The fuzz target of the buggy bus, which has two ends, unlike what vmsgspec_sut.h describes. */
#include "tests/buggy/bus.h"

#include "adapters/inproc/inproc.h"
#include "fuzz/target.h"

#include <stdio.h>

#define TIMEOUT_NS UINT64_C(1000000000) /* as its statement declares */

static void *target_open(const void *config, const struct vmsg_sut_host *host, char *err,
                         size_t err_size)
{
    struct end driver = {host->send, host->ctx}, none = {NULL, NULL};
    struct bus *b = bus_new(host->max_msg_size, TIMEOUT_NS, driver, none);

    if (!b)
        snprintf(err, err_size, "out of memory");
    return b;
}

static void target_far(void *sut, void *ctx, void (*send)(void *, const void *, size_t))
{
    struct bus *b = sut;

    b->device = (struct end){send, ctx};
    bus_start(b);
}

static void target_receive(void *sut, const void *msg, size_t len)
{
    bus_receive(sut, false, msg, len);
}

static bool target_receive_far(void *sut, const void *msg, size_t len)
{
    bus_receive(sut, true, msg, len);
    return true;
}

static void target_tick(void *sut, uint64_t now)
{
    bus_tick(sut, now);
}

static uint64_t target_deadline(const void *sut)
{
    return bus_due(sut);
}

static void target_close(void *sut)
{
    bus_free(sut);
}

static struct vmsg_adapter *create(void *ctx, char *err, size_t err_size)
{
    static const struct vmsg_served_ops ops = {.open = target_open,
                                               .receive = target_receive,
                                               .far = target_far,
                                               .receive_far = target_receive_far,
                                               .tick = target_tick,
                                               .deadline = target_deadline,
                                               .close = target_close};

    return vmsg_inproc_create(&(struct vmsg_inproc_sut){&ops, NULL, NULL, vmsg_fuzz_keep}, err,
                              err_size);
}

const struct vmsg_fuzz_source vmsg_fuzz_source = {VMSG_ROLE_BUS, NULL, create};
