/* The members of a report that was parsed, checked and brought into their structures. */
#include "reports/read_parts.h"

#include <stdlib.h>
#include <string.h>

/* Where in the file we are, and the first thing that was wrong. */
struct reader {
    const char *path;
    char where[80]; /* "clauses[3]", "" at the top */
    char *err;
    size_t err_size;
    bool ok;
};

static void wrong(struct reader *in, const char *key, const char *what)
{
    if (in->ok)
        snprintf(in->err, in->err_size, "%s: it is no vmsgspec report: %s%s%s %s", in->path,
                 in->where, in->where[0] ? "." : "", key, what);
    in->ok = false;
}

static json_t *member(struct reader *in, json_t *object, const char *key, json_type type,
                      const char *what)
{
    json_t *j = json_object_get(object, key);

    if (j && json_typeof(j) == type)
        return j;
    wrong(in, key, what);
    return NULL;
}

static const char *text(struct reader *in, json_t *object, const char *key)
{
    return json_string_value(member(in, object, key, JSON_STRING, "must be a text"));
}

/* NULL when it is not there, or null. */
static const char *optional_text(struct reader *in, json_t *object, const char *key)
{
    json_t *j = json_object_get(object, key);

    if (!j || json_is_null(j) || json_is_string(j))
        return json_string_value(j);
    wrong(in, key, "must be a text or null");
    return NULL;
}

static uint64_t count(struct reader *in, json_t *object, const char *key)
{
    json_t *j = member(in, object, key, JSON_INTEGER, "must be a whole number");

    if (j && json_integer_value(j) < 0)
        wrong(in, key, "must not be negative");
    return j && in->ok ? (uint64_t)json_integer_value(j) : 0;
}

static bool flag(struct reader *in, json_t *object, const char *key, bool needed)
{
    json_t *j = json_object_get(object, key);

    if (json_is_boolean(j) || (!j && !needed))
        return json_is_true(j);
    wrong(in, key, "must be true or false");
    return false;
}

/* The number of a word among `n` that `name` gives. */
static int word(struct reader *in, json_t *object, const char *key, int n,
                const char *(*name)(int i))
{
    const char *s = text(in, object, key);

    for (int i = 0; s && i < n; i++)
        if (!strcmp(name(i), s))
            return i;
    wrong(in, key, "is not a word that vmsgspec knows");
    return 0;
}

static const char *verdict_name(int i)
{
    return vmsg_verdict_text(i);
}

static const char *clause_verdict_name(int i)
{
    return vmsg_clause_verdict_text(i);
}

static const char *level_name(int i)
{
    return vmsg_level_text(i);
}

static void read_clause(struct reader *in, json_t *j, struct vmsg_read_clause *c)
{
    c->id = text(in, j, "id");
    c->level = word(in, j, "level", VMSG_MAY + 1, level_name);
    c->verdict = word(in, j, "verdict", VMSG_CLAUSE_VERDICT_COUNT, clause_verdict_name);
    c->exercised = count(in, j, "exercised");
    c->findings = count(in, j, "findings");
    c->section = optional_text(in, j, "section");
    c->title = optional_text(in, j, "title");
    c->summary = optional_text(in, j, "summary");
    c->reason = optional_text(in, j, "reason");
}

static void read_scenario(struct reader *in, json_t *j, struct vmsg_read_scenario *s)
{
    s->id = text(in, j, "id");
    s->verdict = word(in, j, "verdict", VMSG_VERDICT_COUNT, verdict_name);
    s->reason = optional_text(in, j, "reason");
}

/* Entry i of a list of objects, NULL when it is none. */
static json_t *entry(struct reader *in, json_t *list, const char *key, size_t i)
{
    json_t *j = json_array_get(list, i);

    snprintf(in->where, sizeof in->where, "%s[%zu]", key, i);
    if (!json_is_object(j))
        wrong(in, "entry", "must be an object");
    return in->ok ? j : NULL;
}

static json_t *list(struct reader *in, json_t *root, const char *key)
{
    json_t *j = member(in, root, key, JSON_ARRAY, "must be a list");

    if (j && json_array_size(j) > VMSG_READ_ENTRIES)
        wrong(in, key, "has more entries than any report");
    return in->ok ? j : NULL;
}

/* An id that is there twice would make two answers of one question. */
static void check_id(struct reader *in, json_t *seen, const char *id)
{
    if (in->ok && json_object_get(seen, id))
        wrong(in, "id", "is there twice");
    if (in->ok && json_object_set_new(seen, id, json_true()) != 0)
        wrong(in, "id", "does not fit in memory");
}

static void read_lists(struct reader *in, struct vmsg_read_report *r)
{
    json_t *clauses = list(in, r->root, "clauses"), *scenarios = list(in, r->root, "scenarios");
    json_t *seen = json_object();

    r->clauses = calloc(json_array_size(clauses) + 1, sizeof *r->clauses);
    r->scenarios = calloc(json_array_size(scenarios) + 1, sizeof *r->scenarios);
    if (!r->clauses || !r->scenarios || !seen)
        wrong(in, "report", "does not fit in memory");
    for (size_t i = 0; in->ok && i < json_array_size(clauses); i++) {
        read_clause(in, entry(in, clauses, "clauses", i), &r->clauses[i]);
        check_id(in, seen, r->clauses[i].id);
        r->n_clauses += in->ok;
    }
    for (size_t i = 0; in->ok && i < json_array_size(scenarios); i++) {
        read_scenario(in, entry(in, scenarios, "scenarios", i), &r->scenarios[i]);
        check_id(in, seen, r->scenarios[i].id);
        r->n_scenarios += in->ok;
    }
    json_decref(seen);
}

bool vmsg_read_members(struct vmsg_read_report *r, const char *path, char *err, size_t err_size)
{
    struct reader in = {.path = path, .err = err, .err_size = err_size, .ok = true};
    json_t *tool, *sut;

    if (!json_is_object(r->root)) {
        wrong(&in, "it", "must be an object");
        return false;
    }
    tool = member(&in, r->root, "tool", JSON_OBJECT, "must be an object");
    sut = member(&in, r->root, "sut", JSON_OBJECT, "must be an object");
    snprintf(in.where, sizeof in.where, "tool");
    r->tool_version = optional_text(&in, tool, "version");
    snprintf(in.where, sizeof in.where, "sut");
    r->sut_name = text(&in, sut, "name");
    r->sut_version = optional_text(&in, sut, "version");
    in.where[0] = '\0';
    r->spec = text(&in, r->root, "spec");
    r->role = text(&in, r->root, "role");
    r->not_started = optional_text(&in, r->root, "not_started");
    r->conforms = flag(&in, r->root, "conforms", true);
    r->interrupted = flag(&in, r->root, "interrupted", false);
    read_lists(&in, r);
    return in.ok;
}
