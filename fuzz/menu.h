/*
 * What is worth trying in a field, by what its name in the wire table says that it is: limits of
 * an index, combinations of flags, addresses in and out of memory.
 */
#ifndef VMSG_FUZZ_MENU_H
#define VMSG_FUZZ_MENU_H

#include "fuzz/script.h"
#include "harness/engine/random.h"

/* A value for a field of that name; NULL: of any kind. */
void vmsg_fuzz_pick_value(struct vmsg_fuzz_value *v, const char *field, struct vmsg_random *r);

/* A value for field `i` of what a MEMORY step writes. */
void vmsg_fuzz_pick_memory(struct vmsg_fuzz_value *v, enum vmsg_fuzz_memory what, unsigned i,
                           struct vmsg_random *r);

#endif
