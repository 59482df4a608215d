/*
 * The conformance statement of a run: defaults, then a file, then flags.
 */
#ifndef VMSG_CLI_RUN_STATEMENT_H
#define VMSG_CLI_RUN_STATEMENT_H

#include "harness/cli/run_options.h"
#include "harness/engine/ics.h"

/*
 * Fill in ics (clear it in any case). *assumed becomes what was assumed for lack of a statement,
 * one sentence to free, or NULL. False with a sentence in err.
 */
bool vmsg_run_statement(struct vmsg_ics *ics, const struct vmsg_run_options *o, char **assumed,
                        char *err, size_t err_size);

#endif
