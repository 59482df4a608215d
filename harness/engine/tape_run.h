/*
 * What a tape says of the run and of each session, as JSON, both ways: enough to judge the clauses
 * again as the live run did.
 */
#ifndef VMSG_TAPE_RUN_H
#define VMSG_TAPE_RUN_H

#include "harness/engine/attempt.h"
#include "harness/engine/clause_verdicts.h"

/* An attempt at a scenario on the tested device of that index. */
json_t *vmsg_session_to_json(const struct vmsg_scenario *s, const struct vmsg_piece *piece,
                             uint16_t dev_num);

/* A session that judges nothing, and what it is for: "discovery". */
json_t *vmsg_session_for(const char *purpose);

/* The run, before its scenarios; `in` needs no results yet. */
json_t *vmsg_run_to_json(const struct vmsg_clause_input *in, const struct vmsg_run_result *r);

/* Its end: what became of it. */
json_t *vmsg_run_end_to_json(const struct vmsg_run_result *r);

/* Back: what the clauses are judged by. False: no role, or none that is known. */
bool vmsg_run_from_json(struct vmsg_clause_input *in, const json_t *json);

#endif
