/* The options of `vmsgspec replay`, as given, and what replays each kind of file. */
#ifndef VMSG_CLI_REPLAY_OPTIONS_H
#define VMSG_CLI_REPLAY_OPTIONS_H

#include "harness/cli/check_bare.h"
#include "harness/cli/run_options.h"

struct vmsg_replay_options {
    struct vmsg_run_options run; /* what is attached, its statement, reports, capture */
    const char *path;            /* "-": a capture on standard input */
    struct vmsg_bare_rules bare; /* its role is the run's */
    bool direction_given, mem_given;
};

/* Parse; path and URI are there when CLI_PARSED is returned. Clear in any case. */
enum vmsg_cli_parsed vmsg_replay_options_parse(struct vmsg_replay_options *o, int argc,
                                               char **argv);
void vmsg_replay_options_clear(struct vmsg_replay_options *o);

/* One kind of file; each reports and return the exit status. */
int vmsg_replay_capture(const struct vmsg_replay_options *o);
int vmsg_replay_scenario(const struct vmsg_replay_options *o);
int vmsg_replay_script(const struct vmsg_replay_options *o); /* of vmsgspec fuzz; cmd_fuzz.c */

#endif
