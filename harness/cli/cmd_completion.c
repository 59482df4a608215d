/* vmsgspec completion: the script that lets a shell complete vmsgspec's arguments. */
#include "harness/cli/completion.h"

#include <string.h>

static const struct argp_option options[] = {{0}};

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    const struct vmsg_completion_shell **shell = ctx, *s;

    (void)key;
    for (size_t i = 0; !*shell && (s = vmsg_completion_shell_at(i)); i++)
        if (!strcmp(s->name, arg)) {
            *shell = s;
            return true;
        }
    snprintf(err, err_size, "unexpected '%s'; name one shell: bash, zsh or fish", arg);
    return false;
}

const struct vmsg_cli_options vmsg_cmd_completion_options = {
    .command = "completion",
    .args = "SHELL",
    .operands = "bash zsh fish",
    .doc = "Print a completion script for bash, zsh or fish."
           "\vTry it with: source <(vmsgspec completion bash). 'cmake --install' puts all three "
           "where the shells look for them.",
    .options = options,
    .take = take,
};

int vmsg_cmd_completion(int argc, char **argv)
{
    const struct vmsg_completion_shell *shell = NULL;
    enum vmsg_cli_parsed parsed = vmsg_cli_parse(&vmsg_cmd_completion_options, argc, argv, &shell);

    if (parsed != CLI_PARSED)
        return vmsg_cli_stopped(parsed);
    if (!shell)
        return vmsg_cli_error("completion", "name a shell: bash, zsh or fish");
    shell->write(stdout);
    return CLI_OK;
}
