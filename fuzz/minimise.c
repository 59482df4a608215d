/* Smaller scripts with the same finding; see minimise.h. */
#include "fuzz/minimise.h"

struct work {
    struct vmsg_fuzz_script *best, trial;
    vmsg_fuzz_still_fn still;
    void *ctx;
    unsigned tries;
    bool failed;
};

static bool is_exhausted(const struct work *w)
{
    return w->failed || w->tries == 0;
}

/* Is w->trial, made from the best, as good? Then it is the best. */
static bool keeps(struct work *w)
{
    if (is_exhausted(w))
        return false;
    w->tries--;
    if (!w->still(w->ctx, &w->trial))
        return false;
    w->failed |= !vmsg_fuzz_copy(w->best, &w->trial);
    return true;
}

static bool from_best(struct work *w)
{
    w->failed |= !vmsg_fuzz_copy(&w->trial, w->best);
    return !is_exhausted(w);
}

/* Ever smaller pieces are left out. */
static void fewer_steps(struct work *w)
{
    for (size_t piece = (w->best->n + 1) / 2; piece && !is_exhausted(w);) {
        bool shorter = false;

        for (size_t at = 0; at < w->best->n && from_best(w);) {
            size_t n = piece < w->best->n - at ? piece : w->best->n - at;

            vmsg_fuzz_remove(&w->trial, at, n);
            if (keeps(w))
                shorter = true;
            else
                at += n;
        }
        if (!shorter)
            piece /= 2;
    }
}

/* One field at its right value, or no raw bytes. */
static void without_bit(struct work *w, size_t i, unsigned bit)
{
    struct vmsg_fuzz_step *s;

    if (!(w->best->steps[i].mask >> bit & 1) || !from_best(w))
        return;
    s = &w->trial.steps[i];
    s->mask &= (uint8_t) ~(1u << bit);
    if (bit < VMSG_FUZZ_FIELDS)
        s->f[bit] = (struct vmsg_fuzz_value){0};
    else
        s->n_raw = 0;
    keeps(w);
}

static void without_corruption(struct work *w, size_t i)
{
    if (!w->best->steps[i].corruption || !from_best(w))
        return;
    w->trial.steps[i].corruption = 0;
    w->trial.steps[i].amount = 0;
    keeps(w);
}

static void plain_sender(struct work *w, size_t i)
{
    if (w->best->steps[i].kind != VMSG_FUZZ_MESSAGE || !w->best->steps[i].b || !from_best(w))
        return;
    w->trial.steps[i].b = 0;
    keeps(w);
}

/* Fewer raw bytes, halved while that goes. */
static void fewer_bytes(struct work *w, size_t i)
{
    while (w->best->steps[i].n_raw > 1 && from_best(w)) {
        w->trial.steps[i].n_raw /= 2;
        if (!keeps(w))
            return;
    }
}

static void simpler_steps(struct work *w)
{
    for (size_t i = 0; i < w->best->n && !is_exhausted(w); i++) {
        without_corruption(w, i);
        plain_sender(w, i);
        for (unsigned bit = 0; bit < 8; bit++)
            without_bit(w, i, bit);
        fewer_bytes(w, i);
    }
}

bool vmsg_fuzz_minimise(struct vmsg_fuzz_script *s, vmsg_fuzz_still_fn still, void *ctx,
                        unsigned tries)
{
    struct work w = {.best = s, .still = still, .ctx = ctx, .tries = tries};

    fewer_steps(&w);
    simpler_steps(&w);
    fewer_steps(&w);
    vmsg_fuzz_clear(&w.trial);
    return !w.failed;
}
