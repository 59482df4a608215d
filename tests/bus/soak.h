/*
 * The reference bus under load, in process: many devices, many requests under way to each, answered
 * in no order, with events between; every message is judged.
 */
#ifndef VMSG_BUS_SOAK_H
#define VMSG_BUS_SOAK_H

#include <stddef.h>
#include <stdint.h>

struct soak_config {
    unsigned devices;     /* 1..1000 */
    unsigned outstanding; /* requests under way to each, 1..256 */
    uint64_t requests;    /* in all */
    const char *fault;    /* of the bus, or NULL */
};

struct soak_result {
    uint64_t responses, events, judged; /* delivered; messages that the oracle saw */
    uint64_t most;                      /* requests under way at a time */
    size_t early_bytes, late_bytes;     /* allocated after a quarter of the requests, and at the end */
    char finding[300];                  /* the first, "" when there is none */
};

/* -1 with a sentence on standard error when memory ran out. */
int soak_run(const struct soak_config *config, struct soak_result *result);

#endif
