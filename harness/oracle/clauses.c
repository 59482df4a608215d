/* The clause numbers' catalogue ids. */
#include "harness/oracle/oracle.h"

const char *vmsg_clause_id(enum vmsg_clause_no clause)
{
    static const char *const ids[] = {
#define VMSG_CLAUSE(NAME, ID) ID,
#include "harness/oracle/clauses.def"
#undef VMSG_CLAUSE
    };
    return clause < VMSG_CLAUSE_COUNT ? ids[clause] : "?";
}
