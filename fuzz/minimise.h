/*
 * Making a finding's script small: fewer steps, then fewer and simpler fields, as long as the
 * finding stays the same.
 */
#ifndef VMSG_FUZZ_MINIMISE_H
#define VMSG_FUZZ_MINIMISE_H

#include "fuzz/script.h"

/* Does the finding still show? */
typedef bool (*vmsg_fuzz_still_fn)(void *ctx, const struct vmsg_fuzz_script *s);

/* Asks `still` at most `tries` times. False when memory is short; the script is then as it was. */
bool vmsg_fuzz_minimise(struct vmsg_fuzz_script *s, vmsg_fuzz_still_fn still, void *ctx,
                        unsigned tries);

#endif
