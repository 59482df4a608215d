/* The pieces of the SARIF report: messages, places, code flows, results. */
#include "reports/sarif_parts.h"

#include "reports/escape.h"
#include "reports/trace_line.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FLOW_MOST 100u /* messages up to the one at which a clause was seen broken */

/*
 * A message: one safe line. Brackets would make an embedded link of it (SARIF 3.11.6), and a
 * viewer may take the rest for Markdown no more than for HTML: it is plain text.
 */
static json_t *message(const char *s)
{
    char *text = NULL;
    size_t size = 0, len = s ? strlen(s) : 0;
    FILE *out = open_memstream(&text, &size);
    struct vmsg_glyph g;
    json_t *j = NULL;

    if (!out)
        return NULL;
    for (size_t i = 0; i < len; i += g.used) {
        vmsg_glyph_next(&g, s + i, len - i);
        for (const char *p = g.bytes; *p; p++) {
            if (*p == '[' || *p == ']' || *p == '\\')
                fputc('\\', out);
            fputc(*p, out);
        }
    }
    if (fclose(out) == 0)
        j = json_pack("{s:o}", "text", json_string(text));
    free(text);
    return j;
}

json_t *vmsg_sarif_notification(const char *level, const char *text)
{
    return json_pack("{s:s, s:o}", "level", level, "message", message(text));
}

json_t *vmsg_sarif_help(const struct vmsg_clause *c)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    json_t *j = NULL;

    if (!out)
        return NULL;
    fprintf(out, "%s\n\n%s, %s, section %s.", c->summary, c->id, vmsg_level_text(c->level),
            c->section);
    for (size_t i = 0; c->readings && c->readings[i]; i++)
        fprintf(out, "\n\nA legal reading: %s", c->readings[i]);
    if (fclose(out) == 0)
        j = json_pack("{s:o}", "text", vmsg_json_text(text));
    free(text);
    return j;
}

/* A relative URI reference for a path. */
static json_t *uri(const char *path)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t len = strlen(path), n = 0;
    char *s = malloc(3 * len + 1);
    json_t *j;

    if (!s)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)path[i];

        if (isalnum(c) || strchr("-._~/", c)) {
            s[n++] = (char)c;
            continue;
        }
        s[n++] = '%';
        s[n++] = digits[c >> 4];
        s[n++] = digits[c & 15];
    }
    j = json_stringn(s, n);
    free(s);
    return j;
}

static json_t *location(const struct vmsg_scenario_result *s, json_t *text)
{
    json_t *j = json_object();
    bool ok = true;

    vmsg_json_add(&ok, j, "physicalLocation",
                  json_pack("{s:{s:o}, s:{s:i}}", "artifactLocation", "uri",
                            uri(s->file ? s->file : s->id), "region", "startLine", 1));
    vmsg_json_add(
        &ok, j, "logicalLocations",
        json_pack("[{s:o, s:s}]", "fullyQualifiedName", vmsg_json_text(s->id), "kind", "function"));
    if (text)
        vmsg_json_add(&ok, j, "message", text);
    return vmsg_json_done(ok, j);
}

/* One message of the trace as a step. */
static json_t *step(const struct vmsg_scenario_result *s, size_t i, bool here)
{
    const struct vmsg_trace_entry *e = &s->trace[i];
    char buf[VMSG_TRACE_TEXT], *line;
    json_t *j = json_object(), *properties = json_object();
    bool ok = true;

    if (asprintf(&line, "%s: %s", vmsg_trace_direction(e), vmsg_trace_text(e, buf)) < 0)
        line = NULL;
    if (e->bytes)
        vmsg_json_add(&ok, properties, "hex", vmsg_json_hex(e->bytes, e->len));
    vmsg_json_add(&ok, properties, "message", vmsg_json_number(i));
    vmsg_json_add(&ok, properties, "timeUs", vmsg_json_number(e->t_ns / 1000));
    vmsg_json_add(&ok, j, "location", location(s, line ? message(line) : NULL));
    vmsg_json_add(&ok, j, "importance", json_string(here ? "essential" : "important"));
    vmsg_json_add(&ok, j, "properties", properties);
    free(line);
    return vmsg_json_done(ok && line, j);
}

static json_t *flows(const struct vmsg_scenario_result *s, uint32_t at)
{
    size_t end = (size_t)at + 1 < s->n_trace ? (size_t)at + 1 : s->n_trace;
    json_t *steps = json_array();
    bool ok = true;

    for (size_t i = end > FLOW_MOST ? end - FLOW_MOST : 0; i < end; i++)
        vmsg_json_append(&ok, steps, step(s, i, i + 1 == end));
    return json_pack("[{s:[{s:o}]}]", "threadFlows", "locations", vmsg_json_done(ok, steps));
}

/*
 * What makes it the same result as in another run. GitHub knows its alerts again by the second
 * form, whatever is hashed, as long as it is written like this.
 */
static json_t *fingerprints(const struct vmsg_scenario_result *s, const char *rule)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    char text[400], hashed[24];

    snprintf(text, sizeof text, "%s:%s", rule, s->id);
    for (const char *p = text; *p; p++)
        hash = (hash ^ (uint8_t)*p) * 1099511628211u;
    snprintf(hashed, sizeof hashed, "%016" PRIx64 ":1", hash);
    return json_pack("{s:o, s:s}", "vmsgspecFinding/v2", vmsg_json_text(text),
                     "primaryLocationLineHash", hashed);
}

json_t *vmsg_sarif_result(const struct vmsg_scenario_result *s, const struct vmsg_sarif_result *r)
{
    json_t *j = json_object();
    bool ok = true;

    vmsg_json_add(&ok, j, "ruleId", vmsg_json_text(r->rule));
    vmsg_json_add(&ok, j, "ruleIndex", vmsg_json_number(r->rule_index));
    vmsg_json_add(&ok, j, "kind", json_string("fail"));
    vmsg_json_add(&ok, j, "level", json_string(r->level));
    vmsg_json_add(&ok, j, "message", message(r->text));
    vmsg_json_add(&ok, j, "occurrenceCount", vmsg_json_number(r->occurrences));
    vmsg_json_add(&ok, j, "locations", json_pack("[o]", location(s, NULL)));
    if (s->n_trace)
        vmsg_json_add(&ok, j, "codeFlows", flows(s, r->message));
    vmsg_json_add(&ok, j, "partialFingerprints", fingerprints(s, r->rule));
    if (r->expected)
        vmsg_json_add(&ok, j, "suppressions",
                      json_pack("[{s:s, s:s, s:o}]", "kind", "external", "status", "accepted",
                                "justification", vmsg_json_text(r->expected)));
    return vmsg_json_done(ok, j);
}
