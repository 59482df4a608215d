/* Structure-aware mutation; see mutate.h. */
#include "fuzz/mutate.h"

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

/* ---- what is new ---- */

static void new_value(struct vmsg_fuzz_value *v, struct vmsg_random *r)
{
    static const uint8_t classes[][2] = {{0, 16},
                                         {0, 128},
                                         {VMSG_FUZZ_BOUNDARY, 64},
                                         {VMSG_FUZZ_BOUNDARY + 32, 32},
                                         {VMSG_FUZZ_SEEN, 32},
                                         {VMSG_FUZZ_PAGE, 16},
                                         {VMSG_FUZZ_RIGHT, 8},
                                         {VMSG_FUZZ_LITERAL, 4}};
    unsigned i = below(r, sizeof classes / sizeof *classes), size;

    v->class = (uint8_t)(classes[i][0] + below(r, classes[i][1]));
    size = vmsg_fuzz_literal_size(v->class);
    v->literal = size ? vmsg_random_next(r) >> (64 - 8 * size) : 0;
}

static void new_raw(struct vmsg_fuzz_step *s, struct vmsg_random *r)
{
    s->mask |= VMSG_FUZZ_HAS_RAW;
    s->n_raw = (uint8_t)below(r, one_in(r, 4) ? VMSG_FUZZ_RAW_MOST + 1 : 17);
    for (unsigned i = 0; i < s->n_raw; i++)
        s->raw[i] = one_in(r, 2) ? (uint8_t)below(r, 4) : (uint8_t)vmsg_random_next(r);
}

static void new_corruption(struct vmsg_fuzz_step *s, struct vmsg_random *r)
{
    s->corruption = (uint8_t)(1 + below(r, 7));
    s->amount = (uint16_t)(one_in(r, 2) ? below(r, 0x60) : (unsigned)vmsg_random_next(r));
}

/* A field that decides something, or several. */
static void new_fields(struct vmsg_fuzz_step *s, unsigned fields, struct vmsg_random *r)
{
    for (unsigned n = 1 + below(r, 3); n && fields; n--) {
        unsigned i = below(r, fields < VMSG_FUZZ_FIELDS ? fields : VMSG_FUZZ_FIELDS);

        s->mask |= (uint8_t)(1u << i);
        new_value(&s->f[i], r);
    }
}

/* Mostly to the first device, with a fresh token. */
static uint8_t new_who(struct vmsg_random *r)
{
    uint8_t dev = one_in(r, 4) ? (uint8_t)below(r, 8) : 0;
    uint8_t token = one_in(r, 8) ? (uint8_t)below(r, 8) : 0;

    return (uint8_t)(dev | token << 3 | (one_in(r, 24) ? VMSG_FUZZ_RESPONSE : 0) |
                     (one_in(r, 8) ? VMSG_FUZZ_FAR : 0));
}

static void new_message(struct vmsg_fuzz_step *s, struct vmsg_random *r)
{
    const struct vmsg_def *def;

    s->a = (uint8_t)below(r, one_in(r, 3) ? 18 : 14); /* the bus's own are the last of the table */
    s->b = new_who(r);
    def = vmsg_def_at(s->a);
    if (one_in(r, 2))
        new_fields(s, def ? def->request.n_fields : 0, r);
    if (one_in(r, def && def->request.tail ? 4 : 32))
        new_raw(s, r);
    if (one_in(r, 12))
        new_corruption(s, r);
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

static void new_answer(struct vmsg_fuzz_step *s, struct vmsg_random *r)
{
    unsigned fate = one_in(r, 2) ? VMSG_FUZZ_CHANGE : below(r, 8);

    s->a = (uint8_t)(fate | below(r, one_in(r, 3) ? 32 : 5) << 3);
    if (fate == VMSG_FUZZ_REPLACE || fate == VMSG_FUZZ_BEFORE)
        new_raw(s, r);
    if (fate == VMSG_FUZZ_CHANGE && one_in(r, 3))
        new_corruption(s, r);
    else if (fate == VMSG_FUZZ_CHANGE)
        new_fields(s, VMSG_FUZZ_FIELDS, r);
}

static void new_step(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r)
{
    *s = (struct vmsg_fuzz_step){.kind = new_kind(role, r)};
    switch ((enum vmsg_fuzz_kind)s->kind) {
    case VMSG_FUZZ_MESSAGE:
        new_message(s, r);
        break;
    case VMSG_FUZZ_AWAIT:
        s->a = (uint8_t)below(r, 24);
        break;
    case VMSG_FUZZ_STAGE:
        s->a = (uint8_t)below(r, 8);
        s->b = (uint8_t)below(r, 2);
        break;
    case VMSG_FUZZ_ANSWER:
        new_answer(s, r);
        break;
    case VMSG_FUZZ_RAW:
        new_raw(s, r);
        s->b = new_who(r);
        break;
    case VMSG_FUZZ_ADVANCE:
        s->a = (uint8_t)below(r, 13);
        break;
    case VMSG_FUZZ_MEMORY:
        new_raw(s, r);
        s->mask |= 1;
        s->f[0] = (struct vmsg_fuzz_value){(uint8_t)(VMSG_FUZZ_PAGE + below(r, 6)), 0};
        break;
    case VMSG_FUZZ_UPPER:
    case VMSG_FUZZ_DEVICE:
        s->a = (uint8_t)vmsg_random_next(r);
        s->b = (uint8_t)below(r, one_in(r, 8) ? 8 : 2);
        new_fields(s, 2, r);
        break;
    case VMSG_FUZZ_KINDS:
        break;
    }
}

/* The entry of the wire table that reads what this one writes; the same one: there is none. */
static uint8_t reader_of(uint8_t entry)
{
    const struct vmsg_def *def = vmsg_def_at(entry);
    unsigned id = def ? def->msg_id : 0;

    if (!def || def->ns != VMSG_NS_TRANSPORT)
        return entry;
    if (id == VMSG_ID_SET_CONFIG)
        return entry - 1;
    if (id == VMSG_ID_SET_DEVICE_STATUS || id == VMSG_ID_SET_VQUEUE)
        return entry - 1;
    return id == VMSG_ID_RESET_VQUEUE ? entry - 2 : entry;
}

/* What was written is read back, from the same place. */
static void read_back(const struct vmsg_fuzz_step *wrote, struct vmsg_fuzz_step *reads)
{
    unsigned moved = vmsg_def_at(wrote->a)->msg_id == VMSG_ID_SET_CONFIG; /* after a generation */
    unsigned fields = moved ? 2 : 1;

    *reads = (struct vmsg_fuzz_step){
        .kind = VMSG_FUZZ_MESSAGE, .a = reader_of(wrote->a), .b = VMSG_FUZZ_DEV(wrote->b)};
    for (unsigned i = 0; i < fields && vmsg_def_at(reads->a)->request.n_fields; i++)
        if (wrote->mask >> (i + moved) & 1) {
            reads->mask |= (uint8_t)(1u << i);
            reads->f[i] = wrote->f[i + moved];
        }
}

static bool insert_new(struct vmsg_fuzz_script *s, enum vmsg_role role, struct vmsg_random *r)
{
    struct vmsg_fuzz_step steps[3];
    size_t n = 1;

    new_step(&steps[0], role, r);
    if (steps[0].kind == VMSG_FUZZ_MESSAGE && role != VMSG_ROLE_DRIVER &&
        reader_of(steps[0].a) != steps[0].a && one_in(r, 2)) {
        read_back(&steps[0], &steps[n++]);
        if (one_in(r, 2)) { /* and before it, for what must not change */
            steps[2] = steps[0];
            steps[0] = steps[1];
            steps[1] = steps[2];
            steps[2] = steps[0];
            n = 3;
        }
    }
    return vmsg_fuzz_insert(s, below(r, (unsigned)s->n + 1), steps, n);
}

bool vmsg_fuzz_seed_script(struct vmsg_fuzz_script *s, enum vmsg_role role, struct vmsg_random *r)
{
    const struct vmsg_fuzz_step stage = {.kind = VMSG_FUZZ_STAGE, .a = (uint8_t)below(r, 8)};

    s->n = 0;
    if (role != VMSG_ROLE_DRIVER && !vmsg_fuzz_insert(s, 0, &stage, 1))
        return false;
    for (unsigned n = 4 + below(r, 20); n; n--)
        if (!insert_new(s, role, r))
            return false;
    return true;
}

/* ---- what changes ---- */

static void change_value(struct vmsg_fuzz_step *s, struct vmsg_random *r)
{
    unsigned i = below(r, VMSG_FUZZ_FIELDS);

    if (s->mask >> i & 1 && one_in(r, 3)) {
        s->mask &= (uint8_t) ~(1u << i);
        s->f[i] = (struct vmsg_fuzz_value){0};
        return;
    }
    s->mask |= (uint8_t)(1u << i);
    if (s->f[i].class < VMSG_FUZZ_BOUNDARY && one_in(r, 2))
        s->f[i].class = (uint8_t)((s->f[i].class + (one_in(r, 2) ? 1 : 127)) & 127);
    else
        new_value(&s->f[i], r);
}

static void change_step(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r)
{
    switch (below(r, 8)) {
    case 0:
        new_step(s, role, r);
        return;
    case 1:
        s->a = s->kind == VMSG_FUZZ_MESSAGE ? (uint8_t)below(r, 18) : (uint8_t)vmsg_random_next(r);
        return;
    case 2:
        s->b = new_who(r);
        return;
    case 3:
        if (s->corruption && one_in(r, 2)) {
            s->corruption = 0;
            s->amount = 0;
        } else {
            new_corruption(s, r);
        }
        return;
    case 4:
        new_raw(s, r);
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
        return insert_new(s, role, r);
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
