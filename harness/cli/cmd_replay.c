/* vmsgspec replay: which kind of file it is; scenario files. */
#include "fuzz/script.h"
#include "harness/cli/replay_options.h"
#include "harness/cli/run_keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEAD 4096u /* bytes by which a kind is told */

/* The magic numbers of pcap (both byte orders, both precisions, a variant) and pcapng. */
static bool is_capture(const unsigned char *head, size_t n)
{
    static const unsigned char magic[][4] = {{0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0xc3, 0xd4},
                                             {0x4d, 0x3c, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d},
                                             {0x34, 0xcd, 0xb2, 0xa1}, {0xa1, 0xb2, 0xcd, 0x34},
                                             {0x0a, 0x0d, 0x0d, 0x0a}};

    for (size_t i = 0; n >= 4 && i < sizeof magic / sizeof *magic; i++)
        if (memcmp(head, magic[i], 4) == 0)
            return true;
    return false;
}

/* Lua is text; whether it is a scenario, loading it tells. */
static bool is_text(const unsigned char *head, size_t n)
{
    return n > 0 && !memchr(head, '\0', n);
}

/* Of a campaign: the first byte is a kind of step, none of which begins a text; without a step it
 * shows what the SUT does by itself. */
static bool is_script(const unsigned char *head, size_t n)
{
    return n == 0 || head[0] < VMSG_FUZZ_KINDS;
}

/* Options that a kind of file has no use for. NULL: none was given. */
static const char *idle_options(const struct vmsg_replay_options *o, bool capture, bool script)
{
    if (!capture && o->direction_given)
        return "--direction is of captures; leave it out";
    if (capture && (o->run.seed != 1 || o->run.repeat != 1 || o->mem_given))
        return "--seed, --repeat and --mem are of scenarios, not of captures; leave them out";
    if (script && o->run.repeat != 1)
        return "--repeat is of scenarios, not of scripts; leave it out";
    return NULL;
}

/* The kinds of files; the first that knows its own takes it. */
static const struct {
    bool (*is)(const unsigned char *head, size_t n);
    int (*replay)(const struct vmsg_replay_options *o);
} kinds[] = {
    {is_capture, vmsg_replay_capture},
    {is_script, vmsg_replay_script},
    {is_text, vmsg_replay_scenario},
};

int vmsg_replay_scenario(const struct vmsg_replay_options *o)
{
    const char *select[] = {"file/*", NULL};
    struct vmsg_run_options run = o->run;

    if (!run.role_given)
        return vmsg_cli_error("replay", "a scenario needs --role: device, driver or bus says what "
                                        "the implementation is");
    run.scenario = o->path;
    run.select = select;
    run.n_select = 1;
    return vmsg_run_command(&run);
}

static int replay_as(const struct vmsg_replay_options *o,
                     int (*as)(const struct vmsg_replay_options *o))
{
    const char *idle = idle_options(o, as == vmsg_replay_capture, as == vmsg_replay_script);

    return idle ? vmsg_cli_error("replay", "%s", idle) : as(o);
}

static int replay(const struct vmsg_replay_options *o)
{
    unsigned char head[HEAD];
    FILE *file;
    size_t n;

    if (!strcmp(o->path, "-"))
        return replay_as(o, vmsg_replay_capture);
    file = fopen(o->path, "rbe");
    if (!file)
        return vmsg_cli_error("replay", "cannot read '%s': %s", o->path, strerror(errno));
    n = fread(head, 1, sizeof head, file);
    fclose(file);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].is(head, n))
            return replay_as(o, kinds[i].replay);
    return vmsg_cli_error(
        "replay", "'%s' is neither a capture nor a scenario file nor a script of 'fuzz'", o->path);
}

int vmsg_cmd_replay(int argc, char **argv)
{
    struct vmsg_replay_options options;
    enum vmsg_cli_parsed parsed = vmsg_replay_options_parse(&options, argc, argv);
    int status = parsed == CLI_PARSED ? replay(&options) : vmsg_cli_stopped(parsed);

    vmsg_replay_options_clear(&options);
    return status;
}
