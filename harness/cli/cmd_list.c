/* vmsgspec list: scenarios and the clauses that each one tests. */
#include "harness/cli/options.h"
#include "harness/cli/values.h"
#include "harness/engine/engine.h"
#include "reports/escape.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_ROLE = 0x100, KEY_SELECT, KEY_JSON };

static const struct argp_option options[] = {
    {"role", KEY_ROLE, "ROLE", 0, "only those for device, driver or bus", 0},
    {"select", KEY_SELECT, "GLOB", 0,
     "only scenarios whose id, block or clause matches; may be repeated", 0},
    {"json", KEY_JSON, NULL, 0, "for programs", 0},
    {0},
};

struct list {
    bool role_given, json;
    enum vmsg_role role;
    const char **select;
    size_t n_select;
    json_t *array; /* with json; NULL: out of memory */
    size_t shown;
};

static bool take(void *ctx, int key, const char *arg, char *err, size_t err_size)
{
    struct list *l = ctx;

    switch (key) {
    case KEY_ROLE:
        l->role_given = true;
        return vmsg_value_role(arg, &l->role, err, err_size);
    case KEY_SELECT:
        l->select[l->n_select++] = arg;
        return true;
    case KEY_JSON:
        l->json = true;
        return true;
    default:
        snprintf(err, err_size, "unexpected '%s'; --select chooses scenarios", arg);
        return false;
    }
}

static bool selected(const struct list *l, const struct vmsg_scenario *s)
{
    for (size_t i = 0; i < l->n_select; i++)
        if (vmsg_scenario_matches(s, l->select[i]))
            return true;
    return l->n_select == 0;
}

static void add_json(struct list *l, const struct vmsg_scenario *s)
{
    json_t *clauses = json_array();

    for (size_t i = 0; s->clauses[i]; i++)
        json_array_append_new(clauses, vmsg_cli_text(s->clauses[i]));
    json_array_append_new(l->array, json_pack("{s:s, s:s, s:s, s:o}", "id", s->id, "role", s->role,
                                              "requirement", s->requirement, "clauses", clauses));
}

static void print(const struct vmsg_scenario *s)
{
    vmsg_put_safe(stdout, s->id);
    fputs("\n    ", stdout);
    vmsg_put_wrapped(stdout, s->requirement, 4, 100);
    fputs("   ", stdout);
    for (size_t i = 0; s->clauses[i]; i++)
        printf(" %s", s->clauses[i]);
    putchar('\n');
}

static bool list_role(struct list *l, enum vmsg_role role, const struct vmsg_catalogue *catalogue,
                      char *err, size_t err_size)
{
    struct vmsg_suite *suite = vmsg_suite_load(role, NULL, catalogue, err, err_size);

    if (!suite)
        return false;
    for (size_t i = 0; i < vmsg_suite_size(suite); i++) {
        const struct vmsg_scenario *s = vmsg_suite_at(suite, i);

        if (!selected(l, s))
            continue;
        if (l->json)
            add_json(l, s);
        else
            print(s);
        l->shown++;
    }
    vmsg_suite_free(suite);
    return true;
}

static bool list_all(struct list *l, char *err, size_t err_size)
{
    static const enum vmsg_role roles[] = {VMSG_ROLE_DEVICE, VMSG_ROLE_DRIVER, VMSG_ROLE_BUS};
    struct vmsg_catalogue *catalogue = vmsg_catalogue_load("v2", err, err_size);
    bool ok = catalogue;

    for (size_t i = 0; ok && i < sizeof roles / sizeof *roles; i++)
        if (!l->role_given || l->role == roles[i])
            ok = list_role(l, roles[i], catalogue, err, err_size);
    vmsg_catalogue_free(catalogue);
    return ok;
}

/* Nothing to show is no success. */
static int nothing(const struct list *l)
{
    if (l->n_select)
        return vmsg_cli_error("list",
                              "--select '%s'%s matches no scenario; without --select all "
                              "are shown",
                              l->select[0], l->n_select > 1 ? " and the others" : "");
    return vmsg_cli_error("list", "this version has no scenarios for role %s",
                          vmsg_value_role_text(l->role));
}

static int list(struct list *l)
{
    char err[CLI_ERR_SIZE];

    l->array = json_array();
    if (!list_all(l, err, sizeof err))
        return vmsg_cli_error("list", "%s", err);
    if (l->shown == 0)
        return nothing(l);
    return l->json ? vmsg_cli_print_json("list", json_incref(l->array)) : CLI_OK;
}

const struct vmsg_cli_options vmsg_cmd_list_options = {
    .command = "list",
    .args = "",
    .doc = "Show the scenarios and the clauses that each one tests.",
    .options = options,
    .take = take,
};

int vmsg_cmd_list(int argc, char **argv)
{
    struct list l = {.select = calloc((size_t)argc + 1, sizeof *l.select)};
    enum vmsg_cli_parsed parsed;
    int status;

    if (!l.select)
        return vmsg_cli_error("list", "out of memory");
    parsed = vmsg_cli_parse(&vmsg_cmd_list_options, argc, argv, &l);
    status = parsed == CLI_PARSED ? list(&l) : vmsg_cli_stopped(parsed);
    json_decref(l.array);
    free(l.select);
    return status;
}
