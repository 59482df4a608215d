/* The options of `vmsgspec check`, as given. */
#ifndef VMSG_CLI_CHECK_OPTIONS_H
#define VMSG_CLI_CHECK_OPTIONS_H

#include "harness/cli/check_bare.h"
#include "harness/cli/run_options.h"

struct vmsg_check_options {
    struct vmsg_run_options run; /* role, statement, reports, how the text looks */
    const char *path;            /* "-": standard input */
    struct vmsg_bare_rules bare; /* its role is the run's */
    bool direction_given;
};

/* Parse; the path is there when CLI_PARSED is returned. Clear in any case. */
enum vmsg_cli_parsed vmsg_check_options_parse(struct vmsg_check_options *o, int argc, char **argv);
void vmsg_check_options_clear(struct vmsg_check_options *o);

#endif
