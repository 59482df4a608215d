/*
 * The buggy driver behind the C interface of a SUT: finds devices by GET_DEVICES and by hotplug,
 * drives up to four, each through one virtqueue, and is sound unless BUGGY_BUG names one of its
 * bugs. One request is open at a time.
 */
#ifndef BUGGY_DRIVER_H
#define BUGGY_DRIVER_H

#include "tests/buggy/parts.h"

enum {
    N_DEVICES = 4,
    N_QUEUES = 8,     /* of a device, that are looked at */
    CONFIG_MOST = 64, /* bytes of configuration that are kept */
    REQUEST_MOST = 64,
    WINDOW = 256,  /* device numbers asked for at a time */
    TOKENS = 1024, /* different ones */
    ATTEMPTS = 3,  /* of a request */
    RESET_POLLS = 100,
    RESTARTS = 3, /* of a device, before it is given up */
    BUFFERS = 4,  /* of a queue, which is no larger */
    BUFFER_SIZE = 64,
    KICKS = 8, /* buffers that are offered in all */
};
#define ATTEMPT_NS  UINT64_C(1000000000) /* of a request, where nothing else is told */
#define POLL_NS     UINT64_C(5000000)
#define WINDOW_DONE UINT32_MAX

/* What is asked next of a device. */
enum step {
    STEP_INFO,
    STEP_RESET,
    STEP_POLL, /* until the reset is complete */
    STEP_ACKNOWLEDGE,
    STEP_DRIVER,
    STEP_FEATURES,
    STEP_SELECT,
    STEP_AGREE,
    STEP_CONFIG,
    STEP_LOOK, /* at each queue */
    STEP_SET_UP,
    STEP_CONFIRM,
    STEP_OK,
    STEP_RUN,
    STEP_GIVE_UP,
    STEP_IDLE,
};

struct buffer {
    uint8_t *bytes; /* what the device wrote */
    bool lent;
};

struct device {
    uint16_t number;
    unsigned place; /* in the driver's table: where its rings lie */
    enum step step;
    bool known; /* it told what it is */
    unsigned restarts, polls;
    uint32_t config_size, queues, looked, size, generation;
    bool version_1;
    uint8_t *config;
    uint32_t *sizes; /* the largest of each queue */
    struct buffer *buffers;
    uint16_t taken, made; /* used entries taken back; buffers offered */
    bool stale;           /* the configuration is to be read again */
    bool reset_due;
};

struct request {
    uint8_t m[HEADER + REQUEST_MOST];
    size_t n;
    unsigned attempts; /* that were made */
    uint16_t tokens[ATTEMPTS];
    uint64_t due; /* when the next one is, or the end */
};

struct driver {
    const struct vmsg_sut_host *host;
    enum buggy_bug bug;
    uint64_t now, wait; /* wait: nothing is asked before */
    uint64_t attempt_ns;
    uint16_t token;
    struct device *devices[N_DEVICES];
    struct request *open;
    struct request **by_token; /* whose attempts have which token */
    uint32_t window;           /* the next to ask for; WINDOW_DONE: none */
    struct device *last;       /* the one that the last event was for */
};

/* ---- driver.c ---- */
void drv_tell(struct driver *d, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
              const uint8_t *payload, size_t n);
void drv_ask(struct driver *d, uint8_t type, uint8_t id, uint16_t dev, const uint8_t *payload,
             size_t n);
void drv_forget(struct driver *d); /* the open request */

/* ---- driver_init.c: one device, from nothing to DRIVER_OK and back ---- */
/* Ask what is next of it; false: nothing is. */
bool drv_next(struct driver *d, struct device *dev);
/* The payload that came for what was asked last. */
void drv_answered(struct driver *d, struct device *dev, const uint8_t *p);
/* From the start again, or no more. */
void drv_failed(struct device *dev);

/* ---- driver_look.c: what it read of a device ---- */
/* Is a response as long as it says? Malformed ones are dropped ("Error Signaling"). */
bool drv_is_whole(const struct driver *d, bool bus, uint8_t id, const uint8_t *p, size_t n);
void drv_learn_info(struct driver *d, struct device *dev, const uint8_t *p);
void drv_learn_features(struct driver *d, struct device *dev, const uint8_t *p);
void drv_learn_config(struct driver *d, struct device *dev, const uint8_t *p);
void drv_learn_queue(struct driver *d, struct device *dev, const uint8_t *p);
uint32_t drv_config_length(const struct driver *d, const struct device *dev);

/* ---- driver_ring.c: buffers and events ---- */
/* Bus address of descriptors, available and used ring, by 0, 1, 2. */
uint64_t drv_area(const struct driver *d, const struct device *dev, unsigned which);
void drv_clear_ring(struct driver *d, struct device *dev);
void drv_offer(struct driver *d, struct device *dev);
void drv_event(struct driver *d, struct device *dev, uint8_t id, const uint8_t *p, size_t n);

/* ---- driver_bus.c: finding devices, and losing them ---- */
void drv_ask_window(struct driver *d);
void drv_learn_window(struct driver *d, const uint8_t *p);
struct device *drv_find(struct driver *d, uint16_t number);
void drv_remove(struct driver *d, struct device *dev);
void drv_bus_message(struct driver *d, const uint8_t *m, size_t n);

#endif
