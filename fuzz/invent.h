/* New steps and their parts: what the mutator puts in. */
#ifndef VMSG_FUZZ_INVENT_H
#define VMSG_FUZZ_INVENT_H

#include "fuzz/mutate.h"
#include "harness/wire/wire.h"

/* The place of a message that the wire table has: `a` of a MESSAGE step. */
uint8_t vmsg_fuzz_entry_of(enum vmsg_namespace ns, uint8_t id);

void vmsg_fuzz_new_step(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r);

/* Another value for its field i, of the field's kind. */
void vmsg_fuzz_new_value(struct vmsg_fuzz_step *s, unsigned i, struct vmsg_random *r);
void vmsg_fuzz_new_raw(struct vmsg_fuzz_step *s, struct vmsg_random *r);
void vmsg_fuzz_new_corruption(struct vmsg_fuzz_step *s, struct vmsg_random *r);
uint8_t vmsg_fuzz_new_who(struct vmsg_random *r);

/* Values for some of its fields. */
void vmsg_fuzz_new_fields(struct vmsg_fuzz_step *s, struct vmsg_random *r);
/* b of an ANSWER step: which answers it means. */
uint8_t vmsg_fuzz_new_meaning(enum vmsg_role role, struct vmsg_random *r);

/* How many fields it has that mean something, at least 1. */
unsigned vmsg_fuzz_fields_of(const struct vmsg_fuzz_step *s);

/* One new step, or a few that belong together, somewhere. */
bool vmsg_fuzz_insert_new(struct vmsg_fuzz_script *s, enum vmsg_role role, struct vmsg_random *r);

#endif
