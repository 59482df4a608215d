/* Structure-aware mutation; see mutate.h. */
#include "fuzz/mutate.h"

#include "fuzz/invent.h"

#include <string.h>

static unsigned below(struct vmsg_random *r, unsigned n)
{
    return (unsigned)vmsg_random_below(r, n);
}

static bool one_in(struct vmsg_random *r, unsigned n)
{
    return below(r, n) == 0;
}

static void change_value(struct vmsg_fuzz_step *s, struct vmsg_random *r)
{
    unsigned i = below(r, vmsg_fuzz_fields_of(s));

    if (s->mask >> i & 1 && one_in(r, 3)) {
        s->mask &= (uint8_t) ~(1u << i);
        s->f[i] = (struct vmsg_fuzz_value){0};
        return;
    }
    if (s->mask >> i & 1 && s->f[i].class < VMSG_FUZZ_BOUNDARY && one_in(r, 2))
        s->f[i].class = (uint8_t)((s->f[i].class + (one_in(r, 2) ? 1 : 127)) & 127);
    else
        vmsg_fuzz_new_value(s, i, r);
}

static void change_step(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r)
{
    switch (below(r, 8)) {
    case 0:
        vmsg_fuzz_new_step(s, role, r);
        return;
    case 1:
        s->a = s->kind == VMSG_FUZZ_MESSAGE ? (uint8_t)below(r, VMSG_DEFS)
                                            : (uint8_t)vmsg_random_next(r);
        return;
    case 2:
        s->b = s->kind == VMSG_FUZZ_ANSWER ? vmsg_fuzz_new_meaning(role, r) : vmsg_fuzz_new_who(r);
        return;
    case 3:
        if (s->corruption && one_in(r, 2)) {
            s->corruption = 0;
            s->amount = 0;
        } else {
            vmsg_fuzz_new_corruption(s, r);
        }
        return;
    case 4:
        vmsg_fuzz_new_raw(s, r);
        return;
    default:
        change_value(s, r);
        return;
    }
}

/* A few steps in a row; false when there are none. */
static bool a_piece(const struct vmsg_fuzz_script *s, size_t *at, size_t *n, struct vmsg_random *r)
{
    if (s->n == 0)
        return false;
    *at = below(r, (unsigned)s->n);
    *n = 1 + below(r, one_in(r, 4) ? 16 : 4);
    if (*n > s->n - *at)
        *n = s->n - *at;
    return true;
}

static bool repeat(struct vmsg_fuzz_script *s, struct vmsg_random *r)
{
    struct vmsg_fuzz_step piece[16];
    size_t at, n;

    if (!a_piece(s, &at, &n, r))
        return true;
    memcpy(piece, s->steps + at, n * sizeof *piece);
    return vmsg_fuzz_insert(s, below(r, (unsigned)s->n + 1), piece, n);
}

static bool splice(struct vmsg_fuzz_script *s, const struct vmsg_fuzz_script *other,
                   struct vmsg_random *r)
{
    size_t at, n;

    if (!other || other == s || !a_piece(other, &at, &n, r))
        return true;
    return vmsg_fuzz_insert(s, below(r, (unsigned)s->n + 1), other->steps + at, n);
}

static void swap(struct vmsg_fuzz_script *s, struct vmsg_random *r)
{
    size_t i = below(r, (unsigned)s->n), k = below(r, (unsigned)s->n);
    struct vmsg_fuzz_step step = s->steps[i];

    s->steps[i] = s->steps[k];
    s->steps[k] = step;
}

static bool mutate_once(struct vmsg_fuzz_script *s, const struct vmsg_fuzz_script *other,
                        enum vmsg_role role, struct vmsg_random *r)
{
    unsigned what = s->n ? below(r, 12) : 0;
    size_t at, n;

    if (s->n + 16 > VMSG_FUZZ_STEPS && what != 3)
        what = 11;
    switch (what) {
    case 0:
    case 1:
        return vmsg_fuzz_insert_new(s, role, r);
    case 2:
        return repeat(s, r);
    case 3:
        if (a_piece(s, &at, &n, r))
            vmsg_fuzz_remove(s, at, n);
        return true;
    case 4:
        return splice(s, other, r);
    case 5:
        swap(s, r);
        return true;
    default:
        change_step(&s->steps[below(r, (unsigned)s->n)], role, r);
        return true;
    }
}

bool vmsg_fuzz_mutate(struct vmsg_fuzz_script *s, const struct vmsg_fuzz_script *other,
                      enum vmsg_role role, size_t most, struct vmsg_random *r)
{
    for (unsigned n = 1u << below(r, 4); n; n--)
        if (!mutate_once(s, other, role, r))
            return false;
    if (s->n > most)
        vmsg_fuzz_remove(s, most, s->n - most);
    return true;
}

bool vmsg_fuzz_cross(struct vmsg_fuzz_script *out, const struct vmsg_fuzz_script *a,
                     const struct vmsg_fuzz_script *b, size_t most, struct vmsg_random *r)
{
    size_t head = a->n ? below(r, (unsigned)a->n + 1) : 0;
    size_t from = b->n ? below(r, (unsigned)b->n + 1) : 0, tail = b->n - from;

    out->n = 0;
    if (head > most)
        head = most;
    if (tail > most - head)
        tail = most - head;
    return (head == 0 || vmsg_fuzz_insert(out, 0, a->steps, head)) &&
           (tail == 0 || vmsg_fuzz_insert(out, head, b->steps + from, tail));
}
