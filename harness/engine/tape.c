/* Recording what the oracle is fed; see tape.h. */
#include "harness/engine/tape.h"

#include "harness/engine/tape_json.h"

#include <stdlib.h>
#include <string.h>

enum vmsg_role vmsg_tape_role(unsigned judged)
{
    return judged == VMSG_JUDGE_DEVICE   ? VMSG_ROLE_DEVICE
           : judged == VMSG_JUDGE_DRIVER ? VMSG_ROLE_DRIVER
                                         : VMSG_ROLE_BUS;
}

enum vmsg_direction vmsg_tape_direction(unsigned judged, bool from_sut, unsigned endpoint)
{
    bool sut_is_device = judged == VMSG_JUDGE_BUS ? endpoint == 0 : judged == VMSG_JUDGE_DEVICE;

    return from_sut == sut_is_device ? VMSG_TO_DRIVER : VMSG_TO_DEVICE;
}

static void put(struct vmsg_tape *t, enum vmsg_tape_kind kind, const struct vmsg_tape_place *at,
                json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    struct vmsg_tape_record r = {.kind = kind,
                                 .session = at->session,
                                 .index = at->index,
                                 .t_ns = at->t_ns,
                                 .judged = at->judged,
                                 .payload = text ? text : "{}",
                                 .len = text ? strlen(text) : 2};

    t->put(t->ctx, &r);
    free(text);
    json_decref(json);
}

uint32_t vmsg_tape_session(struct vmsg_tape *t, unsigned judged, json_t *about)
{
    struct vmsg_tape_place at = {.judged = (uint8_t)judged};

    if (!t) {
        json_decref(about);
        return 0;
    }
    at.session = atomic_fetch_add(&t->sessions, 1) + 1;
    put(t, VMSG_TAPE_SESSION, &at, about);
    return at.session;
}

void vmsg_tape_connect(struct vmsg_tape *t, uint32_t session,
                       const struct vmsg_oracle_config *config,
                       const struct vmsg_adapter_params *params)
{
    struct vmsg_tape_place at = {.session = session, .judged = (uint8_t)config->judged};
    json_t *json;

    if (!t)
        return;
    json = vmsg_config_to_json(config);
    if (json && params) /* what replaying needs beside it */
        json_object_update_new(json,
                               json_pack("{ss sb sI}", "platform", params->devices, "upper",
                                         (int)params->upper, "seed", (json_int_t)params->seed));
    put(t, VMSG_TAPE_CONNECT, &at, json);
}

void vmsg_tape_message(struct vmsg_tape *t, const struct vmsg_tape_place *at, bool from_sut,
                       unsigned endpoint, const void *bytes, size_t len)
{
    if (t)
        t->put(t->ctx, &(struct vmsg_tape_record){
                           .kind = VMSG_TAPE_MESSAGE,
                           .session = at->session,
                           .index = at->index,
                           .t_ns = at->t_ns,
                           .judged = at->judged,
                           .from_sut = from_sut,
                           .to_driver = vmsg_tape_direction(at->judged, from_sut, endpoint) ==
                                        VMSG_TO_DRIVER,
                           .endpoint = (uint8_t)endpoint,
                           .payload = bytes,
                           .len = len});
}

void vmsg_tape_note(struct vmsg_tape *t, const struct vmsg_tape_place *at,
                    const struct vmsg_note *note, const char *text)
{
    if (t)
        put(t, VMSG_TAPE_NOTE, at, vmsg_note_to_json(note, text));
}

void vmsg_tape_remark(struct vmsg_tape *t, const struct vmsg_tape_place *at, const char *text)
{
    if (t)
        put(t, VMSG_TAPE_REMARK, at, json_pack("{so}", "text", vmsg_tape_text(text)));
}

void vmsg_tape_command(struct vmsg_tape *t, const struct vmsg_tape_place *at, const char *line)
{
    if (t)
        put(t, VMSG_TAPE_COMMAND, at, json_pack("{so}", "text", vmsg_tape_text(line)));
}

void vmsg_tape_layout(struct vmsg_tape *t, const struct vmsg_tape_place *at,
                      const struct vmsg_amp_seen *seen)
{
    if (t)
        put(t, VMSG_TAPE_LAYOUT, at, vmsg_layout_to_json(seen));
}

void vmsg_tape_settle(struct vmsg_tape *t, const struct vmsg_tape_place *at)
{
    if (t)
        put(t, VMSG_TAPE_SETTLE, at, NULL);
}

void vmsg_tape_finding(struct vmsg_tape *t, const struct vmsg_tape_place *at,
                       const struct vmsg_finding *f)
{
    struct vmsg_tape_place place = *at;

    if (!t)
        return;
    place.index = f->message;
    put(t, VMSG_TAPE_FINDING, &place,
        json_pack("{sssIsiso}", "clause", vmsg_clause_id(f->clause), "message",
                  (json_int_t)f->message, "dev_num", (int)f->dev_num, "text",
                  vmsg_tape_text(f->text)));
}

void vmsg_tape_close(struct vmsg_tape *t, const struct vmsg_tape_place *at, json_t *outcome)
{
    if (t)
        put(t, VMSG_TAPE_CLOSE, at, outcome);
    else
        json_decref(outcome);
}

void vmsg_tape_run(struct vmsg_tape *t, enum vmsg_tape_kind kind, unsigned judged, json_t *about)
{
    struct vmsg_tape_place at = {.judged = (uint8_t)judged};

    if (t)
        put(t, kind, &at, about);
    else
        json_decref(about);
}
