/* The options of `vmsgspec run`. */
#include "harness/cli/run_keys.h"

#include "reports/report.h"

#include <stdlib.h>
#include <string.h>

/* Fields of the conformance statement by their keys; an option's '-' is a key's '_'. */
static const char *const fields[] = {
    "name",
    "version",
    "devices",
    "bus_messages",
    "revision",
    "max_msg_size",
    "config",
    "transport_features",
    "notifications",
    "notification_path",
    "request_timeout_ms",
    "attempts",
    "upper_tester",
    "optional",
};

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "What is judged:", 1},
    {"role", KEY_ROLE, "ROLE", 0, "what the implementation is: device, driver or bus", 0},
    {"sut", KEY_SUT, "URI", 0, "how it is reached, e.g. 'exec:./my-device' (vmsgspec adapters)", 0},
    {"sut-device-side", KEY_DEVICE_SIDE, "URI", 0,
     "a bus at two sockets: its device side; --sut is its driver side then", 0},
    {"ics", KEY_ICS, "FILE", 0, "its conformance statement, a Lua file", 0},
    {NULL, 0, NULL, 0, "What is run:", 2},
    {"select", KEY_SELECT, "GLOB", 0,
     "only scenarios whose id, block or clause matches; may be repeated", 0},
    {"scenario", KEY_SCENARIO, "FILE", 0, "also the scenarios of this file (ids file/...)", 0},
    {"seed", KEY_SEED, "N", 0, "what varies, varies by this number; default 1", 0},
    {"repeat", KEY_REPEAT, "N", 0, "run each scenario N times, with seeds N, N+1, ...", 0},
    {"jobs", KEY_JOBS, "N", 0, "N implementations at a time; default 1, of ref: one a processor",
     0},
    {"mem", KEY_MEM, "SIZE", 0, "DMA memory, e.g. 64K or 16M (default); 0: none", 0},
    {"timeout", KEY_TIMEOUT, "SECONDS", 0, "how long it may stay silent; default 2", 0},
    {NULL, 0, NULL, 0, "What may fail (the exit status is the gate's then):", 3},
    {"xfail", KEY_XFAIL, "FILE", 0, "expected failures, a Lua file; one that passes fails the run",
     0},
    {"baseline", KEY_BASELINE, "FILE.json", 0, "an earlier report: only what got worse fails", 0},
    {NULL, 0, NULL, 0, "What is told:", 4},
    {"report", KEY_REPORT, "FORMAT=PATH", 0,
     "also write a report: text, json, junit, tap, sarif, markdown, html or github; PATH - is "
     "standard "
     "output, "
     "in place of the text. May be repeated",
     0},
    {"capture", KEY_CAPTURE, "FILE.pcap", 0,
     "record what passes, for Wireshark, 'check' and 'replay'", 0},
    {"verbose", KEY_VERBOSE, NULL, 0, "all findings, passed clauses, more traces", 0},
    {"colour", KEY_COLOUR, "WHEN", OPTION_ARG_OPTIONAL, "auto (default), always or never", 0},
    VMSG_STATEMENT_OPTIONS,
    {0},
};

static bool wrong(char *err, size_t err_size, const char *text)
{
    snprintf(err, err_size, "%s", text);
    return false;
}

static bool take_report(struct vmsg_run_options *o, const char *arg, char *err, size_t err_size)
{
    if (!vmsg_value_report((char *)arg, o->reports, o->n_reports, &o->reports[o->n_reports], err,
                           err_size))
        return false;
    o->n_reports++;
    return true;
}

static bool take_colour(struct vmsg_run_options *o, const char *arg, char *err, size_t err_size)
{
    if (!arg || !strcmp(arg, "always"))
        o->colour = VMSG_COLOUR_ALWAYS;
    else if (!strcmp(arg, "auto"))
        o->colour = VMSG_COLOUR_AUTO;
    else if (!strcmp(arg, "never"))
        o->colour = VMSG_COLOUR_NEVER;
    else
        return wrong(err, err_size, "--colour must be auto, always or never");
    return true;
}

static bool take_capture(struct vmsg_run_options *o, const char *arg, char *err, size_t err_size)
{
    if (!strcmp(arg, "-"))
        return wrong(err, err_size,
                     "--capture needs a file: standard output is the report's; a "
                     "named pipe serves a program that reads along");
    o->capture = arg;
    return true;
}

bool vmsg_run_options_take(struct vmsg_run_options *o, int key, const char *arg, char *err,
                           size_t err_size)
{
    switch (key) {
    case KEY_ROLE:
        o->role_given = true;
        return vmsg_value_role(arg, &o->role, err, err_size);
    case KEY_DEVICE_SIDE:
        o->device_side = arg;
        return true;
    case KEY_SUT:
        o->uri = arg;
        return true;
    case KEY_ICS:
        o->ics = arg;
        return true;
    case KEY_SELECT:
        o->select[o->n_select++] = arg;
        return true;
    case KEY_SCENARIO:
        o->scenario = arg;
        return true;
    case KEY_XFAIL:
        o->xfail = arg;
        return true;
    case KEY_BASELINE:
        o->baseline = arg;
        return true;
    case KEY_REPORT:
        return take_report(o, arg, err, err_size);
    case KEY_CAPTURE:
        return take_capture(o, arg, err, err_size);
    case KEY_SEED:
        return vmsg_value_number("--seed", arg, 0, CLI_SEED_MOST, &o->seed, err, err_size);
    case KEY_REPEAT:
        return vmsg_value_count("--repeat", arg, 1000000, &o->repeat, err, err_size);
    case KEY_JOBS:
        return vmsg_value_count("--jobs", arg, 64, &o->jobs, err, err_size);
    case KEY_MEM:
        return vmsg_value_size("--mem", arg, (uint64_t)1 << 30, &o->mem_size, err, err_size);
    case KEY_TIMEOUT:
        return vmsg_value_seconds("--timeout", arg, 3600, &o->timeout_ms, err, err_size);
    case KEY_COLOUR:
        return take_colour(o, arg, err, err_size);
    case KEY_VERBOSE:
        o->verbose = true;
        return true;
    case ARGP_KEY_ARG:
        snprintf(err, err_size, "unexpected '%s'; the implementation is named by --sut URI", arg);
        return false;
    default: /* a field */
        o->fields[o->n_fields++] = (struct vmsg_run_field){fields[key - KEY_FIELD], arg};
        return true;
    }
}

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    return vmsg_run_options_take(ctx, key, arg, err, err_size);
}

/* What no default can stand for. */
static bool complete(const struct vmsg_run_options *o)
{
    if (!o->role_given)
        vmsg_cli_error("run", "--role is missing: --role device, driver or bus says what the "
                              "implementation is");
    else if (!o->uri)
        vmsg_cli_error("run", "--sut is missing: --sut URI says how the implementation is reached, "
                              "e.g. --sut 'exec:./my-device'");
    return o->role_given && o->uri;
}

bool vmsg_run_options_begin(struct vmsg_run_options *o, int argc)
{
    size_t most = (size_t)argc + 1; /* of anything that may be repeated */

    *o = (struct vmsg_run_options){
        .command = "run", .seed = 1, .repeat = 1, .mem_size = 16u << 20, .timeout_ms = 2000};
    o->select = calloc(most, sizeof *o->select);
    o->reports = calloc(most, sizeof *o->reports);
    o->fields = calloc(most, sizeof *o->fields);
    return o->select && o->reports && o->fields;
}

const struct vmsg_cli_options vmsg_cmd_run_options = {
    .command = "run",
    .args = "--role ROLE --sut URI",
    .doc = "Run scenarios against an implementation and judge what it sends."
           "\vThe text report goes to standard output. Exit status: 0 conforms (or fails "
           "only as --xfail and --baseline expect), 1 does not, 2 wrong usage, 3 the "
           "implementation could not be started or reached.",
    .options = options,
    .take = take,
};

enum vmsg_cli_parsed vmsg_run_options_parse(struct vmsg_run_options *o, int argc, char **argv)
{
    enum vmsg_cli_parsed parsed;

    if (!vmsg_run_options_begin(o, argc)) {
        vmsg_cli_error("run", "out of memory");
        return CLI_WRONG;
    }
    parsed = vmsg_cli_parse(&vmsg_cmd_run_options, argc, argv, o);
    if (parsed == CLI_PARSED && !complete(o))
        return CLI_WRONG;
    return parsed;
}

void vmsg_run_options_clear(struct vmsg_run_options *o)
{
    free(o->select);
    free(o->reports);
    free(o->fields);
    *o = (struct vmsg_run_options){0};
}
