/*
 * What benchmarks of round trips share: placing processes, taking turns, medians.
 */
#ifndef VMSG_BENCH_TURNS_H
#define VMSG_BENCH_TURNS_H

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

/* Short turns, so that both of a pair meet the machine in one mood. */
enum { TURNS = 101, ROUND_TRIPS = 1500 };

static inline void die(const char *what)
{
    fprintf(stderr, "benchmark: %s\n", what);
    exit(3);
}

static inline void run_on(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        die("cannot be placed on that processor");
}

static inline int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of TURNS values, which are sorted. */
static inline double median(double *values)
{
    qsort(values, TURNS, sizeof *values, by_value);
    return values[TURNS / 2];
}

static inline void print_ratio(const char *what, const char *placement, double *bare, double *ours)
{
    double b = median(bare), o = median(ours);
    printf("%-16s %-10s bare %7.0f/s  adapter %7.0f/s  ratio %.2f\n", what, placement, 1e9 / b,
           1e9 / o, o / b);
}

#endif
