/* Which scenarios a selection chooses. */
#include "harness/engine/engine.h"

#include <fnmatch.h>
#include <string.h>

bool vmsg_scenario_matches(const struct vmsg_scenario *s, const char *glob)
{
    size_t n = strlen(glob);

    if (fnmatch(glob, s->id, 0) == 0)
        return true;
    /* "device/set-vqueue" chooses all of the block */
    if (n && strncmp(s->id, glob, n) == 0 && s->id[n] == '/')
        return true;
    for (size_t i = 0; s->clauses[i]; i++)
        if (fnmatch(glob, s->clauses[i], 0) == 0)
            return true;
    return false;
}
