/* The options of `vmsgspec fuzz`. */
#include "harness/cli/fuzz_options.h"
#include "fuzz/finding.h"
#include "harness/cli/cli.h"
#include "harness/cli/run_keys.h"

#include <stdlib.h>
#include <string.h>

enum {
    KEY_OUT = KEY_OTHER,
    KEY_CORPUS,
    KEY_SCRIPT,
    KEY_TIME,
    KEY_RUNS,
    KEY_HANG,
    KEY_TOGETHER,
    KEY_STEPS,
};

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "What is fuzzed:", 1},
    {"role", KEY_ROLE, "ROLE", 0, "what the implementation is: device, driver or bus", 0},
    {"sut", KEY_SUT, "URI", 0, "how it is reached, e.g. 'exec:./my-device' (vmsgspec adapters)", 0},
    {"sut-device-side", KEY_DEVICE_SIDE, "URI", 0,
     "a bus at two sockets: its device side; --sut is its driver side then", 0},
    {"ics", KEY_ICS, "FILE", 0, "its conformance statement, a Lua file", 0},
    {NULL, 0, NULL, 0, "How long, and how:", 2},
    {"time", KEY_TIME, "DURATION", 0, "end after that time: seconds, or 90s, 10m, 2h", 0},
    {"runs", KEY_RUNS, "N", 0, "end after so many scripts", 0},
    {"seed", KEY_SEED, "N", 0, "where the scripts come from; default 1", 0},
    {"jobs", KEY_JOBS, "N", 0, "implementations at a time; default 1", 0},
    {"together", KEY_TOGETHER, "N", 0,
     "scripts on one connection, with a reset between them; default 64, of a bus in a process of "
     "its own 8; a driver has 1",
     0},
    {"steps", KEY_STEPS, "N", 0, "of one script at most; default 64", 0},
    {"mem", KEY_MEM, "SIZE", 0, "DMA memory shared with it, 0 for none; default 64K", 0},
    {"timeout", KEY_TIMEOUT, "SECONDS", 0, "how long it may stay silent; default 2", 0},
    {"hang", KEY_HANG, "SECONDS", 0,
     "how long one script may take where the implementation runs in this program; default 5", 0},
    {NULL, 0, NULL, 0, "What is kept:", 3},
    {"out", KEY_OUT, "DIR", 0, "the findings; default fuzz-out", 0},
    {"corpus", KEY_CORPUS, "DIR", 0,
     "scripts that showed something new, to begin with and to add to; default OUT/corpus", 0},
    {"capture", KEY_CAPTURE, "FILE.pcap", 0,
     "record what passes, for Wireshark, 'check' and 'replay'", 0},
    {NULL, 0, NULL, 0, "Instead of a campaign:", 4},
    {"script", KEY_SCRIPT, "FILE", 0, "run one script of a finding or a corpus again", 0},
    VMSG_STATEMENT_OPTIONS,
    {0},
};

/* A number and a unit. */
static bool take_time(const char *text, uint64_t *ms, char *err, size_t err_size)
{
    char *end;
    double n = strtod(text, &end);
    double unit = !*end || !strcmp(end, "s") ? 1
                  : !strcmp(end, "m")        ? 60
                  : !strcmp(end, "h")        ? 3600
                                             : 0;

    if (*text >= '0' && *text <= '9' && unit > 0 && n * unit >= 0.001 && n * unit <= 1e7) {
        *ms = (uint64_t)(n * unit * 1000 + 0.5);
        return true;
    }
    snprintf(err, err_size, "--time must be a duration like 30, 90s, 10m or 2h, not '%s'", text);
    return false;
}

static const char *name_of(int key)
{
    for (const struct argp_option *option = options; option->name || option->doc; option++)
        if (option->name && option->key == key)
            return option->name;
    return NULL;
}

/* What `run` and `replay` have to be told, too: how the implementation is attached and declared. */
static bool is_repeated(int key)
{
    return key == KEY_DEVICE_SIDE || key == KEY_ICS || key == KEY_MEM || key == KEY_TIMEOUT ||
           key == KEY_SEED || (key >= KEY_FIELD && key < KEY_OTHER);
}

static bool repeat(struct vmsg_fuzz_options *o, int key, const char *arg)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return false;
    fprintf(out, "%s --%s ", o->repeated ? o->repeated : "", name_of(key));
    vmsg_fuzz_put_word(out, arg);
    fclose(out);
    free(o->repeated);
    o->repeated = text;
    return text;
}

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    struct vmsg_fuzz_options *o = ctx;

    if (is_repeated(key) && !repeat(o, key, arg)) {
        snprintf(err, err_size, "not enough memory");
        return false;
    }
    switch (key) {
    case KEY_OUT:
        o->out = arg;
        return true;
    case KEY_CORPUS:
        o->corpus = arg;
        return true;
    case KEY_SCRIPT:
        o->script = arg;
        return true;
    case KEY_TIME:
        return take_time(arg, &o->time_ms, err, err_size);
    case KEY_RUNS:
        return vmsg_value_number("--runs", arg, 1, INT64_MAX, &o->runs, err, err_size);
    case KEY_TOGETHER:
        return vmsg_value_count("--together", arg, 100000, &o->together, err, err_size);
    case KEY_STEPS:
        return vmsg_value_count("--steps", arg, 2000, &o->steps, err, err_size);
    case KEY_HANG:
        return vmsg_value_seconds("--hang", arg, 3600, &o->hang_ms, err, err_size);
    default:
        return vmsg_run_options_take(&o->run, key, arg, err, err_size);
    }
}

/* What no default can stand for. */
static bool complete(const struct vmsg_fuzz_options *o)
{
    if (!o->run.role_given)
        vmsg_cli_error("fuzz", "--role is missing: --role device, driver or bus says what the "
                               "implementation is");
    else if (!o->run.uri)
        vmsg_cli_error("fuzz", "--sut is missing: --sut URI says how the implementation is "
                               "reached, e.g. --sut 'exec:./my-device'");
    else if (o->run.role == VMSG_ROLE_DRIVER && o->together > 1)
        vmsg_cli_error("fuzz", "--together is for devices and buses: a driver begins a connection "
                               "and is not reset by others; leave it out");
    else
        return true;
    return false;
}

const struct vmsg_cli_options vmsg_cmd_fuzz_options = {
    .command = "fuzz",
    .args = "--role ROLE --sut URI",
    .doc = "Drive an implementation with sequences of messages that no scenario foresaw, and "
           "keep what breaks: crashes, hangs and broken clauses."
           "\vWithout --time and --runs it goes on until Ctrl-C; the same --corpus and --out "
           "resume it. Exit status: 0 nothing found, 1 findings, 2 wrong usage, 3 the "
           "implementation could not be started or reached.",
    .options = options,
    .take = take,
};

void vmsg_fuzz_options_begin(struct vmsg_fuzz_options *o, const struct vmsg_run_options *run)
{
    *o = (struct vmsg_fuzz_options){.run = *run, .out = "fuzz-out", .steps = 64, .hang_ms = 5000};
}

enum vmsg_cli_parsed vmsg_fuzz_options_parse(struct vmsg_fuzz_options *o, int argc, char **argv)
{
    struct vmsg_run_options run;
    enum vmsg_cli_parsed parsed;
    bool ok = vmsg_run_options_begin(&run, argc);

    run.mem_size = VMSG_FUZZ_MEM;
    run.command = "fuzz";
    vmsg_fuzz_options_begin(o, &run);
    if (!ok) {
        vmsg_cli_error("fuzz", "out of memory");
        return CLI_WRONG;
    }
    parsed = vmsg_cli_parse(&vmsg_cmd_fuzz_options, argc, argv, o);
    if (parsed == CLI_PARSED && !complete(o))
        return CLI_WRONG;
    return parsed;
}

void vmsg_fuzz_options_clear(struct vmsg_fuzz_options *o)
{
    free(o->repeated);
    vmsg_run_options_clear(&o->run);
    *o = (struct vmsg_fuzz_options){0};
}
