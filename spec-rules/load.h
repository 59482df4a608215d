/*
 * Loading of a catalogue from its Lua data, with every check an editor needs.
 *
 * The data runs in a Lua state without libraries: it can only build tables. That state lives as
 * long as the catalogue and owns its strings.
 */
#ifndef VMSG_RULES_LOAD_H
#define VMSG_RULES_LOAD_H

#include "harness/embed.h"
#include "spec-rules/catalogue.h"

#include <lua.h>

struct vmsg_catalogue {
    lua_State *lua; /* owns everything that the clauses point to */
    const char *spec;
    struct vmsg_clause *clauses; /* spec order */
    size_t n, cap;
    const struct vmsg_clause **by_id; /* sorted by id */
};

/*
 * Load the files "REVISION/..." of a table that ends with a NULL name; "REVISION/index.lua" names
 * the others in order. NULL with a sentence in err that names file and clause: unknown key,
 * missing field, bad level, duplicate id, gap in a block's numbers, unknown `restates`, file
 * not in the index.
 */
struct vmsg_catalogue *vmsg_catalogue_load_from(const struct vmsg_embedded *files,
                                                const char *revision, char *err, size_t err_size);

/*
 * Checks between the clauses once all are read; by_id is sorted. False with a sentence in err.
 */
bool vmsg_catalogue_check(const struct vmsg_catalogue *c, char *err, size_t err_size);

#endif
