/* The faults and quirks of the reference peers, shown. */
#include "harness/cli/peer_lists.h"

#include "adapters/shm/faults.h"
#include "harness/cli/cli.h"
#include "harness/cli/values.h"
#include "reports/escape.h"

#include <stdio.h>

struct entry {
    const char *id, *clause, *also, *needs, *model, *summary;
};

static void print(const struct entry *e)
{
    printf("%s\n    ", e->id);
    vmsg_put_wrapped(stdout, e->summary, 4, 100);
    printf("    clause %s", e->clause ? e->clause : "several");
    if (e->also)
        printf("; also %s", e->also);
    if (e->needs)
        printf("; needs %s", e->needs);
    if (e->model)
        printf("; model %s", e->model);
    putchar('\n');
}

static void add(json_t *array, const struct entry *e, bool has_also)
{
    json_t *j = json_pack("{s:s, s:s?, s:s?, s:s?, s:s}", "id", e->id, "clause", e->clause, "needs",
                          e->needs, "model", e->model, "summary", e->summary);

    if (has_also)
        json_object_set_new(j, "also", vmsg_cli_text(e->also));
    json_array_append_new(array, j);
}

int vmsg_list_faults(enum vmsg_role role, bool json)
{
    json_t *array = json ? json_array() : NULL;
    const struct vmsg_fault *f;

    for (size_t i = 0; (f = vmsg_fault_at(i)); i++) {
        const struct entry e = {f->id, f->clause, f->also, f->needs, f->model, f->summary};

        if (f->role != role)
            continue;
        if (json)
            add(array, &e, true);
        else
            print(&e);
    }
    return json ? vmsg_cli_print_json("peer", array) : CLI_OK;
}

int vmsg_list_layout_faults(bool json)
{
    json_t *array = json ? json_array() : NULL;
    const struct vmsg_amp_fault_info *l;

    for (unsigned i = 1; (l = vmsg_amp_fault_at(i)); i++) {
        const struct entry e = {.id = l->id, .clause = l->clause, .summary = l->summary};

        if (json)
            add(array, &e, true);
        else
            print(&e);
    }
    return json ? vmsg_cli_print_json("peer", array) : CLI_OK;
}

int vmsg_list_quirks(enum vmsg_role role, bool json)
{
    json_t *array = json ? json_array() : NULL;
    const struct vmsg_quirk *q;

    for (size_t i = 0; (q = vmsg_quirk_at(i)); i++) {
        const struct entry e = {q->id, q->clause, NULL, q->needs, q->model, q->summary};

        if (q->role != role)
            continue;
        if (json)
            add(array, &e, false);
        else
            print(&e);
    }
    return json ? vmsg_cli_print_json("peer", array) : CLI_OK;
}
