/*
 * The JSON of a tape's records, both ways. What is read may come from anybody: every value is
 * checked, what is missing takes its default.
 */
#ifndef VMSG_TAPE_JSON_H
#define VMSG_TAPE_JSON_H

#include "harness/oracle/oracle.h"

#include <jansson.h>

/* The kinds of notes by enum vmsg_note_kind, as scenarios and tapes name them; NULL at the end. */
extern const char *const vmsg_note_names[];

/* A JSON string of any text: bytes that are no UTF-8 become '?'. NULL: null. */
json_t *vmsg_tape_text(const char *text);

json_t *vmsg_config_to_json(const struct vmsg_oracle_config *config);

/*
 * Reads a configuration into *config, whose arrays it allocates (clear it in any case); judged is
 * left alone. False with a sentence in err when a value is out of range.
 */
bool vmsg_config_from_json(struct vmsg_oracle_config *config, const json_t *json, char *err,
                           size_t err_size);
void vmsg_config_clear(struct vmsg_oracle_config *config);

/* A look at a shared-memory layout. False: no such look, or a number out of range. */
struct vmsg_amp_seen;
json_t *vmsg_layout_to_json(const struct vmsg_amp_seen *seen);
bool vmsg_layout_from_json(struct vmsg_amp_seen *seen, const json_t *json);

json_t *vmsg_note_to_json(const struct vmsg_note *note, const char *text);

/* data holds note->data afterwards, *text is borrowed from json. False: no such note. */
#define VMSG_NOTE_DATA_MOST 65536u
bool vmsg_note_from_json(struct vmsg_note *note, const json_t *json,
                         uint8_t data[VMSG_NOTE_DATA_MOST], const char **text);

#endif
