/* Steps that belong together; see pieces.h. */
#include "fuzz/pieces.h"

#include "fuzz/invent.h"

#include "harness/wire/wire.h"

static unsigned below(struct vmsg_random *r, unsigned n)
{
    return (unsigned)vmsg_random_below(r, n);
}

static bool one_in(struct vmsg_random *r, unsigned n)
{
    return below(r, n) == 0;
}

static struct vmsg_fuzz_step message(uint8_t id, uint8_t dev)
{
    return (struct vmsg_fuzz_step){
        .kind = VMSG_FUZZ_MESSAGE, .a = vmsg_fuzz_entry_of(VMSG_NS_TRANSPORT, id), .b = dev};
}

/* Mostly of the first device. */
static uint8_t some_device(struct vmsg_random *r)
{
    return one_in(r, 6) ? 1 : 0;
}

static void set(struct vmsg_fuzz_step *s, unsigned i, uint8_t value)
{
    s->mask |= (uint8_t)(1u << i);
    s->f[i] = (struct vmsg_fuzz_value){value, 0};
}

/* ---- writes that are looked at ---- */

/* The message that reads what this one writes; the same: there is none. */
static uint8_t reader_of(uint8_t id)
{
    switch (id) {
    case VMSG_ID_SET_CONFIG:
        return VMSG_ID_GET_CONFIG;
    case VMSG_ID_SET_DEVICE_STATUS:
        return VMSG_ID_GET_DEVICE_STATUS;
    case VMSG_ID_SET_VQUEUE:
    case VMSG_ID_RESET_VQUEUE:
        return VMSG_ID_GET_VQUEUE;
    }
    return id;
}

/* From the same place. */
static struct vmsg_fuzz_step read_back(const struct vmsg_fuzz_step *wrote)
{
    uint8_t id = vmsg_def_at(wrote->a)->msg_id;
    unsigned moved = id == VMSG_ID_SET_CONFIG; /* after a generation */
    unsigned fields = moved ? 2 : id == VMSG_ID_SET_DEVICE_STATUS ? 0 : 1;
    struct vmsg_fuzz_step reads = message(reader_of(id), VMSG_FUZZ_DEV(wrote->b));

    for (unsigned i = 0; i < fields; i++)
        if (wrote->mask >> (i + moved) & 1) {
            reads.mask |= (uint8_t)(1u << i);
            reads.f[i] = wrote->f[i + moved];
        }
    return reads;
}

/* A write with a look at what came of it, and perhaps at what was there before. */
static size_t looked_at(struct vmsg_fuzz_step *steps, struct vmsg_random *r)
{
    static const uint8_t writes[] = {VMSG_ID_SET_CONFIG, VMSG_ID_SET_DEVICE_STATUS,
                                     VMSG_ID_SET_VQUEUE, VMSG_ID_RESET_VQUEUE};
    struct vmsg_fuzz_step wrote = message(writes[below(r, sizeof writes)], some_device(r));
    size_t n = 0;

    if (one_in(r, 2)) /* where it may be written */
        steps[n++] = (struct vmsg_fuzz_step){
            .kind = VMSG_FUZZ_STAGE, .a = (uint8_t)(3 + below(r, 4)), .b = wrote.b};
    if (!one_in(r, 4))
        vmsg_fuzz_new_fields(&wrote, r);
    if (one_in(r, 2))
        steps[n++] = read_back(&wrote); /* for what must not change */
    steps[n++] = wrote;
    steps[n++] = read_back(&wrote);
    return n;
}

/* ---- buffers ---- */

/* A chain of k descriptors that is whole. */
static size_t chain(struct vmsg_fuzz_step *steps, uint8_t dev, unsigned k)
{
    for (unsigned i = 0; i < k; i++) {
        steps[i] =
            (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_MEMORY, .a = VMSG_FUZZ_DESCRIPTOR, .b = dev};
        set(&steps[i], 0, (uint8_t)i);
        set(&steps[i], 3, i + 1 < k ? 3 : 2); /* the device writes; NEXT */
    }
    return k;
}

/* Its last descriptor, or any one, leads somewhere else. */
static void bend(struct vmsg_fuzz_step *steps, unsigned k, struct vmsg_random *r)
{
    struct vmsg_fuzz_step *s = &steps[one_in(r, 2) ? k - 1 : below(r, k)];

    set(s, 3, one_in(r, 4) ? 1 : 3);
    if (one_in(r, 2))
        set(s, 4, (uint8_t)below(r, k)); /* to one that was passed: a loop */
    else
        vmsg_fuzz_new_value(s, 4, r);
}

/* A chain that is described, made available and told of; right but for a value here and there. */
static size_t buffer(struct vmsg_fuzz_step *steps, uint8_t dev, struct vmsg_random *r)
{
    unsigned k = 1 + below(r, 4);
    size_t n = chain(steps, dev, k);

    if (one_in(r, 3))
        bend(steps, k, r);
    else if (one_in(r, 2))
        vmsg_fuzz_new_value(&steps[below(r, k)], 1 + below(r, 4), r);
    steps[n] =
        (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_MEMORY, .a = VMSG_FUZZ_AVAILABLE, .b = dev};
    if (one_in(r, 4))
        vmsg_fuzz_new_fields(&steps[n], r);
    n++;
    steps[n] = message(VMSG_ID_EVENT_AVAIL, dev);
    if (one_in(r, 8))
        vmsg_fuzz_new_fields(&steps[n], r);
    return n + 1;
}

static size_t traffic(struct vmsg_fuzz_step *steps, struct vmsg_random *r)
{
    uint8_t dev = some_device(r);
    size_t n = 0;

    if (one_in(r, 2))
        steps[n++] = (struct vmsg_fuzz_step){
            .kind = VMSG_FUZZ_STAGE, .a = (uint8_t)(6 + below(r, 2)), .b = dev};
    n += buffer(steps + n, dev, r);
    if (one_in(r, 4))
        n += buffer(steps + n, dev, r);
    return n;
}

/* ---- a device's life ---- */

/* What a driver that works sends after a stage, message by message; each status is the next. */
static const struct {
    uint8_t stage, id;
} life_of_device[] = {
    {0, VMSG_ID_SET_DEVICE_STATUS},   {1, VMSG_ID_SET_DEVICE_STATUS},
    {2, VMSG_ID_GET_DEVICE_FEATURES}, {2, VMSG_ID_SET_DRIVER_FEATURES},
    {3, VMSG_ID_SET_DEVICE_STATUS},   {4, VMSG_ID_GET_CONFIG},
    {4, VMSG_ID_GET_VQUEUE},          {4, VMSG_ID_SET_VQUEUE},
    {5, VMSG_ID_GET_VQUEUE},          {5, VMSG_ID_SET_DEVICE_STATUS},
};

/* What may come later in it. */
static uint8_t any_later(struct vmsg_random *r)
{
    static const uint8_t ids[] = {VMSG_ID_GET_VQUEUE,        VMSG_ID_SET_VQUEUE,
                                  VMSG_ID_RESET_VQUEUE,      VMSG_ID_RESET_VQUEUE,
                                  VMSG_ID_GET_DEVICE_STATUS, VMSG_ID_SET_DEVICE_STATUS,
                                  VMSG_ID_GET_CONFIG,        VMSG_ID_SET_CONFIG,
                                  VMSG_ID_EVENT_AVAIL,       VMSG_ID_GET_SHM};

    return ids[below(r, sizeof ids)];
}

/* Does it change what the device does from then on? */
static bool decides(const struct vmsg_fuzz_step *s)
{
    uint8_t id = s->kind == VMSG_FUZZ_MESSAGE ? vmsg_def_at(s->a)->msg_id : 0;

    return id == VMSG_ID_SET_VQUEUE || id == VMSG_ID_SET_DRIVER_FEATURES ||
           id == VMSG_ID_SET_DEVICE_STATUS || id == VMSG_ID_RESET_VQUEUE;
}

/* One step is not as it should be. */
static size_t deviate(struct vmsg_fuzz_step *steps, size_t n, struct vmsg_random *r)
{
    size_t at = below(r, (unsigned)n);
    struct vmsg_fuzz_step again;

    for (unsigned k = 0; k < 2 && !decides(&steps[at]); k++)
        at = below(r, (unsigned)n);
    again = steps[at];

    if (one_in(r, 6)) { /* it is left out */
        for (n--; at < n; at++)
            steps[at] = steps[at + 1];
        return n;
    }
    if (one_in(r, 6)) { /* it comes twice */
        for (size_t i = n++; i > at; i--)
            steps[i] = steps[i - 1];
        steps[at] = again;
        return n;
    }
    if (one_in(r, 8))
        vmsg_fuzz_new_corruption(&steps[at], r);
    else if (one_in(r, 3))
        vmsg_fuzz_new_fields(&steps[at], r);
    else
        vmsg_fuzz_new_value(&steps[at], below(r, vmsg_fuzz_fields_of(&steps[at])), r);
    return n;
}

/* From some stage on, to a buffer and what comes after it; one step or two deviate. */
static size_t life(struct vmsg_fuzz_step *steps, struct vmsg_random *r)
{
    uint8_t dev = some_device(r), stage = (uint8_t)below(r, 6);
    size_t n = 1, later = below(r, 4);

    steps[0] = (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_STAGE, .a = stage, .b = dev};
    for (size_t i = 0; i < sizeof life_of_device / sizeof *life_of_device; i++)
        if (life_of_device[i].stage >= stage)
            steps[n++] = message(life_of_device[i].id, dev);
    if (n > 1)
        n = 1 + deviate(steps + 1, n - 1, r);
    n += buffer(steps + n, dev, r);
    while (later--)
        steps[n++] = message(any_later(r), dev);
    if (one_in(r, 2))
        n = 1 + deviate(steps + 1, n - 1, r);
    return n;
}

/* ---- what is played to a driver ---- */

/* Used buffers are held back from the driver while their entry changes; then it is told of them. */
static size_t tampered(struct vmsg_fuzz_step *steps, struct vmsg_random *r)
{
    uint8_t used = vmsg_fuzz_entry_of(VMSG_NS_TRANSPORT, VMSG_ID_EVENT_USED);

    steps[0] = (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_ANSWER,
                                       .a = (uint8_t)(VMSG_FUZZ_HOLD | below(r, 2) << 3),
                                       .b = (uint8_t)(used + 1)};
    steps[1] = (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_MEMORY,
                                       .a = one_in(r, 3) ? VMSG_FUZZ_USED : VMSG_FUZZ_TAMPER,
                                       .b = (uint8_t)below(r, 2)};
    vmsg_fuzz_new_fields(&steps[1], r);
    steps[2] = message(VMSG_ID_EVENT_USED, steps[1].b);
    return 3;
}

/* However often it asks that, within what drivers do. */
static void lose_for_good(struct vmsg_fuzz_step *answer, struct vmsg_random *r)
{
    answer->a = VMSG_FUZZ_LOSE;
    set(answer, 0, (uint8_t)(2 + below(r, 6)));
}

/* Something happens to the device, then its driver is told to do something with it. */
static size_t used_after(struct vmsg_fuzz_step *steps, struct vmsg_random *r)
{
    uint8_t dev = some_device(r);
    size_t n = 0;

    steps[n++] = (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_AWAIT};
    if (one_in(r, 4)) { /* and is not told what comes of it */
        steps[n] = (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_ANSWER,
                                           .b = vmsg_fuzz_new_meaning(VMSG_ROLE_DRIVER, r)};
        lose_for_good(&steps[n++], r);
    }
    for (unsigned i = 0; i < 2; i++) {
        steps[n] = (struct vmsg_fuzz_step){.kind = i ? VMSG_FUZZ_UPPER : VMSG_FUZZ_DEVICE,
                                           .a = (uint8_t)vmsg_random_next(r),
                                           .b = dev};
        if (one_in(r, 2))
            vmsg_fuzz_new_fields(&steps[n], r);
        n++;
        if (one_in(r, 2))
            steps[n++] = (struct vmsg_fuzz_step){.kind = VMSG_FUZZ_AWAIT};
    }
    return n;
}

/* The device makes its driver begin again, and an answer is not what it was. */
static size_t begun_again(struct vmsg_fuzz_step *steps, enum vmsg_role role, struct vmsg_random *r)
{
    uint8_t dev = some_device(r);
    size_t n = 0;

    for (unsigned k = 1 + below(r, 2); k; k--)
        steps[n++] = (struct vmsg_fuzz_step){
            .kind = VMSG_FUZZ_DEVICE, .a = (uint8_t)vmsg_random_next(r), .b = dev};
    steps[n] = (struct vmsg_fuzz_step){
        .kind = VMSG_FUZZ_ANSWER, .a = VMSG_FUZZ_CHANGE, .b = vmsg_fuzz_new_meaning(role, r)};
    if (one_in(r, 3))
        lose_for_good(&steps[n], r);
    else
        vmsg_fuzz_new_fields(&steps[n], r);
    return n + 1;
}

size_t vmsg_fuzz_new_piece(struct vmsg_fuzz_step *steps, enum vmsg_role role, struct vmsg_random *r)
{
    switch (role) {
    case VMSG_ROLE_DRIVER:
        if (one_in(r, 3))
            return tampered(steps, r);
        return one_in(r, 2) ? used_after(steps, r) : begun_again(steps, role, r);
    case VMSG_ROLE_DEVICE:
    case VMSG_ROLE_BUS:
        break;
    }
    switch (below(r, 6)) {
    case 0:
        return traffic(steps, r);
    case 1:
    case 2:
        return looked_at(steps, r);
    default:
        return life(steps, r);
    }
}
