/* A capture of bare messages, told to the judge as if it had been recorded by us. */
#ifndef VMSG_CLI_CHECK_BARE_H
#define VMSG_CLI_CHECK_BARE_H

#include "harness/engine/ics.h"
#include "harness/engine/player.h"

/* How the direction of a bare message is told. */
enum vmsg_bare_direction { VMSG_BARE_BY_MESSAGE, VMSG_BARE_TO_DEVICE, VMSG_BARE_TO_DRIVER };

struct vmsg_bare_rules {
    enum vmsg_role role; /* device or driver */
    enum vmsg_bare_direction direction;
    bool complete; /* what is owed at the end will never come */
};

struct vmsg_bare {
    struct vmsg_tape tape;
    struct vmsg_tape_place at;
    enum vmsg_bare_direction direction;
    bool complete;
};

/* False with a sentence in err when the word is no rule. */
bool vmsg_bare_direction(const char *word, enum vmsg_bare_direction *rule, char *err,
                         size_t err_size);

/* The session begins: its records go to `tape`; the player learns what clauses are judged by. */
void vmsg_bare_begin(struct vmsg_bare *b, const struct vmsg_bare_rules *rules,
                     const struct vmsg_ics *ics, struct vmsg_player *player, struct vmsg_tape tape);

/* One message, whose direction the rule tells. */
void vmsg_bare_message(struct vmsg_bare *b, const struct vmsg_tape_record *record);

/* `whole`: the capture was read to its end. */
void vmsg_bare_end(struct vmsg_bare *b, bool whole);

#endif
