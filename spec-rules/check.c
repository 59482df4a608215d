/*
 * What must hold between the clauses of a catalogue.
 */
#include "spec-rules/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The ordinal in "dev.set-vqueue.2", its stem's length in *stem; 0 for running text. */
static unsigned long ordinal(const char *id, size_t *stem)
{
    const char *dot = strrchr(id, '.');

    *stem = (size_t)(dot - id);
    return strtoul(dot + 1, NULL, 10);
}

/* A block's items are numbered 1, 2, 3 ... and stand in that order. */
static bool check_numbers(const struct vmsg_catalogue *c, char *err, size_t err_size)
{
    for (size_t i = 0; i < c->n; i++) {
        const char *id = c->clauses[i].id;
        unsigned long last = 0;
        size_t stem, other;
        unsigned long number = ordinal(id, &stem);

        if (!number)
            continue;
        for (size_t k = 0; k < i; k++) {
            unsigned long n = ordinal(c->clauses[k].id, &other);

            if (other == stem && !memcmp(c->clauses[k].id, id, stem))
                last = n;
        }
        if (number != last + 1) {
            snprintf(err, err_size,
                     "%s comes where %.*s.%lu is due: write a block's items in order", id,
                     (int)stem, id, last + 1);
            return false;
        }
    }
    return true;
}

static bool check_restates(const struct vmsg_catalogue *c, char *err, size_t err_size)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct vmsg_clause *clause = &c->clauses[i];
        const struct vmsg_clause *target;

        if (!clause->restates)
            continue;
        target = vmsg_catalogue_find(c, clause->restates);
        if (!target || target->restates) {
            snprintf(err, err_size, "%s restates %s, which %s: name the clause that is judged",
                     clause->id, clause->restates,
                     target ? "itself restates another" : "does not exist");
            return false;
        }
    }
    return true;
}

bool vmsg_catalogue_check(const struct vmsg_catalogue *c, char *err, size_t err_size)
{
    for (size_t i = 1; i < c->n; i++) {
        if (!strcmp(c->by_id[i - 1]->id, c->by_id[i]->id)) {
            snprintf(err, err_size, "%s is there twice: ids are unique", c->by_id[i]->id);
            return false;
        }
    }
    return check_numbers(c, err, err_size) && check_restates(c, err, err_size);
}
