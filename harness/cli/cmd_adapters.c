/* vmsgspec adapters: the ways to reach an implementation. */
#include "adapters/adapter.h"
#include "harness/cli/options.h"

#include <stdio.h>

enum { KEY_JSON = 0x100 };

static const struct argp_option options[] = {
    {"json", KEY_JSON, NULL, 0, "for programs", 0},
    {0},
};

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    if (key == KEY_JSON) {
        *(bool *)ctx = true;
        return true;
    }
    snprintf(err, err_size, "unexpected '%s'; 'adapters' takes no argument", arg);
    return false;
}

static json_t *as_json(void)
{
    json_t *all = json_array();
    const struct vmsg_adapter_kind *k;

    for (size_t i = 0; (k = vmsg_adapter_kind_at(i)); i++)
        json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "scheme", k->scheme, "usage",
                                             k->usage, "summary", k->summary));
    return all;
}

const struct vmsg_cli_options vmsg_cmd_adapters_options = {
    .command = "adapters",
    .args = "",
    .doc = "Show the URIs by which an implementation can be reached.",
    .options = options,
    .take = take,
};

int vmsg_cmd_adapters(int argc, char **argv)
{
    bool json = false;
    enum vmsg_cli_parsed parsed = vmsg_cli_parse(&vmsg_cmd_adapters_options, argc, argv, &json);
    const struct vmsg_adapter_kind *k;

    if (parsed != CLI_PARSED)
        return vmsg_cli_stopped(parsed);
    if (json)
        return vmsg_cli_print_json("adapters", as_json());
    for (size_t i = 0; (k = vmsg_adapter_kind_at(i)); i++)
        printf("%s\n    %s\n", k->usage, k->summary);
    return CLI_OK;
}
