/* Steps that belong together, as a working partner of the SUT makes them but for one or two. */
#ifndef VMSG_FUZZ_PIECES_H
#define VMSG_FUZZ_PIECES_H

#include "fuzz/mutate.h"

#define VMSG_FUZZ_PIECE_MOST 32u

/* A new piece for a SUT of that role; the number of its steps. */
size_t vmsg_fuzz_new_piece(struct vmsg_fuzz_step *steps, enum vmsg_role role,
                           struct vmsg_random *r);

#endif
