/*
 * Files carried in the program (scenarios, catalogue, prelude), so that it runs from anywhere.
 */
#ifndef VMSG_EMBED_H
#define VMSG_EMBED_H

#include <stddef.h>

struct vmsg_embedded {
    const char *name; /* relative path, "device/set-vqueue.lua"; NULL ends a table */
    const char *data; /* followed by a NUL that length does not count */
    size_t length;
};

/* Compiled Lua: */
extern const struct vmsg_embedded vmsg_embedded_rules[];     /* spec-rules: "v2/....lua" */
extern const struct vmsg_embedded vmsg_embedded_scenarios[]; /* scenarios: "device/....lua" */
extern const struct vmsg_embedded vmsg_embedded_prelude[];   /* harness/engine: "prelude/....lua" */

extern const struct vmsg_embedded vmsg_embedded_page[]; /* reports: "page/style.css", ... */

#endif
