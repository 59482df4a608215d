/* HTML report: the messages of findings that say the same. */
#include "reports/html.h"

#include "reports/escape.h"
#include "reports/findings.h"
#include "reports/page.h"

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
        if (!vmsg_findings_agree(&s->findings[k], &s->findings[i]))
            continue;
        fputs(", ", out);
        link_to(out, s, s->findings[k].message);
        fprintf(out, "%u</a>", (unsigned)s->findings[k].message);
    }
}
