/*
 * The faults of the layout: what each one spoils.
 */
#include "adapters/shm/faults.h"

#include "adapters/shm/side.h"

#include <string.h>

static const struct vmsg_amp_fault_info infos[] = {
    {0},
#define VMSG_AMP_FAULT(NAME, ID, CLAUSE, SUMMARY) {ID, CLAUSE, SUMMARY},
#include "adapters/shm/faults.def"
#undef VMSG_AMP_FAULT
};

const struct vmsg_amp_fault_info *vmsg_amp_fault_at(unsigned i)
{
    return i && i < VMSG_AMP_N_FAULTS ? &infos[i] : NULL;
}

enum vmsg_amp_fault vmsg_amp_fault_by_id(const char *id)
{
    for (unsigned i = 1; i < VMSG_AMP_N_FAULTS; i++)
        if (!strcmp(infos[i].id, id))
            return (enum vmsg_amp_fault)i;
    return VMSG_AMP_NO_FAULT;
}

bool vmsg_amp_fault_of_header(enum vmsg_amp_fault fault)
{
    return fault && fault < VMSG_AMP_FAULT_WRONG_MAGIC;
}

void vmsg_amp_fault_header(enum vmsg_amp_fault fault, uint64_t size, struct vmsg_amp_layout *l)
{
    if (fault == VMSG_AMP_FAULT_WRONG_VERSION)
        l->version = 2;
    if (fault == VMSG_AMP_FAULT_WRONG_LENGTH)
        l->length = 60;
    if (fault == VMSG_AMP_FAULT_RESERVED_SET)
        l->options |= 0x0080;
    if (fault == VMSG_AMP_FAULT_WRONG_PER_DEVICE)
        l->per_device = 3;
    if (fault == VMSG_AMP_FAULT_TOO_MANY_WORDS)
        l->words = 65;
    if (fault == VMSG_AMP_FAULT_ONE_ELEMENT)
        l->elements = 1;
    if (fault == VMSG_AMP_FAULT_OUTSIDE_AREA)
        l->queue[VMSG_AMP_DEVICE] += size;
    if (fault == VMSG_AMP_FAULT_OVERLAPPING)
        l->queue[VMSG_AMP_DEVICE] = l->queue[VMSG_AMP_DRIVER];
}

/* Once messages pass. */
static void spoil_running(const struct vmsg_amp *a, struct vmsg_amp_head *h)
{
    const uint16_t n = a->layout.elements;
    if (a->fault == VMSG_AMP_FAULT_HEAD_BEYOND)
        h->head = n;
    if (a->fault == VMSG_AMP_FAULT_TAIL_BEYOND)
        h->tail = n;
    if (a->fault == VMSG_AMP_FAULT_TAIL_OVERTAKES)
        h->tail = (uint16_t)((a->own.tail + 1) % n);
    if (a->fault == VMSG_AMP_FAULT_UNKNOWN_STATE)
        h->status = 7;
}

void vmsg_amp_fault_head(const struct vmsg_amp *a, struct vmsg_amp_head *h)
{
    unsigned state = vmsg_amp_state_of(h->status);
    if (a->fault == VMSG_AMP_FAULT_WRONG_MAGIC)
        h->magic ^= 0x0101;
    if (a->fault == VMSG_AMP_FAULT_RESERVED_STATUS)
        h->status |= 0x0100;
    if (a->fault == VMSG_AMP_FAULT_READY_MOVED && state == VMSG_AMP_READY)
        h->head = 1;
    if (state == VMSG_AMP_RUN && a->takes)
        spoil_running(a, h);
}
