/* The step script and its bytes; see script.h. */
#include "fuzz/script.h"

#include "harness/wire/wire.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    const uint8_t *p, *end;
};

static uint8_t byte(struct reader *r)
{
    return r->p < r->end ? *r->p++ : 0;
}

static uint64_t number(struct reader *r, unsigned bytes)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < bytes; i++)
        v |= (uint64_t)byte(r) << 8 * i;
    return v;
}

unsigned vmsg_fuzz_literal_size(uint8_t class)
{
    return class < VMSG_FUZZ_LITERAL ? 0 : 1u << class % 4;
}

static void read_step(struct reader *r, struct vmsg_fuzz_step *s)
{
    s->kind = byte(r) % VMSG_FUZZ_KINDS;
    s->a = byte(r);
    s->b = byte(r);
    s->mask = byte(r);
    s->corruption = byte(r) % VMSG_FUZZ_CORRUPTIONS;
    s->amount = s->corruption ? (uint16_t)number(r, 2) : 0;
    for (unsigned i = 0; i < VMSG_FUZZ_FIELDS; i++) {
        s->f[i] = (struct vmsg_fuzz_value){0};
        if (!(s->mask >> i & 1))
            continue;
        s->f[i].class = byte(r);
        s->f[i].literal = number(r, vmsg_fuzz_literal_size(s->f[i].class));
    }
    s->n_raw = s->mask & VMSG_FUZZ_HAS_RAW ? byte(r) % (VMSG_FUZZ_RAW_MOST + 1) : 0;
    for (unsigned i = 0; i < s->n_raw; i++)
        s->raw[i] = byte(r);
}

static bool reserve(struct vmsg_fuzz_script *s, size_t n)
{
    size_t cap = s->cap ? s->cap : 32;
    struct vmsg_fuzz_step *steps;

    if (n <= s->cap)
        return true;
    while (cap < n)
        cap *= 2;
    steps = realloc(s->steps, cap * sizeof *steps);
    if (!steps)
        return false;
    s->steps = steps;
    s->cap = cap;
    return true;
}

bool vmsg_fuzz_decode(struct vmsg_fuzz_script *s, const void *bytes, size_t len)
{
    struct reader r = {bytes, (const uint8_t *)bytes + len};

    s->n = 0;
    while (r.p < r.end && s->n < VMSG_FUZZ_STEPS) {
        if (!reserve(s, s->n + 1))
            return false;
        read_step(&r, &s->steps[s->n++]);
    }
    return true;
}

static uint8_t *put(uint8_t *p, uint64_t v, unsigned bytes)
{
    for (; bytes--; v >>= 8)
        *p++ = (uint8_t)v;
    return p;
}

size_t vmsg_fuzz_encode_step(const struct vmsg_fuzz_step *s, uint8_t *out)
{
    const uint8_t head[] = {s->kind, s->a, s->b, s->mask, s->corruption};
    uint8_t *p = out + sizeof head;

    memcpy(out, head, sizeof head);
    if (s->corruption)
        p = put(p, s->amount, 2);
    for (unsigned i = 0; i < VMSG_FUZZ_FIELDS; i++)
        if (s->mask >> i & 1) {
            *p++ = s->f[i].class;
            p = put(p, s->f[i].literal, vmsg_fuzz_literal_size(s->f[i].class));
        }
    if (s->mask & VMSG_FUZZ_HAS_RAW) {
        *p++ = s->n_raw;
        memcpy(p, s->raw, s->n_raw);
        p += s->n_raw;
    }
    return (size_t)(p - out);
}

uint8_t *vmsg_fuzz_encode(const struct vmsg_fuzz_script *s, size_t *len)
{
    uint8_t *out = malloc(s->n * VMSG_FUZZ_STEP_MOST + 1);

    *len = 0;
    for (size_t i = 0; out && i < s->n; i++)
        *len += vmsg_fuzz_encode_step(&s->steps[i], out + *len);
    return out;
}

bool vmsg_fuzz_insert(struct vmsg_fuzz_script *s, size_t at, const struct vmsg_fuzz_step *steps,
                      size_t n)
{
    if (s->n + n > VMSG_FUZZ_STEPS || !reserve(s, s->n + n))
        return false;
    memmove(s->steps + at + n, s->steps + at, (s->n - at) * sizeof *steps);
    memcpy(s->steps + at, steps, n * sizeof *steps);
    s->n += n;
    return true;
}

void vmsg_fuzz_remove(struct vmsg_fuzz_script *s, size_t at, size_t n)
{
    memmove(s->steps + at, s->steps + at + n, (s->n - at - n) * sizeof *s->steps);
    s->n -= n;
}

bool vmsg_fuzz_copy(struct vmsg_fuzz_script *to, const struct vmsg_fuzz_script *from)
{
    to->n = 0;
    return from->n == 0 || vmsg_fuzz_insert(to, 0, from->steps, from->n);
}

void vmsg_fuzz_clear(struct vmsg_fuzz_script *s)
{
    free(s->steps);
    *s = (struct vmsg_fuzz_script){0};
}
