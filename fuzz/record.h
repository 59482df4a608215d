/*
 * Recording what is fuzzed, in a capture: the tape is in memory that processes which are forked
 * later share, so that all their connections are told apart, and stand in one file.
 */
#ifndef VMSG_FUZZ_RECORD_H
#define VMSG_FUZZ_RECORD_H

#include "fuzz/execute.h"
#include "fuzz/setup.h"

/* NULL with a sentence in err: the file cannot be written. */
struct vmsg_tape *vmsg_fuzz_record_begin(const char *path, char *err, size_t err_size);

/* In the process that began it. False with a sentence in err: something is missing. NULL is true.
 */
bool vmsg_fuzz_record_finish(struct vmsg_tape *tape, char *err, size_t err_size);

/* Of a whole campaign, after its setup: what it is about; at its end, whether anything was found.
 */
void vmsg_fuzz_record_about(struct vmsg_tape *tape, const struct vmsg_fuzz_setup *setup,
                            const char *sut);
void vmsg_fuzz_record_found(struct vmsg_tape *tape, const struct vmsg_fuzz_setup *setup,
                            bool found);

/* The end of a session: how the last script of it ended. */
void vmsg_fuzz_record_close(struct vmsg_tape *tape, const struct vmsg_tape_place *at,
                            const struct vmsg_fuzz_result *result);

#endif
