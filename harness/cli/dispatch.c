/* Which command is meant; help and version of the whole program; the end of standard output. */
#include "harness/cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct vmsg_cli_command commands[] = {
    {"run", "judge an implementation and report", vmsg_cmd_run, &vmsg_cmd_run_options},
    {"compare", "reports side by side: implementations, revisions", vmsg_cmd_compare,
     &vmsg_cmd_compare_options},
    {"check", "judge recorded traffic", vmsg_cmd_check, &vmsg_cmd_check_options},
    {"replay", "a scenario or a capture, again", vmsg_cmd_replay, &vmsg_cmd_replay_options},
    {"fuzz", "drive an implementation with sequences that no scenario foresaw", vmsg_cmd_fuzz,
     &vmsg_cmd_fuzz_options},
    {"dissector", "the Wireshark dissector", vmsg_cmd_dissector, &vmsg_cmd_dissector_options},
    {"list", "scenarios and the clauses that each one tests", vmsg_cmd_list,
     &vmsg_cmd_list_options},
    {"rules", "the clause catalogue; against a spec source with 'rules diff'", vmsg_cmd_rules,
     &vmsg_cmd_rules_options},
    {"peer", "a reference peer as a program", vmsg_cmd_peer, &vmsg_cmd_peer_options},
    {"adapters", "the ways to reach an implementation", vmsg_cmd_adapters,
     &vmsg_cmd_adapters_options},
    {"ivshmem-server", "memory and doorbells for ivshmem: and for QEMU", vmsg_cmd_ivshmem_server,
     &vmsg_cmd_ivshmem_server_options},
    {"completion", "a completion script for a shell", vmsg_cmd_completion,
     &vmsg_cmd_completion_options},
};

const struct vmsg_cli_command *vmsg_cli_command_at(size_t i)
{
    return i < sizeof commands / sizeof *commands ? &commands[i] : NULL;
}

static void help(void)
{
    fputs("Usage: vmsgspec COMMAND [OPTION...]\n"
          "Conformance of virtio-msg implementations.\n\nCommands:\n",
          stderr);
    for (size_t i = 0; vmsg_cli_command_at(i); i++)
        fprintf(stderr, "  %-14s %s\n", commands[i].name, commands[i].summary);
    fputs("\n'vmsgspec COMMAND --help' tells more. Exit status: 0 conforms, 1 does not, 2 wrong "
          "usage,\n3 the implementation could not be started or reached.\n",
          stderr);
}

static const struct vmsg_cli_command *find(const char *name)
{
    const struct vmsg_cli_command *c;

    for (size_t i = 0; (c = vmsg_cli_command_at(i)); i++)
        if (!strcmp(c->name, name))
            return c;
    return NULL;
}

static int unknown(const char *name)
{
    char known[160] = "";
    size_t n = 0;

    for (size_t i = 0; vmsg_cli_command_at(i) && n < sizeof known; i++)
        n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", i ? ", " : "", commands[i].name);
    return vmsg_cli_error(NULL, "there is no command '%s'; the commands are %s", name, known);
}

/* Results that could not be written are no success. */
static int finish(int status)
{
    bool failed;

    errno = 0;
    failed = fflush(stdout) != 0 || ferror(stdout);
    if (!failed)
        return status;
    vmsg_cli_error(NULL, "cannot write to standard output: %s", strerror(errno ? errno : EIO));
    return status == CLI_OK ? CLI_USAGE : status;
}

int vmsg_cli_main(int argc, char **argv)
{
    const struct vmsg_cli_command *c;

    if (argc < 2) {
        help();
        return CLI_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        help();
        return CLI_OK;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("vmsgspec " VMSGSPEC_VERSION);
        return finish(CLI_OK);
    }
    c = find(argv[1]);
    return c ? finish(c->run(argc - 1, argv + 1)) : unknown(argv[1]);
}
