/*
 * The reference bus: a pure state machine with two ends (peer.h), which peer.c dispatches to for
 * VMSG_ROLE_BUS.
 *
 * It forwards transport messages between a driver side and a device side, rewrites tokens so that
 * each response finds its request, completes each request once, answers GET_DEVICES and PING, and
 * reports hotplug. Its devices come from platform data, else from the peer at the device end.
 * Bounded: 524,288 requests under way; beyond, a request is failed at once.
 */
#ifndef VMSG_PEERS_BUS_H
#define VMSG_PEERS_BUS_H

#include "harness/peers/peer.h"

struct vmsg_bus;

/* `host` is the driver end; the device end comes with vmsg_bus_far(). NULL with one sentence in
 * err: bad device list, message size below 52, unknown fault or quirk, out of memory. */
struct vmsg_bus *vmsg_bus_new(const struct vmsg_peer_config *config,
                              const struct vmsg_sut_host *host, char *err, size_t err_size);
void vmsg_bus_free(struct vmsg_bus *bus);

/* The device end. To be called before the first tick. */
void vmsg_bus_far(struct vmsg_bus *bus, void *ctx, void (*send)(void *, const void *, size_t));

/* As the vmsg_peer_ functions; one receive() an end. */
void vmsg_bus_receive(struct vmsg_bus *bus, const void *msg, size_t len);
void vmsg_bus_receive_far(struct vmsg_bus *bus, const void *msg, size_t len);
void vmsg_bus_tick(struct vmsg_bus *bus, uint64_t now_ns);
uint64_t vmsg_bus_deadline(const struct vmsg_bus *bus);
void vmsg_bus_command(struct vmsg_bus *bus, const char *line, char *reply, size_t reply_size);

#endif
