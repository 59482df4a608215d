/* Recorded traffic for benchmarks: what a driver would send, and what the reference device answers.
 */
#ifndef VMSG_BENCH_SESSION_H
#define VMSG_BENCH_SESSION_H

#include "harness/oracle/oracle.h"
#include "harness/peers/peer.h"
#include "harness/wire/wire.h"

struct bench_message {
    enum vmsg_direction direction;
    uint32_t len;
    const uint8_t *bytes;
};

struct bench_session {
    struct bench_message *messages;
    size_t n, cap;
    uint8_t *pool; /* chunks of bytes, never moved; leaked at exit */
    size_t pool_left;
    struct vmsg_peer *peer;
    struct vmsg_sut_host host;
};

/* A session with one device of that model as device 0. Ends the program when it cannot be had. */
void bench_session_begin(struct bench_session *s, const char *model);

/* Record one request or event of the driver, and what the device sends back. */
void bench_request(struct bench_session *s, const char *name, uint16_t token,
                   const uint64_t *fields, const void *tail, size_t tail_len);

/* GET_DEVICE_INFO, reset, status up to DRIVER_OK with the offered VERSION_1 taken. */
void bench_initialise(struct bench_session *s);

#endif
