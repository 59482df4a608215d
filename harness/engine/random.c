/* Random numbers; see random.h. Algorithms by Blackman and Vigna, public domain. */
#include "harness/engine/random.h"

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, unsigned k)
{
    return (x << k) | (x >> (64 - k));
}

void vmsg_random_seed(struct vmsg_random *r, uint64_t seed)
{
    for (unsigned i = 0; i < 4; i++)
        r->s[i] = splitmix64(&seed);
}

uint64_t vmsg_random_next(struct vmsg_random *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t vmsg_random_below(struct vmsg_random *r, uint64_t n)
{
    uint64_t floor = -n % n; /* values below it would favour small results */
    uint64_t x;

    do
        x = vmsg_random_next(r);
    while (x < floor);
    return x % n;
}

uint64_t vmsg_random_derive(uint64_t seed, const char *id, uint16_t dev_num)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325); /* FNV-1a */

    for (; *id; id++)
        h = (h ^ (unsigned char)*id) * UINT64_C(0x100000001B3);
    h ^= (uint64_t)dev_num << 32;
    h ^= splitmix64(&seed);
    return splitmix64(&h);
}
