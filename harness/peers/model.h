/*
 * Device models: tables of numbers, and how a buffer of a queue is processed. What the transport
 * does with them is the same for all (refdev.h).
 */
#ifndef VMSG_MODEL_H
#define VMSG_MODEL_H

#include "harness/peers/chain.h"

#include <stdbool.h>
#include <stdint.h>

#define VMSG_MODEL_CONFIG_MAX 4096u
#define VMSG_MODEL_BLOCKS_MAX 16u

struct vmsg_span {
    uint32_t offset, length; /* bytes of the configuration space */
};

struct vmsg_shm_region {
    uint32_t shmid;
    uint64_t address, length;
};

/* What a model's process function may use. */
struct vmsg_model_io {
    uint8_t *storage; /* storage_size bytes, NULL when the model has none */
    size_t storage_size;
    const uint8_t *uuid; /* 16 bytes that identify the device */
    uint64_t *rng;
};

struct vmsg_model {
    const char *name;
    uint32_t device_id; /* virtio device type */
    const uint32_t *features;
    uint32_t num_feature_blocks; /* at most VMSG_MODEL_BLOCKS_MAX */
    uint32_t config_size;        /* at most VMSG_MODEL_CONFIG_MAX */
    const uint8_t *config;       /* initial contents, config_init bytes; the rest is zero */
    uint32_t config_init;
    const struct vmsg_span *writable; /* in order of offset */
    unsigned n_writable;
    struct vmsg_span spontaneous; /* bytes that may change by themselves; length 0: none */
    uint32_t max_virtqueues;
    uint32_t admin_start, admin_count;
    /* Maximum size of an index below max_virtqueues; 0: not available. At most VMSG_CHAIN_MAX. */
    uint32_t (*queue_size)(uint32_t index);
    const struct vmsg_shm_region *shm;
    unsigned n_shm;
    bool has_uuid;
    size_t storage_size; /* bytes of private storage, zeroed when the device appears */
    /* Do what the buffer asks; returns the bytes written to it. Bounded work per buffer. */
    uint32_t (*process)(const struct vmsg_model_io *io, const struct vmsg_chain *chain);
};

extern const struct vmsg_model vmsg_model_block;
extern const struct vmsg_model vmsg_model_entropy;
extern const struct vmsg_model vmsg_model_max;

/* By name; NULL when there is none. */
const struct vmsg_model *vmsg_model_find(const char *name);

#endif
