/* New steps and their parts: what the mutator puts in. */
#ifndef VMSG_FUZZ_INVENT_H
#define VMSG_FUZZ_INVENT_H

#include "fuzz/mutate.h"

void vmsg_fuzz_new_step(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r);

/* Another value for its field i, of the field's kind. */
void vmsg_fuzz_new_value(struct vmsg_fuzz_step *s, unsigned i, struct vmsg_random *r);
void vmsg_fuzz_new_raw(struct vmsg_fuzz_step *s, struct vmsg_random *r);
void vmsg_fuzz_new_corruption(struct vmsg_fuzz_step *s, struct vmsg_random *r);
uint8_t vmsg_fuzz_new_who(struct vmsg_random *r);

/* The name of field i of the message that a step makes; NULL: it has none, or makes none. */
const char *vmsg_fuzz_field_name(const struct vmsg_fuzz_step *s, unsigned i);

/* One new step, or a few that belong together, somewhere. */
bool vmsg_fuzz_insert_new(struct vmsg_fuzz_script *s, enum vmsg_role role, struct vmsg_random *r);

#endif
