/* vmsgspec dissector: the Wireshark dissector, on standard output. */
#include "harness/cli/cli.h"
#include "harness/cli/options.h"
#include "reports/dissector.h"

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    snprintf(err, err_size, "unexpected '%s'; the dissector goes to standard output", arg);
    return false;
}

static const struct argp_option options[] = {{0}};

const struct vmsg_cli_options vmsg_cmd_dissector_options = {
    .command = "dissector",
    .args = "> virtio_msg.lua",
    .doc = "Print the Wireshark dissector of virtio-msg and of the captures that 'run "
           "--capture' writes, a Lua file for Wireshark's plugin folder.",
    .options = options,
    .take = take,
};

int vmsg_cmd_dissector(int argc, char **argv)
{
    enum vmsg_cli_parsed parsed = vmsg_cli_parse(&vmsg_cmd_dissector_options, argc, argv, NULL);

    if (parsed != CLI_PARSED)
        return vmsg_cli_stopped(parsed);
    vmsg_dissector_write(stdout); /* main() sees what failed */
    return CLI_OK;
}
