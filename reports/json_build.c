/* Building JSON whose parts come from outside. */
#include "reports/json_build.h"

#include "reports/escape.h"

#include <errno.h>
#include <stdlib.h>

json_t *vmsg_json_text(const char *s)
{
    char *valid;
    json_t *j;

    if (!s)
        return json_null();
    valid = vmsg_valid_utf8(s);
    j = valid ? json_string(valid) : NULL;
    free(valid);
    return j;
}

json_t *vmsg_json_number(uint64_t n)
{
    return json_integer(n <= INT64_MAX ? (json_int_t)n : INT64_MAX);
}

json_t *vmsg_json_hex(const uint8_t *bytes, size_t len)
{
    char *s = malloc(len * 2 + 1);
    json_t *j;

    if (!s)
        return NULL;
    vmsg_hex(s, bytes, len);
    j = json_stringn(s, len * 2);
    free(s);
    return j;
}

void vmsg_json_add(bool *ok, json_t *object, const char *key, json_t *value)
{
    *ok = json_object_set_new(object, key, value) == 0 && *ok;
}

void vmsg_json_append(bool *ok, json_t *array, json_t *value)
{
    *ok = json_array_append_new(array, value) == 0 && *ok;
}

json_t *vmsg_json_done(bool ok, json_t *j)
{
    if (ok)
        return j;
    json_decref(j);
    return NULL;
}

struct dump {
    FILE *out;
    bool hash; /* the last character was '#' */
};

/* "##[error]" in a log is a command to some CI systems; '#' stands in strings only. */
static int put(const char *text, size_t size, void *ctx)
{
    struct dump *d = ctx;

    for (size_t i = 0; i < size; i++) {
        bool hash = text[i] == '#';

        if ((hash && d->hash     ? fputs("\\u0023", d->out)
             : text[i] == '\x7f' ? fputs("\\u007f", d->out)
                                 : fputc(text[i], d->out)) == EOF)
            return -1;
        d->hash = hash;
    }
    return 0;
}

bool vmsg_json_dump(FILE *out, json_t *j)
{
    struct dump dump = {.out = out};
    bool written;

    if (!j) {
        errno = ENOMEM;
        return false;
    }
    written = json_dump_callback(j, put, &dump, JSON_INDENT(1) | JSON_ENSURE_ASCII) == 0;
    json_decref(j);
    return written && fputc('\n', out) != EOF && !ferror(out);
}
