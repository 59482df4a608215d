/* The run and its sessions as JSON; see tape_run.h. */
#include "harness/engine/tape_run.h"

#include "harness/engine/tape_json.h"

#include <string.h>

json_t *vmsg_session_to_json(const struct vmsg_scenario *s, const struct vmsg_piece *piece,
                             uint16_t dev_num)
{
    json_t *clauses = json_array();

    for (size_t i = 0; s->clauses[i]; i++)
        json_array_append_new(clauses, json_string(s->clauses[i]));
    return json_pack("{so so so so si sI sI sI}", "scenario", vmsg_tape_text(s->id), "file",
                     vmsg_tape_text(s->file), "requirement", vmsg_tape_text(s->requirement),
                     "clauses", clauses, "dev_num", (int)dev_num, "piece",
                     (json_int_t)piece->number, "devices", (json_int_t)piece->devices, "seed",
                     (json_int_t)piece->seed);
}

json_t *vmsg_session_for(const char *purpose)
{
    return json_pack("{ss}", "for", purpose);
}

json_t *vmsg_run_to_json(const struct vmsg_clause_input *in, const struct vmsg_run_result *r)
{
    return json_pack("{ss ss ss so so so sI sb sb sb sb sb si so}", "tool", "vmsgspec", "spec",
                     r->spec, "role", vmsg_role_text(in->role), "name", vmsg_tape_text(r->sut_name),
                     "version", vmsg_tape_text(r->sut_version), "uri", vmsg_tape_text(r->sut_uri),
                     "seed", (json_int_t)r->seed, "memory", (int)in->memory, "upper",
                     (int)in->upper, "strict", (int)in->strict, "polling", (int)in->polling,
                     "layout", (int)in->layout, "bus_messages", (int)in->bus_messages,
                     "assumptions", vmsg_tape_text(r->assumptions));
}

json_t *vmsg_run_end_to_json(const struct vmsg_run_result *r)
{
    return json_pack("{sb sb so}", "conforms", (int)r->conforms, "interrupted", (int)r->interrupted,
                     "not_started", vmsg_tape_text(r->not_started));
}

static bool read_role(const json_t *json, enum vmsg_role *role)
{
    static const enum vmsg_role roles[] = {VMSG_ROLE_DEVICE, VMSG_ROLE_DRIVER, VMSG_ROLE_BUS};
    const char *text = json_string_value(json_object_get(json, "role"));

    for (size_t i = 0; text && i < sizeof roles / sizeof *roles; i++)
        if (strcmp(text, vmsg_role_text(roles[i])) == 0) {
            *role = roles[i];
            return true;
        }
    return false;
}

bool vmsg_run_from_json(struct vmsg_clause_input *in, const json_t *json)
{
    in->memory = json_is_true(json_object_get(json, "memory"));
    in->upper = json_is_true(json_object_get(json, "upper"));
    in->strict = json_is_true(json_object_get(json, "strict"));
    in->polling = json_is_true(json_object_get(json, "polling"));
    in->layout = json_is_true(json_object_get(json, "layout"));
    in->bus_messages = (unsigned)json_integer_value(json_object_get(json, "bus_messages")) & 7;
    return read_role(json, &in->role);
}
