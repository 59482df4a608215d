/*
 * What the commands share: exit statuses, messages, the end of standard output.
 *
 * Results go to standard output; help, errors and progress go to standard error.
 */
#ifndef VMSG_CLI_H
#define VMSG_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Exit statuses, contract section 5. */
enum vmsg_cli_status { CLI_OK, CLI_FAILS, CLI_USAGE, CLI_NO_SUT };

/* Long enough for one sentence with a path in it. */
#define CLI_ERR_SIZE 4608

struct vmsg_cli_options;

struct vmsg_cli_command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);      /* argv[0] is the command; returns the exit status */
    const struct vmsg_cli_options *options; /* for the man page and completion */
};

/* The commands, in the order of the help; NULL past the end. */
const struct vmsg_cli_command *vmsg_cli_command_at(size_t i);

int vmsg_cmd_run(int argc, char **argv);
int vmsg_cmd_compare(int argc, char **argv);
int vmsg_cmd_check(int argc, char **argv);
int vmsg_cmd_dissector(int argc, char **argv);
int vmsg_cmd_replay(int argc, char **argv);
int vmsg_cmd_fuzz(int argc, char **argv);
int vmsg_cmd_list(int argc, char **argv);
int vmsg_cmd_rules(int argc, char **argv);
int vmsg_cmd_peer(int argc, char **argv);
int vmsg_cmd_adapters(int argc, char **argv);
int vmsg_cmd_ivshmem_server(int argc, char **argv);
int vmsg_cmd_completion(int argc, char **argv);

extern const struct vmsg_cli_options vmsg_cmd_run_options, vmsg_cmd_compare_options,
    vmsg_cmd_list_options, vmsg_cmd_rules_options, vmsg_cmd_peer_options, vmsg_cmd_adapters_options,
    vmsg_cmd_completion_options, vmsg_cmd_check_options, vmsg_cmd_dissector_options,
    vmsg_cmd_replay_options, vmsg_cmd_fuzz_options, vmsg_cmd_ivshmem_server_options;

/* Dispatch: what main() does. */
int vmsg_cli_main(int argc, char **argv);

/* One line on standard error, "vmsgspec COMMAND: ..."; returns CLI_USAGE. command may be NULL. */
__attribute__((format(printf, 2, 3))) int vmsg_cli_error(const char *command, const char *format,
                                                         ...);

/* Print as JSON on standard output, consuming it; NULL (out of memory) is an error. */
int vmsg_cli_print_json(const char *command, json_t *json);

/* A JSON string, or null. */
json_t *vmsg_cli_text(const char *s);

#endif
