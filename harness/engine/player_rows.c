/* A tape's scenarios, and the pieces of their results; see player_state.h. */
#include "harness/engine/player_state.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_id(const void *a, const void *b)
{
    const struct vmsg_played_row *x = a, *y = b;

    return strcmp(x->scenario.id, y->scenario.id);
}

static void free_row(struct vmsg_played_row *row)
{
    const char *const *clauses = row->scenario.clauses;

    for (size_t i = 0; clauses && clauses[i]; i++)
        free((void *)clauses[i]);
    free((void *)clauses);
    free((void *)row->scenario.id);
    free((void *)row->scenario.requirement);
    free((void *)row->scenario.file);
    vmsg_tally_clear(&row->tally);
    free(row);
}

static const char **read_clauses(const json_t *list)
{
    size_t n = json_array_size(list);
    const char **clauses = n <= VMSG_PLAYED_CLAUSES ? calloc(n + 1, sizeof *clauses) : NULL;

    for (size_t i = 0, k = 0; clauses && i < n; i++) {
        const char *text = json_string_value(json_array_get(list, i));

        if (text && (clauses[k] = strdup(text)))
            k++;
    }
    return clauses;
}

/* A row with everything but its tally. */
static struct vmsg_played_row *make_row(const json_t *about, const char *id)
{
    const char *requirement = json_string_value(json_object_get(about, "requirement"));
    const char *file = json_string_value(json_object_get(about, "file"));
    struct vmsg_played_row *row = calloc(1, sizeof *row);

    if (!row)
        return NULL;
    row->scenario = (struct vmsg_scenario){
        .id = strdup(id),
        .requirement = strdup(requirement ? requirement : ""),
        .file = file ? strdup(file) : NULL,
        .clauses = read_clauses(json_object_get(about, "clauses")),
    };
    row->first = UINT64_MAX;
    vmsg_tally_init(&row->tally, &row->scenario);
    if (row->scenario.id && row->scenario.requirement && row->scenario.clauses)
        return row;
    free_row(row);
    return NULL;
}

static bool keep_row(struct vmsg_player *p, struct vmsg_played_row *row)
{
    struct vmsg_played_row **rows = p->rows;

    if (p->n_rows == p->cap_rows) {
        rows = realloc(rows, (p->cap_rows * 2 + 64) * sizeof *rows);
        if (!rows)
            return false;
        p->rows = rows;
        p->cap_rows = p->cap_rows * 2 + 64;
    }
    if (!tsearch(row, &p->by_id, by_id))
        return false;
    rows[p->n_rows++] = row;
    return true;
}

struct vmsg_played_row *vmsg_player_row(struct vmsg_player *p, const json_t *about)
{
    const char *id = json_string_value(json_object_get(about, "scenario"));
    struct vmsg_played_row key = {0}, *row, **found;

    key.scenario.id = id = id ? id : json_string_value(json_object_get(about, "for"));
    if (!id) {
        vmsg_player_fail(p, "a session does not tell what it is for");
        return NULL;
    }
    found = tfind(&key, &p->by_id, by_id);
    if (found)
        return *found;
    if (p->n_rows == VMSG_PLAYED_SCENARIOS) {
        vmsg_player_fail(p, "it names more scenarios than any run has");
        return NULL;
    }
    row = make_row(about, id);
    if (row && keep_row(p, row))
        return row;
    if (row)
        free_row(row);
    vmsg_player_fail(p, "not enough memory, or a scenario that names too many clauses");
    return NULL;
}

static struct vmsg_played_piece *piece_of(struct vmsg_player *p,
                                          const struct vmsg_played_session *s)
{
    struct vmsg_played_piece *piece;

    for (size_t i = 0; i < p->n_pieces; i++)
        if (p->pieces[i]->number == s->piece && p->pieces[i]->row == s->row)
            return p->pieces[i];
    if (p->n_pieces == VMSG_PLAYED_SESSIONS)
        return NULL;
    piece = calloc(1, sizeof *piece);
    if (!piece)
        return NULL;
    piece->number = s->piece;
    piece->row = s->row;
    piece->devices = s->devices;
    vmsg_tally_init(&piece->tally, &s->row->scenario);
    piece->tally.result.seed = s->seed;
    return p->pieces[p->n_pieces++] = piece;
}

static void merge(struct vmsg_player *p, struct vmsg_played_piece *piece)
{
    struct vmsg_played_row *row = piece->row;

    vmsg_tally_finish(&piece->tally);
    for (int k = 0; k < VMSG_CLAUSE_COUNT; k++) {
        p->exercised[k] += piece->tally.exercised[k];
        p->found[k] += piece->tally.found[k];
    }
    if (piece->number < row->first)
        row->first = piece->number;
    vmsg_tally_merge(&row->tally, &piece->tally);
    free(piece);
}

bool vmsg_player_tally(struct vmsg_player *p, const struct vmsg_played_session *s,
                       struct vmsg_outcome *outcome)
{
    struct vmsg_played_piece *piece = piece_of(p, s);
    char label[32];

    if (!piece) {
        vmsg_outcome_clear(outcome);
        return vmsg_player_fail(p, "too many scenarios lack one of their devices");
    }
    snprintf(label, sizeof label, "device %u", s->dev_num);
    vmsg_tally_add(&piece->tally, outcome, piece->devices > 1 ? label : NULL);
    if (++piece->done < piece->devices)
        return true;
    for (size_t i = 0; i < p->n_pieces; i++)
        if (p->pieces[i] == piece)
            p->pieces[i] = p->pieces[--p->n_pieces];
    merge(p, piece);
    return true;
}

void vmsg_player_settle_pieces(struct vmsg_player *p)
{
    while (p->n_pieces)
        merge(p, p->pieces[--p->n_pieces]);
}

void vmsg_player_free_rows(struct vmsg_player *p)
{
    for (size_t i = 0; i < p->n_pieces; i++) {
        vmsg_tally_clear(&p->pieces[i]->tally);
        free(p->pieces[i]);
    }
    for (size_t i = 0; i < p->n_rows; i++) {
        tdelete(p->rows[i], &p->by_id, by_id);
        free_row(p->rows[i]);
    }
    free(p->rows);
}
