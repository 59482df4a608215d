/* Saving findings; see finding.h. */
#include "fuzz/finding.h"

#include "adapters/clock.h"
#include "adapters/lib/lib.h"
#include "fuzz/files.h"
#include "fuzz/lua.h"
#include "fuzz/minimise.h"
#include "fuzz/record.h"
#include "fuzz/same.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGAIN        3            /* tries to see it again */
#define SILENT_TRIES UINT64_C(20) /* timeouts, of which one try takes two */

static void path_of(const struct vmsg_fuzz_finder *f, const char *key, const char *mark, char *path)
{
    char name[300];

    snprintf(name, sizeof name, "%s%s", key, mark);
    vmsg_fuzz_path(path, f->folder, name);
}

static bool exists(const struct vmsg_fuzz_finder *f, const char *key, const char *mark)
{
    char path[PATH_MAX];

    path_of(f, key, mark, path);
    return access(path, F_OK) == 0;
}

/* ---- does it show again, and in what? ---- */

struct search {
    const struct vmsg_fuzz_finder *finder;
    const struct vmsg_fuzz_result *wanted;
    uint64_t until_ns;
};

static bool is_over(const struct search *s)
{
    const bool *stop = s->finder->stop;

    return vmsg_clock_ns() > s->until_ns || (stop && __atomic_load_n(stop, __ATOMIC_RELAXED));
}

static bool shows_once(const struct search *search, const struct vmsg_fuzz_script *s)
{
    struct vmsg_fuzz_result r;

    if (is_over(search))
        return false;
    vmsg_fuzz_trial(&search->finder->trial, s, &r);
    free(r.output);
    return vmsg_fuzz_is_same(&r, search->wanted);
}

/* A driver or a bus in a process of its own acts when it likes: a smaller script that shows it by
 * luck is no better. */
static bool shows(void *ctx, const struct vmsg_fuzz_script *s)
{
    const struct search *search = ctx;
    const struct vmsg_fuzz_trial *t = &search->finder->trial;
    bool by_luck = t->target->role != VMSG_ROLE_DEVICE && !(t->adapter->caps & VMSG_VIRTUAL_TIME);

    return shows_once(search, s) && (!by_luck || shows_once(search, s));
}

/* Any finding at all: what killed a process has no key yet, and a name may depend on the company.
 */
static bool shows_something(const struct vmsg_fuzz_finder *f, const struct vmsg_fuzz_script *s,
                            const char *key, struct vmsg_fuzz_result *r)
{
    for (int i = 0; i < AGAIN; i++) {
        vmsg_fuzz_trial(&f->trial, s, r);
        if (r->end >= VMSG_FUZZ_BROKEN && r->end <= VMSG_FUZZ_FLOOD &&
            (!*key || !strcmp(key, r->key) || i == AGAIN - 1))
            return true;
        free(r->output);
        r->output = NULL;
    }
    return false;
}

/* Each message alone: what was sent last is then what did it. */
static bool one_by_one(struct vmsg_fuzz_script *out, const struct vmsg_fuzz_script *script)
{
    const struct vmsg_fuzz_step await = {.kind = VMSG_FUZZ_AWAIT};

    out->n = 0;
    for (size_t i = 0; i < script->n; i++) {
        unsigned kind = script->steps[i].kind;
        bool sends = kind == VMSG_FUZZ_MESSAGE || kind == VMSG_FUZZ_RAW;

        if (!vmsg_fuzz_insert(out, out->n, &script->steps[i], 1) ||
            (sends && !vmsg_fuzz_insert(out, out->n, &await, 1)))
            return false;
    }
    return true;
}

/*
 * A SUT in a process of its own takes its messages when it likes, so that the last one that it was
 * sent is not the one that killed it. When it dies of one message at a time too, that is the story
 * to tell, and the name by which the same crash is known again. True: *s and *r are that now.
 */
static bool put_one_by_one(const struct vmsg_fuzz_finder *f, struct vmsg_fuzz_script *s,
                           struct vmsg_fuzz_result *r)
{
    bool far = !(f->trial.adapter->caps & VMSG_VIRTUAL_TIME);
    struct vmsg_fuzz_script apart = {0};
    struct vmsg_fuzz_result again = {0};
    bool better = false;

    if (far && f->trial.target->role != VMSG_ROLE_DRIVER && r->end > VMSG_FUZZ_BROKEN &&
        one_by_one(&apart, s)) {
        vmsg_fuzz_trial(&f->trial, &apart, &again);
        better = again.end == r->end && !vmsg_fuzz_is_same(&again, r) && vmsg_fuzz_copy(s, &apart);
        free(better ? r->output : again.output);
        if (better)
            *r = again;
    }
    vmsg_fuzz_clear(&apart);
    return better;
}

/* How long making it small may take. Where a SUT in a process of its own falls silent, each try
 * that shows it takes as long as its fences wait. */
static uint64_t patience_ns(const struct vmsg_fuzz_finder *f, const struct vmsg_fuzz_result *r)
{
    bool far = !(f->trial.adapter->caps & VMSG_VIRTUAL_TIME);
    uint64_t silent = far && r->end == VMSG_FUZZ_WEDGED ? SILENT_TRIES * f->trial.target->timeout_ms
                                                        : UINT64_C(0);

    return (f->patience_ms + silent) * VMSG_NS_PER_MS;
}

/* As small as it gets, and once more when the small one has a better name. False: it is known, or
 * memory is short. */
static bool make_small(const struct vmsg_fuzz_finder *f, struct vmsg_fuzz_script *s,
                       struct vmsg_fuzz_result *r)
{
    struct search search = {.finder = f, .wanted = r};

    put_one_by_one(f, s, r);
    search.until_ns = vmsg_clock_ns() + patience_ns(f, r);
    for (int round = 0; round < 2; round++) {
        if (vmsg_fuzz_has(f->folder, r) || !vmsg_fuzz_minimise(s, shows, &search, f->tries))
            return false;
        if (!put_one_by_one(f, s, r))
            return true;
    }
    return !vmsg_fuzz_has(f->folder, r);
}

/* ---- files ---- */

static void write_told(FILE *out, const struct vmsg_fuzz_told *t)
{
    switch (t->what) {
    case VMSG_FUZZ_TOLD_WATCHED:
        fprintf(out, "   used buffers of queue %u of device %u are judged from here on\n", t->vq,
                t->dev_num);
        return;
    case VMSG_FUZZ_TOLD_UNWATCHED:
        fprintf(out, "   used buffers of queue %u of device %u are not judged any more\n", t->vq,
                t->dev_num);
        return;
    case VMSG_FUZZ_TOLD_REFUSED:
        fprintf(out, "   the driver makes no further buffer available on queue %u of device %u\n",
                t->vq, t->dev_num);
        return;
    case VMSG_FUZZ_TOLD_OUTLASTED:
        fprintf(out, "   the driver of device %u has had longer than all its attempts take\n",
                t->dev_num);
        return;
    }
}

static void write_log(FILE *out, const struct vmsg_fuzz_log *log)
{
    static const char *const arrows[] = {"->", "<-"};
    struct vmsg_fuzz_told told;
    struct vmsg_fuzz_log_entry e;
    char text[400];

    for (size_t at = 0; vmsg_fuzz_log_next(log, &at, &e);) {
        switch (e.what) {
        case VMSG_FUZZ_SENT:
        case VMSG_FUZZ_CAME:
            vmsg_text(text, sizeof text, e.bytes, e.len);
            fprintf(out, "%s %s%s\n", arrows[e.what], e.endpoint ? "device end: " : "", text);
            break;
        case VMSG_FUZZ_COMMANDED:
        case VMSG_FUZZ_REPLIED:
            fprintf(out, "   upper tester%s: %.*s\n", e.what == VMSG_FUZZ_REPLIED ? " replies" : "",
                    (int)e.len, (const char *)e.bytes);
            break;
        case VMSG_FUZZ_WROTE:
            fprintf(out, "   memory: %zu bytes written at offset 0x%llx\n", e.len - 8,
                    (unsigned long long)vmsg_le64(e.bytes));
            break;
        case VMSG_FUZZ_PERTURBED:
            vmsg_text(text, sizeof text, e.bytes + 4, vmsg_le32(e.bytes));
            fprintf(out, "   changed on its way: %s\n", text);
            break;
        case VMSG_FUZZ_DIRECTED:
            fprintf(out, "   the device is told: %.*s\n", (int)e.len, (const char *)e.bytes);
            break;
        case VMSG_FUZZ_PLAYED:
        case VMSG_FUZZ_BENT:
        case VMSG_FUZZ_RELEASED:
        case VMSG_FUZZ_OPENING:
            break;
        case VMSG_FUZZ_OPENED:
            fputs("   the bus has had the time to find its devices\n", out);
            break;
        case VMSG_FUZZ_TOLD:
            told = vmsg_fuzz_told_of(&e);
            write_told(out, &told);
            break;
        }
    }
}

/* What was seen when it was found: of a long connection the beginning and the end. */
static void write_trace(FILE *out, const struct vmsg_trace *t)
{
    uint32_t missing = 0;
    char text[400];

    for (uint32_t i = 0; i < t->count; i++) {
        const struct vmsg_trace_entry *e = vmsg_trace_at(t, i);

        if (!e && ++missing)
            continue;
        if (missing)
            fprintf(out, "   %u entries are left out here\n", missing);
        missing = 0;
        if (e->kind == VMSG_TRACE_NOTE) {
            fprintf(out, "   %s\n", e->text ? e->text : "");
            continue;
        }
        vmsg_text(text, sizeof text, e->bytes, e->len);
        fprintf(out, "%s %s%s\n", e->kind == VMSG_TRACE_TO_SUT ? "->" : "<-",
                e->endpoint ? "device end: " : "", text);
    }
}

/* ---- commands to be pasted ---- */

void vmsg_fuzz_put_word(FILE *out, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+=@%";

    if (*text && strspn(text, plain) == strlen(text)) {
        fputs(text, out);
        return;
    }
    fputc('\'', out);
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    fputc('\'', out);
}

static void put_path(FILE *out, const char *folder, const char *name)
{
    char path[PATH_MAX];

    vmsg_fuzz_path(path, folder, name);
    vmsg_fuzz_put_word(out, path);
}

static void put_sut(FILE *out, const struct vmsg_fuzz_finder *f, size_t uri_len)
{
    char *uri = strndup(f->sut, uri_len);

    fprintf(out, " --role %s --sut ", f->role);
    vmsg_fuzz_put_word(out, uri ? uri : f->sut);
    fputs(f->options, out);
    free(uri);
}

/* `path` is where the folder goes in the end. */
static void write_text(FILE *out, const struct vmsg_fuzz_finder *f, const char *path,
                       const struct vmsg_fuzz_result *r, bool stable, size_t steps)
{
    bool ends =
        r->end != VMSG_FUZZ_BROKEN; /* what takes `run` along ends in a process of its own */
    size_t all = strlen(f->sut);

    fprintf(out, "%s\n\n", r->text);
    if (!stable)
        fputs("It was seen once and did not show again on a fresh SUT: look for what depends on "
              "time, or on what ran before.\n\n",
              out);
    fprintf(out, "Again, by the script (%zu steps):\n  vmsgspec replay ", steps);
    put_path(out, path, "script");
    put_sut(out, f, all);
    fputs("\nAgain, as a scenario:\n  vmsgspec run --scenario ", out);
    put_path(out, path, "scenario.lua");
    fputs(" --select 'file/*'", out);
    put_sut(out, f, ends ? vmsg_lib_isolated(f->sut) : all);
    fputs("\n\nWhat went over the wire (-> to the SUT):\n", out);
    if (!stable && f->seen && f->seen->count)
        write_trace(out, f->seen);
    else
        write_log(out, f->trial.log);
    if (f->trial.target->role != VMSG_ROLE_DEVICE)
        fputs(
            "\nA scenario waits for the SUT where the script does not: where the moment counts at "
            "which messages cross, only the script shows it.\n",
            out);
    if (r->output)
        fprintf(out, "\nOutput of the SUT:\n%s\n", r->output);
}

static bool close_file(FILE *out)
{
    bool ok = !ferror(out);

    return fclose(out) == 0 && ok;
}

static bool write_files(const struct vmsg_fuzz_finder *f, const char *folder,
                        const struct vmsg_fuzz_script *s, const struct vmsg_fuzz_result *r,
                        bool stable)
{
    const struct vmsg_fuzz_story story = {f->trial.log, f->trial.target, r, f->trial.target->model};
    char path[PATH_MAX];
    size_t len;
    uint8_t *bytes = vmsg_fuzz_encode(s, &len);
    FILE *out;
    bool ok;

    vmsg_fuzz_path(path, folder, "script");
    ok = bytes && vmsg_fuzz_write_file(path, bytes, len);
    free(bytes);
    if (ok && *r->place) {
        vmsg_fuzz_path(path, folder, VMSG_FUZZ_PLACE_FILE);
        ok = vmsg_fuzz_write_file(path, (const uint8_t *)r->place, strlen(r->place));
    }
    vmsg_fuzz_path(path, folder, "scenario.lua");
    if ((out = ok ? fopen(path, "w") : NULL)) {
        vmsg_fuzz_write_lua(out, &story);
        ok = close_file(out);
    }
    vmsg_fuzz_path(path, folder, "trace.txt");
    if ((out = ok ? fopen(path, "w") : NULL)) {
        path_of(f, r->key, stable ? "" : f->mark, path);
        write_text(out, f, path, r, stable, s->n);
        return close_file(out);
    }
    return false;
}

/*
 * Once more, as the log of this time is what is written, with a capture where there can be one. A
 * crash may look different each time: then it is what it was seen as last. False: nothing shows.
 */
static bool show_once_more(const struct vmsg_fuzz_finder *f, const char *folder,
                           const struct vmsg_fuzz_script *s, struct vmsg_fuzz_result *r)
{
    struct vmsg_fuzz_finder last = *f;
    struct vmsg_fuzz_result again;
    char capture[PATH_MAX], err[300];

    vmsg_fuzz_path(capture, folder, "capture.pcap");
    for (int i = 0; i < AGAIN; i++) {
        bool shown;

        last.trial.tape = vmsg_fuzz_record_begin(capture, err, sizeof err);
        vmsg_fuzz_trial(&last.trial, s, &again);
        vmsg_fuzz_record_finish(last.trial.tape, err, sizeof err);
        shown = again.end >= VMSG_FUZZ_BROKEN && again.end <= VMSG_FUZZ_FLOOD;
        if (shown && (vmsg_fuzz_is_same(&again, r) || i == AGAIN - 1)) {
            free(r->output);
            *r = again;
            return true;
        }
        free(again.output);
    }
    return false;
}

static void remove_folder(const char *folder)
{
    for (const char *const *name =
             (const char *const[]){"script", "scenario.lua", "trace.txt", "capture.pcap",
                                   VMSG_FUZZ_PLACE_FILE, NULL};
         *name; name++) {
        char file[PATH_MAX];

        vmsg_fuzz_path(file, folder, *name);
        remove(file);
    }
    rmdir(folder);
}

/* Into a folder of its own, which then gets its name: of two workers one is first. */
static enum vmsg_fuzz_saved write_finding(const struct vmsg_fuzz_finder *f,
                                          const struct vmsg_fuzz_script *s,
                                          struct vmsg_fuzz_result *r, bool stable)
{
    char path[PATH_MAX], beside[PATH_MAX + 32];

    path_of(f, r->key, "", path);
    snprintf(beside, sizeof beside, "%s.%ld.new", path, (long)getpid());
    if (!vmsg_fuzz_make_folder(beside))
        return VMSG_FUZZ_UNSAVED;
    stable = stable && show_once_more(f, beside, s, r);
    vmsg_fuzz_name(f->folder, r);
    if (!write_files(f, beside, s, r, stable))
        return VMSG_FUZZ_UNSAVED;
    path_of(f, r->key, stable ? "" : f->mark, path);
    if (rename(beside, path) == 0)
        return stable ? VMSG_FUZZ_SAVED : VMSG_FUZZ_UNSTABLE;
    remove_folder(beside);
    return VMSG_FUZZ_KNOWN;
}

enum vmsg_fuzz_saved vmsg_fuzz_save(const struct vmsg_fuzz_finder *f,
                                    const struct vmsg_fuzz_script *alone,
                                    const struct vmsg_fuzz_script *session,
                                    struct vmsg_fuzz_result *result)
{
    struct vmsg_fuzz_script small = {0};
    struct vmsg_fuzz_result again;
    enum vmsg_fuzz_saved saved = VMSG_FUZZ_UNSAVED;
    bool stable = shows_something(f, alone, result->key, &again);
    const struct vmsg_fuzz_script *shown = alone;

    if (!stable && session) {
        stable = shows_something(f, session, result->key, &again);
        shown = session;
    }
    if (!stable && result->asked_to_end)
        return VMSG_FUZZ_DROPPED;
    if (!stable) {
        if (!*result->key)
            snprintf(result->key, sizeof result->key, "crash");
        return exists(f, result->key, f->mark) || vmsg_fuzz_has(f->folder, result)
                   ? VMSG_FUZZ_KNOWN /* the same as one that does show again */
                   : write_finding(f, shown, result, false);
    }
    free(result->output);
    *result = again;
    if (vmsg_fuzz_copy(&small, shown)) {
        if (make_small(f, &small, result))
            saved = write_finding(f, &small, result, true);
        else if (vmsg_fuzz_has(f->folder, result))
            saved = VMSG_FUZZ_KNOWN;
    }
    vmsg_fuzz_clear(&small);
    return saved;
}
