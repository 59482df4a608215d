/* vmsgspec rules: the clause catalogue, and what tests and breaks each clause. */
#include "harness/cli/options.h"
#include "harness/cli/rules_diff.h"
#include "harness/cli/rules_show.h"
#include "harness/cli/values.h"

#include <string.h>

enum { KEY_ROLE = 0x100, KEY_LEVEL, KEY_JSON };

static const struct argp_option options[] = {
    {"role", KEY_ROLE, "ROLE", 0, "only those that bind device, driver or bus", 0},
    {"level", KEY_LEVEL, "LEVEL", 0, "only MUST, SHOULD or MAY", 0},
    {"json", KEY_JSON, NULL, 0, "for programs", 0},
    {0},
};

struct rules {
    struct vmsg_rules_filter filter;
    bool json;
};

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    struct rules *r = ctx;

    switch (key) {
    case KEY_ROLE:
        r->filter.role_given = true;
        return vmsg_value_role(arg, &r->filter.role, err, err_size);
    case KEY_LEVEL:
        r->filter.level_given = true;
        return vmsg_value_level(arg, &r->filter.level, err, err_size);
    case KEY_JSON:
        r->json = true;
        return true;
    default:
        snprintf(err, err_size, "unexpected '%s'; the only word here is 'diff', first", arg);
        return false;
    }
}

static int show(const struct rules *r)
{
    char err[CLI_ERR_SIZE];
    struct vmsg_rules all = {0};
    int status;

    if (!vmsg_rules_open(&all, err, sizeof err)) {
        vmsg_rules_close(&all);
        return vmsg_cli_error("rules", "%s", err);
    }
    if (r->json)
        status = vmsg_cli_print_json("rules", vmsg_rules_json(&all, &r->filter));
    else
        status = vmsg_rules_print(&all, &r->filter);
    vmsg_rules_close(&all);
    return status;
}

const struct vmsg_cli_options vmsg_cmd_rules_options = {
    .command = "rules",
    .args = "\ndiff FILE.tex",
    .operands = "diff",
    .doc = "Show the clause catalogue, with the scenarios that test each clause and the "
           "faults of the reference peers that break it."
           "\v'vmsgspec rules diff FILE.tex' compares the catalogue with a spec source: added, "
           "removed, moved, reworded.",
    .options = options,
    .take = take,
};

int vmsg_cmd_rules(int argc, char **argv)
{
    struct rules r = {0};
    enum vmsg_cli_parsed parsed;

    if (argc > 1 && !strcmp(argv[1], "diff"))
        return vmsg_rules_diff(argc - 1, argv + 1);
    parsed = vmsg_cli_parse(&vmsg_cmd_rules_options, argc, argv, &r);
    return parsed == CLI_PARSED ? show(&r) : vmsg_cli_stopped(parsed);
}
