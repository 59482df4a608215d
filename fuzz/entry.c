/*
 * What libFuzzer calls, for every target that is driven by scripts: once to begin, then each input
 * on a fresh SUT; and our mutator and crossover in the place of its own. With VMSGSPEC_PLAIN=1 in
 * the environment the engine's own mutations are used instead, for comparison; with
 * VMSGSPEC_JUDGE=no only what the engine and the sanitizers see counts. VMSGSPEC_SUT is the URI of
 * a reference peer in the place of the sound one.
 */
#include "fuzz/mutate.h"
#include "fuzz/seeds.h"
#include "fuzz/setup.h"
#include "fuzz/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MOST 64u
#define SELDOM     8u /* one script in so many is made from nothing */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));

/* One process, one target; the engine's interface leaves no other place. */
static struct vmsg_fuzz_setup setup;
static struct vmsg_fuzz_executor *executor;
static struct vmsg_fuzz_script script, other;

/* libFuzzer counts these like code that was reached. */
__attribute__((section("__libfuzzer_extra_counters"), used)) static uint8_t answers[16384];

void vmsg_fuzz_keep(void *config)
{
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static struct vmsg_adapter *create(void *ctx, char *err, size_t err_size)
{
    const struct vmsg_fuzz_source *s = &vmsg_fuzz_source;
    static const char *const roles[] = {"device", "driver", "bus"};

    const char *uri = getenv("VMSGSPEC_SUT");

    return s->create ? s->create(NULL, err, err_size)
                     : vmsg_adapter_create(uri ? uri : s->uri, roles[s->role], err, err_size);
}

/* The reference peers answer all bus messages and have an upper tester. */
static bool state(struct vmsg_ics *ics, char *err, size_t err_size)
{
    const char *path = getenv("VMSGSPEC_ICS");

    vmsg_ics_init(ics);
    if (path)
        return vmsg_ics_load(ics, path, err, err_size);
    return !vmsg_fuzz_source.uri ||
           (vmsg_ics_set(ics, "bus_messages", "GET_DEVICES,PING,EVENT_DEVICE", err, err_size) &&
            vmsg_ics_set(ics, "upper_tester", "true", err, err_size));
}

static enum vmsg_role role(void)
{
    const char *name = getenv("VMSGSPEC_ROLE");

    return name && !strcmp(name, "driver") ? VMSG_ROLE_DRIVER : vmsg_fuzz_source.role;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static struct vmsg_ics ics;
    struct vmsg_run_config config = {
        .role = role(), .ics = &ics, .seed = 1, .mem_size = 64u << 10, .timeout_ms = 2000};
    struct vmsg_adapter *adapter;
    char err[600];

    (void)argc;
    (void)argv;
    config.catalogue = vmsg_catalogue_load("v2", err, sizeof err);
    if (!config.catalogue || !state(&ics, err, sizeof err) ||
        vmsg_fuzz_setup(&setup, &config, (struct vmsg_adapter_source){create, NULL}, err,
                        sizeof err) != VMSG_FUZZ_READY)
        die(err);
    adapter = create(NULL, err, sizeof err);
    if (!adapter)
        die(err);
    executor = vmsg_fuzz_executor_new(&setup.target, adapter);
    if (!executor)
        die("not enough memory");
    return 0;
}

/* The oracle's word is as final as a sanitizer's; a SUT that hangs is the engine's to see. */
static void judge(const struct vmsg_fuzz_result *r)
{
    const char *wanted = getenv("VMSGSPEC_JUDGE");
    char text[300];

    if (r->end == VMSG_FUZZ_CLEAN || (wanted && !strcmp(wanted, "no")))
        return;
    fprintf(stderr, "vmsgspec: %s\n", r->text);
    for (uint32_t i = 0; i < executor->connection.trace.count; i++) {
        const struct vmsg_trace_entry *e = vmsg_trace_at(&executor->connection.trace, i);

        if (!e)
            continue;
        if (e->bytes)
            vmsg_text(text, sizeof text, e->bytes, e->len);
        fprintf(stderr, "%s %s\n",
                e->kind == VMSG_TRACE_TO_SUT     ? "->"
                : e->kind == VMSG_TRACE_FROM_SUT ? "<-"
                                                 : "  ",
                e->bytes ? text : e->text);
    }
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmsg_fuzz_result result;

    if (!executor)
        LLVMFuzzerInitialize(NULL, NULL); /* engines that do not call it */
    if (!vmsg_fuzz_decode(&script, data, size))
        return 0;
    if (script.n > 4 * STEPS_MOST)
        return -1;
    vmsg_fuzz_execute(executor, &script, &result);
    for (size_t i = 0; i < executor->signal.n; i++)
        answers[executor->signal.bits[i] % sizeof answers] = 1;
    judge(&result);
    free(result.output);
    return 0;
}

/* As many whole steps as fit. */
static size_t put(const struct vmsg_fuzz_script *s, uint8_t *out, size_t max)
{
    uint8_t step[VMSG_FUZZ_STEP_MOST];
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++) {
        size_t len = vmsg_fuzz_encode_step(&s->steps[i], step);

        if (len > max - n)
            break;
        memcpy(out + n, step, len);
        n += len;
    }
    return n;
}

/* Something new where there is nothing yet, and now and then. */
static bool mutate(struct vmsg_random *r)
{
    enum vmsg_role which = setup.target.role;

    if (script.n < 2 || vmsg_random_below(r, SELDOM) == 0)
        return vmsg_fuzz_seed_script(&script, which, r);
    return vmsg_fuzz_seed(&other, which, vmsg_random_next(r)) &&
           vmsg_fuzz_mutate(&script, &other, which, STEPS_MOST, r);
}

static bool is_plain(void)
{
    const char *plain = getenv("VMSGSPEC_PLAIN");

    return plain && *plain == '1' && LLVMFuzzerMutate;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    struct vmsg_random random;

    if (is_plain())
        return LLVMFuzzerMutate(data, size, max);
    vmsg_random_seed(&random, seed);
    if (!vmsg_fuzz_decode(&script, data, size))
        return size;
    return mutate(&random) ? put(&script, data, max) : size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max, unsigned seed)
{
    static struct vmsg_fuzz_script crossed;
    struct vmsg_random random;

    if (is_plain())
        return 0; /* the engine's own is among its mutations */
    vmsg_random_seed(&random, seed);
    if (!vmsg_fuzz_decode(&script, a, a_size) || !vmsg_fuzz_decode(&other, b, b_size) ||
        !vmsg_fuzz_cross(&crossed, &script, &other, STEPS_MOST, &random))
        return 0;
    return put(&crossed, out, max);
}
