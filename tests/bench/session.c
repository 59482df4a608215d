/* See session.h. */
#include "tests/bench/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOL = 1 << 22 };

static void *need(void *memory)
{
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static void record(struct bench_session *s, enum vmsg_direction direction, const void *bytes,
                   size_t len)
{
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->messages = need(realloc(s->messages, s->cap * sizeof(*s->messages)));
    }
    if (s->pool_left < len) {
        s->pool = need(malloc(POOL));
        s->pool_left = POOL;
    }
    memcpy(s->pool, bytes, len);
    s->messages[s->n++] = (struct bench_message){direction, (uint32_t)len, s->pool};
    s->pool += len;
    s->pool_left -= len;
}

static void device_sends(void *ctx, const void *msg, size_t len)
{
    record(ctx, VMSG_TO_DRIVER, msg, len);
}

void bench_session_begin(struct bench_session *s, const char *model)
{
    struct vmsg_peer_config config = {.role = VMSG_ROLE_DEVICE, .n_devices = 1, .seed = 1};
    char err[200];

    memset(s, 0, sizeof(*s));
    s->host = (struct vmsg_sut_host){
        .ctx = s, .send = device_sends, .revision = 1, .max_msg_size = VMSG_MAX_SIZE_DEFAULT};
    config.devices[0].model = model;
    s->peer = vmsg_peer_new(&config, &s->host, err, sizeof(err));
    if (!s->peer) {
        fprintf(stderr, "%s\n", err);
        exit(1);
    }
}

void bench_request(struct bench_session *s, const char *name, uint16_t token,
                   const uint64_t *fields, const void *tail, size_t tail_len)
{
    uint8_t bytes[VMSG_MAX_SIZE_DEFAULT];
    size_t len = vmsg_encode(bytes, sizeof(bytes), need((void *)vmsg_def_by_name(name)), false, 0,
                             token, fields, NULL, tail, tail_len);

    record(s, VMSG_TO_DEVICE, bytes, len);
    vmsg_peer_receive(s->peer, bytes, len);
}

void bench_initialise(struct bench_session *s)
{
    static const uint8_t version_1[] = {0, 0, 0, 0, 1, 0, 0, 0};
    static const uint64_t steps[] = {0, VIRTIO_S_ACKNOWLEDGE,
                                     VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER};
    uint64_t blocks[] = {0, 2};
    uint64_t status = VIRTIO_S_ACKNOWLEDGE | VIRTIO_S_DRIVER | VIRTIO_S_FEATURES_OK;

    bench_request(s, "GET_DEVICE_INFO", 1, NULL, NULL, 0);
    for (unsigned i = 0; i < 3; i++)
        bench_request(s, "SET_DEVICE_STATUS", 1, &steps[i], NULL, 0);
    bench_request(s, "GET_DEVICE_FEATURES", 1, blocks, NULL, 0);
    bench_request(s, "SET_DRIVER_FEATURES", 1, blocks, version_1, sizeof(version_1));
    bench_request(s, "SET_DEVICE_STATUS", 1, &status, NULL, 0);
    status |= VIRTIO_S_DRIVER_OK;
    bench_request(s, "SET_DEVICE_STATUS", 1, &status, NULL, 0);
}
