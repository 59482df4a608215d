/*
 * What went over an adapter while a script ran, kept in memory that survives the process: a
 * finding's trace is there even when the SUT took this process down with it.
 */
#ifndef VMSG_FUZZ_LOG_H
#define VMSG_FUZZ_LOG_H

#include "adapters/adapter.h"

#define VMSG_FUZZ_LOG_MOST (4u << 20) /* bytes */

enum vmsg_fuzz_logged {
    VMSG_FUZZ_SENT,
    VMSG_FUZZ_CAME,
    VMSG_FUZZ_COMMANDED, /* an upper-tester line */
    VMSG_FUZZ_REPLIED,
    VMSG_FUZZ_WROTE,     /* memory: 8 bytes of offset, then the bytes */
    VMSG_FUZZ_PERTURBED, /* the answer of the device that is played to which a step was applied:
                            its length, 4 bytes, its bytes, then those of the step */
    VMSG_FUZZ_TOLD,      /* the oracle: a struct vmsg_fuzz_told */
    /* The next one that is sent is no step's: it comes from the device that is played, or its bus,
     * as it is; from there, as a step has bent it; from what a step held back. */
    VMSG_FUZZ_PLAYED,
    VMSG_FUZZ_BENT,
    VMSG_FUZZ_RELEASED,
    VMSG_FUZZ_OPENING,  /* a bus is asked for its devices until it has them ... */
    VMSG_FUZZ_OPENED,   /* ... up to here */
    VMSG_FUZZ_DIRECTED, /* a command that the device that is played was given, and took */
};

/* What the oracle was told beside the messages, for those who tell it the same. */
struct vmsg_fuzz_told {
    enum vmsg_fuzz_tale {
        VMSG_FUZZ_TOLD_WATCHED,   /* the used ring of a queue, whose index is at `address` */
        VMSG_FUZZ_TOLD_UNWATCHED, /* it is not any more */
        VMSG_FUZZ_TOLD_REFUSED,   /* VMSG_NOTE_REFUSED */
        VMSG_FUZZ_TOLD_OUTLASTED, /* VMSG_NOTE_PATIENCE_OVER */
    } what;
    uint16_t dev_num;
    uint32_t vq;
    uint64_t address;
};

struct vmsg_fuzz_log_entry {
    enum vmsg_fuzz_logged what;
    unsigned endpoint;
    const uint8_t *bytes;
    size_t len;
};

struct vmsg_fuzz_log; /* shared with children */

struct vmsg_fuzz_log *vmsg_fuzz_log_new(void); /* NULL when memory is short */
void vmsg_fuzz_log_free(struct vmsg_fuzz_log *log);
void vmsg_fuzz_log_clear(struct vmsg_fuzz_log *log);

/* What does not fit is left out. `log` may be NULL: nothing happens. */
void vmsg_fuzz_log_add(struct vmsg_fuzz_log *log, enum vmsg_fuzz_logged what, unsigned endpoint,
                       const void *bytes, size_t len);

/* Memory that was written, 64 bytes at most. */
void vmsg_fuzz_log_memory(struct vmsg_fuzz_log *log, uint64_t offset, const void *bytes,
                          size_t len);

void vmsg_fuzz_log_told(struct vmsg_fuzz_log *log, enum vmsg_fuzz_tale what, uint16_t dev_num,
                        uint32_t vq, uint64_t address);
/* Of an entry of that kind. */
struct vmsg_fuzz_told vmsg_fuzz_told_of(const struct vmsg_fuzz_log_entry *entry);

/* Entry by entry: *at begins at 0. False at the end. */
bool vmsg_fuzz_log_next(const struct vmsg_fuzz_log *log, size_t *at,
                        struct vmsg_fuzz_log_entry *entry);

/* An adapter that logs what passes; freeing it leaves the inner one. NULL when memory is short. */
struct vmsg_adapter *vmsg_fuzz_log_adapter(struct vmsg_adapter *inner, struct vmsg_fuzz_log *log);

#endif
