/*
 * One block of a catalogue file.
 */
#ifndef VMSG_RULES_LOAD_CLAUSE_H
#define VMSG_RULES_LOAD_CLAUSE_H

#include "spec-rules/load.h"

/*
 * Read the block on top of the stack (a table: section, title, and its clauses as a list) and
 * append its clauses. Raises a Lua error that names `file` and the clause.
 */
void vmsg_load_block(lua_State *L, struct vmsg_catalogue *c, const char *file);

#endif
