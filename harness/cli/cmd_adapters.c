/* vmsgspec adapters: the ways to reach an implementation. */
#include "adapters/adapter.h"
#include "harness/cli/options.h"

#include <stdio.h>
#include <string.h>

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

static const struct {
    unsigned cap;
    const char *key, *text;
} capabilities[] = {
    {VMSG_CAN_BOUNDARIES, "boundaries", "packet boundaries"},
    {VMSG_CAN_RESTART, "restart", "a fresh SUT for each scenario"},
    {VMSG_CAN_MEMORY, "memory", "DMA memory"},
    {VMSG_CAN_UPPER, "upper_tester", "upper tester"},
    {VMSG_CAN_LAYOUT, "layout", "memory layout"},
};

enum { N_CAPABILITIES = sizeof capabilities / sizeof *capabilities };

static const char *has(const struct vmsg_adapter_kind *k, unsigned cap)
{
    return k->can & cap ? "yes" : k->may & cap ? "depends" : "no";
}

static json_t *roles_of(const struct vmsg_adapter_kind *k)
{
    json_t *roles = json_array();

    for (const char *role = k->roles; *role; role += strspn(role, ", ")) {
        size_t len = strcspn(role, ",");

        json_array_append_new(roles, json_stringn(role, len));
        role += len;
    }
    return roles;
}

static json_t *as_json(void)
{
    json_t *all = json_array();
    const struct vmsg_adapter_kind *k;

    for (size_t i = 0; (k = vmsg_adapter_kind_at(i)); i++) {
        json_t *one =
            json_pack("{s:s, s:s, s:s, s:o, s:s?}", "scheme", k->scheme, "usage", k->usage,
                      "summary", k->summary, "roles", roles_of(k), "limits", k->limits);

        for (size_t c = 0; c < N_CAPABILITIES; c++)
            json_object_set_new(one, capabilities[c].key, json_string(has(k, capabilities[c].cap)));
        json_array_append_new(all, one);
    }
    return all;
}

static void print(const struct vmsg_adapter_kind *k)
{
    printf("%s\n    %s\n    roles: %s\n   ", k->usage, k->summary, k->roles);
    for (size_t c = 0; c < N_CAPABILITIES; c++)
        printf("%s %s: %s", c ? "," : "", capabilities[c].text, has(k, capabilities[c].cap));
    printf("\n");
    if (k->limits)
        printf("    limits: %s\n", k->limits);
}

const struct vmsg_cli_options vmsg_cmd_adapters_options = {
    .command = "adapters",
    .args = "",
    .doc = "Show the URIs by which an implementation can be reached, and what each can carry.",
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
        print(k);
    return CLI_OK;
}
