/*
 * The reference driver: a pure state machine with the same outside as every peer (peer.h), which
 * peer.c dispatches to for VMSG_ROLE_DRIVER.
 *
 * It starts by itself at the first tick, finds its devices (platform list, or GET_DEVICES),
 * initialises each as "Device Initialization" asks, does a little I/O on block and entropy
 * devices when memory is given, and recovers by reset. Bounded: it drives the first 16 devices
 * that it learns of and sets up at most 4 queues of each.
 */
#ifndef VMSG_PEERS_DRIVER_H
#define VMSG_PEERS_DRIVER_H

#include "harness/peers/peer.h"

struct vmsg_driver;

/*
 * `devices` is the platform's list, "0,5"; "" or NULL: enumerate with GET_DEVICES. `host` is
 * copied. NULL with one sentence in err: bad list, message size below 52, memory whose address or
 * base is not aligned to 16 bytes, unknown fault or quirk, out of memory.
 */
struct vmsg_driver *vmsg_driver_new(const struct vmsg_peer_config *config,
                                    const struct vmsg_sut_host *host, const char *devices,
                                    char *err, size_t err_size);
void vmsg_driver_free(struct vmsg_driver *driver);

/* As the vmsg_peer_ functions. Timeouts count from the first tick after what they wait for. */
void vmsg_driver_receive(struct vmsg_driver *driver, const void *msg, size_t len);
void vmsg_driver_tick(struct vmsg_driver *driver, uint64_t now_ns);
uint64_t vmsg_driver_deadline(const struct vmsg_driver *driver);
/* A command accepted for a busy device waits; it is dropped if it is impossible by its turn. */
void vmsg_driver_command(struct vmsg_driver *driver, const char *line, char *reply,
                         size_t reply_size);

#endif
