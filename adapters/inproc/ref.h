/*
 * The ref: adapter: the reference peer of a role, in this process.
 */
#ifndef VMSG_REF_H
#define VMSG_REF_H

#include "adapters/adapter.h"
#include "adapters/served.h"
#include "harness/peers/peer.h"

/* ref:[?fault=ID&quirk=A,B&seed=N&devices=MODEL@NUMBER,...]; seed defaults to the run's. */
struct vmsg_adapter *vmsg_ref_create(const char *rest, const char *role, char *err,
                                     size_t err_size);

/* A reference peer as a served SUT; the config is a struct vmsg_peer_config. */
extern const struct vmsg_served_ops vmsg_served_peer;

/*
 * Would a peer take this configuration? An unknown fault is wrong usage, to be told before
 * anything begins; false with a sentence in err.
 */
bool vmsg_served_peer_check(const struct vmsg_peer_config *config, char *err, size_t err_size);

#endif
