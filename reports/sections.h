/*
 * The clauses of a run by section of the spec. A section is a path, "Part / Topic / ...".
 */
#ifndef VMSG_SECTIONS_H
#define VMSG_SECTIONS_H

#include "harness/engine/result.h"

size_t vmsg_section_part_len(const char *section); /* of "Part" */
const char *
vmsg_section_topic(const char *section); /* what follows it; the part itself if nothing */
bool vmsg_section_same_part(const char *a, const char *b);

/* Is clause i the first one, in spec order, of its section, of its part? */
bool vmsg_section_begins(const struct vmsg_run_result *r, size_t i);
bool vmsg_section_begins_part(const struct vmsg_run_result *r, size_t i);

#endif
