/* Test support: buses that make a mistake, and the clauses that have to be named. */
#ifndef VMSG_RELAY_BROKEN_TESTING_H
#define VMSG_RELAY_BROKEN_TESTING_H

#include "harness/oracle/relay_testing.h"

#define MOST_CLAUSES 5

struct broken {
    const char *name;
    void (*play)(struct world *w);
    enum vmsg_clause_no clauses[MOST_CLAUSES]; /* the first must be blamed, the others may be */
    bool polling;                              /* the ends poll */
};

/* clang-format off */
#define BROKEN(name, ...) {#name, name, {__VA_ARGS__}, false}
/* clang-format on */

static inline bool may_be_blamed(const struct broken *b, enum vmsg_clause_no clause)
{
    for (unsigned i = 0; i < MOST_CLAUSES && (i == 0 || b->clauses[i]); i++)
        if (b->clauses[i] == clause)
            return true;
    return false;
}

static inline void judge(const struct broken *b, struct world *w)
{
    if (!w->blamed[b->clauses[0]])
        fail_msg("%s: %s is not blamed; first: %s", b->name, vmsg_clause_id(b->clauses[0]),
                 w->first);
    for (int i = 0; i < VMSG_CLAUSE_COUNT; i++)
        if (w->blamed[i] && !may_be_blamed(b, i))
            fail_msg("%s: %s is blamed, too; first: %s", b->name, vmsg_clause_id(i), w->first);
}

static inline void all_are_blamed(const struct broken *cases, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct vmsg_oracle_config config = world_config();
        struct world w;

        config.polling = cases[i].polling;
        world_begin(&w, config);
        opens(&w);
        cases[i].play(&w);
        world_end(&w);
        judge(&cases[i], &w);
    }
}

/* Nothing is called late where no bound is declared; everything else is found all the same. */
static inline void all_are_blamed_without_a_bound(const struct broken *cases, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct vmsg_oracle_config config = world_config();
        bool late = false;
        struct world w;

        config.polling = cases[i].polling;
        config.request_timeout_ms = 0;
        world_begin(&w, config);
        opens(&w);
        cases[i].play(&w);
        world_end(&w);
        for (unsigned k = 0; k < MOST_CLAUSES; k++)
            late |= cases[i].clauses[k] == VMSG_BUS_ERROR_SIGNALING_1;
        assert_false(w.blamed[VMSG_BUS_ERROR_SIGNALING_1]);
        assert_false(w.blamed[VMSG_BUS_ERROR_SIGNALING_3]);
        if (!late && cases[i].clauses[0] != VMSG_BUS_FORWARDING_4)
            judge(&cases[i], &w);
    }
}

#endif
