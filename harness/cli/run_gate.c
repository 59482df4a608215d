/* The gate of a run. */
#include "harness/cli/run_gate.h"

#include <time.h>

bool vmsg_run_gate_open(struct vmsg_run_gate *g, const struct vmsg_run_options *o,
                        const struct vmsg_catalogue *catalogue, const struct vmsg_suite *suite,
                        char *err, size_t err_size)
{
    if (o->xfail && (!vmsg_xfail_load(&g->xfail, o->xfail, err, err_size) ||
                     !vmsg_xfail_check(&g->xfail, catalogue, suite, err, err_size)))
        return false;
    return !o->baseline ||
           (vmsg_read_report_load(&g->baseline, o->baseline, err, err_size) &&
            vmsg_gate_baseline_fits(&g->baseline, o->baseline, vmsg_catalogue_spec(catalogue),
                                    vmsg_value_role_text(o->role), err, err_size));
}

/* The day in UTC, so that a run gives the same verdict everywhere. */
static void today(char date[VMSG_XFAIL_DATE])
{
    time_t now = time(NULL);
    struct tm tm;

    if (!gmtime_r(&now, &tm) || !strftime(date, VMSG_XFAIL_DATE, "%Y-%m-%d", &tm))
        date[0] = '\0';
}

bool vmsg_run_gate_apply(const struct vmsg_run_gate *g, const struct vmsg_run_options *o,
                         struct vmsg_run_result *result)
{
    char date[VMSG_XFAIL_DATE];

    if (!o->xfail && !o->baseline)
        return true;
    today(date);
    if (o->xfail && !vmsg_gate_expect(result, &g->xfail, date, o->n_select > 0))
        return false;
    if (o->baseline && !vmsg_gate_compare(result, &g->baseline, o->baseline, o->n_select > 0))
        return false;
    vmsg_gate_close(result);
    return true;
}

void vmsg_run_gate_clear(struct vmsg_run_gate *g)
{
    vmsg_xfail_clear(&g->xfail);
    vmsg_read_report_clear(&g->baseline);
}
