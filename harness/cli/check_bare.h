/* A capture of bare messages, told to the judge as if it had been recorded by us. */
#ifndef VMSG_CLI_CHECK_BARE_H
#define VMSG_CLI_CHECK_BARE_H

#include "harness/cli/check_options.h"
#include "harness/engine/ics.h"
#include "harness/engine/player.h"

struct vmsg_bare {
    struct vmsg_tape tape; /* plays at once */
    struct vmsg_tape_place at;
    enum vmsg_check_direction direction;
    bool complete;
};

void vmsg_bare_begin(struct vmsg_bare *b, const struct vmsg_check_options *o,
                     const struct vmsg_ics *ics, struct vmsg_player *player);

/* One message, whose direction the rule tells. */
void vmsg_bare_message(struct vmsg_bare *b, const struct vmsg_tape_record *record);

/* `whole`: the capture was read to its end. */
void vmsg_bare_end(struct vmsg_bare *b, bool whole);

#endif
