/* The options of `vmsgspec replay`. */
#include "harness/cli/replay_options.h"
#include "harness/cli/cli.h"

#include "harness/cli/run_keys.h"

enum { KEY_DIRECTION = KEY_OTHER };

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "What it is sent to:", 1},
    {"sut", KEY_SUT, "URI", 0, "how it is reached, e.g. 'exec:./my-device' (vmsgspec adapters)", 0},
    {"sut-device-side", KEY_DEVICE_SIDE, "URI", 0,
     "a bus at two sockets: its device side; --sut is its driver side then", 0},
    {"role", KEY_ROLE, "ROLE", 0, "what it is; a capture of ours tells", 0},
    {"ics", KEY_ICS, "FILE", 0, "its conformance statement; a capture of ours tells", 0},
    {NULL, 0, NULL, 0, "How:", 2},
    {"direction", KEY_DIRECTION, "RULE", 0,
     "of bare messages: message (default), to-device or to-driver", 0},
    {"seed", KEY_SEED, "N", 0,
     "of a scenario or script: what varies, varies by this number; default 1", 0},
    {"repeat", KEY_REPEAT, "N", 0, "of a scenario: N times, with seeds N, N+1, ...", 0},
    {"mem", KEY_MEM, "SIZE", 0, "of a scenario or script: DMA memory, default 16M or 64K; 0: none",
     0},
    {"timeout", KEY_TIMEOUT, "SECONDS", 0, "how long it may stay silent; default 2", 0},
    {NULL, 0, NULL, 0, "What is told:", 3},
    {"report", KEY_REPORT, "FORMAT=PATH", 0, "also write a report, as 'run' does", 0},
    {"capture", KEY_CAPTURE, "FILE.pcap", 0, "record what passes now", 0},
    {"verbose", KEY_VERBOSE, NULL, 0, "all findings, passed clauses, more traces", 0},
    {"colour", KEY_COLOUR, "WHEN", OPTION_ARG_OPTIONAL, "auto (default), always or never", 0},
    VMSG_STATEMENT_OPTIONS,
    {0},
};

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    struct vmsg_replay_options *o = ctx;

    switch (key) {
    case KEY_DIRECTION:
        o->direction_given = true;
        return vmsg_bare_direction(arg, &o->bare.direction, err, err_size);
    case KEY_MEM:
        o->mem_given = true;
        return vmsg_run_options_take(&o->run, key, arg, err, err_size);
    case ARGP_KEY_ARG:
        if (o->path) {
            snprintf(err, err_size, "one file at a time: '%s' and '%s' are two", o->path, arg);
            return false;
        }
        o->path = arg;
        return true;
    default:
        return vmsg_run_options_take(&o->run, key, arg, err, err_size);
    }
}

const struct vmsg_cli_options vmsg_cmd_replay_options = {
    .command = "replay",
    .args = "FILE --sut URI",
    .operands = "FILE",
    .doc = "Send what a file holds to an implementation and judge what it sends now: a capture "
           "('run --capture', or bare messages), whose one side is sent again, a scenario "
           "file in Lua, or a script of 'fuzz'."
           "\vExit status: 0 conforms, 1 does not, 2 wrong usage, 3 the implementation could "
           "not be started or reached.",
    .options = options,
    .take = take,
};

enum vmsg_cli_parsed vmsg_replay_options_parse(struct vmsg_replay_options *o, int argc, char **argv)
{
    enum vmsg_cli_parsed parsed;

    *o = (struct vmsg_replay_options){0};
    if (!vmsg_run_options_begin(&o->run, argc)) {
        vmsg_cli_error("replay", "out of memory");
        return CLI_WRONG;
    }
    o->run.command = "replay";
    parsed = vmsg_cli_parse(&vmsg_cmd_replay_options, argc, argv, o);
    if (parsed != CLI_PARSED)
        return parsed;
    if (!o->path)
        vmsg_cli_error("replay", "which file? 'vmsgspec replay FILE --sut URI'");
    else if (!o->run.uri)
        vmsg_cli_error("replay", "--sut is missing: --sut URI says how the implementation is "
                                 "reached, e.g. --sut 'exec:./my-device'");
    return o->path && o->run.uri ? CLI_PARSED : CLI_WRONG;
}

void vmsg_replay_options_clear(struct vmsg_replay_options *o)
{
    vmsg_run_options_clear(&o->run);
}
