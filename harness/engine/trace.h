/*
 * The trace of one connection, bounded: the first and the last entries are kept, and what stands
 * around findings; the rest of a flood is cut out.
 */
#ifndef VMSG_TRACE_H
#define VMSG_TRACE_H

#include "harness/engine/result.h"

#define VMSG_TRACE_HEAD 2000u
#define VMSG_TRACE_TAIL 2000u
#define VMSG_TRACE_KEPT 4000u /* around findings, of those that were neither first nor last */

/* Of a slot of head and ring. */
struct vmsg_trace_slot {
    uint32_t room; /* what the block of the entry's bytes holds; 0: it is not to be used again */
    bool keep;     /* it stands near a finding */
};

struct vmsg_trace_kept {
    uint32_t index;
    struct vmsg_trace_entry entry;
};

struct vmsg_trace {
    struct vmsg_trace_entry *entries; /* head, then a ring of the last ones */
    struct vmsg_trace_slot *slots;
    size_t cap;
    struct vmsg_trace_spare *spare; /* blocks that no entry has now */
    struct vmsg_trace_kept *kept;   /* that left the ring, in order */
    size_t n_kept;
    uint32_t count;      /* entries ever added */
    uint32_t keep_until; /* entries to come before this one are near a finding */
    bool failed;         /* out of memory: entries are missing */
};

/*
 * Add one message (bytes are copied; text NULL) or one note (text is copied; bytes NULL). Returns
 * its index, counted over all that were ever added.
 */
uint32_t vmsg_trace_add(struct vmsg_trace *t, int kind, uint64_t t_ns, unsigned endpoint,
                        const void *bytes, size_t len, const char *text);

/*
 * The entries around this one are wanted, also when a flood follows, as far as there is room and
 * they were not cut out already.
 */
void vmsg_trace_keep(struct vmsg_trace *t, uint32_t index);

/* The entry with this index; NULL when it was cut out, or is not there yet. */
const struct vmsg_trace_entry *vmsg_trace_at(const struct vmsg_trace *t, uint32_t index);

/*
 * Take the entries out, in order, with a note wherever a flood was cut. *n is their number,
 * *dropped how many are missing. The trace is empty afterwards. NULL when there are none.
 */
struct vmsg_trace_entry *vmsg_trace_take(struct vmsg_trace *t, size_t *n, size_t *dropped);

/*
 * Where the entry with this index ends up in what vmsg_trace_take() is going to return: at the note
 * that stands for it, if it was cut out.
 */
uint32_t vmsg_trace_place(const struct vmsg_trace *t, uint32_t index);

void vmsg_trace_clear(struct vmsg_trace *t);

/* The same for one that is soon used again: its memory stays, as far as most messages need it. */
void vmsg_trace_rewind(struct vmsg_trace *t);

#endif
