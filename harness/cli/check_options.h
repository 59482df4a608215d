/* The options of `vmsgspec check`, as given. */
#ifndef VMSG_CLI_CHECK_OPTIONS_H
#define VMSG_CLI_CHECK_OPTIONS_H

#include "harness/cli/run_options.h"

/* How the direction of a bare message is told. */
enum vmsg_check_direction { VMSG_CHECK_BY_MESSAGE, VMSG_CHECK_TO_DEVICE, VMSG_CHECK_TO_DRIVER };

struct vmsg_check_options {
    struct vmsg_run_options run; /* role, statement, reports, how the text looks */
    const char *path;            /* "-": standard input */
    enum vmsg_check_direction direction;
    bool direction_given;
    bool complete; /* what is owed at the end will never come */
};

/* Parse; the path is there when CLI_PARSED is returned. Clear in any case. */
enum vmsg_cli_parsed vmsg_check_options_parse(struct vmsg_check_options *o, int argc, char **argv);
void vmsg_check_options_clear(struct vmsg_check_options *o);

#endif
