/*
 * What a fuzzing session knows of its SUT, and how a step becomes a message by it: which devices
 * there are, what a working driver would send next, and the values seen in answers.
 */
#ifndef VMSG_FUZZ_KNOWN_H
#define VMSG_FUZZ_KNOWN_H

#include "fuzz/script.h"
#include "harness/oracle/oracle.h"
#include "harness/wire/wire.h"

#define VMSG_FUZZ_DEVICES 8u
#define VMSG_FUZZ_VALUES  32u /* seen ones that are kept */
#define VMSG_FUZZ_RING    16u /* entries of a right queue, at most */
/* A device's right queue in DMA memory: where it begins, and its areas from there. */
#define VMSG_FUZZ_QUEUE(place) (UINT64_C(0x3000) * (place))
#define VMSG_FUZZ_QUEUE_DRIVER 0x1000u
#define VMSG_FUZZ_QUEUE_DEVICE 0x2000u
#define VMSG_FUZZ_QUEUE_BYTES  0x3000u
/* The longest message that a step makes: every byte that a max_msg_size may allow, and more. */
#define VMSG_FUZZ_MESSAGE_MOST (65535u + 1024u)

struct vmsg_fuzz_device {
    uint16_t number;
    bool removed;
    bool found; /* the SUT sent something of it, or to it */
    uint32_t config_size, queues, generation, status, max_queue_size, offered[2];
    const struct vmsg_range *writable; /* part of the configuration that may be written, or NULL */
};

struct vmsg_fuzz_known {
    struct vmsg_fuzz_device devices[VMSG_FUZZ_DEVICES];
    size_t n_devices;
    const struct vmsg_fuzz_device *about; /* whose limits are the boundaries; NULL: nobody's */
    uint32_t max_msg_size;
    bool strict;
    uint64_t mem_base, mem_size;
    uint64_t seen[VMSG_FUZZ_VALUES];
    unsigned at;         /* the next place in seen */
    uint16_t token;      /* the last that was used */
    uint16_t heard;      /* of the last request from the SUT */
    uint8_t scratch[64]; /* a right tail */
};

void vmsg_fuzz_learn(struct vmsg_fuzz_known *k, const struct vmsg *m);
/* What the device that is played to a driver says, before anything is done to it. */
void vmsg_fuzz_played(struct vmsg_fuzz_known *k, const void *bytes, size_t len);
/* A bus message to a driver: which devices go and come. */
void vmsg_fuzz_told(struct vmsg_fuzz_known *k, const struct vmsg *m);

/* The number that a step's device selector means; NULL in *device when none is known by it. */
uint16_t vmsg_fuzz_dev(struct vmsg_fuzz_known *k, uint8_t b, struct vmsg_fuzz_device **device);

/* A value, where `right` is the right one. */
uint64_t vmsg_fuzz_value(const struct vmsg_fuzz_known *k, const struct vmsg_fuzz_value *v,
                         uint64_t right);

/* The bytes of a MESSAGE step; out holds VMSG_FUZZ_MESSAGE_MOST. At least 1. */
size_t vmsg_fuzz_build(struct vmsg_fuzz_known *k, const struct vmsg_fuzz_step *s, uint8_t *out);

/* Is this one of the answers that an ANSWER step means? */
bool vmsg_fuzz_means(const struct vmsg_fuzz_step *s, const void *bytes, size_t len);

/* Change a message as a step's mask, values and corruption say; returns the new length. */
size_t vmsg_fuzz_change(struct vmsg_fuzz_known *k, const struct vmsg_fuzz_step *s, uint8_t *m,
                        size_t len);

/* Entries of the queue that a working driver sets up. */
uint32_t vmsg_fuzz_ring_size(const struct vmsg_fuzz_device *d);

/* A message of a driver that works, to `d`: the right values everywhere. */
size_t vmsg_fuzz_right(struct vmsg_fuzz_known *k, enum vmsg_namespace ns, uint8_t id,
                       struct vmsg_fuzz_device *d, uint8_t *out);

#endif
