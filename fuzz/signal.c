/* The coverage signal of answers; see signal.h. */
#include "fuzz/signal.h"

static void set(struct vmsg_fuzz_signal *s, uint64_t what)
{
    uint16_t bit = (uint16_t)(what * UINT64_C(0x9E3779B97F4A7C15) >> 48);
    uint8_t mask = (uint8_t)(1u << bit % 8);

    if (s->set[bit / 8] & mask || s->n == VMSG_FUZZ_SIGNAL_MOST)
        return;
    s->set[bit / 8] |= mask;
    s->bits[s->n++] = bit;
}

void vmsg_fuzz_signal_clear(struct vmsg_fuzz_signal *s)
{
    while (s->n)
        s->set[s->bits[--s->n] / 8] = 0;
    s->before = 0;
}

static unsigned magnitude(uint64_t v)
{
    return v ? 64u - (unsigned)__builtin_clzll(v) : 0;
}

/* Id, kind, side and defect of a message in one number. */
static uint32_t gist(const struct vmsg *m, bool to_sut)
{
    return 1u + (m->msg_id | (uint32_t)(m->type & 3) << 8 | (uint32_t)to_sut << 10 |
                 (uint32_t)m->defect << 11);
}

void vmsg_fuzz_signal_message(struct vmsg_fuzz_signal *s, const struct vmsg *m, bool to_sut)
{
    uint32_t now = gist(m, to_sut);

    if (!to_sut) {
        set(s, (uint64_t)s->before << 32 | now);
        set(s, UINT64_C(1) << 62 | (uint64_t)now << 16 | magnitude(m->delivered) << 8 |
                   (m->extra || m->trailing));
        for (unsigned i = 0; m->layout && i < m->layout->n_fields && i < 4; i++) {
            bool status =
                m->msg_id == VMSG_ID_SET_DEVICE_STATUS || m->msg_id == VMSG_ID_GET_DEVICE_STATUS;

            set(s, UINT64_C(1) << 63 | (uint64_t)now << 24 | (uint64_t)i << 20 |
                       (status && m->f[i] < 256 ? 512 + m->f[i] : magnitude(m->f[i])));
        }
    }
    s->before = now;
}

void vmsg_fuzz_signal_code(struct vmsg_fuzz_signal *s, uint32_t place, uint8_t times)
{
    set(s, UINT64_C(5) << 60 | (uint64_t)place << 8 | magnitude(times));
}

void vmsg_fuzz_signal_clauses(struct vmsg_fuzz_signal *s, const struct vmsg_oracle *o,
                              uint64_t before[VMSG_CLAUSE_COUNT])
{
    for (unsigned i = 0; i < VMSG_CLAUSE_COUNT; i++) {
        uint64_t now = vmsg_oracle_exercised(o, (enum vmsg_clause_no)i);

        if (now != before[i])
            set(s, UINT64_C(3) << 60 | (uint64_t)i << 8 | magnitude(now - before[i]));
        before[i] = now;
    }
}

size_t vmsg_fuzz_signal_new(const struct vmsg_fuzz_signal *s, uint8_t *known, bool add)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++) {
        uint8_t mask = (uint8_t)(1u << s->bits[i] % 8), *at = &known[s->bits[i] / 8];

        if (__atomic_load_n(at, __ATOMIC_RELAXED) & mask)
            continue;
        n++;
        if (add)
            __atomic_fetch_or(at, mask, __ATOMIC_RELAXED);
    }
    return n;
}

uint16_t vmsg_fuzz_signal_count(const struct vmsg_fuzz_signal *s,
                                uint16_t hits[VMSG_FUZZ_SIGNAL_BITS])
{
    uint16_t rarest = s->n ? s->bits[0] : 0;

    for (size_t i = 0; i < s->n; i++) {
        uint16_t bit = s->bits[i];

        hits[bit] = (uint16_t)(hits[bit] + (hits[bit] != UINT16_MAX));
        if (hits[bit] < hits[rarest])
            rarest = bit;
    }
    return rarest;
}
