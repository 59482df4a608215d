/* New steps; see invent.h. */
#include "fuzz/invent.h"

#include "fuzz/menu.h"
#include "fuzz/pieces.h"
#include "fuzz/seeds.h"

#include "harness/wire/wire.h"

#include <string.h>

static unsigned below(struct vmsg_random *r, unsigned n)
{
    return (unsigned)vmsg_random_below(r, n);
}

static bool one_in(struct vmsg_random *r, unsigned n)
{
    return below(r, n) == 0;
}

void vmsg_fuzz_new_raw(struct vmsg_fuzz_step *s, struct vmsg_random *r)
{
    s->mask |= VMSG_FUZZ_HAS_RAW;
    s->n_raw = (uint8_t)below(r, one_in(r, 4) ? VMSG_FUZZ_RAW_MOST + 1 : 17);
    for (unsigned i = 0; i < s->n_raw; i++)
        s->raw[i] = one_in(r, 2) ? (uint8_t)below(r, 4) : (uint8_t)vmsg_random_next(r);
}

void vmsg_fuzz_new_corruption(struct vmsg_fuzz_step *s, struct vmsg_random *r)
{
    s->corruption = (uint8_t)(1 + below(r, VMSG_FUZZ_CORRUPTIONS - 1));
    s->amount = (uint16_t)(one_in(r, 2) ? below(r, 0x60) : (unsigned)vmsg_random_next(r));
}

/* The fields of what a step makes or changes, as far as that is known. */
static const struct vmsg_layout *layout_of(const struct vmsg_fuzz_step *s)
{
    bool answer = s->kind == VMSG_FUZZ_ANSWER;
    const struct vmsg_def *def = NULL;

    if (answer && s->b)
        def = vmsg_def_at((uint8_t)(s->b - 1));
    else if (s->kind == VMSG_FUZZ_MESSAGE)
        def = vmsg_def_at(s->a);
    if (!def)
        return NULL;
    answer |= s->kind == VMSG_FUZZ_MESSAGE && s->b & VMSG_FUZZ_RESPONSE;
    return answer && def->kind == VMSG_KIND_EXCHANGE ? &def->response : &def->request;
}

unsigned vmsg_fuzz_fields_of(const struct vmsg_fuzz_step *s)
{
    const struct vmsg_layout *layout = layout_of(s);
    unsigned n = layout ? layout->n_fields : s->kind == VMSG_FUZZ_MEMORY ? 5 : 0;

    return n && n < VMSG_FUZZ_FIELDS ? n : VMSG_FUZZ_FIELDS;
}

static const char *field_name(const struct vmsg_fuzz_step *s, unsigned i)
{
    const struct vmsg_layout *layout = layout_of(s);

    return layout && i < layout->n_fields ? layout->fields[i].name : NULL;
}

void vmsg_fuzz_new_value(struct vmsg_fuzz_step *s, unsigned i, struct vmsg_random *r)
{
    s->mask |= (uint8_t)(1u << i);
    if (s->kind == VMSG_FUZZ_MEMORY)
        vmsg_fuzz_pick_memory(&s->f[i], (enum vmsg_fuzz_memory)(s->a % VMSG_FUZZ_MEMORIES), i, r);
    else
        vmsg_fuzz_pick_value(&s->f[i], field_name(s, i), r);
}

/* Mostly one, sometimes a few, now and then each with even odds: some bugs want two at once. */
void vmsg_fuzz_new_fields(struct vmsg_fuzz_step *s, struct vmsg_random *r)
{
    unsigned fields = vmsg_fuzz_fields_of(s), n = one_in(r, 2) ? 1 : 1 + below(r, 3);

    if (one_in(r, 8)) {
        for (unsigned i = 0; i < fields; i++)
            if (one_in(r, 2))
                vmsg_fuzz_new_value(s, i, r);
        return;
    }
    for (; n; n--)
        vmsg_fuzz_new_value(s, below(r, fields), r);
}

/* Mostly to the first device, with a fresh token. */
uint8_t vmsg_fuzz_new_who(struct vmsg_random *r)
{
    uint8_t dev = one_in(r, 4) ? (uint8_t)below(r, 8) : 0;
    uint8_t token = one_in(r, 8) ? (uint8_t)below(r, 8) : 0;

    return (uint8_t)(dev | token << 3 | (one_in(r, 24) ? VMSG_FUZZ_RESPONSE : 0) |
                     (one_in(r, 8) ? VMSG_FUZZ_FAR : 0));
}

uint8_t vmsg_fuzz_entry_of(enum vmsg_namespace ns, uint8_t id)
{
    uint8_t a = 0;

    while (vmsg_def_at(a)->ns != ns || vmsg_def_at(a)->msg_id != id)
        a++;
    return a;
}

/* Mostly what the SUT's partner sends: a driver's messages to a device, a device's to a driver. */
static uint8_t new_entry(enum vmsg_role role, struct vmsg_random *r)
{
    enum vmsg_side own = role == VMSG_ROLE_DRIVER ? VMSG_SIDE_DRIVER : VMSG_SIDE_DEVICE;
    uint8_t a;

    do
        a = (uint8_t)below(r, VMSG_DEFS);
    while (role != VMSG_ROLE_BUS && vmsg_def_at(a)->initiator == own && !one_in(r, 8));
    return a;
}

static void new_message(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r)
{
    const struct vmsg_def *def;

    s->a = new_entry(role, r);
    s->b = vmsg_fuzz_new_who(r);
    def = vmsg_def_at(s->a);
    if (one_in(r, 2) && def && def->request.n_fields)
        vmsg_fuzz_new_fields(s, r);
    if (one_in(r, def && def->request.tail ? 4 : 32))
        vmsg_fuzz_new_raw(s, r);
    if (one_in(r, 12))
        vmsg_fuzz_new_corruption(s, r);
}

/* How often each kind of step is worth making; a device is not played to a device. */
static uint8_t new_kind(enum vmsg_role role, struct vmsg_random *r)
{
    static const uint8_t weight[3][VMSG_FUZZ_KINDS] = {
        [VMSG_ROLE_DEVICE] = {30, 4, 6, 0, 1, 1, 3, 3, 0},
        [VMSG_ROLE_DRIVER] = {8, 8, 0, 24, 1, 3, 3, 6, 4},
        [VMSG_ROLE_BUS] = {24, 5, 4, 10, 1, 3, 1, 3, 3},
    };
    unsigned all = 0, kind = 0, at;

    for (unsigned i = 0; i < VMSG_FUZZ_KINDS; i++)
        all += weight[role][i];
    at = below(r, all);
    while (at >= weight[role][kind])
        at -= weight[role][kind++];
    return (uint8_t)kind;
}

/* Mostly those of one kind, of all that there are; a bus asks one thing itself, the rest it passes
 * on. */
uint8_t vmsg_fuzz_new_meaning(enum vmsg_role role, struct vmsg_random *r)
{
    if (role == VMSG_ROLE_BUS && one_in(r, 4))
        return (uint8_t)(vmsg_fuzz_entry_of(VMSG_NS_BUS, VMSG_ID_GET_DEVICES) + 1);
    return (uint8_t)(one_in(r, 4) ? 0 : 1 + below(r, VMSG_DEFS));
}

static void new_answer(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r)
{
    unsigned fate = one_in(r, 2) ? VMSG_FUZZ_CHANGE : below(r, 8);

    s->b = vmsg_fuzz_new_meaning(role, r);
    s->a = (uint8_t)(fate | (one_in(r, 2) ? 0 : below(r, s->b ? 4 : one_in(r, 3) ? 32 : 5)) << 3);
    if (fate == VMSG_FUZZ_REPLACE || fate == VMSG_FUZZ_BEFORE)
        vmsg_fuzz_new_raw(s, r);
    if (fate == VMSG_FUZZ_CHANGE && one_in(r, 3))
        vmsg_fuzz_new_corruption(s, r);
    else if (fate == VMSG_FUZZ_CHANGE)
        vmsg_fuzz_new_fields(s, r);
}

/* Of a driver only the used ring may change. */
static void new_memory(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r)
{
    s->a = (uint8_t)below(r, VMSG_FUZZ_MEMORIES);
    if (role == VMSG_ROLE_DRIVER)
        s->a = one_in(r, 2) ? VMSG_FUZZ_USED : VMSG_FUZZ_TAMPER;
    s->b = one_in(r, 4) ? (uint8_t)below(r, 4) : 0;
    if (s->a != VMSG_FUZZ_BYTES) {
        vmsg_fuzz_new_fields(s, r);
        return;
    }
    vmsg_fuzz_new_raw(s, r);
    s->mask |= 1;
    s->f[0] = (struct vmsg_fuzz_value){(uint8_t)(VMSG_FUZZ_PAGE + below(r, 6)), 0};
}

void vmsg_fuzz_new_step(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r)
{
    *s = (struct vmsg_fuzz_step){.kind = new_kind(role, r)};
    switch ((enum vmsg_fuzz_kind)s->kind) {
    case VMSG_FUZZ_MESSAGE:
        new_message(s, role, r);
        break;
    case VMSG_FUZZ_AWAIT:
        s->a = (uint8_t)below(r, 24);
        break;
    case VMSG_FUZZ_STAGE:
        s->a = (uint8_t)below(r, 8);
        s->b = (uint8_t)below(r, 2);
        break;
    case VMSG_FUZZ_ANSWER:
        new_answer(s, role, r);
        break;
    case VMSG_FUZZ_RAW:
        vmsg_fuzz_new_raw(s, r);
        s->b = vmsg_fuzz_new_who(r);
        break;
    case VMSG_FUZZ_ADVANCE:
        s->a = (uint8_t)below(r, 13);
        break;
    case VMSG_FUZZ_MEMORY:
        new_memory(s, role, r);
        break;
    case VMSG_FUZZ_UPPER:
    case VMSG_FUZZ_DEVICE:
        s->a = (uint8_t)vmsg_random_next(r);
        s->b = (uint8_t)below(r, one_in(r, 8) ? 8 : 2);
        vmsg_fuzz_new_fields(s, r);
        if (one_in(r, 8))
            vmsg_fuzz_new_raw(s, r);
        break;
    case VMSG_FUZZ_KINDS:
        break;
    }
}

/* Much is asked once, in the beginning: what becomes of those answers has to be said before. */
static size_t new_place(const struct vmsg_fuzz_script *s, const struct vmsg_fuzz_step *first,
                        struct vmsg_random *r)
{
    size_t n = s->n;

    if (first->kind == VMSG_FUZZ_ANSWER && one_in(r, 2))
        n = n < 1 ? n : 1;
    return below(r, (unsigned)n + 1);
}

static size_t new_steps(struct vmsg_fuzz_step *steps, enum vmsg_role role, struct vmsg_random *r)
{
    if (one_in(r, 3))
        return vmsg_fuzz_new_piece(steps, role, r);
    vmsg_fuzz_new_step(&steps[0], role, r);
    return 1;
}

bool vmsg_fuzz_insert_new(struct vmsg_fuzz_script *s, enum vmsg_role role, struct vmsg_random *r)
{
    struct vmsg_fuzz_step steps[VMSG_FUZZ_PIECE_MOST];
    size_t n = new_steps(steps, role, r);

    return vmsg_fuzz_insert(s, new_place(s, &steps[0], r), steps, n);
}

/* Most of a device can only be reached when it runs. */
static uint8_t new_stage(struct vmsg_random *r)
{
    return (uint8_t)(one_in(r, 2) ? 6 + below(r, 2) : below(r, 8));
}

bool vmsg_fuzz_seed_script(struct vmsg_fuzz_script *s, enum vmsg_role role, struct vmsg_random *r)
{
    const struct vmsg_fuzz_step stage = {.kind = VMSG_FUZZ_STAGE, .a = new_stage(r)};

    s->n = 0;
    if (one_in(r, 4) && !vmsg_fuzz_seed(s, role, below(r, 1u << 16)))
        return false;
    if (s->n == 0 && role != VMSG_ROLE_DRIVER && !vmsg_fuzz_insert(s, 0, &stage, 1))
        return false;
    /* One after the other, so that what belongs together stays together. */
    for (unsigned k = 4 + below(r, 20); k; k--) {
        struct vmsg_fuzz_step steps[VMSG_FUZZ_PIECE_MOST];
        size_t n = new_steps(steps, role, r);
        size_t at = steps[0].kind == VMSG_FUZZ_ANSWER ? new_place(s, &steps[0], r) : s->n;

        if (!vmsg_fuzz_insert(s, at, steps, n))
            return false;
    }
    return true;
}
