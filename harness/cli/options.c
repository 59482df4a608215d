/* Options of a command; argp parses, the messages are ours: one line each. */
#include "harness/cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_HELP = 'h', KEY_VERSION = 0x7001 };

const struct argp_option vmsg_cli_common_options[] = {
    {"help", KEY_HELP, NULL, 0, "show this text", -1},
    {"version", KEY_VERSION, NULL, 0, "show the version", -1},
    {0},
};

struct parse {
    const struct vmsg_cli_options *options;
    void *ctx;
    bool shown, told;
};

static struct argp argp_of(const struct vmsg_cli_options *o, argp_parser_t parser,
                           const struct argp_child *children)
{
    return (struct argp){o->options, parser, o->args, o->doc, children, NULL, NULL};
}

/* Why argp refused `arg`, e.g. "--sede=1". */
static void explain(const struct vmsg_cli_options *o, const char *arg)
{
    const char *name = arg + strspn(arg, "-");
    size_t len = strcspn(name, "="), matches = 0;
    const struct argp_option *match = NULL;

    for (const struct argp_option *p = o->options; p->name || p->doc || p->key; p++) {
        if (!p->name || strncmp(p->name, name, len) != 0)
            continue;
        match = p;
        matches++;
        if (strlen(p->name) == len) {
            matches = 1;
            break;
        }
    }
    if (matches == 1 && match->arg && !name[len])
        vmsg_cli_error(o->command, "--%s needs a value: --%s %s", match->name, match->name,
                       match->arg);
    else if (matches == 1 && !match->arg && name[len])
        vmsg_cli_error(o->command, "--%s takes no value", match->name);
    else if (matches > 1)
        vmsg_cli_error(o->command, "'%s' is short for several options; give its whole name", arg);
    else
        vmsg_cli_error(o->command,
                       "unknown option '%s'; 'vmsgspec %s --help' shows those there are", arg,
                       o->command);
}

static void show_help(const struct vmsg_cli_options *o)
{
    const struct argp common = {vmsg_cli_common_options, NULL, NULL, NULL, NULL, NULL, NULL};
    const struct argp_child children[] = {{&common, 0, NULL, -1}, {0}};
    const struct argp argp = argp_of(o, NULL, children);
    char name[64];

    snprintf(name, sizeof name, "vmsgspec %s", o->command);
    argp_help(&argp, stderr, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
    struct parse *p = state->input;

    switch (key) {
    case KEY_HELP:
        show_help(p->options);
        break;
    case KEY_VERSION:
        puts("vmsgspec " VMSGSPEC_VERSION);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    p->shown = true;
    return EINVAL; /* stops the parsing */
}

static void refused(struct parse *p, const struct argp_state *state)
{
    const char *arg = state->next > 0 ? state->argv[state->next - 1] : "";

    if (p->shown || p->told)
        return;
    p->told = true;
    if (arg[0] != '-' && state->next < state->argc) /* inside a cluster of letters */
        arg = state->argv[state->next];
    explain(p->options, arg);
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
    struct parse *p = state->input;
    char err[CLI_ERR_SIZE];

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = p;
        return 0;
    case ARGP_KEY_ERROR:
        refused(p, state);
        return 0;
    case ARGP_KEY_ARGS:
    case ARGP_KEY_END:
    case ARGP_KEY_FINI:
    case ARGP_KEY_SUCCESS:
    case ARGP_KEY_NO_ARGS:
        return ARGP_ERR_UNKNOWN;
    default:
        break;
    }
    if (p->options->take(p->ctx, key, arg, err, sizeof err))
        return 0;
    vmsg_cli_error(p->options->command, "%s", err);
    p->told = true;
    return EINVAL;
}

enum vmsg_cli_parsed vmsg_cli_parse(const struct vmsg_cli_options *o, int argc, char **argv,
                                    void *ctx)
{
    const struct argp common = {
        vmsg_cli_common_options, parse_common, NULL, NULL, NULL, NULL, NULL};
    const struct argp_child children[] = {{&common, 0, NULL, -1}, {0}};
    const struct argp argp = argp_of(o, parse_own, children);
    struct parse p = {.options = o, .ctx = ctx};
    error_t error =
        argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &p);

    if (p.shown)
        return CLI_SHOWN;
    if (error && !p.told)
        vmsg_cli_error(o->command, "%s", strerror(error));
    return error ? CLI_WRONG : CLI_PARSED;
}
