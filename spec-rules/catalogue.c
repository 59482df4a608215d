/*
 * The clause catalogue: access to what load.c read.
 */
#include "spec-rules/catalogue.h"
#include "harness/embed.h"
#include "spec-rules/load.h"

#include <stdlib.h>
#include <string.h>

struct vmsg_catalogue *vmsg_catalogue_load(const char *revision, char *err, size_t err_size)
{
    return vmsg_catalogue_load_from(vmsg_embedded_rules, revision, err, err_size);
}

void vmsg_catalogue_free(struct vmsg_catalogue *c)
{
    if (!c)
        return;
    if (c->lua)
        lua_close(c->lua);
    free(c->clauses);
    free(c->by_id);
    free(c);
}

const char *vmsg_catalogue_spec(const struct vmsg_catalogue *c)
{
    return c->spec;
}

size_t vmsg_catalogue_size(const struct vmsg_catalogue *c)
{
    return c->n;
}

const struct vmsg_clause *vmsg_catalogue_at(const struct vmsg_catalogue *c, size_t i)
{
    return i < c->n ? &c->clauses[i] : NULL;
}

static int compare(const void *id, const void *entry)
{
    return strcmp(id, (*(const struct vmsg_clause *const *)entry)->id);
}

const struct vmsg_clause *vmsg_catalogue_find(const struct vmsg_catalogue *c, const char *id)
{
    const struct vmsg_clause **found = bsearch(id, c->by_id, c->n, sizeof *c->by_id, compare);

    return found ? *found : NULL;
}

const char *vmsg_level_text(enum vmsg_level level)
{
    switch (level) {
    case VMSG_MUST:
        return "MUST";
    case VMSG_SHOULD:
        return "SHOULD";
    case VMSG_MAY:
        return "MAY";
    }
    return "?";
}

const char *vmsg_observe_text(enum vmsg_observe observe)
{
    switch (observe) {
    case VMSG_OBSERVE_WIRE:
        return "wire";
    case VMSG_OBSERVE_MEMORY:
        return "memory";
    case VMSG_OBSERVE_UPPER:
        return "upper tester";
    case VMSG_OBSERVE_DECLARATION:
        return "declaration";
    case VMSG_OBSERVE_NONE:
        return "none";
    case VMSG_OBSERVE_RESTATED:
        return "restated";
    }
    return "?";
}
