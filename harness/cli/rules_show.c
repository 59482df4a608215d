/* The catalogue joined with the suites and the peers' registries, as text and as JSON. */
#include "harness/cli/rules_show.h"

#include "adapters/shm/faults.h"
#include "harness/cli/values.h"
#include "reports/escape.h"

#include <inttypes.h>
#include <string.h>

#define WIDTH 100u

bool vmsg_rules_open(struct vmsg_rules *r, char *err, size_t err_size)
{
    static const enum vmsg_role roles[CLI_N_ROLES] = {VMSG_ROLE_DEVICE, VMSG_ROLE_DRIVER,
                                                      VMSG_ROLE_BUS};

    r->catalogue = vmsg_catalogue_load("v2", err, err_size);
    if (!r->catalogue)
        return false;
    for (size_t i = 0; i < CLI_N_ROLES; i++) {
        r->suites[i] = vmsg_suite_load(roles[i], NULL, r->catalogue, err, err_size);
        if (!r->suites[i])
            return false;
    }
    return true;
}

void vmsg_rules_close(struct vmsg_rules *r)
{
    for (size_t i = 0; i < CLI_N_ROLES; i++)
        vmsg_suite_free(r->suites[i]);
    if (r->catalogue)
        vmsg_catalogue_free(r->catalogue);
}

static bool shown(const struct vmsg_clause *c, const struct vmsg_rules_filter *f)
{
    if (f->level_given && c->level != f->level)
        return false;
    return !f->role_given || !strcmp(c->role, "any") ||
           !strcmp(c->role, vmsg_value_role_text(f->role));
}

/* The joins: each appends the ids that belong to a clause. */

static json_t *scenarios_of(const struct vmsg_rules *r, const char *clause)
{
    json_t *ids = json_array();

    for (size_t k = 0; k < CLI_N_ROLES; k++)
        for (size_t i = 0; i < vmsg_suite_size(r->suites[k]); i++) {
            const struct vmsg_scenario *s = vmsg_suite_at(r->suites[k], i);

            for (size_t n = 0; s->clauses[n]; n++)
                if (!strcmp(s->clauses[n], clause)) {
                    json_array_append_new(ids, json_string(s->id));
                    break;
                }
        }
    return ids;
}

static json_t *faults_of(const char *clause)
{
    json_t *ids = json_array();
    const struct vmsg_amp_fault_info *l;
    const struct vmsg_fault *f;

    for (size_t i = 0; (f = vmsg_fault_at(i)); i++)
        if (!strcmp(f->clause, clause))
            json_array_append_new(ids, json_string(f->id));
    for (unsigned i = 1; (l = vmsg_amp_fault_at(i)); i++)
        if (!strcmp(l->clause, clause))
            json_array_append_new(ids, json_string(l->id));
    return ids;
}

/* Is it one of these space-separated ids? */
static bool names(const char *ids, const char *id)
{
    size_t len = strlen(id);

    for (const char *p = ids; (p = strstr(p, id)); p += len)
        if ((p == ids || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
            return true;
    return false;
}

static json_t *quirks_of(const char *clause)
{
    json_t *ids = json_array();
    const struct vmsg_quirk *q;

    for (size_t i = 0; (q = vmsg_quirk_at(i)); i++)
        if (q->clause && names(q->clause, clause))
            json_array_append_new(ids, json_string(q->id));
    return ids;
}

static json_t *rule(const struct vmsg_rules *r, const struct vmsg_clause *c)
{
    json_t *readings = json_array();
    char hash[24];

    for (size_t i = 0; c->readings && c->readings[i]; i++)
        json_array_append_new(readings, json_string(c->readings[i]));
    snprintf(hash, sizeof hash, "0x%016" PRIx64, c->hash);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:o, s:s?, s:s, s:o, s:o, s:o}",
                     "id", c->id, "level", vmsg_level_text(c->level), "role", c->role, "section",
                     c->section, "title", c->title, "summary", c->summary, "observe",
                     vmsg_observe_text(c->observe), "why", c->why, "readings", readings, "restates",
                     c->restates, "hash", hash, "scenarios", scenarios_of(r, c->id), "faults",
                     faults_of(c->id), "quirks", quirks_of(c->id));
}

json_t *vmsg_rules_json(const struct vmsg_rules *r, const struct vmsg_rules_filter *filter)
{
    json_t *all = json_array();

    for (size_t i = 0; i < vmsg_catalogue_size(r->catalogue); i++) {
        const struct vmsg_clause *c = vmsg_catalogue_at(r->catalogue, i);

        if (shown(c, filter))
            json_array_append_new(all, rule(r, c));
    }
    return all;
}

static void line(const char *name, const char *text)
{
    if (!text)
        return;
    printf("    %-10s ", name);
    vmsg_put_wrapped(stdout, text, 15, WIDTH);
}

/* The ids of a join, one line each; consumes it. */
static void ids(const char *name, json_t *join)
{
    for (size_t i = 0; i < json_array_size(join); i++)
        line(i ? "" : name, json_string_value(json_array_get(join, i)));
    json_decref(join);
}

int vmsg_rules_print(const struct vmsg_rules *r, const struct vmsg_rules_filter *filter)
{
    for (size_t i = 0; i < vmsg_catalogue_size(r->catalogue); i++) {
        const struct vmsg_clause *c = vmsg_catalogue_at(r->catalogue, i);

        if (!shown(c, filter))
            continue;
        printf("%s  %s  (%s)\n    ", c->id, vmsg_level_text(c->level), c->section);
        vmsg_put_wrapped(stdout, c->summary, 4, WIDTH);
        line("observed", vmsg_observe_text(c->observe));
        line("why", c->why);
        line("restates", c->restates);
        for (size_t k = 0; c->readings && c->readings[k]; k++)
            line("legal", c->readings[k]);
        ids("scenarios", scenarios_of(r, c->id));
        ids("faults", faults_of(c->id));
        ids("quirks", quirks_of(c->id));
    }
    return CLI_OK;
}
