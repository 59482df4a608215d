/*
 * Faults of the layout, which a served reference peer commits on purpose; its messages stay right.
 */
#ifndef VMSG_SHM_FAULTS_H
#define VMSG_SHM_FAULTS_H

#include "harness/wire/amp.h"

enum vmsg_amp_fault {
    VMSG_AMP_NO_FAULT,
#define VMSG_AMP_FAULT(NAME, ID, CLAUSE, SUMMARY) VMSG_AMP_FAULT_##NAME,
#include "adapters/shm/faults.def"
#undef VMSG_AMP_FAULT
    VMSG_AMP_N_FAULTS,
};

struct vmsg_amp_fault_info {
    const char *id, *clause, *summary;
};

/* From 1; NULL past the end. */
const struct vmsg_amp_fault_info *vmsg_amp_fault_at(unsigned i);

/* VMSG_AMP_NO_FAULT: no fault of the layout has this id. */
enum vmsg_amp_fault vmsg_amp_fault_by_id(const char *id);

/* Is it one of the header, which only the side that writes it can commit? */
bool vmsg_amp_fault_of_header(enum vmsg_amp_fault fault);

/* Spoil a header that is about to be written. */
void vmsg_amp_fault_header(enum vmsg_amp_fault fault, uint64_t size,
                           struct vmsg_amp_layout *layout);

struct vmsg_amp;

/* What is about to be published of this side. */
void vmsg_amp_fault_head(const struct vmsg_amp *a, struct vmsg_amp_head *head);

#endif
