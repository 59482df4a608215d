/* How an attempt ended, as JSON on the tape; see outcome.h. */
#include "harness/engine/outcome.h"
#include "harness/engine/tape_json.h"

#include <stdlib.h>
#include <string.h>

static const char *const ends[] = {
    [VMSG_SCRIPT_FAILED] = "failed",
    [VMSG_SCRIPT_RETURNED] = "returned",
    [VMSG_SCRIPT_INCONCLUSIVE] = "inconclusive",
    [VMSG_SCRIPT_SKIP] = "skip",
    [VMSG_SCRIPT_UNOBSERVABLE] = "unobservable",
    [VMSG_SCRIPT_WEDGED] = "wedged",
    [VMSG_SCRIPT_CLOSED] = "closed",
};

json_t *vmsg_outcome_to_json(const struct vmsg_outcome *o, const struct vmsg_evidence *e,
                             const char *reason)
{
    json_t *json = json_pack("{ss so sb sb sb so}", "verdict", vmsg_verdict_text(o->verdict),
                             "reason", vmsg_tape_text(e ? reason : o->reason), "unobservable",
                             (int)o->unobservable, "connected", (int)o->connected, "opened",
                             (int)o->opened, "sut_end", vmsg_tape_text(o->sut_end));

    if (!e)
        return json;
    json_object_set_new(json, "run", json_string(ends[e->run]));
    if (e->closing)
        json_object_set_new(json, "close", json_string(ends[e->close]));
    json_object_set_new(json, "died", json_boolean(e->died));
    return json;
}

static bool read_end(const json_t *json, enum vmsg_script_end *out)
{
    const char *text = json_string_value(json);

    for (size_t i = 0; text && i < sizeof ends / sizeof *ends; i++)
        if (strcmp(ends[i], text) == 0) {
            *out = (enum vmsg_script_end)i;
            return true;
        }
    return false;
}

static bool read_verdict(struct vmsg_outcome *o, const json_t *json, const char *reason)
{
    const char *text = json_string_value(json_object_get(json, "verdict"));

    for (int v = 0; text && v < VMSG_VERDICT_COUNT; v++)
        if (strcmp(vmsg_verdict_text((enum vmsg_verdict)v), text) == 0) {
            vmsg_outcome_set(o, (enum vmsg_verdict)v, reason);
            return true;
        }
    return false;
}

bool vmsg_outcome_from_json(struct vmsg_outcome *o, const json_t *json, struct vmsg_evidence *e,
                            const char **reason, bool *judged)
{
    const json_t *run = json_object_get(json, "run"), *close = json_object_get(json, "close");
    const char *end = json_string_value(json_object_get(json, "sut_end"));

    *reason = json_string_value(json_object_get(json, "reason"));
    *reason = *reason ? *reason : "";
    o->unobservable = json_is_true(json_object_get(json, "unobservable"));
    o->connected = json_is_true(json_object_get(json, "connected"));
    o->opened = json_is_true(json_object_get(json, "opened"));
    o->sut_end = end ? strdup(end) : NULL;
    *judged = run != NULL;
    if (!run)
        return read_verdict(o, json, *reason);
    e->died = json_is_true(json_object_get(json, "died"));
    e->closing = close != NULL;
    return read_end(run, &e->run) && (!close || read_end(close, &e->close));
}
