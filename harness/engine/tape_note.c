/* Notes and texts of a tape as JSON; see tape_json.h. */
#include "harness/engine/tape_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const vmsg_note_names[] = {
    [VMSG_NOTE_AVAILABLE] = "available",
    [VMSG_NOTE_USED] = "used",
    [VMSG_NOTE_NO_INTERRUPT] = "no-interrupt",
    [VMSG_NOTE_CORRUPTED] = "corrupted",
    [VMSG_NOTE_CHANGE_CONFIG] = "change-config",
    [VMSG_NOTE_NEEDS_RESET] = "needs-reset",
    [VMSG_NOTE_COMPLETE] = "complete",
    [VMSG_NOTE_ADD] = "add",
    [VMSG_NOTE_REMOVE] = "remove",
    [VMSG_NOTE_OVERDUE] = "overdue",
    [VMSG_NOTE_RESET_TIMEOUT] = "reset-timeout",
    [VMSG_NOTE_PATIENCE_OVER] = "patience-over",
    [VMSG_NOTE_REFUSED] = "refused",
    [VMSG_NOTE_DROP_NEXT] = "drop-next",
    [VMSG_NOTE_BROKEN_RING] = "broken-ring",
    [VMSG_NOTE_MAX_SIZE] = "max-size",
    NULL,
};

json_t *vmsg_tape_text(const char *text)
{
    json_t *json = text ? json_string(text) : json_null();
    char *plain;

    if (json)
        return json;
    plain = strdup(text);
    for (char *p = plain; p && *p; p++)
        *p = (*p & 0x80) ? '?' : *p;
    json = plain ? json_string(plain) : NULL;
    free(plain);
    return json ? json : json_null();
}

json_t *vmsg_note_to_json(const struct vmsg_note *n, const char *text)
{
    json_t *json =
        json_pack("{sssisIsIsIso}", "note", vmsg_note_names[n->kind], "dev_num", (int)n->dev_num,
                  "vq", (json_int_t)n->vq, "value", (json_int_t)n->value, "position",
                  (json_int_t)n->position, "text", vmsg_tape_text(text));
    char *hex = n->data_len ? malloc(2 * n->data_len + 1) : NULL;

    if (n->unwanted)
        json_object_set_new(json, "unwanted", json_true());
    for (size_t i = 0; hex && i < n->data_len; i++)
        snprintf(hex + 2 * i, 3, "%02x", n->data[i]);
    if (hex)
        json_object_set_new(json, "data", json_string(hex));
    free(hex);
    return json;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_data(struct vmsg_note *note, const char *hex, uint8_t *data)
{
    size_t n = hex ? strlen(hex) : 0;

    if (n % 2 || n / 2 > VMSG_NOTE_DATA_MOST)
        return false;
    for (size_t i = 0; i < n; i += 2) {
        int high = digit(hex[i]), low = digit(hex[i + 1]);

        if (high < 0 || low < 0)
            return false;
        data[i / 2] = (uint8_t)(high << 4 | low);
    }
    note->data = data;
    note->data_len = n / 2;
    return true;
}

/* An unsigned number of at most `most`; absent is 0. */
static bool number(const json_t *json, const char *key, uint32_t most, uint32_t *out)
{
    json_int_t v = json_integer_value(json_object_get(json, key));

    *out = (uint32_t)v;
    return v >= 0 && v <= (json_int_t)most;
}

bool vmsg_note_from_json(struct vmsg_note *note, const json_t *json,
                         uint8_t data[VMSG_NOTE_DATA_MOST], const char **text)
{
    const char *name = json_string_value(json_object_get(json, "note"));
    uint32_t dev, kind = 0;

    while (name && vmsg_note_names[kind] && strcmp(vmsg_note_names[kind], name) != 0)
        kind++;
    if (!name || !vmsg_note_names[kind])
        return false;
    *note = (struct vmsg_note){.kind = (enum vmsg_note_kind)kind};
    *text = json_string_value(json_object_get(json, "text"));
    if (!number(json, "dev_num", 65535, &dev) || !number(json, "vq", UINT32_MAX, &note->vq) ||
        !number(json, "value", UINT32_MAX, &note->value) ||
        !number(json, "position", UINT32_MAX, &note->position))
        return false;
    note->dev_num = (uint16_t)dev;
    note->unwanted = json_is_true(json_object_get(json, "unwanted"));
    return read_data(note, json_string_value(json_object_get(json, "data")), data);
}
