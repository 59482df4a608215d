/*
 * Terminals: colour, progress.
 */
#ifndef VMSG_CLI_TERMINAL_H
#define VMSG_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum vmsg_colour { VMSG_COLOUR_AUTO, VMSG_COLOUR_ALWAYS, VMSG_COLOUR_NEVER };

/*
 * Auto: on a terminal that is not "dumb", unless NO_COLOR is set and not empty (no-color.org).
 */
bool vmsg_colour_wanted(enum vmsg_colour when, FILE *out);

/* Show one line in place of the last one, cut to the terminal; nothing when err is no terminal. */
void vmsg_progress(FILE *err, size_t done, size_t total, const char *what);
void vmsg_progress_clear(FILE *err);

#endif
