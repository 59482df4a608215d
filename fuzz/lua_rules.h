/*
 * What a script does to the answers and events of the device that is played, as rules of a
 * scenario.
 */
#ifndef VMSG_FUZZ_LUA_RULES_H
#define VMSG_FUZZ_LUA_RULES_H

#include "fuzz/lua.h"

/* The next one that is sent comes from the device that is played. */
bool vmsg_lua_is_played(enum vmsg_fuzz_logged what);

/* Does the script go on as soon as that is done, what was perturbed before `at`, before the driver
 * has said anything? Then the scenario waits for the rule. */
bool vmsg_lua_is_awaited(const struct vmsg_fuzz_story *s, size_t at);

void vmsg_lua_put_rules(FILE *out, const struct vmsg_fuzz_story *s);

#endif
