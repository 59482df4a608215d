/*
 * The trace of one connection, bounded: the first and the last entries are kept, a flood is cut
 * out of the middle.
 */
#ifndef VMSG_TRACE_H
#define VMSG_TRACE_H

#include "harness/engine/result.h"

#define VMSG_TRACE_HEAD 2000u
#define VMSG_TRACE_TAIL 2000u

struct vmsg_trace {
    struct vmsg_trace_entry *entries; /* head, then a ring of the last ones */
    uint32_t *rooms;                  /* of the entries' bytes: what their blocks hold */
    size_t cap;
    uint32_t count; /* entries ever added */
    bool failed;    /* out of memory: entries are missing */
};

/*
 * Add one message (bytes are copied; text NULL) or one note (text is copied; bytes NULL). Returns
 * its index, counted over all that were ever added.
 */
uint32_t vmsg_trace_add(struct vmsg_trace *t, int kind, uint64_t t_ns, unsigned endpoint,
                        const void *bytes, size_t len, const char *text);

/* The entry with this index; NULL when it was cut out, or is not there yet. */
const struct vmsg_trace_entry *vmsg_trace_at(const struct vmsg_trace *t, uint32_t index);

/*
 * Take the entries out, in order, with one note where a flood was cut. *n is their number,
 * *dropped how many are missing. The trace is empty afterwards. NULL when there are none.
 */
struct vmsg_trace_entry *vmsg_trace_take(struct vmsg_trace *t, size_t *n, size_t *dropped);

/* Where the entry with this index ends up in what vmsg_trace_take() returns. */
uint32_t vmsg_trace_place(uint32_t index, uint32_t count);

void vmsg_trace_clear(struct vmsg_trace *t);

#endif
