/*
 * Configuration generation counts. Spec: "Configuration Semantics Profiles".
 *
 * The count may jump, fall and change for reasons that no peer sees, so a single number proves
 * nothing. What can be proved: a SET_CONFIG response or EVENT_CONFIG names one count, and two
 * reads that follow agree on another although nothing happened, and that again. Then one of the
 * two was not the current count.
 */
#include "harness/oracle/internal.h"

void generation_claimed(struct vmsg_oracle *o, struct config_state *c, bool event, bool rejected,
                        uint32_t gen)
{
    if (event && c->doubted && gen == c->doubt_read)
        c->doubted = false; /* the event of the change was late */
    c->claim = event ? CLAIM_EVENT : CLAIM_SET;
    c->claim_rejected = rejected;
    c->claim_gen = gen;
    c->claim_before = c->gen;
    c->claim_before_known = c->gen_known;
    c->claim_suspect = false;
    c->claim_index = o->index;
    if (c->gen_known && gen < c->gen)
        exercise(o, VMSG_DEV_PROFILES_11);
    if (event || !rejected || !c->gen_known || gen != c->gen)
        c->gen_read = false; /* an applied write may have moved it, whatever is claimed */
}

/* Which of the two is wrong? csp.2 is broken either way. */
static enum vmsg_clause_no culprit(struct config_state *c)
{
    bool unchanged = c->claim_before_known && c->claim_before == c->claim_read;
    bool again = c->odd_claim_known;
    uint32_t earlier = c->odd_claim;

    if (c->claim == CLAIM_EVENT)
        return unchanged && c->claim_gen != c->claim_before ? VMSG_DEV_GET_CONFIG_1
                                                            : VMSG_DEV_PROFILES_2;
    c->odd_claim = c->claim_gen;
    c->odd_claim_known = true;
    if (c->get_distrusted)
        return VMSG_DEV_GET_CONFIG_1;
    if (c->get_trusted || (unchanged && c->claim_rejected && !(again && earlier != c->claim_gen)))
        return VMSG_DEV_SET_CONFIG_1;
    if (unchanged) /* reads never move: do the claims? */
        return !again                    ? VMSG_DEV_PROFILES_2
               : earlier == c->claim_gen ? VMSG_DEV_SET_CONFIG_1
                                         : VMSG_DEV_GET_CONFIG_1;
    return VMSG_DEV_SET_CONFIG_1;
}

static void blame_doubt(struct vmsg_oracle *o, struct device *d)
{
    struct config_state *c = &d->config;
    const char *what = c->doubt_event ? "EVENT_CONFIG" : "the SET_CONFIG response";
    uint32_t index = o->index;

    if (c->doubt_clause != VMSG_DEV_GET_CONFIG_1)
        o->index = c->doubt_index;
    blame(o, VMSG_DEV_PROFILES_2, d->num,
          "%s (message %u) says generation %u, GET_CONFIG after it says %u twice; both must be the "
          "current count",
          what, c->doubt_index, c->doubt_claim, c->doubt_read);
    if (c->doubt_clause != VMSG_DEV_PROFILES_2)
        blame(o, c->doubt_clause, d->num,
              "generation is %u in %s and %u in GET_CONFIG; it must be current", c->doubt_claim,
              what, c->doubt_read);
    o->index = index;
}

/* One contradiction may be a change that nobody saw, or whose event is late; two are proof. */
static void doubt(struct vmsg_oracle *o, struct device *d)
{
    struct config_state *c = &d->config;

    if (c->doubted) {
        blame_doubt(o, d);
        c->convicted = true;
    }
    c->doubted = true;
    c->doubt_clause = culprit(c);
    c->doubt_event = c->claim == CLAIM_EVENT;
    c->doubt_index = c->claim_index;
    c->doubt_claim = c->claim_gen;
    c->doubt_read = c->claim_read;
    if (c->convicted) {
        blame_doubt(o, d);
        c->doubted = false;
    }
}

static void claim_agrees(struct vmsg_oracle *o, struct config_state *c)
{
    c->moves_told |= c->claim_before_known && c->claim_gen != c->claim_before;
    exercise(o, VMSG_DEV_PROFILES_2);
    exercise(o, VMSG_DEV_GET_CONFIG_1);
    if (c->claim == CLAIM_SET)
        exercise(o, VMSG_DEV_SET_CONFIG_1);
}

void generation_read(struct vmsg_oracle *o, struct device *d, uint32_t gen)
{
    struct config_state *c = &d->config;

    if (!c->gen_known || (gen != c->gen && !(c->claim == CLAIM_SET && gen == c->claim_gen)))
        c->excuses++; /* the event of the change may be late */
    if (c->gen_read && gen != c->read_gen)
        c->gen_unstable = true; /* legal: but no two counts can be compared any more */
    if (c->claim != CLAIM_NONE && c->claim_suspect) {
        if (gen != c->claim_read)
            c->gen_unstable = true;
        else if (!c->gen_unstable && !c->moves_told)
            doubt(o, d);
        c->claim = CLAIM_NONE;
    } else if (c->claim != CLAIM_NONE && gen == c->claim_gen) {
        claim_agrees(o, c);
        c->claim = CLAIM_NONE;
    } else if (c->claim != CLAIM_NONE) {
        c->claim_suspect = true;
        c->claim_read = gen;
    }
    if (c->gen_known && gen < c->gen)
        exercise(o, VMSG_DEV_PROFILES_11);
    c->gen = c->read_gen = gen;
    c->gen_known = c->gen_read = true;
}
