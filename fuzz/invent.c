/* New steps; see invent.h. */
#include "fuzz/invent.h"

#include "fuzz/menu.h"
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

const char *vmsg_fuzz_field_name(const struct vmsg_fuzz_step *s, unsigned i)
{
    const struct vmsg_def *def = s->kind == VMSG_FUZZ_MESSAGE ? vmsg_def_at(s->a) : NULL;
    bool response = s->b & VMSG_FUZZ_RESPONSE;
    const struct vmsg_layout *layout = !def ? NULL : response ? &def->response : &def->request;

    return layout && i < layout->n_fields ? layout->fields[i].name : NULL;
}

void vmsg_fuzz_new_value(struct vmsg_fuzz_step *s, unsigned i, struct vmsg_random *r)
{
    s->mask |= (uint8_t)(1u << i);
    if (s->kind == VMSG_FUZZ_MEMORY)
        vmsg_fuzz_pick_memory(&s->f[i], (enum vmsg_fuzz_memory)(s->a % VMSG_FUZZ_MEMORIES), i, r);
    else
        vmsg_fuzz_pick_value(&s->f[i], vmsg_fuzz_field_name(s, i), r);
}

/* A field that decides something, or several. */
static void new_fields(struct vmsg_fuzz_step *s, unsigned fields, struct vmsg_random *r)
{
    for (unsigned n = one_in(r, 2) ? 1 : 1 + below(r, 3); n && fields; n--)
        vmsg_fuzz_new_value(s, below(r, fields < VMSG_FUZZ_FIELDS ? fields : VMSG_FUZZ_FIELDS), r);
}

/* Mostly to the first device, with a fresh token. */
uint8_t vmsg_fuzz_new_who(struct vmsg_random *r)
{
    uint8_t dev = one_in(r, 4) ? (uint8_t)below(r, 8) : 0;
    uint8_t token = one_in(r, 8) ? (uint8_t)below(r, 8) : 0;

    return (uint8_t)(dev | token << 3 | (one_in(r, 24) ? VMSG_FUZZ_RESPONSE : 0) |
                     (one_in(r, 8) ? VMSG_FUZZ_FAR : 0));
}

/* Mostly what the SUT's partner sends: a driver's messages to a device, a device's to a driver. */
static uint8_t new_entry(enum vmsg_role role, struct vmsg_random *r)
{
    enum vmsg_side own = role == VMSG_ROLE_DRIVER ? VMSG_SIDE_DRIVER : VMSG_SIDE_DEVICE;
    unsigned n = 0;
    uint8_t a;

    while (vmsg_def_at((uint8_t)n))
        n++;
    do
        a = (uint8_t)below(r, n);
    while (role != VMSG_ROLE_BUS && vmsg_def_at(a)->initiator == own && !one_in(r, 8));
    return a;
}

static void new_message(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r)
{
    const struct vmsg_def *def;

    s->a = new_entry(role, r);
    s->b = vmsg_fuzz_new_who(r);
    def = vmsg_def_at(s->a);
    if (one_in(r, 2))
        new_fields(s, def ? def->request.n_fields : 0, r);
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

static void new_answer(struct vmsg_fuzz_step *s, struct vmsg_random *r)
{
    unsigned fate = one_in(r, 2) ? VMSG_FUZZ_CHANGE : below(r, 8);

    s->a = (uint8_t)(fate | below(r, one_in(r, 3) ? 32 : 5) << 3);
    if (fate == VMSG_FUZZ_REPLACE || fate == VMSG_FUZZ_BEFORE)
        vmsg_fuzz_new_raw(s, r);
    if (fate == VMSG_FUZZ_CHANGE && one_in(r, 3))
        vmsg_fuzz_new_corruption(s, r);
    else if (fate == VMSG_FUZZ_CHANGE)
        new_fields(s, VMSG_FUZZ_FIELDS, r);
}

/* Of a driver only the used ring may change. */
static void new_memory(struct vmsg_fuzz_step *s, enum vmsg_role role, struct vmsg_random *r)
{
    s->a = role == VMSG_ROLE_DRIVER ? VMSG_FUZZ_USED : (uint8_t)below(r, VMSG_FUZZ_MEMORIES);
    s->b = one_in(r, 4) ? (uint8_t)below(r, 4) : 0;
    if (s->a != VMSG_FUZZ_BYTES) {
        new_fields(s, 5, r);
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
        new_answer(s, r);
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

/*
 * A buffer or a few, described, made available and told of, in a ring that works but for a value
 * here and there.
 */
static size_t traffic(struct vmsg_fuzz_step *steps, struct vmsg_random *r)
{
    uint8_t dev = one_in(r, 6) ? 1 : 0;
    size_t n = 0;

    if (one_in(r, 2))
        steps[n++] = (struct vmsg_fuzz_step){
            .kind = VMSG_FUZZ_STAGE, .a = (uint8_t)(6 + below(r, 2)), .b = dev};
    for (unsigned k = 1 + below(r, 3), i = 0; i < k; i++) {
        struct vmsg_fuzz_step *s = &steps[n++];

        *s = (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_MEMORY,
                                     .a = VMSG_FUZZ_DESCRIPTOR,
                                     .b = dev,
                                     .mask = 1,
                                     .f = {{(uint8_t)i, 0}}};
        if (one_in(r, 2))
            new_fields(s, 5, r);
    }
    steps[n] =
        (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_MEMORY, .a = VMSG_FUZZ_AVAILABLE, .b = dev};
    if (one_in(r, 3))
        new_fields(&steps[n], 4, r);
    n++;
    steps[n] = (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_MESSAGE, .b = dev};
    while (vmsg_def_at(steps[n].a)->msg_id != VMSG_ID_EVENT_AVAIL)
        steps[n].a++;
    if (one_in(r, 8))
        new_fields(&steps[n], 2, r);
    return n + 1;
}

/* A write with a look at what came of it, and perhaps at what was there before. */
static size_t looked_at(struct vmsg_fuzz_step *steps, struct vmsg_random *r)
{
    read_back(&steps[0], &steps[1]);
    if (one_in(r, 2))
        return 2;
    steps[2] = steps[0]; /* and before it, for what must not change */
    steps[0] = steps[1];
    steps[1] = steps[2];
    steps[2] = steps[0];
    return 3;
}

bool vmsg_fuzz_insert_new(struct vmsg_fuzz_script *s, enum vmsg_role role, struct vmsg_random *r)
{
    struct vmsg_fuzz_step steps[8];
    size_t n = 1;

    if (role == VMSG_ROLE_DEVICE && one_in(r, 20)) {
        n = traffic(steps, r);
    } else {
        vmsg_fuzz_new_step(&steps[0], role, r);
        if (steps[0].kind == VMSG_FUZZ_MESSAGE && role != VMSG_ROLE_DRIVER &&
            reader_of(steps[0].a) != steps[0].a && one_in(r, 2))
            n = looked_at(steps, r);
    }
    return vmsg_fuzz_insert(s, below(r, (unsigned)s->n + 1), steps, n);
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
    for (unsigned n = 4 + below(r, 20); n; n--)
        if (!vmsg_fuzz_insert_new(s, role, r))
            return false;
    return true;
}
