/*
 * The buggy device: two small devices (0 and 1) behind the C interface of a SUT, sound unless
 * BUGGY_BUG names one of its bugs. Writing to the last byte of device 0's configuration ejects
 * device 1. Like many a real parser it copies each message to the heap first.
 */
#ifndef BUGGY_DEVICE_H
#define BUGGY_DEVICE_H

#include "tests/buggy/parts.h"

enum { N_DEVICES = 2, N_QUEUES = 4, CONFIG = 16, BLOCKS = 2, TOKENS = 16, QUEUE_MAX = 64 };

struct queue {
    bool enabled;
    uint32_t size;
    uint64_t desc, driver, device;
    uint16_t next;
    uint32_t *shadow; /* made with the queue */
};

struct device {
    uint16_t number;
    uint32_t status, generation, features[BLOCKS];
    bool stray; /* features that do not exist were selected */
    uint8_t *config;
    struct queue *queues;
    uint8_t *negotiated; /* lives from FEATURES_OK to the reset */
};

struct buggy {
    const struct vmsg_sut_host *host;
    enum buggy_bug bug;
    struct device *devices[N_DEVICES], *last; /* the one that was used last */
    uint8_t *tokens;                          /* how often each was seen */
    const uint8_t *m;                         /* the message, in memory of its own */
};

void buggy_transmit(struct buggy *b, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
                    const uint8_t *payload, size_t n);
void buggy_answer(struct buggy *b, const uint8_t *payload, size_t n);
void buggy_eject(struct buggy *b); /* device 1 goes */

/* Each answers the message b->m, p its payload of n bytes, that are enough for its fields. */
void buggy_get_info(struct buggy *b);
void buggy_get_features(struct buggy *b, const uint8_t *p);
void buggy_set_features(struct buggy *b, struct device *d, const uint8_t *p, size_t n);
void buggy_set_status(struct buggy *b, struct device *d, uint32_t wanted);
void buggy_get_config(struct buggy *b, struct device *d, const uint8_t *p);
void buggy_set_config(struct buggy *b, struct device *d, const uint8_t *p, size_t n);
void buggy_get_vqueue(struct buggy *b, struct device *d, const uint8_t *p);
void buggy_set_vqueue(struct buggy *b, struct device *d, const uint8_t *p);
void buggy_reset_vqueue(struct buggy *b, struct device *d, const uint8_t *p);
void buggy_get_shm(struct buggy *b, const uint8_t *p);
void buggy_bus_message(struct buggy *b, const uint8_t *p, size_t n);

void buggy_reset(struct buggy *b, struct device *d);
void buggy_drop_queue(struct buggy *b, struct queue *q);

/* Buffers of a queue that are available are filled. */
void buggy_serve(struct buggy *b, struct device *d, uint32_t index);

#endif
