/* The counters that instrumented libraries hand over when they are loaded; see coverage.h. */
#include "harness/cli/coverage.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define REGIONS_MOST 64u
#define GUARDS_MOST  (1u << 18)

/* SanitizerCoverage's interface, which has no context. Weak: an engine's own comes first. */
#define SANITIZER_COVERAGE __attribute__((weak, visibility("default"), used))

struct region {
    uint8_t *start, *stop;
};

static struct region counters[REGIONS_MOST];
static size_t n_counters;
static uint8_t passed[GUARDS_MOST]; /* by a guard's number, which begins with 1 */
static uint32_t n_guards;

void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop);
void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop);
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);
void __sanitizer_cov_trace_pc_guard(uint32_t *guard);

/* Is it in the program, or in something that is not loaded any more? */
static bool is_foreign(const void *at)
{
    Dl_info program, place;

    return !dladdr(&n_counters, &program) || !dladdr(at, &place) ||
           program.dli_fbase == place.dli_fbase;
}

SANITIZER_COVERAGE void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop)
{
    for (size_t i = 0; i < n_counters; i++)
        if (counters[i].start == start)
            return;
    if (start < stop && n_counters < REGIONS_MOST)
        counters[n_counters++] = (struct region){start, stop};
}

SANITIZER_COVERAGE void __sanitizer_cov_pcs_init(const uintptr_t *start, const uintptr_t *stop)
{
    (void)start; /* where the counted places are: the counters are enough */
    (void)stop;
}

SANITIZER_COVERAGE void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop)
{
    if (start == stop || *start || is_foreign(start))
        return;
    for (; start < stop && n_guards + 1 < GUARDS_MOST; start++)
        *start = ++n_guards;
}

SANITIZER_COVERAGE void __sanitizer_cov_trace_pc_guard(uint32_t *guard)
{
    if (*guard)
        passed[*guard] = (uint8_t)(passed[*guard] + (passed[*guard] != UINT8_MAX));
}

/* -fsanitize=fuzzer-no-link asks for these, too, and nothing here needs them. */
extern __thread uintptr_t __sancov_lowest_stack;
SANITIZER_COVERAGE __thread uintptr_t __sancov_lowest_stack;
#define UNUSED(NAME)                                                                               \
    void __sanitizer_cov_##NAME(void);                                                             \
    SANITIZER_COVERAGE void __sanitizer_cov_##NAME(void)                                           \
    {                                                                                              \
    }
UNUSED(trace_cmp1)
UNUSED(trace_cmp2)
UNUSED(trace_cmp4)
UNUSED(trace_cmp8)
UNUSED(trace_const_cmp1)
UNUSED(trace_const_cmp2)
UNUSED(trace_const_cmp4)
UNUSED(trace_const_cmp8)
UNUSED(trace_div4)
UNUSED(trace_div8)
UNUSED(trace_gep)
UNUSED(trace_switch)
UNUSED(trace_pc_indir)

void vmsg_coverage_begin(void)
{
    size_t kept = 0;

    for (size_t i = 0; i < n_counters; i++)
        if (!is_foreign(counters[i].start))
            counters[kept++] = counters[i];
    n_counters = kept;
    for (size_t i = 0; i < n_counters; i++)
        memset(counters[i].start, 0, (size_t)(counters[i].stop - counters[i].start));
    memset(passed, 0, sizeof passed);
}

/* Most of them are zero: many at a time. */
static void take(struct vmsg_fuzz_signal *signal, uint8_t *at, size_t n, uint32_t first)
{
    uint64_t some;

    for (size_t i = 0; i < n; i++) {
        while (n - i > sizeof some && (memcpy(&some, at + i, sizeof some), some == 0))
            i += sizeof some;
        if (at[i])
            vmsg_fuzz_signal_code(signal, first + (uint32_t)i, at[i]);
        at[i] = 0;
    }
}

void vmsg_coverage_take(struct vmsg_fuzz_signal *signal)
{
    uint32_t first = 0;

    for (size_t i = 0; i < n_counters; i++) {
        size_t n = (size_t)(counters[i].stop - counters[i].start);

        take(signal, counters[i].start, n, first);
        first += (uint32_t)n;
    }
    take(signal, passed, n_guards + 1u, first);
}
