/*
 * The end of what a process printed: the last 64 KiB.
 */
#ifndef VMSG_OUTPUT_H
#define VMSG_OUTPUT_H

#include <stddef.h>

#define VMSG_OUTPUT_KEPT 65536u

struct vmsg_output {
    char *bytes; /* NULL: nothing printed yet */
    size_t len;
};

/* Append; drops what is older than the last 64 KiB, or everything when out of memory. */
void vmsg_output_add(struct vmsg_output *o, const char *bytes, size_t n);

/* The kept text, NUL-terminated, "" when none; NUL bytes in it read as '?'. Lives until the next
 * call on o. */
const char *vmsg_output_text(struct vmsg_output *o);

void vmsg_output_clear(struct vmsg_output *o);

#endif
