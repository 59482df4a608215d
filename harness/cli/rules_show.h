/*
 * The catalogue joined with the suites and the peers' registries.
 */
#ifndef VMSG_CLI_RULES_SHOW_H
#define VMSG_CLI_RULES_SHOW_H

#include "harness/cli/cli.h"
#include "harness/engine/engine.h"

#define CLI_N_ROLES 3

struct vmsg_rules {
    struct vmsg_catalogue *catalogue;
    struct vmsg_suite *suites[CLI_N_ROLES];
};

struct vmsg_rules_filter {
    bool role_given, level_given;
    enum vmsg_role role; /* clauses of role "any" bind every role */
    enum vmsg_level level;
};

/* False with a sentence in err. Close in any case. */
bool vmsg_rules_open(struct vmsg_rules *r, char *err, size_t err_size);
void vmsg_rules_close(struct vmsg_rules *r);

int vmsg_rules_print(const struct vmsg_rules *r, const struct vmsg_rules_filter *filter);
json_t *vmsg_rules_json(const struct vmsg_rules *r, const struct vmsg_rules_filter *filter);

#endif
