/*
 * The options of `vmsgspec fuzz`, as given.
 */
#ifndef VMSG_CLI_FUZZ_OPTIONS_H
#define VMSG_CLI_FUZZ_OPTIONS_H

#include "harness/cli/options.h"
#include "harness/cli/run_options.h"

struct vmsg_fuzz_options {
    struct vmsg_run_options
        run; /* what is judged: role, uri, statement, seed, jobs, memory, timeout */
    const char *out, *corpus, *script; /* NULL: not given */
    char *repeated; /* of these what showing a finding again needs, as words for a shell; or NULL */
    uint64_t runs;
    uint64_t time_ms;
    unsigned together, steps; /* together 0: by the role */
    uint32_t hang_ms;
};

#define VMSG_FUZZ_MEM (64u << 10) /* DMA memory, unless it is said otherwise */

/* The defaults beside what is judged. */
void vmsg_fuzz_options_begin(struct vmsg_fuzz_options *o, const struct vmsg_run_options *run);
/* Clear in any case. */
enum vmsg_cli_parsed vmsg_fuzz_options_parse(struct vmsg_fuzz_options *o, int argc, char **argv);
void vmsg_fuzz_options_clear(struct vmsg_fuzz_options *o);

#endif
