/*
 * The layout header in memory: reading, checking, placing and writing it.
 */
#ifndef VMSG_SHM_LAYOUT_H
#define VMSG_SHM_LAYOUT_H

#include "harness/wire/amp.h"

/* Offsets of the header's fields: amp_layout_def_simple_t in order, without padding between. */
enum vmsg_amp_offset {
    VMSG_AMP_AT_MAGIC = 0,
    VMSG_AMP_AT_VERSION = 2,
    VMSG_AMP_AT_LENGTH = 4,
    VMSG_AMP_AT_OPTIONS = 6,
    VMSG_AMP_AT_WORDS = 8,
    VMSG_AMP_AT_PER_DEVICE = 9,
    VMSG_AMP_AT_ELEMENTS = 10,
    VMSG_AMP_AT_ELEMENT_SIZE = 12,
    VMSG_AMP_AT_PAD = 14,
    VMSG_AMP_AT_DEV_NOTIFY = 16,
    VMSG_AMP_AT_DRV_NOTIFY = 24,
    VMSG_AMP_AT_DEV_HEAD = 32,
    VMSG_AMP_AT_DRV_HEAD = 40,
    VMSG_AMP_AT_DEV_QUEUE = 48,
    VMSG_AMP_AT_DRV_QUEUE = 56,
};

_Static_assert(VMSG_AMP_AT_DRV_QUEUE + sizeof(uint64_t) == VMSG_AMP_HEADER_SIZE,
               "the header is its fields and nothing else");
_Static_assert(sizeof(struct vmsg_amp_head) == VMSG_AMP_HEAD_SIZE,
               "a queue head is read and written as one word");

/* Copy the header, once. */
void vmsg_amp_read_layout(const uint8_t *area, struct vmsg_amp_layout *layout);

/* Write the header into an area that nobody uses yet, its magic last. */
void vmsg_amp_write_layout(uint8_t *area, const struct vmsg_amp_layout *layout);

/* Choose the references: each part on cache lines of its own, behind the header. */
void vmsg_amp_place(struct vmsg_amp_layout *layout, uint16_t area);

/* Where the last part ends. */
uint64_t vmsg_amp_layout_end(const struct vmsg_amp_layout *layout);

/*
 * Can messages be exchanged through this layout in an area of `size` bytes with number `area`?
 * False with a sentence in err.
 */
bool vmsg_amp_usable(const struct vmsg_amp_layout *layout, uint16_t area, uint64_t size, char *err,
                     size_t err_size);

#endif
