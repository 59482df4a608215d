/*
 * Options of a command, parsed by argp: --help and --version for each, one line for each mistake.
 */
#ifndef VMSG_CLI_OPTIONS_H
#define VMSG_CLI_OPTIONS_H

#include "harness/cli/cli.h"

#include <argp.h>

struct vmsg_cli_options {
    const char *command; /* "run" */
    const char *args;    /* what stands after [OPTION...] in the usage line */
    /* What the arguments may be, for completion: words, or "FILE"; NULL: nothing to tell. */
    const char *operands;
    const char *doc; /* one sentence; text after a \v stands behind the options */
    const struct argp_option *options;
    /* One option, or an argument with key ARGP_KEY_ARG. False with a sentence in err. */
    bool (*take)(void *ctx, int key, const char *arg, char *err, size_t err_size);
};

/* Options that all commands have. */
extern const struct argp_option vmsg_cli_common_options[];

enum vmsg_cli_parsed {
    CLI_PARSED,
    CLI_SHOWN, /* help or version was asked for and printed: exit with CLI_OK */
    CLI_WRONG, /* the mistake was printed: exit with CLI_USAGE */
};

enum vmsg_cli_parsed vmsg_cli_parse(const struct vmsg_cli_options *o, int argc, char **argv,
                                    void *ctx);

/* The exit status of a command that stops here. */
static inline int vmsg_cli_stopped(enum vmsg_cli_parsed parsed)
{
    return parsed == CLI_SHOWN ? CLI_OK : CLI_USAGE;
}

#endif
