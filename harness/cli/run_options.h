/*
 * The options of `vmsgspec run`, as given.
 */
#ifndef VMSG_CLI_RUN_OPTIONS_H
#define VMSG_CLI_RUN_OPTIONS_H

#include "harness/cli/options.h"
#include "harness/cli/terminal.h"
#include "harness/cli/values.h"

struct vmsg_run_field {
    const char *key, *value; /* as vmsg_ics_set() takes them */
};

/* Strings are those of argv, cut in place where an option has two halves. */
struct vmsg_run_options {
    const char *command; /* in whose name mistakes are told */
    enum vmsg_role role;
    bool role_given;
    const char *uri, *device_side, *ics, *scenario, *capture; /* NULL: not given */
    const char *xfail, *baseline;                             /* NULL: not given */
    const char **select;                                      /* NULL-terminated */
    size_t n_select;
    struct vmsg_value_report *reports;
    size_t n_reports;
    struct vmsg_run_field *fields; /* of the conformance statement */
    size_t n_fields;
    uint64_t seed;
    unsigned repeat, jobs; /* jobs 0: not given */
    size_t mem_size;
    uint32_t timeout_ms;
    enum vmsg_colour colour;
    bool verbose;
};

/* Parse; the role and the URI are there when CLI_PARSED is returned. Clear in any case. */
enum vmsg_cli_parsed vmsg_run_options_parse(struct vmsg_run_options *o, int argc, char **argv);
void vmsg_run_options_clear(struct vmsg_run_options *o);

#endif
