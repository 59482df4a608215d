/*
 * A finding on its way to the disk: is it new, does it show again, how small can it be; then a
 * folder FINDINGS/KEY with scenario.lua, script and trace.txt.
 */
#ifndef VMSG_FUZZ_FINDING_H
#define VMSG_FUZZ_FINDING_H

#include "fuzz/trial.h"

#include <stdio.h>

struct vmsg_fuzz_finder {
    struct vmsg_fuzz_trial trial;
    const char *folder;  /* of the findings */
    const char *sut;     /* the URI, for the text */
    const char *options; /* of `replay` and `run`, beside role and URI: " --ics mine.lua" */
    const char *role;
    unsigned tries;                /* trials that making it small may take */
    uint32_t patience_ms;          /* and how long */
    const bool *stop;              /* of the campaign: make nothing smaller any more; may be NULL */
    const char *mark;              /* appended to the key of one that does not show again */
    const struct vmsg_trace *seen; /* when it was found, for such ones; NULL: not known */
};

enum vmsg_fuzz_saved {
    VMSG_FUZZ_SAVED,    /* a new one */
    VMSG_FUZZ_KNOWN,    /* there is one of that key or place */
    VMSG_FUZZ_UNSTABLE, /* new, but it did not show again: kept and marked */
    VMSG_FUZZ_UNSAVED,  /* it cannot be written */
    VMSG_FUZZ_DROPPED,  /* it was ended from outside, and does not do that again */
};

/*
 * `alone` is the script that showed it, `session` what ran on that connection before and it, as
 * one script; result is what was found, and becomes what the small script shows.
 */
enum vmsg_fuzz_saved vmsg_fuzz_save(const struct vmsg_fuzz_finder *f,
                                    const struct vmsg_fuzz_script *alone,
                                    const struct vmsg_fuzz_script *session,
                                    struct vmsg_fuzz_result *result);

/* As one word of a shell's command. */
void vmsg_fuzz_put_word(FILE *out, const char *text);

#endif
