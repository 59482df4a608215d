/* What an oracle is made from, as JSON; see tape_json.h. */
#include "harness/engine/tape_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES_MOST 65536u
#define LIST_MOST    65536u /* ranges, regions or devices with facts */

/* "0-3,7": neighbours as ranges, so that a bus of 65,536 devices fits a packet. */
static json_t *devices_to_json(const uint16_t *devices, size_t n)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_t *json;

    for (size_t i = 0; out && i < n; i++) {
        size_t first = i;

        while (i + 1 < n && devices[i + 1] == devices[i] + 1)
            i++;
        fprintf(out, "%s%u", first ? "," : "", devices[first]);
        if (i > first)
            fprintf(out, "-%u", devices[i]);
    }
    if (out)
        fclose(out);
    json = text ? json_string(text) : NULL;
    free(text);
    return json;
}

static json_t *facts_to_json(const struct vmsg_device_facts *f)
{
    json_t *json = json_pack("{sisbsI}", "dev_num", (int)f->dev_num, "no_uuid", (int)f->no_uuid,
                             "answers", (json_int_t)f->answers);

    if (f->writable_declared) {
        json_t *list = json_array();

        for (size_t i = 0; i < f->n_writable; i++)
            json_array_append_new(list, json_pack("[II]", (json_int_t)f->writable[i].offset,
                                                  (json_int_t)f->writable[i].length));
        json_object_set_new(json, "writable", list);
    }
    if (f->shm_declared) {
        json_t *list = json_array();

        for (size_t i = 0; i < f->n_shm; i++)
            json_array_append_new(list, json_integer(f->shm[i]));
        json_object_set_new(json, "shm", list);
    }
    return json;
}

static json_t *hex(uint64_t v)
{
    return json_sprintf("0x%" PRIx64, v);
}

json_t *vmsg_config_to_json(const struct vmsg_oracle_config *c)
{
    json_t *facts = json_array();

    for (size_t i = 0; i < c->n_facts; i++)
        json_array_append_new(facts, facts_to_json(&c->facts[i]));
    return json_pack("{sI sI so sb sb sb sb sI sI so so si so sb so}", "revision",
                     (json_int_t)c->revision, "max_msg_size", (json_int_t)c->max_msg_size,
                     "transport_features", hex(c->transport_features), "polling", (int)c->polling,
                     "synthesis", (int)c->synthesis, "ends_apart", (int)c->ends_apart,
                     "virtual_time", (int)c->virtual_time, "request_timeout_ms",
                     (json_int_t)c->request_timeout_ms, "attempts", (json_int_t)c->attempts,
                     "mem_base", hex(c->mem_base), "mem_size", hex(c->mem_size), "bus_messages",
                     (int)c->bus_messages, "devices", devices_to_json(c->devices, c->n_devices),
                     "more_devices", (int)c->more_devices, "facts", facts);
}

static bool wrong(char *err, size_t err_size, const char *key)
{
    snprintf(err, err_size, "the record that begins a connection has a bad '%s'", key);
    return false;
}

struct reader {
    const json_t *json;
    const char *bad; /* the first key whose value is wrong */
};

static uint32_t number(struct reader *r, const char *key, uint32_t least, uint32_t most,
                       uint32_t absent)
{
    const json_t *v = json_object_get(r->json, key);
    json_int_t n = v ? json_integer_value(v) : absent;

    if (v && (!json_is_integer(v) || n < least || n > most)) {
        r->bad = r->bad ? r->bad : key;
        return absent;
    }
    return (uint32_t)n;
}

static uint64_t mask(struct reader *r, const char *key)
{
    const char *text = json_string_value(json_object_get(r->json, key));
    char *end = NULL;
    uint64_t v = text ? strtoull(text, &end, 16) : 0;

    if (json_object_get(r->json, key) && (!text || !*text || *end))
        r->bad = r->bad ? r->bad : key;
    return v;
}

static bool flag(const json_t *json, const char *key)
{
    return json_is_true(json_object_get(json, key));
}

static bool read_devices(const char *text, uint16_t *out, size_t *n)
{
    char *end;

    for (*n = 0; text && *text; text = *end == ',' ? end + 1 : end) {
        unsigned long first = strtoul(text, &end, 10), last = first;

        if (end == text)
            return false;
        if (*end == '-') {
            text = end + 1;
            last = strtoul(text, &end, 10);
            if (end == text)
                return false;
        }
        if ((*end && *end != ',') || first > last || last >= DEVICES_MOST ||
            *n + (last - first) >= DEVICES_MOST)
            return false;
        while (first <= last)
            out[(*n)++] = (uint16_t)first++;
    }
    return true;
}

static bool read_writable(struct vmsg_device_facts *f, const json_t *list)
{
    struct vmsg_range *ranges = calloc(json_array_size(list) + 1, sizeof *ranges);

    f->writable = ranges;
    f->writable_declared = list != NULL;
    for (size_t i = 0; ranges && i < json_array_size(list); i++) {
        const json_t *pair = json_array_get(list, i);
        json_int_t offset = json_integer_value(json_array_get(pair, 0)),
                   length = json_integer_value(json_array_get(pair, 1));

        if (offset < 0 || offset > UINT32_MAX || length < 0 || length > UINT32_MAX)
            return false;
        ranges[f->n_writable++] = (struct vmsg_range){(uint32_t)offset, (uint32_t)length};
    }
    return ranges;
}

static bool read_shm(struct vmsg_device_facts *f, const json_t *list)
{
    uint32_t *ids = calloc(json_array_size(list) + 1, sizeof *ids);

    f->shm = ids;
    f->shm_declared = list != NULL;
    for (size_t i = 0; ids && i < json_array_size(list); i++) {
        json_int_t id = json_integer_value(json_array_get(list, i));

        if (id < 0 || id > UINT32_MAX)
            return false;
        ids[f->n_shm++] = (uint32_t)id;
    }
    return ids;
}

static bool read_facts(struct vmsg_oracle_config *c, const json_t *list)
{
    size_t n = json_array_size(list);
    struct vmsg_device_facts *facts = n <= LIST_MOST ? calloc(n + 1, sizeof *facts) : NULL;

    c->facts = facts;
    for (size_t i = 0; facts && i < n; i++) {
        const json_t *j = json_array_get(list, i);
        struct reader r = {.json = j};
        struct vmsg_device_facts *f = &facts[c->n_facts++];

        f->dev_num = (uint16_t)number(&r, "dev_num", 0, 65535, 0);
        f->no_uuid = flag(j, "no_uuid");
        f->answers = (uint32_t)number(&r, "answers", 0, UINT32_MAX, 0);
        if (r.bad || !read_writable(f, json_object_get(j, "writable")) ||
            !read_shm(f, json_object_get(j, "shm")))
            return false;
    }
    return facts;
}

bool vmsg_config_from_json(struct vmsg_oracle_config *c, const json_t *json, char *err,
                           size_t err_size)
{
    struct reader r = {.json = json};
    uint16_t *devices = calloc(DEVICES_MOST, sizeof *devices);

    *c = (struct vmsg_oracle_config){
        .judged = c->judged,
        .revision = number(&r, "revision", 0, UINT32_MAX, 1),
        .max_msg_size = number(&r, "max_msg_size", 52, 65535, 264),
        .transport_features = mask(&r, "transport_features"),
        .polling = flag(json, "polling"),
        .synthesis = flag(json, "synthesis"),
        .ends_apart = flag(json, "ends_apart"),
        .virtual_time = flag(json, "virtual_time"),
        .request_timeout_ms = number(&r, "request_timeout_ms", 0, 600000, 0),
        .attempts = number(&r, "attempts", 0, 100, 0),
        .mem_base = mask(&r, "mem_base"),
        .mem_size = mask(&r, "mem_size"),
        .bus_messages = number(&r, "bus_messages", 0, 7, 0),
        .devices = devices,
        .more_devices = flag(json, "more_devices"),
    };
    if (r.bad)
        return wrong(err, err_size, r.bad);
    if (!devices ||
        !read_devices(json_string_value(json_object_get(json, "devices")), devices, &c->n_devices))
        return wrong(err, err_size, "devices");
    return read_facts(c, json_object_get(json, "facts")) || wrong(err, err_size, "facts");
}

void vmsg_config_clear(struct vmsg_oracle_config *c)
{
    for (size_t i = 0; i < c->n_facts; i++) {
        free((void *)c->facts[i].writable);
        free((void *)c->facts[i].shm);
    }
    free((void *)c->facts);
    free((void *)c->devices);
    *c = (struct vmsg_oracle_config){0};
}
