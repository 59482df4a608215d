/*
 * Mutation and crossover of scripts: by steps, fields and values, so that message boundaries and
 * valid beginnings survive. The same seed and input give the same output.
 */
#ifndef VMSG_FUZZ_MUTATE_H
#define VMSG_FUZZ_MUTATE_H

#include "fuzz/script.h"
#include "harness/engine/random.h"
#include "harness/peers/peer.h"

/* A script to begin with: a stage, then messages. */
bool vmsg_fuzz_seed_script(struct vmsg_fuzz_script *s, enum vmsg_role role, struct vmsg_random *r);

/* Change the script a little, once or several times; at most `most` steps remain. `other` (may be
 * NULL) is another script of the corpus, of which a piece may be taken. False: out of memory. */
bool vmsg_fuzz_mutate(struct vmsg_fuzz_script *s, const struct vmsg_fuzz_script *other,
                      enum vmsg_role role, size_t most, struct vmsg_random *r);

/* A beginning of `a` and an end of `b`. */
bool vmsg_fuzz_cross(struct vmsg_fuzz_script *out, const struct vmsg_fuzz_script *a,
                     const struct vmsg_fuzz_script *b, size_t most, struct vmsg_random *r);

#endif
