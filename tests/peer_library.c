/*
 * A reference peer as a shared object for lib:, so that it can be compared with the same peer
 * behind other adapters. VMSGSPEC_TEST_ROLE and VMSGSPEC_TEST_FAULT say which peer it is.
 */
#include "adapters/lib/vmsgspec_sut.h"
#include "harness/peers/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int open_peer(const struct vmsg_sut_host *host, void **sut)
{
    const char *role = getenv("VMSGSPEC_TEST_ROLE");
    const struct vmsg_peer_config config = {
        .role = role && !strcmp(role, "driver") ? VMSG_ROLE_DRIVER : VMSG_ROLE_DEVICE,
        .fault = getenv("VMSGSPEC_TEST_FAULT"),
        .platform = getenv("VMSGSPEC_TEST_DEVICES"),
    };
    char err[300];
    *sut = vmsg_peer_new(&config, host, err, sizeof err);
    if (!*sut)
        fprintf(stderr, "%s\n", err);
    return *sut ? 0 : -1;
}

static void receive(void *sut, const void *msg, size_t len)
{
    vmsg_peer_receive(sut, msg, len);
}

static void tick(void *sut, uint64_t now_ns)
{
    vmsg_peer_tick(sut, now_ns);
}

static void close_peer(void *sut)
{
    vmsg_peer_free(sut);
}

const struct vmsg_sut *vmsg_sut_entry(void)
{
    static const struct vmsg_sut entry = {open_peer, receive, tick, close_peer};
    return &entry;
}
