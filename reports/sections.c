/* The clauses of a run by section of the spec. */
#include "reports/sections.h"

#include <string.h>

size_t vmsg_section_part_len(const char *section)
{
    const char *end = strstr(section, " / ");

    return end ? (size_t)(end - section) : strlen(section);
}

const char *vmsg_section_topic(const char *section)
{
    size_t part = vmsg_section_part_len(section);

    return section[part] ? section + part + 3 : section;
}

bool vmsg_section_same_part(const char *a, const char *b)
{
    size_t n = vmsg_section_part_len(a);

    return n == vmsg_section_part_len(b) && !strncmp(a, b, n);
}

bool vmsg_section_begins(const struct vmsg_run_result *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!strcmp(r->clauses[k].clause->section, r->clauses[i].clause->section))
            return false;
    return true;
}

bool vmsg_section_begins_part(const struct vmsg_run_result *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (vmsg_section_same_part(r->clauses[k].clause->section, r->clauses[i].clause->section))
            return false;
    return true;
}
