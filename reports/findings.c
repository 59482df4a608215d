/* Findings that say the same; see findings.h. */
#include "reports/findings.h"

#include <string.h>

bool vmsg_findings_agree(const struct vmsg_result_finding *a, const struct vmsg_result_finding *b)
{
    return !strcmp(a->clause, b->clause) && !strcmp(a->text, b->text);
}

bool vmsg_finding_told(const struct vmsg_scenario_result *s, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (vmsg_findings_agree(&s->findings[k], &s->findings[i]))
            return true;
    return false;
}

size_t vmsg_finding_times(const struct vmsg_scenario_result *s, size_t i)
{
    size_t n = 0;

    for (size_t k = 0; k < s->n_findings; k++)
        n += vmsg_findings_agree(&s->findings[k], &s->findings[i]);
    return n;
}
