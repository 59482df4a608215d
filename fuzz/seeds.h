/* The scripts of fuzz/seeds/ROLE, carried in the program: valid beginnings to mutate. */
#ifndef VMSG_FUZZ_SEEDS_H
#define VMSG_FUZZ_SEEDS_H

#include "fuzz/script.h"
#include "harness/peers/peer.h"

size_t vmsg_fuzz_seeds(enum vmsg_role role);

/* Replace what the script holds by the i-th seed of the role, modulo their number; by nothing when
 * there are none. False: out of memory. */
bool vmsg_fuzz_seed(struct vmsg_fuzz_script *s, enum vmsg_role role, size_t i);

#endif
