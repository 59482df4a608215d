/* Which scenarios a selection chooses. */
#include "harness/engine/engine.h"

#include <fnmatch.h>
#include <string.h>

bool vmsg_scenario_id_matches(const char *id, const char *glob)
{
    size_t n = strlen(glob);

    /* "device/set-vqueue" chooses all of the block */
    return fnmatch(glob, id, 0) == 0 || (n && strncmp(id, glob, n) == 0 && id[n] == '/');
}

bool vmsg_scenario_matches(const struct vmsg_scenario *s, const char *glob)
{
    if (vmsg_scenario_id_matches(s->id, glob))
        return true;
    for (size_t i = 0; s->clauses[i]; i++)
        if (fnmatch(glob, s->clauses[i], 0) == 0)
            return true;
    return false;
}
