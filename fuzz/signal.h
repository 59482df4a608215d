/*
 * What a script showed of a SUT: pairs of question and answer, kinds, defects, status, sizes by
 * their magnitude, the clauses that came to be exercised; and places in its code, where these are
 * counted. Each is a bit of a set; a script that adds one to what is known is worth keeping.
 */
#ifndef VMSG_FUZZ_SIGNAL_H
#define VMSG_FUZZ_SIGNAL_H

#include "harness/oracle/oracle.h"
#include "harness/wire/wire.h"

#define VMSG_FUZZ_SIGNAL_BITS  65536u
#define VMSG_FUZZ_SIGNAL_BYTES (VMSG_FUZZ_SIGNAL_BITS / 8)
#define VMSG_FUZZ_SIGNAL_MOST  16384u /* different bits of one script that are kept */

struct vmsg_fuzz_signal {
    uint8_t set[VMSG_FUZZ_SIGNAL_BYTES];
    uint16_t bits[VMSG_FUZZ_SIGNAL_MOST]; /* which are set */
    size_t n;
    uint32_t before; /* the last message, in short */
};

void vmsg_fuzz_signal_clear(struct vmsg_fuzz_signal *s);
void vmsg_fuzz_signal_message(struct vmsg_fuzz_signal *s, const struct vmsg *m, bool to_sut);

/* A place in the SUT's code that was reached so often, by its magnitude. */
void vmsg_fuzz_signal_code(struct vmsg_fuzz_signal *s, uint32_t place, uint8_t times);

/* After a script: what its clauses add; `before` are the counts from before it, and become those
 * of now. */
void vmsg_fuzz_signal_clauses(struct vmsg_fuzz_signal *s, const struct vmsg_oracle *o,
                              uint64_t before[VMSG_CLAUSE_COUNT]);

/* Bits that `known` lacks; with `add` they are set there. Safe beside others that do the same. */
size_t vmsg_fuzz_signal_new(const struct vmsg_fuzz_signal *s, uint8_t *known, bool add);

/* Count the script's bits in hits, one count a bit that stays at its most; its rarest bit. */
uint16_t vmsg_fuzz_signal_count(const struct vmsg_fuzz_signal *s,
                                uint16_t hits[VMSG_FUZZ_SIGNAL_BITS]);

#endif
