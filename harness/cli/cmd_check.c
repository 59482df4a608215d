/* vmsgspec check: judge recorded traffic, in a stream. */
#include "adapters/pcap/reader.h"
#include "harness/cli/check_options.h"
#include "harness/cli/run_reports.h"
#include "harness/cli/run_statement.h"
#include "harness/engine/engine.h"

#include <stdlib.h>
#include <string.h>

struct check {
    struct vmsg_check_options options;
    struct vmsg_catalogue *catalogue;
    struct vmsg_suite *suite;
    struct vmsg_ics ics;
    char *assumed;
    struct vmsg_reader *reader;
    struct vmsg_player *player;
    struct vmsg_bare bare;
    struct vmsg_tape_record first; /* of the capture, looked at */
    struct vmsg_run_reports reports;
    bool damaged;
};

static bool prepare(struct check *c, char *err, size_t err_size)
{
    char why[400];

    c->catalogue = vmsg_catalogue_load("v2", err, err_size);
    if (!c->catalogue)
        return false;
    c->player = vmsg_player_new(c->catalogue);
    if (!c->player) {
        snprintf(err, err_size, "not enough memory");
        return false;
    }
    c->reader = vmsg_reader_open(c->options.path, err, err_size);
    if (!c->reader)
        return false;
    if (vmsg_reader_begins(c->reader, &c->first, why, sizeof why))
        return true;
    snprintf(err, err_size, "%s: %s, so there is nothing to judge", c->options.path, why);
    return false;
}

/* A capture of ours tells everything itself; what the options say must not be lost in silence. */
static bool ours_is_asked_rightly(struct check *c, char *err, size_t err_size)
{
    const struct vmsg_check_options *o = &c->options;
    enum vmsg_role role = vmsg_tape_role(c->first.judged);

    if (o->run.role_given && o->run.role != role) {
        snprintf(err, err_size, "'%s' is the capture of a %s, but --role is %s; leave --role out",
                 o->path, vmsg_value_role_text(role), vmsg_value_role_text(o->run.role));
        return false;
    }
    if (!o->direction_given && !o->bare.complete && !o->run.ics && !o->run.n_fields)
        return true;
    snprintf(err, err_size,
             "'%s' is a capture of vmsgspec, which tells directions and the conformance statement "
             "itself; leave --direction, --complete, --ics and the statement's fields out",
             o->path);
    return false;
}

static bool bare_is_asked_rightly(struct check *c, char *err, size_t err_size)
{
    const struct vmsg_check_options *o = &c->options;
    struct vmsg_bare_rules rules = o->bare;

    rules.role = o->run.role;
    if (!o->run.role_given)
        snprintf(err, err_size,
                 "'%s' holds bare messages, which do not tell who is judged: give --role device or "
                 "--role driver",
                 o->path);
    else if (o->run.role == VMSG_ROLE_BUS)
        snprintf(err, err_size,
                 "'%s' holds bare messages, which do not tell the two ends of a bus: judge --role "
                 "device or driver, or record the bus with 'run --capture'",
                 o->path);
    else if (vmsg_run_statement(&c->ics, &o->run, &c->assumed, err, err_size)) {
        if (vmsg_reader_protocol(c->reader))
            vmsg_cli_error("check",
                           "'%s' is a capture of %s by its link type; each packet of it "
                           "is taken for one virtio-msg message",
                           o->path, vmsg_reader_protocol(c->reader));
        vmsg_bare_begin(&c->bare, &rules, &c->ics, c->player,
                        (struct vmsg_tape){.put = vmsg_player_put, .ctx = c->player});
        return true;
    }
    return false;
}

/* What is wrong with the capture's content; what was found until there still counts. */
static void tell_damage(struct check *c, const char *why)
{
    c->damaged = true;
    vmsg_cli_error("check", "%s: %s; what came before it is judged", c->options.path, why);
}

static bool play_ours(void *check, const struct vmsg_tape_record *record)
{
    struct check *c = check;

    vmsg_player_put(c->player, record);
    return !vmsg_player_error(c->player);
}

static bool play_bare(void *check, const struct vmsg_tape_record *record)
{
    struct check *c = check;

    vmsg_bare_message(&c->bare, record);
    return !vmsg_player_error(c->player);
}

static void play(struct check *c, bool ours)
{
    char err[CLI_ERR_SIZE] = "", text[CLI_ERR_SIZE];
    enum vmsg_reading how =
        vmsg_player_error(c->player)
            ? VMSG_READ_RECORD
            : vmsg_reader_all(c->reader, ours ? play_ours : play_bare, c, err, sizeof err);

    if (vmsg_player_error(c->player)) {
        snprintf(text, sizeof text, "packet %llu makes no sense: %s",
                 (unsigned long long)vmsg_reader_packet(c->reader), vmsg_player_error(c->player));
        tell_damage(c, text);
    } else if (how == VMSG_READ_DAMAGED) {
        tell_damage(c, err);
    }
    if (!ours)
        vmsg_bare_end(&c->bare, how == VMSG_READ_END);
}

static bool load_suite(struct check *c, char *err, size_t err_size)
{
    enum vmsg_role role;

    if (!vmsg_player_role(c->player, &role)) {
        snprintf(err, err_size, "'%s' holds no messages, so there is nothing to judge",
                 c->options.path);
        return false;
    }
    c->suite = vmsg_suite_load(role, NULL, c->catalogue, err, err_size);
    return c->suite != NULL;
}

static bool judge(struct check *c, struct vmsg_run_result *result, char *err, size_t err_size)
{
    bool ours = vmsg_reader_is_ours(c->reader);

    if (ours ? !ours_is_asked_rightly(c, err, err_size) : !bare_is_asked_rightly(c, err, err_size))
        return false;
    if (!vmsg_run_reports_open(&c->reports, c->options.path, &c->options.run, err, err_size))
        return false;
    play(c, ours);
    if (!load_suite(c, err, err_size)) {
        vmsg_run_reports_abandon(&c->reports);
        return false;
    }
    vmsg_player_result(c->player, c->suite, result);
    if (!ours) {
        result->sut_name = c->ics.name;
        vmsg_run_assume(result, "the capture begins where the connection does");
    }
    return true;
}

static int check(struct check *c)
{
    struct vmsg_run_result result = {0};
    char err[CLI_ERR_SIZE] = "";
    int status;

    if (!prepare(c, err, sizeof err) || !judge(c, &result, err, sizeof err))
        return vmsg_cli_error("check", "%s", err);
    status = c->damaged ? CLI_USAGE : result.conforms ? CLI_OK : CLI_FAILS;
    if (!vmsg_run_reports_write(&c->reports, &c->options.run, &result) && status == CLI_OK)
        status = CLI_USAGE;
    vmsg_run_result_clear(&result);
    return status;
}

int vmsg_cmd_check(int argc, char **argv)
{
    struct check c = {0};
    enum vmsg_cli_parsed parsed = vmsg_check_options_parse(&c.options, argc, argv);
    int status = parsed == CLI_PARSED ? check(&c) : vmsg_cli_stopped(parsed);

    vmsg_reader_close(c.reader);
    vmsg_player_free(c.player);
    vmsg_ics_clear(&c.ics);
    vmsg_suite_free(c.suite);
    if (c.catalogue)
        vmsg_catalogue_free(c.catalogue);
    free(c.assumed);
    vmsg_check_options_clear(&c.options);
    return status;
}
