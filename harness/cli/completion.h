/*
 * Completion scripts, made of the same option tables as the help.
 */
#ifndef VMSG_CLI_COMPLETION_H
#define VMSG_CLI_COMPLETION_H

#include "harness/cli/options.h"

#include <stdio.h>

struct vmsg_completion_shell {
    const char *name; /* "bash" */
    void (*write)(FILE *out);
};

const struct vmsg_completion_shell *vmsg_completion_shell_at(size_t i); /* NULL past the end */

/* What can stand for an option's value. */
enum vmsg_completion_kind { VMSG_COMPLETE_NOTHING, VMSG_COMPLETE_WORDS, VMSG_COMPLETE_FILES };

/*
 * Words go to `words`, parted by spaces; one that ends in ':' or '=' wants to be continued.
 */
enum vmsg_completion_kind vmsg_completion_of(const struct vmsg_cli_options *command,
                                             const char *placeholder, char *words,
                                             size_t words_size);

/* Is this entry of a table an option that a user sees, not a heading, nor the table's end? */
static inline bool vmsg_completion_shows(const struct argp_option *o)
{
    return o->name && !(o->flags & OPTION_HIDDEN);
}

/* The end of a table. */
static inline bool vmsg_completion_ends(const struct argp_option *o)
{
    return !o->name && !o->doc && !o->key;
}

void vmsg_completion_bash(FILE *out);
void vmsg_completion_zsh(FILE *out);
void vmsg_completion_fish(FILE *out);

#endif
