/* A JSON report read back: the file and its bounds. */
#include "reports/read_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The whole file; NULL with a sentence in err. */
static char *read_file(const char *path, size_t *length, char *err, size_t err_size)
{
    FILE *f = fopen(path, "rb");
    size_t size = 0, room = 1 << 16;
    char *text = NULL;

    *length = 0;
    while (f && size <= VMSG_READ_BYTES) {
        char *more = realloc(text, room);

        if (!more) {
            errno = ENOMEM;
            break;
        }
        text = more;
        size += fread(text + size, 1, room - size, f);
        if (size < room)
            break;
        room *= 2;
    }
    if (f && text && !ferror(f) && feof(f) && size <= VMSG_READ_BYTES) {
        fclose(f);
        *length = size;
        return text;
    }
    snprintf(err, err_size, "cannot read the report %s: %s", path,
             size > VMSG_READ_BYTES ? "it is larger than 64 MiB" : strerror(errno));
    if (f)
        fclose(f);
    free(text);
    return NULL;
}

static bool may_be_json(const char *text, size_t length)
{
    size_t i = 0;

    while (i < length && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n'))
        i++;
    return i < length && (text[i] == '{' || text[i] == '[');
}

/*
 * What the parser would spend on a text is bounded before it is parsed: values cost a hundred times
 * their few bytes, depth costs stack. What is no JSON is left to the parser.
 */
static bool within_bounds(const char *text, size_t length, const char **why)
{
    size_t depth = 0, values = 0;
    bool string = false;

    if (!may_be_json(text, length))
        return true;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                string = false;
            continue;
        }
        string = c == '"';
        values += c == ',' || c == '[' || c == '{' || c == ':';
        depth += c == '[' || c == '{';
        depth -= depth > 0 && (c == ']' || c == '}');
        if (depth > VMSG_READ_DEPTH) {
            *why = "it is nested deeper than any report";
            return false;
        }
        if (values > VMSG_READ_VALUES) {
            *why = "it has more values than any report";
            return false;
        }
    }
    return true;
}

bool vmsg_read_report_parse(struct vmsg_read_report *r, const char *path, const char *text,
                            size_t length, char *err, size_t err_size)
{
    const char *why = NULL;
    json_error_t error;

    *r = (struct vmsg_read_report){0};
    if (!within_bounds(text, length, &why)) {
        snprintf(err, err_size, "%s: %s", path, why);
        return false;
    }
    r->root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!r->root) {
        snprintf(err, err_size, "%s:%d: it is no JSON: %s", path, error.line, error.text);
        return false;
    }
    return vmsg_read_members(r, path, err, err_size);
}

bool vmsg_read_report_load(struct vmsg_read_report *r, const char *path, char *err, size_t err_size)
{
    size_t length;
    char *text = read_file(path, &length, err, err_size);
    bool ok;

    *r = (struct vmsg_read_report){0};
    if (!text)
        return false;
    ok = vmsg_read_report_parse(r, path, text, length, err, err_size);
    free(text);
    return ok;
}

void vmsg_read_report_clear(struct vmsg_read_report *r)
{
    free(r->clauses);
    free(r->scenarios);
    json_decref(r->root);
    *r = (struct vmsg_read_report){0};
}

const struct vmsg_read_clause *vmsg_read_clause_find(const struct vmsg_read_report *r,
                                                     const char *id)
{
    for (size_t i = 0; i < r->n_clauses; i++)
        if (!strcmp(r->clauses[i].id, id))
            return &r->clauses[i];
    return NULL;
}

const struct vmsg_read_scenario *vmsg_read_scenario_find(const struct vmsg_read_report *r,
                                                         const char *id)
{
    for (size_t i = 0; i < r->n_scenarios; i++)
        if (!strcmp(r->scenarios[i].id, id))
            return &r->scenarios[i];
    return NULL;
}
