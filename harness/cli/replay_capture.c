/* Replaying a capture: reader -> replayer -> the SUT; what happens -> player and new capture. */
#include "adapters/pcap/reader.h"
#include "adapters/pcap/writer.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/replay_options.h"
#include "harness/cli/run_reports.h"
#include "harness/cli/run_statement.h"
#include "harness/engine/replayer.h"

#include <stdlib.h>
#include <string.h>

struct capture_replay {
    const struct vmsg_replay_options *o;
    enum vmsg_role role;
    struct vmsg_catalogue *catalogue;
    struct vmsg_suite *suite;
    struct vmsg_ics ics;
    char *assumed;
    struct vmsg_reader *reader;
    struct vmsg_player *player;
    struct vmsg_replayer *replayer;
    struct vmsg_capture *capture; /* NULL: none is written */
    struct vmsg_tape out;         /* what happens now */
    struct vmsg_bare bare;
    struct vmsg_run_reports reports;
    bool ours;
    char damage[700]; /* why the file was not read to its end; empty: it was */
};

static void put_out(void *ctx, const struct vmsg_tape_record *record)
{
    struct capture_replay *c = ctx;

    if (c->capture)
        vmsg_capture_put(c->capture, record);
    vmsg_player_put(c->player, record);
}

static struct vmsg_adapter *create(void *ctx, char *err, size_t err_size)
{
    const struct capture_replay *c = ctx;
    const struct vmsg_run_options *run = &c->o->run;
    const char *role = vmsg_value_role_text(c->role);

    if (run->device_side)
        return vmsg_adapter_create_pair(run->uri, run->device_side, role, err, err_size);
    return vmsg_adapter_create(run->uri, role, err, err_size);
}

/* A capture of ours tells everything itself; what the options say must not be lost in silence. */
static bool ours_is_asked_rightly(struct capture_replay *c, char *err, size_t err_size)
{
    const struct vmsg_run_options *run = &c->o->run;

    if (run->role_given && run->role != c->role)
        snprintf(err, err_size, "'%s' is the capture of a %s, but --role is %s; leave --role out",
                 c->o->path, vmsg_value_role_text(c->role), vmsg_value_role_text(run->role));
    else if (c->o->direction_given || run->ics || run->n_fields)
        snprintf(err, err_size,
                 "'%s' is a capture of vmsgspec, which tells directions and the conformance "
                 "statement itself; leave --direction, --ics and the statement's fields out",
                 c->o->path);
    else
        return true;
    return false;
}

/* Whose half is sent: the file's first record tells, or the option does. */
static bool find_role(struct capture_replay *c, char *err, size_t err_size)
{
    const struct vmsg_run_options *run = &c->o->run;
    struct vmsg_tape_record first;
    char why[400];

    if (!vmsg_reader_begins(c->reader, &first, why, sizeof why)) {
        snprintf(err, err_size, "%s: %s, so there is nothing to send", c->o->path, why);
        return false;
    }
    c->ours = vmsg_reader_is_ours(c->reader);
    c->role = c->ours ? vmsg_tape_role(first.judged) : run->role;
    if (c->ours)
        return ours_is_asked_rightly(c, err, err_size);
    if (run->role_given && run->role != VMSG_ROLE_BUS)
        return true;
    snprintf(err, err_size,
             "'%s' holds bare messages, which do not tell whose half is sent: give --role device "
             "or --role driver, what the implementation is",
             c->o->path);
    return false;
}

static bool make_parts(struct capture_replay *c, char *err, size_t err_size)
{
    const struct vmsg_replay_options *o = c->o;
    struct vmsg_replay_config config = {.source = {.create = create, .ctx = c},
                                        .uri = o->run.uri,
                                        .out = &c->out,
                                        .timeout_ms = o->run.timeout_ms};

    c->out = (struct vmsg_tape){.put = put_out, .ctx = c};
    c->player = vmsg_player_new(c->catalogue);
    c->replayer = vmsg_replayer_new(&config);
    if (!c->player || !c->replayer) {
        snprintf(err, err_size, "not enough memory");
        return false;
    }
    if (!vmsg_run_reports_open(&c->reports, o->path, &o->run, err, err_size))
        return false;
    if (o->run.capture)
        c->capture = vmsg_capture_create(o->run.capture, true, err, err_size);
    return !o->run.capture || c->capture;
}

static bool prepare(struct capture_replay *c, char *err, size_t err_size)
{
    struct vmsg_bare_rules rules = c->o->bare;

    c->catalogue = vmsg_catalogue_load("v2", err, err_size);
    c->reader = c->catalogue ? vmsg_reader_open(c->o->path, err, err_size) : NULL;
    if (!c->reader || !find_role(c, err, err_size))
        return false;
    if (!c->ours && !vmsg_run_statement(&c->ics, &c->o->run, &c->assumed, err, err_size))
        return false;
    if (!make_parts(c, err, err_size))
        return false;
    rules.role = c->role;
    rules.complete = true; /* live, all that is owed has its time to come */
    if (!c->ours)
        vmsg_bare_begin(&c->bare, &rules, &c->ics, c->player,
                        (struct vmsg_tape){.put = vmsg_replayer_put, .ctx = c->replayer});
    return true;
}

static void feed(struct capture_replay *c, const struct vmsg_tape_record *record)
{
    if (c->ours)
        vmsg_replayer_put(c->replayer, record);
    else
        vmsg_bare_message(&c->bare, record);
}

static void play(struct capture_replay *c)
{
    struct vmsg_tape_record record;
    char err[CLI_ERR_SIZE];
    enum vmsg_reading how = VMSG_READ_RECORD;

    vmsg_interrupt_catch();
    while (!vmsg_interrupted() && !vmsg_replayer_error(c->replayer) &&
           !vmsg_replayer_not_started(c->replayer) &&
           (how = vmsg_reader_next(c->reader, &record, err, sizeof err)) == VMSG_READ_RECORD)
        feed(c, &record);
    if (vmsg_replayer_error(c->replayer))
        snprintf(c->damage, sizeof c->damage, "packet %llu makes no sense: %s",
                 (unsigned long long)vmsg_reader_packet(c->reader),
                 vmsg_replayer_error(c->replayer));
    else if (how == VMSG_READ_DAMAGED)
        snprintf(c->damage, sizeof c->damage, "%.*s", (int)sizeof c->damage - 1, err);
    if (vmsg_replayer_memory(c->replayer))
        vmsg_cli_error("replay", "%s", vmsg_replayer_memory(c->replayer));
    if (!c->ours)
        vmsg_bare_end(&c->bare, how == VMSG_READ_END);
}

static bool judge(struct capture_replay *c, struct vmsg_run_result *result, char *err,
                  size_t err_size)
{
    const char *not_started = vmsg_replayer_not_started(c->replayer);

    if (!not_started && vmsg_replayer_sent(c->replayer) == 0) {
        if (*c->damage)
            snprintf(err, err_size, "%s: %s, before anything that could be sent", c->o->path,
                     c->damage);
        else
            snprintf(err, err_size, "'%s' holds nothing that could be sent to a %s", c->o->path,
                     vmsg_value_role_text(c->role));
        return false;
    }
    if (*c->damage)
        vmsg_cli_error("replay", "%s: %s; what came before it was sent", c->o->path, c->damage);
    c->suite = vmsg_suite_load(c->role, NULL, c->catalogue, err, err_size);
    if (!c->suite)
        return false;
    vmsg_player_result(c->player, c->suite, result);
    result->sut_uri = c->o->run.uri;
    if (!c->ours)
        result->sut_name = c->ics.name;
    if (not_started) {
        free(result->not_started);
        result->not_started = strdup(not_started);
        result->conforms = false;
    }
    return true;
}

static bool finish_capture(struct capture_replay *c)
{
    char err[CLI_ERR_SIZE];
    bool ok = vmsg_capture_finish(c->capture, err, sizeof err);

    c->capture = NULL;
    if (!ok)
        vmsg_cli_error("replay", "%s", err);
    return ok;
}

static int status_of(const struct capture_replay *c, const struct vmsg_run_result *result)
{
    if (result->not_started) {
        vmsg_cli_error("replay", "the implementation did not start: %s", result->not_started);
        return CLI_NO_SUT;
    }
    if (*c->damage)
        return CLI_USAGE;
    return result->conforms && !vmsg_interrupted() ? CLI_OK : CLI_FAILS;
}

static int replay_and_report(struct capture_replay *c)
{
    struct vmsg_run_result result = {0};
    char err[CLI_ERR_SIZE] = "";
    bool ok = prepare(c, err, sizeof err);
    int status;

    if (ok)
        play(c);
    if (!ok || !judge(c, &result, err, sizeof err)) {
        vmsg_run_reports_abandon(&c->reports);
        finish_capture(c);
        return vmsg_cli_error("replay", "%s", err);
    }
    status = status_of(c, &result);
    if (!finish_capture(c) && status == CLI_OK)
        status = CLI_USAGE;
    if (!vmsg_run_reports_write(&c->reports, &c->o->run, &result) && status == CLI_OK)
        status = CLI_USAGE;
    vmsg_run_result_clear(&result);
    return status;
}

int vmsg_replay_capture(const struct vmsg_replay_options *o)
{
    struct capture_replay c = {.o = o};
    int status = replay_and_report(&c);

    vmsg_reader_close(c.reader);
    vmsg_replayer_free(c.replayer);
    vmsg_player_free(c.player);
    vmsg_ics_clear(&c.ics);
    vmsg_suite_free(c.suite);
    if (c.catalogue)
        vmsg_catalogue_free(c.catalogue);
    free(c.assumed);
    return status;
}
