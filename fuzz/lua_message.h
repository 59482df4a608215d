/*
 * Messages in the text of a scenario: by name and fields where these give the same bytes.
 */
#ifndef VMSG_FUZZ_LUA_MESSAGE_H
#define VMSG_FUZZ_LUA_MESSAGE_H

#include "fuzz/lua.h"

#define VMSG_LUA_INDENT "            "

void vmsg_lua_put_string(FILE *out, const uint8_t *bytes, size_t len);

/* What it is, as a line of comment. */
void vmsg_lua_put_comment(FILE *out, const uint8_t *bytes, size_t len);

/* Can it be told by name and fields, as a request or an event? */
bool vmsg_lua_is_sent(const struct vmsg_fuzz_log_entry *e);

/* The step that sends it; `awaits`: and awaits its response. */
void vmsg_lua_put_sent(FILE *out, const struct vmsg_fuzz_story *s,
                       const struct vmsg_fuzz_log_entry *e, bool awaits);

#endif
