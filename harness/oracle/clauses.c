/* The clause numbers' catalogue ids, and whom they bind. */
#include "harness/oracle/internal.h"

enum { DEVICE = VMSG_JUDGE_DEVICE, DRIVER = VMSG_JUDGE_DRIVER, BUS = VMSG_JUDGE_BUS };
enum { ALL = DEVICE | DRIVER | BUS };

static const char *const ids[VMSG_CLAUSE_COUNT] = {
#define VMSG_CLAUSE(NAME, ID, BINDS) ID,
#include "harness/oracle/clauses.def"
#undef VMSG_CLAUSE
};

const uint8_t vmsg_clause_bound[VMSG_CLAUSE_COUNT] = {
#define VMSG_CLAUSE(NAME, ID, BINDS) BINDS,
#include "harness/oracle/clauses.def"
#undef VMSG_CLAUSE
};

const char *vmsg_clause_id(enum vmsg_clause_no clause)
{
    return clause < VMSG_CLAUSE_COUNT ? ids[clause] : "?";
}

unsigned vmsg_clause_binds(enum vmsg_clause_no clause)
{
    return clause < VMSG_CLAUSE_COUNT ? vmsg_clause_bound[clause] : 0;
}
