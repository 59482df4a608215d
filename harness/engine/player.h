/*
 * Playing a tape: the records of a capture go through the same oracle, the same verdicts and the
 * same clause judgement as the live run, as they come. Memory is bounded by the sessions that are
 * open at a time and by the scenarios, whatever the tape's length.
 */
#ifndef VMSG_PLAYER_H
#define VMSG_PLAYER_H

#include "harness/engine/clause_verdicts.h"
#include "harness/engine/tape.h"

struct vmsg_player;

/* NULL when out of memory. */
struct vmsg_player *vmsg_player_new(const struct vmsg_catalogue *catalogue);
void vmsg_player_free(struct vmsg_player *p);

/* One record, as the sink of a tape: put(player, record). */
void vmsg_player_put(void *player, const struct vmsg_tape_record *record);

/* A sentence about the first record that makes no sense, NULL: none did. Later ones are ignored. */
const char *vmsg_player_error(const struct vmsg_player *p);

/* The role of what was tested. False: no record has told it. */
bool vmsg_player_role(const struct vmsg_player *p, enum vmsg_role *role);

/* For tapes without a run of their own (bare captures): what the clauses are judged by. */
void vmsg_player_facts(struct vmsg_player *p, const struct vmsg_clause_input *facts);

/*
 * Everything is played: make the result (clear it before the player is freed; strings are
 * borrowed). `suite` is the role's. A tape of a run that has no end is taken for one that was
 * interrupted.
 */
void vmsg_player_result(struct vmsg_player *p, const struct vmsg_suite *suite,
                        struct vmsg_run_result *result);

#endif
