/* Which bug is switched on; see parts.h. */
#include "tests/buggy/parts.h"

#include <stdlib.h>
#include <string.h>

enum buggy_bug buggy_chosen(void)
{
    static const char *const ids[] = {
#define X(NAME, ID, TEXT) ID,
        BUGGY_BUGS(X)
#undef X
    };
    const char *id = getenv("BUGGY_BUG");

    for (unsigned i = 0; id && i < BUG_NONE; i++)
        if (!strcmp(id, ids[i]))
            return (enum buggy_bug)i;
    return BUG_NONE;
}
