/* HTML report: findings of a scenario that say the same are told once, with all their messages. */
#include "reports/html.h"

#include "reports/escape.h"
#include "reports/page.h"

#include <string.h>

static bool same(const struct vmsg_result_finding *a, const struct vmsg_result_finding *b)
{
    return !strcmp(a->clause, b->clause) && !strcmp(a->text, b->text);
}

bool vmsg_html_told(const struct vmsg_scenario_result *s, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (same(&s->findings[k], &s->findings[i]))
            return true;
    return false;
}

static void link_to(FILE *out, const struct vmsg_scenario_result *s, uint32_t message)
{
    char id[512];

    if (message < s->n_trace)
        snprintf(id, sizeof id, "%s:%u", s->id, (unsigned)message);
    fputs("<a class=\"id\"", out);
    vmsg_page_href(out, message < s->n_trace ? id : s->id);
    fputc('>', out);
}

void vmsg_html_messages(FILE *out, const struct vmsg_scenario_result *s, size_t i, bool named)
{
    link_to(out, s, s->findings[i].message);
    if (named) {
        vmsg_put_html(out, s->id);
        fputs(", ", out);
    }
    fprintf(out, "message %u</a>", (unsigned)s->findings[i].message);
    for (size_t k = i + 1; k < s->n_findings; k++) {
        if (!same(&s->findings[k], &s->findings[i]))
            continue;
        fputs(", ", out);
        link_to(out, s, s->findings[k].message);
        fprintf(out, "%u</a>", (unsigned)s->findings[k].message);
    }
}
