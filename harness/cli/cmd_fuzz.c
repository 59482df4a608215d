/* vmsgspec fuzz: a campaign against an implementation, or one script again. */
#include "adapters/lib/lib.h"
#include "fuzz/campaign.h"
#include "fuzz/files.h"
#include "fuzz/record.h"
#include "harness/cli/coverage.h"
#include "harness/cli/fuzz_options.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/replay_options.h"
#include "harness/cli/run_statement.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Everything that a campaign needs and that has to be released after it. */
struct fuzz {
    struct vmsg_fuzz_options options;
    struct vmsg_catalogue *catalogue;
    struct vmsg_ics ics;
    char *assumed; /* NULL: nothing */
    struct vmsg_fuzz_setup setup;
    struct vmsg_tape *tape; /* NULL: nothing is recorded */
    char corpus[PATH_MAX], findings[PATH_MAX];
};

static struct vmsg_adapter *create(void *ctx, char *err, size_t err_size)
{
    const struct vmsg_run_options *o = ctx;
    const char *role = vmsg_value_role_text(o->role);

    if (o->device_side)
        return vmsg_adapter_create_pair(o->uri, o->device_side, role, err, err_size);
    return vmsg_adapter_create(o->uri, role, err, err_size);
}

/* Where it can be asked what it is without taking this program along. */
static struct vmsg_adapter *create_apart(void *ctx, char *err, size_t err_size)
{
    const struct vmsg_run_options *o = ctx;
    char *uri = strndup(o->uri, vmsg_lib_isolated(o->uri));
    struct vmsg_adapter *adapter = NULL;

    snprintf(err, err_size, "not enough memory");
    if (uri)
        adapter = vmsg_adapter_create(uri, vmsg_value_role_text(o->role), err, err_size);
    free(uri);
    return adapter;
}

/* Ask it what it is, and be ready to fuzz it. */
static enum vmsg_fuzz_ready ask(struct fuzz *f, const struct vmsg_run_config *config, char *err,
                                size_t err_size)
{
    struct vmsg_run_options *o = &f->options.run;
    const struct vmsg_adapter_source plain = {create, o}, apart = {create_apart, o};
    bool is_apart = !o->uri[vmsg_lib_isolated(o->uri)];
    enum vmsg_fuzz_ready ready =
        vmsg_fuzz_setup(&f->setup, config, is_apart ? plain : apart, err, err_size);

    if (ready == VMSG_FUZZ_READY && !is_apart && !vmsg_fuzz_attach(&f->setup, plain, err, err_size))
        return VMSG_FUZZ_WRONG;
    return ready;
}

/* Reads of a SUT that is started thousands of times a second are not to go to the system. */
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

static enum vmsg_fuzz_ready prepare(struct fuzz *f, char *err, size_t err_size)
{
    struct vmsg_run_options *o = &f->options.run;
    struct vmsg_run_config config = {.role = o->role,
                                     .sut_uri = o->uri,
                                     .sut_device_side = o->device_side,
                                     .ics = &f->ics,
                                     .seed = o->seed,
                                     .mem_size = o->mem_size,
                                     .timeout_ms = o->timeout_ms};
    enum vmsg_fuzz_ready ready;

    keep_memory();
    if (!vmsg_run_statement(&f->ics, o, &f->assumed, err, err_size))
        return VMSG_FUZZ_WRONG;
    config.catalogue = f->catalogue = vmsg_catalogue_load("v2", err, err_size);
    if (!f->catalogue ||
        (o->capture && !(f->tape = vmsg_fuzz_record_begin(o->capture, err, err_size))))
        return VMSG_FUZZ_WRONG;
    config.tape = f->tape;
    config.assumed = f->assumed;
    ready = ask(f, &config, err, err_size);
    if (ready == VMSG_FUZZ_READY)
        vmsg_fuzz_record_about(f->tape, &f->setup, o->uri);
    return ready;
}

/* ---- a campaign ---- */

static void rate(char *out, size_t size, const struct vmsg_campaign_stats *s)
{
    double seconds = s->elapsed_ms ? (double)s->elapsed_ms / 1000 : 1;

    snprintf(out, size, "%" PRIu64 " runs, %.0f messages/s, corpus %" PRIu64 ", signal %" PRIu64,
             s->runs, (double)s->messages / seconds, s->corpus, s->signal);
}

static void on_status(void *ctx, const struct vmsg_campaign_stats *s)
{
    char text[160];

    if (!isatty(STDERR_FILENO))
        return;
    rate(text, sizeof text, s);
    fprintf(stderr,
            "\r\033[K%" PRIu64 " s: %s; found: %" PRIu64 " clauses, %" PRIu64 " crashes, %" PRIu64
            " hangs",
            s->elapsed_ms / 1000, text, s->broken, s->crashed, s->wedged);
    fflush(stderr);
}

static bool on_stop(void *ctx)
{
    return vmsg_interrupted();
}

static bool make_folders(struct fuzz *f, char *err, size_t err_size)
{
    vmsg_fuzz_path(f->findings, f->options.out, "findings");
    vmsg_fuzz_path(f->corpus, f->options.out, "corpus");
    if (f->options.corpus)
        snprintf(f->corpus, sizeof f->corpus, "%s", f->options.corpus);
    for (int i = 0; i < 2; i++) {
        const char *path = i ? f->corpus : f->findings;

        if (vmsg_fuzz_make_folder(path) && access(path, W_OK) == 0)
            continue;
        snprintf(err, err_size, "cannot write to the folder '%s': %m", path);
        return false;
    }
    return true;
}

/* The folder's first line of trace.txt says what it is. */
static void show_finding(const char *folder, const char *name)
{
    char path[PATH_MAX], trace[PATH_MAX];
    size_t len = 0;
    uint8_t *text;

    vmsg_fuzz_path(path, folder, name);
    printf("%s\n", path);
    vmsg_fuzz_path(trace, path, "trace.txt");
    text = vmsg_fuzz_read_file(trace, 64u << 20, &len);
    if (text)
        printf("  %.*s\n", (int)strcspn((char *)text, "\n"), (char *)text);
    free(text);
}

static int is_finding(const struct dirent *d)
{
    return d->d_name[0] != '.' && !strstr(d->d_name, ".new");
}

static void show_findings(const struct fuzz *f)
{
    struct dirent **files;
    int n = scandir(f->findings, &files, is_finding, alphasort);

    for (int i = 0; i < n; i++) {
        show_finding(f->findings, files[i]->d_name);
        free(files[i]);
    }
    if (n >= 0)
        free(files);
}

static int summarise(const struct fuzz *f, const struct vmsg_campaign_stats *s)
{
    char text[160];
    uint64_t found = s->broken + s->crashed + s->wedged;

    rate(text, sizeof text, s);
    show_findings(f);
    printf("%s in %.1f s\n%" PRIu64 " new findings (%" PRIu64 " broken clauses, %" PRIu64
           " crashes, %" PRIu64 " hangs; %" PRIu64 " did not show again), known ones met %" PRIu64
           " times\n",
           text, (double)s->elapsed_ms / 1000, found, s->broken, s->crashed, s->wedged, s->unstable,
           s->again);
    if (s->unsaved)
        vmsg_cli_error(f->options.run.command, "%" PRIu64 " findings could not be written to '%s'",
                       s->unsaved, f->findings);
    return found || s->again ? CLI_FAILS : CLI_OK;
}

/* Scripts on one connection. What a bus in a process of its own loses is waited for at the end of
 * each, so that it is to be few of them that showed it. */
static size_t together(const struct fuzz *f)
{
    const struct vmsg_fuzz_options *o = &f->options;

    if (o->together)
        return o->together;
    if (o->run.role == VMSG_ROLE_DRIVER)
        return 1;
    return o->run.role == VMSG_ROLE_DEVICE || f->setup.ctx.caps & VMSG_VIRTUAL_TIME ? 64 : 8;
}

static int campaign(struct fuzz *f)
{
    const struct vmsg_fuzz_options *o = &f->options;
    const struct vmsg_campaign_config config = {
        .setup = &f->setup,
        .sut = o->run.uri,
        .options = o->repeated ? o->repeated : "",
        .tape = f->tape,
        .corpus = f->corpus,
        .folder = f->findings,
        .seed = o->run.seed,
        .runs = o->runs,
        .time_ms = o->time_ms,
        .jobs = o->run.jobs ? o->run.jobs : 1,
        .together = together(f),
        .steps = o->steps,
        .hang_ms = o->hang_ms,
        .count_code = vmsg_coverage_begin,
        .take_code = vmsg_coverage_take,
        .status = on_status,
        .stop = on_stop,
    };
    struct vmsg_campaign_stats stats = {0};
    char err[CLI_ERR_SIZE] = "";
    bool ran;

    if (!make_folders(f, err, sizeof err))
        return vmsg_cli_error(f->options.run.command, "%s", err);
    vmsg_interrupt_catch();
    ran = vmsg_campaign_run(&config, &stats, err, sizeof err);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (ran)
        return summarise(f, &stats);
    summarise(f, &stats);
    vmsg_cli_error(f->options.run.command, "the campaign ended early: %s", err);
    return CLI_NO_SUT;
}

/* ---- one script ---- */

static void print_log(const struct vmsg_fuzz_log *log)
{
    struct vmsg_fuzz_log_entry e;
    char text[400];

    for (size_t at = 0; vmsg_fuzz_log_next(log, &at, &e);) {
        if (e.what != VMSG_FUZZ_SENT && e.what != VMSG_FUZZ_CAME)
            continue;
        vmsg_text(text, sizeof text, e.bytes, e.len);
        printf("%s %s%s\n", e.what == VMSG_FUZZ_SENT ? "->" : "<-",
               e.endpoint ? "device end: " : "", text);
    }
}

static int run_script(struct fuzz *f, const uint8_t *bytes, size_t len)
{
    char err[CLI_ERR_SIZE] = "";
    struct vmsg_fuzz_script script = {0};
    struct vmsg_fuzz_result result = {0};
    struct vmsg_adapter *adapter = create(&f->options.run, err, sizeof err);
    const struct vmsg_fuzz_trial trial = {.target = &f->setup.target,
                                          .adapter = adapter,
                                          .log = vmsg_fuzz_log_new(),
                                          .tape = f->tape,
                                          .hang_ms = f->options.hang_ms};
    int status = CLI_FAILS;

    if (!adapter || !trial.log || !vmsg_fuzz_decode(&script, bytes, len)) {
        status = vmsg_cli_error(f->options.run.command, "%s", *err ? err : "not enough memory");
    } else {
        vmsg_fuzz_trial(&trial, &script, &result);
        print_log(trial.log);
        if (result.output)
            printf("\n%s\n", result.output);
        printf("\n%s\n", result.end == VMSG_FUZZ_CLEAN ? "nothing is found" : result.text);
        if (result.end == VMSG_FUZZ_CLEAN)
            status = CLI_OK;
        else if (result.end == VMSG_FUZZ_NO_SUT)
            status = CLI_NO_SUT;
    }
    free(result.output);
    vmsg_fuzz_clear(&script);
    vmsg_fuzz_log_free(trial.log);
    if (adapter)
        adapter->ops->free(adapter);
    return status;
}

static int again(struct fuzz *f)
{
    size_t len;
    uint8_t *bytes = vmsg_fuzz_read_file(f->options.script, 1u << 20, &len);
    int status;

    if (!bytes)
        return vmsg_cli_error(f->options.run.command, "cannot read the script '%s': %m",
                              f->options.script);
    status = run_script(f, bytes, len);
    free(bytes);
    return status;
}

static int do_fuzz(struct fuzz *f)
{
    char err[CLI_ERR_SIZE] = "";

    switch (prepare(f, err, sizeof err)) {
    case VMSG_FUZZ_READY:
        return f->options.script ? again(f) : campaign(f);
    case VMSG_FUZZ_NOT_STARTED:
        vmsg_cli_error(f->options.run.command, "the implementation did not start: %s", err);
        return CLI_NO_SUT;
    case VMSG_FUZZ_WRONG:
        break;
    }
    return vmsg_cli_error(f->options.run.command, "%s", err);
}

/* Something missing from the capture is no success. */
static int finish_capture(struct fuzz *f, int status)
{
    char err[CLI_ERR_SIZE];

    if (f->tape && (status == CLI_OK || status == CLI_FAILS))
        vmsg_fuzz_record_found(f->tape, &f->setup, status == CLI_FAILS);
    if (vmsg_fuzz_record_finish(f->tape, err, sizeof err))
        return status;
    vmsg_cli_error(f->options.run.command, "%s", err);
    return status == CLI_OK ? CLI_USAGE : status;
}

static int fuzz(struct fuzz *f)
{
    return finish_capture(f, do_fuzz(f));
}

static void clear(struct fuzz *f)
{
    vmsg_fuzz_setup_clear(&f->setup);
    vmsg_ics_clear(&f->ics);
    if (f->catalogue)
        vmsg_catalogue_free(f->catalogue);
    free(f->assumed);
}

/* One command a process; what it needs is too large for a stack. */
static struct fuzz *state(void)
{
    static struct fuzz f;

    return &f;
}

int vmsg_cmd_fuzz(int argc, char **argv)
{
    struct fuzz *f = state();
    enum vmsg_cli_parsed parsed = vmsg_fuzz_options_parse(&f->options, argc, argv);
    int status = parsed == CLI_PARSED ? fuzz(f) : vmsg_cli_stopped(parsed);

    clear(f);
    vmsg_fuzz_options_clear(&f->options);
    return status;
}

int vmsg_replay_script(const struct vmsg_replay_options *o)
{
    struct fuzz *f = state();
    int status;

    if (!o->run.role_given)
        return vmsg_cli_error("replay", "a script needs --role: device, driver or bus says what "
                                        "the implementation is");
    if (o->run.n_reports)
        return vmsg_cli_error("replay", "a script has no --report: run the finding's scenario.lua "
                                        "for one");
    vmsg_fuzz_options_begin(&f->options, &o->run);
    f->options.script = o->path;
    if (!o->mem_given)
        f->options.run.mem_size = VMSG_FUZZ_MEM;
    status = fuzz(f);
    clear(f);
    return status;
}
