/* Values by kinds of fields; see menu.h. */
#include "fuzz/menu.h"

#include <string.h>

#define B(i)     (VMSG_FUZZ_BOUNDARY + (i)) /* see boundary() in known.c */
#define PAGE(i)  (VMSG_FUZZ_PAGE + (i))
#define RIGHT(n) (VMSG_FUZZ_RIGHT + 4 + (n))
#define SEEN(i)  (VMSG_FUZZ_SEEN + (i))

struct menu {
    const char *part; /* of the name */
    uint8_t n, values[24];
};

/* The first that fits is taken. */
static const struct menu menus[] = {
    {"reserved", 8, {1, 2, 4, 127, B(8), B(16), B(31), B(63)}},
    {"zero", 4, {1, 2, 127, B(7)}},
    {"addr",
     14,
     {0, 1, PAGE(0), PAGE(1), PAGE(2), PAGE(3), PAGE(4), PAGE(15), B(42), B(43), B(44), B(45),
      B(53), B(54)}},
    {"status", 16, {0, 1, 3, 7, 11, 15, 8, 4, 64, 75, 79, 127, B(7), B(8), B(31), B(6)}},
    {"chain", 8, {0, 1, 2, 3, 4, 5, 6, 7}}, /* flags of a descriptor */
    {"flags", 20, {0,  1,  2,  3,  4,    5,    8,     16,    32, 56,
                   60, 61, 62, 64, B(7), B(8), B(16), B(31), 9,  33}},
    {"generation", 8, {0, 1, RIGHT(-1), RIGHT(1), RIGHT(2), B(5), B(31), B(53)}},
    {"index",
     16,
     {0, 1, 2, 3, 4, B(0), B(1), B(2), B(8), B(15), B(31), B(46), B(53), B(56), B(57), B(58)}},
    {"shmid", 10, {0, 1, 2, 3, 7, 127, B(7), B(8), B(31), B(53)}},
    {"data", 6, {0, 1, 127, B(31), B(46), B(53)}},
    {"offset", 20, {0,     1,     2,     3,     4,     8,     63,    64,    B(38), B(39),
                    B(40), B(41), B(47), B(48), B(49), B(53), B(46), B(56), B(31), RIGHT(1)}},
    {"length", 20, {0,     1,     2,     3,     5,     7,     9,     B(38), B(39),    B(40),
                    B(33), B(36), B(37), B(47), B(48), B(53), B(46), B(31), RIGHT(1), RIGHT(-1)}},
    {"count",
     16,
     {0, 1, 2, 7, 8, 9, 63, 65, B(7), B(8), B(10), B(33), B(15), B(56), B(60), RIGHT(1)}},
    {"blocks",
     16,
     {0, 1, 3, 4, 16, 17, 32, B(34), B(35), B(8), B(50), B(51), B(52), B(53), B(46), RIGHT(1)}},
    {"size",
     16,
     {0, 1, 2, 3, 4, 15, 17, B(3), B(4), B(7), B(8), B(15), B(16), B(31), B(53), RIGHT(-1)}},
    {"token", 6, {0, 1, SEEN(0), SEEN(1), SEEN(2), B(56)}},
    {"num", 6, {0, 1, SEEN(0), SEEN(1), B(56), B(8)}},
    {"id", 5, {0, 1, SEEN(0), B(31), B(53)}},
    {"back", 4, {0, 1, 2, 3}},
    {"next", 8, {0, 1, 2, 15, 16, 17, RIGHT(-1), B(56)}},
};

static void pick_any(struct vmsg_fuzz_value *v, struct vmsg_random *r)
{
    static const uint8_t classes[][2] = {{0, 16},
                                         {0, 128},
                                         {VMSG_FUZZ_BOUNDARY, 64},
                                         {VMSG_FUZZ_BOUNDARY + 32, 32},
                                         {VMSG_FUZZ_SEEN, 32},
                                         {VMSG_FUZZ_PAGE, 16},
                                         {VMSG_FUZZ_RIGHT, 8},
                                         {VMSG_FUZZ_LITERAL, 4}};
    uint64_t i = vmsg_random_below(r, sizeof classes / sizeof *classes);
    unsigned size;

    v->class = (uint8_t)(classes[i][0] + vmsg_random_below(r, classes[i][1]));
    size = vmsg_fuzz_literal_size(v->class);
    v->literal = size ? vmsg_random_next(r) >> (64 - 8 * size) : 0;
}

static const struct menu *menu_of(const char *field)
{
    for (size_t i = 0; field && i < sizeof menus / sizeof *menus; i++)
        if (strstr(field, menus[i].part))
            return &menus[i];
    return NULL;
}

void vmsg_fuzz_pick_value(struct vmsg_fuzz_value *v, const char *field, struct vmsg_random *r)
{
    const struct menu *m = menu_of(field);

    if (vmsg_random_below(r, 8) == 0)
        *v = (struct vmsg_fuzz_value){0}; /* nothing, which is special everywhere */
    else if (!m || vmsg_random_below(r, 4) == 0)
        pick_any(v, r);
    else
        *v = (struct vmsg_fuzz_value){m->values[vmsg_random_below(r, m->n)], 0};
}

void vmsg_fuzz_pick_memory(struct vmsg_fuzz_value *v, enum vmsg_fuzz_memory what, unsigned i,
                           struct vmsg_random *r)
{
    static const char *const names[VMSG_FUZZ_MEMORIES][5] = {
        [VMSG_FUZZ_BYTES] = {"addr"},
        [VMSG_FUZZ_DESCRIPTOR] = {"next", "addr", "length", "chain", "next"},
        [VMSG_FUZZ_AVAILABLE] = {"flags", "index", "next", "next"},
        [VMSG_FUZZ_USED] = {"flags", "index", "next", "next", "length"},
        [VMSG_FUZZ_TAMPER] = {"back", "next", "length"},
    };

    vmsg_fuzz_pick_value(v, i < 5 ? names[what][i] : NULL, r);
}
