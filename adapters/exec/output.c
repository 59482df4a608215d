/*
 * Keeps the last 64 KiB of a process's output.
 */
#include "adapters/exec/output.h"

#include <stdlib.h>
#include <string.h>

/* Twice what is kept, so that the bytes are moved once per 64 KiB and not once per call. */
enum { CAPACITY = 2 * VMSG_OUTPUT_KEPT };

void vmsg_output_add(struct vmsg_output *o, const char *bytes, size_t n)
{
    if (!o->bytes && !(o->bytes = malloc(CAPACITY + 1)))
        return;
    if (n > VMSG_OUTPUT_KEPT) {
        bytes += n - VMSG_OUTPUT_KEPT;
        n = VMSG_OUTPUT_KEPT;
    }
    if (o->len + n > CAPACITY) {
        memmove(o->bytes, o->bytes + o->len - VMSG_OUTPUT_KEPT, VMSG_OUTPUT_KEPT);
        o->len = VMSG_OUTPUT_KEPT;
    }
    for (size_t i = 0; i < n; i++)
        o->bytes[o->len + i] = bytes[i] ? bytes[i] : '?';
    o->len += n;
}

const char *vmsg_output_text(struct vmsg_output *o)
{
    if (!o->bytes)
        return "";
    o->bytes[o->len] = '\0';
    return o->bytes + (o->len > VMSG_OUTPUT_KEPT ? o->len - VMSG_OUTPUT_KEPT : 0);
}

void vmsg_output_clear(struct vmsg_output *o)
{
    free(o->bytes);
    *o = (struct vmsg_output){0};
}
