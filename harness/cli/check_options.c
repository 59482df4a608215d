/* The options of `vmsgspec check`. */
#include "harness/cli/check_options.h"
#include "harness/cli/cli.h"

#include "harness/cli/run_keys.h"

#include <string.h>

enum { KEY_DIRECTION = KEY_OTHER, KEY_COMPLETE, KEY_JSON };

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "A capture whose packets are bare messages:", 1},
    {"role", KEY_ROLE, "ROLE", 0, "whose messages are judged: device or driver", 0},
    {"direction", KEY_DIRECTION, "RULE", 0,
     "message (default): each message's type and id tell; to-device or to-driver: all go there", 0},
    {"complete", KEY_COMPLETE, NULL, 0,
     "the capture ends after everything that was owed had its time to come", 0},
    {"ics", KEY_ICS, "FILE", 0, "the conformance statement of what is judged, a Lua file", 0},
    {NULL, 0, NULL, 0, "What is told:", 3},
    {"json", KEY_JSON, NULL, 0, "the JSON report on standard output, in place of the text", 0},
    {"report", KEY_REPORT, "FORMAT=PATH", 0, "also write a report, as 'run' does", 0},
    {"verbose", KEY_VERBOSE, NULL, 0, "all findings, passed clauses, more traces", 0},
    {"colour", KEY_COLOUR, "WHEN", OPTION_ARG_OPTIONAL, "auto (default), always or never", 0},
    VMSG_STATEMENT_OPTIONS,
    {0},
};

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    struct vmsg_check_options *o = ctx;

    switch (key) {
    case KEY_DIRECTION:
        o->direction_given = true;
        return vmsg_bare_direction(arg, &o->bare.direction, err, err_size);
    case KEY_COMPLETE:
        return o->bare.complete = true;
    case KEY_JSON:
        o->run.reports[o->run.n_reports++] = (struct vmsg_value_report){"json", "-"};
        return true;
    case ARGP_KEY_ARG:
        if (o->path) {
            snprintf(err, err_size, "one capture at a time: '%s' and '%s' are two", o->path, arg);
            return false;
        }
        o->path = arg;
        return true;
    default:
        return vmsg_run_options_take(&o->run, key, arg, err, err_size);
    }
}

const struct vmsg_cli_options vmsg_cmd_check_options = {
    .command = "check",
    .args = "FILE.pcap",
    .operands = "FILE",
    .doc = "Judge recorded traffic: a capture of 'run' or 'fuzz', or any pcap or pcapng file "
           "whose packets are bare virtio-msg messages; - reads standard input."
           "\vA capture of ours tells its role and all else; the other options are for bare "
           "messages. Exit status: 0 conforms, 1 does not, 2 wrong usage, or a capture that "
           "cannot be read to its end.",
    .options = options,
    .take = take,
};

enum vmsg_cli_parsed vmsg_check_options_parse(struct vmsg_check_options *o, int argc, char **argv)
{
    enum vmsg_cli_parsed parsed;

    *o = (struct vmsg_check_options){0};
    if (!vmsg_run_options_begin(&o->run, argc)) {
        vmsg_cli_error("check", "out of memory");
        return CLI_WRONG;
    }
    o->run.command = "check";
    o->run.uri = "";
    parsed = vmsg_cli_parse(&vmsg_cmd_check_options, argc, argv, o);
    if (parsed == CLI_PARSED && !o->path) {
        vmsg_cli_error("check", "which capture? 'vmsgspec check FILE.pcap', or - for standard "
                                "input");
        return CLI_WRONG;
    }
    return parsed;
}

void vmsg_check_options_clear(struct vmsg_check_options *o)
{
    vmsg_run_options_clear(&o->run);
}
