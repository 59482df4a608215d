/* A virtqueue's parameters: comparison and text. Private to the queue rules. */
#ifndef VMSG_ORACLE_VQ_PARAMS_H
#define VMSG_ORACLE_VQ_PARAMS_H

#include "harness/oracle/internal.h"

/* The four parts that SET_VQUEUE may update: 0 size, 1 to 3 the areas' addresses. */
#define VQ_PARTS 4u

extern const char *const vq_part_names[VQ_PARTS];
extern const uint32_t vq_ignore_bits[VQ_PARTS];

uint64_t vq_part(const struct vq_params *p, unsigned i);
bool vq_same_parts(const struct vq_params *a, const struct vq_params *b);
bool vq_same(const struct vq_params *a, const struct vq_params *b); /* parts and state */
const char *vq_describe(char *out, size_t size, const struct vq_params *p);

#endif
