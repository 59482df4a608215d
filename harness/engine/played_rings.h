/*
 * The rings that a driver under test built: watched where the device that is played knows them.
 */
#ifndef VMSG_PLAYED_RINGS_H
#define VMSG_PLAYED_RINGS_H

#include "harness/engine/connection.h"
#include "harness/peers/peer.h"

/* Watch the queue's rings from now on when the device has it enabled (true), else no more. */
bool vmsg_played_rings_watch(struct vmsg_connection *c, const struct vmsg_peer *device,
                             uint16_t dev_num, uint32_t vq);

#endif
