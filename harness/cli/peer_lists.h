/*
 * The faults and quirks of the reference peers, shown.
 */
#ifndef VMSG_CLI_PEER_LISTS_H
#define VMSG_CLI_PEER_LISTS_H

#include "harness/peers/peer.h"

/* On standard output; returns the exit status. */
int vmsg_list_faults(enum vmsg_role role, bool json);
/* Those of the shared memory's layout, of any role. */
int vmsg_list_layout_faults(bool json);
int vmsg_list_quirks(enum vmsg_role role, bool json);

#endif
