/*
 * When are two findings one? A crash that has a place is known by that, whatever it is called:
 * findings of one place are one, and two places in one function have two names.
 */
#ifndef VMSG_FUZZ_SAME_H
#define VMSG_FUZZ_SAME_H

#include "fuzz/execute.h"

/* Is what one run of a script showed what is looked for? */
bool vmsg_fuzz_is_same(const struct vmsg_fuzz_result *r, const struct vmsg_fuzz_result *wanted);

/* Does the folder of findings have it? */
bool vmsg_fuzz_has(const char *folder, const struct vmsg_fuzz_result *r);

/* The name that it gets there: its key, and its line when another place has that name. */
void vmsg_fuzz_name(const char *folder, struct vmsg_fuzz_result *r);

/* The file of a finding's folder that says where it died. */
#define VMSG_FUZZ_PLACE_FILE "place"

#endif
