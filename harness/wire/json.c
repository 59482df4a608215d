/* The JSON form of a message. */
#include "harness/wire/json.h"

#include "harness/wire/notation.h"

#include <stdio.h>
#include <stdlib.h>

static json_t *hex_string(const uint8_t *p, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char *text = malloc(len * 2 + 1);
    json_t *string;

    if (!text)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[p[i] >> 4];
        text[2 * i + 1] = digits[p[i] & 15];
    }
    string = json_stringn(text, len * 2);
    free(text);
    return string;
}

static json_t *field_value(const struct vmsg *m, unsigned i)
{
    const struct vmsg_field *field = &m->layout->fields[i];
    char text[VMSG_UUID_TEXT_SIZE];

    if (field->type == VMSG_UUID) {
        vmsg_uuid_text(text, vmsg_uuid(m, i));
        return json_string(text);
    }
    /* JSON readers lose bits of integers beyond 2^53. */
    if (field->type == VMSG_LE64) {
        snprintf(text, sizeof(text), "0x%llx", (unsigned long long)m->f[i]);
        return json_string(text);
    }
    return json_integer((json_int_t)m->f[i]);
}

static json_t *tail_value(const struct vmsg *m)
{
    json_t *array;

    if (m->layout->tail->type != VMSG_LE32S)
        return hex_string(m->tail, m->tail_len);
    array = json_array();
    for (uint32_t i = 0; array && i < m->tail_len / 4; i++) {
        if (json_array_append_new(array, json_integer(vmsg_tail_u32(m, i))) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* The fields that are there, in wire order; an empty object when the layout is unknown. */
static json_t *fields_object(const struct vmsg *m)
{
    json_t *object = json_object();
    int failed = 0;

    if (!object || !m->layout)
        return object;
    for (unsigned i = 0; i < m->layout->n_fields; i++) {
        const struct vmsg_field *field = &m->layout->fields[i];

        if (m->payload_len < field->offset + vmsg_field_size(field->type))
            break;
        failed |= json_object_set_new(object, field->name, field_value(m, i));
    }
    if (m->tail)
        failed |= json_object_set_new(object, m->layout->tail->name, tail_value(m));
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *vmsg_to_json(const void *bytes, size_t len)
{
    json_t *object = json_object();
    struct vmsg m;
    int failed = 0;

    if (!object)
        return NULL;
    vmsg_decode(&m, bytes, len);
    failed |= json_object_set_new(object, "name", m.def ? json_string(m.def->name) : json_null());
    failed |= json_object_set_new(object, "namespace",
                                  json_string(vmsg_is_bus(&m) ? "bus" : "transport"));
    failed |= json_object_set_new(object, "kind", json_string(vmsg_kind_text(&m)));
    failed |= json_object_set_new(object, "type", json_integer(m.type));
    failed |= json_object_set_new(object, "msg_id", json_integer(m.msg_id));
    failed |= json_object_set_new(object, "dev_num", json_integer(m.dev_num));
    failed |= json_object_set_new(object, "token", json_integer(m.token));
    failed |= json_object_set_new(object, "msg_size", json_integer(m.msg_size));
    failed |= json_object_set_new(object, "fields", fields_object(&m));
    failed |= json_object_set_new(
        object, "defect",
        m.defect == VMSG_WELL_FORMED ? json_null() : json_string(vmsg_defect_text(m.defect)));
    failed |= json_object_set_new(object, "hex", hex_string(m.bytes, m.delivered));
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}
