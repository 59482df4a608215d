/* Inside of the player. */
#ifndef VMSG_PLAYER_STATE_H
#define VMSG_PLAYER_STATE_H

#include "harness/engine/merge.h"
#include "harness/engine/player.h"

/* More at a time are no tape of ours: a run has at most 64 jobs. */
#define VMSG_PLAYED_SESSIONS  256u
#define VMSG_PLAYED_SCENARIOS 20000u
#define VMSG_PLAYED_CLAUSES   512u /* that one scenario names */

/* A scenario, merged over its repetitions. */
struct vmsg_played_row {
    struct vmsg_scenario scenario; /* its strings are the row's */
    uint64_t first;                /* the lowest piece; orders the result */
    struct vmsg_tally tally;
};

/* A piece whose devices were not all attempted yet. */
struct vmsg_played_piece {
    uint64_t number;
    struct vmsg_played_row *row;
    uint64_t devices, done;
    struct vmsg_tally tally;
};

struct vmsg_played_session {
    uint32_t id;
    uint16_t dev_num;
    uint64_t piece, devices, seed;
    struct vmsg_played_row *row; /* NULL: nothing is judged */
    bool connected;
    bool scenario; /* else a connection for itself: a fuzzer's, or a bare capture */
    struct vmsg_connection connection;
};

struct vmsg_player {
    const struct vmsg_catalogue *catalogue;
    const struct vmsg_clause *clause_of[VMSG_CLAUSE_COUNT];
    char error[300];
    bool role_known, bare, ended;
    uint8_t judged;    /* of the last record, whose role was agreed with; 0: none yet */
    json_t *run, *end; /* NULL: not seen */
    struct vmsg_clause_input facts;
    struct vmsg_played_session *sessions[VMSG_PLAYED_SESSIONS];
    size_t n_sessions;
    struct vmsg_played_piece *pieces[VMSG_PLAYED_SESSIONS];
    size_t n_pieces;
    struct vmsg_played_row **rows;
    size_t n_rows, cap_rows;
    void *by_id;                /* tsearch tree of rows */
    struct vmsg_tally *tallies; /* of the result */
    uint64_t exercised[VMSG_CLAUSE_COUNT], found[VMSG_CLAUSE_COUNT];
    uint8_t note_data[65536];
};

/* Note the first error; always false. */
bool vmsg_player_fail(struct vmsg_player *p, const char *why);

/* The row of the scenario that a session's JSON names. NULL: p->error says why not. */
struct vmsg_played_row *vmsg_player_row(struct vmsg_player *p, const json_t *about);

/* A session's outcome goes to its piece, and from there to its row; the outcome is emptied. */
bool vmsg_player_tally(struct vmsg_player *p, const struct vmsg_played_session *s,
                       struct vmsg_outcome *outcome);

/* Merge the pieces that never came to their end. */
void vmsg_player_settle_pieces(struct vmsg_player *p);

void vmsg_player_free_rows(struct vmsg_player *p);

#endif
