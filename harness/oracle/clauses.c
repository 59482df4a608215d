/* The clause numbers' catalogue ids, and whom they bind. */
#include "harness/oracle/oracle.h"

enum { DEVICE = VMSG_JUDGE_DEVICE, DRIVER = VMSG_JUDGE_DRIVER, BUS = VMSG_JUDGE_BUS };
enum { ALL = DEVICE | DRIVER | BUS };

static const struct {
    const char *id;
    unsigned binds;
} clauses[] = {
#define VMSG_CLAUSE(NAME, ID, BINDS) {ID, BINDS},
#include "harness/oracle/clauses.def"
#undef VMSG_CLAUSE
};

const char *vmsg_clause_id(enum vmsg_clause_no clause)
{
    return clause < VMSG_CLAUSE_COUNT ? clauses[clause].id : "?";
}

unsigned vmsg_clause_binds(enum vmsg_clause_no clause)
{
    return clause < VMSG_CLAUSE_COUNT ? clauses[clause].binds : 0;
}
