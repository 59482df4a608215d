/*
 * The engine's own random numbers: splitmix64 seeds xoshiro256**. The same on every machine and
 * with every Lua, so that a seed names a run.
 */
#ifndef VMSG_RANDOM_H
#define VMSG_RANDOM_H

#include <stdint.h>

struct vmsg_random {
    uint64_t s[4];
};

void vmsg_random_seed(struct vmsg_random *r, uint64_t seed);
uint64_t vmsg_random_next(struct vmsg_random *r);

/* 0..n-1, without bias; n at least 1. */
uint64_t vmsg_random_below(struct vmsg_random *r, uint64_t n);

/* A seed of its own for one scenario on one device of a run. */
uint64_t vmsg_random_derive(uint64_t seed, const char *id, uint16_t dev_num);

#endif
