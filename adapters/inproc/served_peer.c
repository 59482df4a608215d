/*
 * A reference peer as a served SUT.
 */
#include "adapters/inproc/ref.h"
#include "harness/wire/wire.h"

static void *peer_open(const void *config, const struct vmsg_sut_host *host, char *err,
                       size_t err_size)
{
    return vmsg_peer_new(config, host, err, err_size);
}

static void peer_receive(void *sut, const void *msg, size_t len)
{
    vmsg_peer_receive(sut, msg, len);
}

static void peer_far(void *sut, void *ctx, void (*send)(void *, const void *, size_t))
{
    vmsg_peer_far(sut, ctx, send);
}

static bool peer_receive_far(void *sut, const void *msg, size_t len)
{
    return vmsg_peer_receive_far(sut, msg, len);
}

static void peer_tick(void *sut, uint64_t now_ns)
{
    vmsg_peer_tick(sut, now_ns);
}

static uint64_t peer_deadline(const void *sut)
{
    return vmsg_peer_deadline(sut);
}

static void peer_command(void *sut, const char *line, char *reply, size_t reply_size)
{
    vmsg_peer_command(sut, line, reply, reply_size);
}

static void peer_close(void *sut)
{
    vmsg_peer_free(sut);
}

const struct vmsg_served_ops vmsg_served_peer = {
    .open = peer_open,
    .receive = peer_receive,
    .far = peer_far,
    .receive_far = peer_receive_far,
    .tick = peer_tick,
    .deadline = peer_deadline,
    .command = peer_command,
    .close = peer_close,
};

static void send_nothing(void *ctx, const void *msg, size_t len)
{
}

bool vmsg_served_peer_check(const struct vmsg_peer_config *config, char *err, size_t err_size)
{
    struct vmsg_sut_host host = {
        .send = send_nothing, .revision = 1, .max_msg_size = VMSG_MAX_SIZE_DEFAULT};
    struct vmsg_peer *peer = vmsg_peer_new(config, &host, err, err_size);
    if (peer)
        vmsg_peer_free(peer);
    return peer;
}
