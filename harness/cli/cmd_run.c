/* vmsgspec run: judge an implementation and report. */
#include "adapters/pcap/writer.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/run_gate.h"
#include "harness/cli/run_keys.h"
#include "harness/cli/run_reports.h"
#include "harness/cli/run_statement.h"
#include "harness/engine/engine.h"
#include "harness/engine/tape.h"

#include <stdlib.h>
#include <string.h>

/* Everything that a run needs and that has to be released after it. */
struct run {
    struct vmsg_run_options options;
    struct vmsg_catalogue *catalogue;
    struct vmsg_suite *suite;
    struct vmsg_ics ics;
    char *assumed; /* NULL: nothing */
    struct vmsg_run_gate gate;
    struct vmsg_run_reports reports;
    struct vmsg_capture *capture; /* NULL: none */
    struct vmsg_tape tape;
};

static void on_started(void *ctx, const char *scenario_id, size_t done, size_t total)
{
    vmsg_progress(stderr, done, total, scenario_id);
}

static bool on_stop(void *ctx)
{
    return vmsg_interrupted();
}

/* The role's own scenarios; those of --scenario come on top of them. */
static bool has_scenarios(const struct vmsg_suite *suite)
{
    for (size_t i = 0; i < vmsg_suite_size(suite); i++)
        if (strncmp(vmsg_suite_at(suite, i)->id, "file/", 5) != 0)
            return true;
    return false;
}

static bool selects(const struct vmsg_suite *suite, const char *glob)
{
    for (size_t i = 0; i < vmsg_suite_size(suite); i++)
        if (vmsg_scenario_matches(vmsg_suite_at(suite, i), glob))
            return true;
    return false;
}

static bool load(struct run *run, char *err, size_t err_size)
{
    const struct vmsg_run_options *o = &run->options;
    const char *role = vmsg_value_role_text(o->role);

    run->catalogue = vmsg_catalogue_load("v2", err, err_size);
    if (!run->catalogue)
        return false;
    run->suite = vmsg_suite_load(o->role, o->scenario, run->catalogue, err, err_size);
    if (!run->suite)
        return false;
    if (!has_scenarios(run->suite)) {
        snprintf(err, err_size, "this version has no scenarios for role %s, so it cannot be judged",
                 role);
        return false;
    }
    for (size_t i = 0; i < o->n_select; i++)
        if (!selects(run->suite, o->select[i])) {
            snprintf(err, err_size,
                     "--select '%s' matches no scenario; 'vmsgspec list --role %s' shows them",
                     o->select[i], role);
            return false;
        }
    return true;
}

static bool open_capture(struct run *run, char *err, size_t err_size)
{
    if (!run->options.capture)
        return true;
    run->capture = vmsg_capture_create(run->options.capture, true, err, err_size);
    run->tape = (struct vmsg_tape){.put = vmsg_capture_put, .ctx = run->capture};
    return run->capture;
}

/* False when something is missing from it. */
static bool finish_capture(struct run *run)
{
    char err[CLI_ERR_SIZE];
    bool ok = vmsg_capture_finish(run->capture, err, sizeof err);

    run->capture = NULL;
    if (!ok)
        vmsg_cli_error(run->options.command, "%s", err);
    return ok;
}

/* All that can be wrong with the usage is found here, before anything is started. */
static bool prepare(struct run *run, char *err, size_t err_size)
{
    return vmsg_run_statement(&run->ics, &run->options, &run->assumed, err, err_size) &&
           load(run, err, err_size) &&
           vmsg_run_gate_open(&run->gate, &run->options, run->catalogue, run->suite, err,
                              err_size) &&
           vmsg_run_reports_open(&run->reports, NULL, &run->options, err, err_size) &&
           open_capture(run, err, err_size);
}

static bool judge(struct run *run, struct vmsg_run_result *result, char *err, size_t err_size)
{
    const struct vmsg_run_options *o = &run->options;
    const struct vmsg_run_config config = {
        .role = o->role,
        .sut_uri = o->uri,
        .sut_device_side = o->device_side,
        .ics = &run->ics,
        .assumed = run->assumed,
        .catalogue = run->catalogue,
        .suite = run->suite,
        .select = o->select,
        .seed = o->seed,
        .repeat = o->repeat,
        .jobs = o->jobs,
        .mem_size = o->mem_size,
        .timeout_ms = o->timeout_ms,
        .tape = run->capture ? &run->tape : NULL,
        .hooks = {.started = on_started, .stop = on_stop},
    };
    bool ran;

    vmsg_interrupt_catch();
    ran = vmsg_run(&config, result, err, err_size);
    vmsg_progress_clear(stderr);
    return ran;
}

static int status_of(const struct run *run, const struct vmsg_run_result *result)
{
    if (result->not_started) {
        vmsg_cli_error(run->options.command, "the implementation did not start: %s",
                       result->not_started);
        return CLI_NO_SUT;
    }
    if (result->gate.applied)
        return result->gate.passes ? CLI_OK : CLI_FAILS;
    return result->conforms && !result->interrupted ? CLI_OK : CLI_FAILS;
}

static int run_and_report(struct run *run)
{
    struct vmsg_run_result result = {0};
    char err[CLI_ERR_SIZE] = "";
    int status;

    if (!prepare(run, err, sizeof err) || !judge(run, &result, err, sizeof err)) {
        vmsg_run_reports_abandon(&run->reports);
        finish_capture(run);
        return vmsg_cli_error(run->options.command, "%s", err);
    }
    if (!vmsg_run_gate_apply(&run->gate, &run->options, &result)) {
        vmsg_run_result_clear(&result);
        vmsg_run_reports_abandon(&run->reports);
        finish_capture(run);
        return vmsg_cli_error(run->options.command, "out of memory");
    }
    status = status_of(run, &result);
    if (!finish_capture(run) && status == CLI_OK)
        status = CLI_USAGE;
    if (!vmsg_run_reports_write(&run->reports, &run->options, &result) && status == CLI_OK)
        status = CLI_USAGE;
    vmsg_run_result_clear(&result);
    return status;
}

int vmsg_run_command(const struct vmsg_run_options *options)
{
    struct run run = {.options = *options};
    int status = run_and_report(&run);

    vmsg_ics_clear(&run.ics);
    vmsg_run_gate_clear(&run.gate);
    vmsg_suite_free(run.suite);
    if (run.catalogue)
        vmsg_catalogue_free(run.catalogue);
    free(run.assumed);
    return status;
}

int vmsg_cmd_run(int argc, char **argv)
{
    struct vmsg_run_options options;
    enum vmsg_cli_parsed parsed = vmsg_run_options_parse(&options, argc, argv);
    int status = parsed == CLI_PARSED ? vmsg_run_command(&options) : vmsg_cli_stopped(parsed);

    vmsg_run_options_clear(&options);
    return status;
}
