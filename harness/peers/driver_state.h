/*
 * The reference driver's state and the functions that its files share. Internal to driver*.c.
 *
 * One request at a time is outstanding for each device, and one on the bus, so an answer is known
 * by its device and message id; tokens only sort out late answers to earlier attempts.
 */
#ifndef VMSG_PEERS_DRIVER_STATE_H
#define VMSG_PEERS_DRIVER_STATE_H

#include "harness/peers/driver.h"
#include "harness/peers/faults.h"
#include "harness/wire/wire.h"

#define DRIVER_DEVICES    16u
#define DRIVER_QUEUES     4u
#define DRIVER_RING_SIZE  16u
#define DRIVER_BLOCKS     16u  /* feature blocks looked at */
#define DRIVER_CONFIG     256u /* configuration bytes kept */
#define DRIVER_OPS        8u   /* commands waiting for a device */
#define DRIVER_ATTEMPTS   3u
#define DRIVER_RECOVERIES 3u   /* resets in a row that do not reach DRIVER_OK */
#define DRIVER_POLLS      100u /* status reads for one reset */
#define DRIVER_UNSTABLE   8u   /* configuration reads that meet a changing generation */
#define DRIVER_IO         4u   /* requests that the driver makes of its own accord */

#define DRIVER_MS            UINT64_C(1000000)
#define DRIVER_TIMEOUT_MS    1000u /* of one attempt, when nothing else is configured */
#define DRIVER_SLOW_START_NS (300 * DRIVER_MS)
#define DRIVER_RESET_POLL_NS (10 * DRIVER_MS)
#define DRIVER_IO_POLL_NS    (1 * DRIVER_MS)
#define DRIVER_IO_POLL_SHIFT 10u /* polling slows down to this power of two */

#define DRIVER_ID_BLOCK   2u
#define DRIVER_ID_ENTROPY 4u

/* Counts from the first tick after it was set, because receive() does not know the time. */
struct driver_timer {
    bool set, armed;
    uint64_t after, at;
};

struct driver_request {
    bool active;
    uint8_t msg_id;
    unsigned attempts;
    uint16_t tokens[DRIVER_ATTEMPTS];
    struct driver_timer timer;
};

/* Where a device is. RESET_WAIT, RUNNING and STOPPED wait; the others have sent a request. */
enum driver_step {
    DRIVER_INFO,
    DRIVER_RESET,
    DRIVER_RESET_WAIT,
    DRIVER_RESET_POLL,
    DRIVER_ACKNOWLEDGE,
    DRIVER_DRIVER,
    DRIVER_GET_FEATURES,
    DRIVER_SET_FEATURES,
    DRIVER_FEATURES_OK,
    DRIVER_FEATURES_CHECK,
    DRIVER_READ_CONFIG,
    DRIVER_QUEUE_GET,
    DRIVER_QUEUE_RESET,
    DRIVER_QUEUE_SET,
    DRIVER_QUEUE_ENABLE,
    DRIVER_QUEUE_CHECK,
    DRIVER_DRIVER_OK,
    DRIVER_OP_STATUS,
    DRIVER_OP_GET_CONFIG,
    DRIVER_OP_SET_CONFIG,
    DRIVER_FAILING, /* giving up: telling the device so */
    DRIVER_RUNNING,
    DRIVER_STOPPED, /* known, not driven */
    DRIVER_STEPS,
};

enum driver_after_reset { DRIVER_THEN_INIT, DRIVER_THEN_STOP, DRIVER_THEN_FORGET };

enum driver_op_kind {
    DRIVER_DO_INIT,
    DRIVER_DO_RESET,
    DRIVER_DO_REMOVE,
    DRIVER_DO_STATUS,
    DRIVER_DO_GET_CONFIG,
    DRIVER_DO_SET_CONFIG,
    DRIVER_DO_KICK,
    DRIVER_DO_SETUP_QUEUE,
    DRIVER_DO_RESET_QUEUE,
};

/* A command that was accepted and waits for the device to be idle. */
struct driver_op {
    enum driver_op_kind kind;
    uint32_t queue, offset, length;
    uint8_t data[DRIVER_CONFIG];
};

struct driver_queue {
    bool ready;                        /* set up, enabled, confirmed */
    const struct driver_ring_ops *ops; /* split or packed; NULL: never set up */
    bool event_idx, indirect;          /* negotiated; the latter where buffers have several parts */
    bool block;                        /* its buffers are requests to a block device */
    uint16_t size;                     /* descriptors, a power of two */
    uint64_t desc_addr, driver_addr, device_addr;
    uint8_t *page;                /* the queue's memory, NULL: none, then only notifications flow */
    uint64_t page_addr;           /* its bus address */
    uint16_t avail_idx, used_idx; /* next index; packed: next descriptor */
    bool avail_wrapped, used_wrapped; /* packed: wrap counters, inverted */
    uint8_t chain;                    /* descriptors of the ring that a buffer takes */
    uint16_t slots, busy;             /* buffers that fit; bit set: the device has it */
};

struct driver_device {
    struct vmsg_driver *driver;
    bool in_use;
    uint16_t dev_num;
    enum driver_step step;
    struct driver_request request;
    struct driver_timer poll; /* reset polling, or used-ring polling while running */
    bool initialising;        /* the queue and configuration steps go on to DRIVER_OK */
    enum driver_after_reset after_reset;
    unsigned resets, polls, recoveries;
    uint32_t status;
    bool info_known;
    uint32_t device_id, n_blocks, config_size, max_queues, admin_start, admin_count;
    uint32_t block; /* next feature block */
    uint32_t features[DRIVER_BLOCKS];
    uint32_t generation; /* the most recent one, wherever it was seen */
    uint32_t config_at, config_generation, event_generation;
    unsigned config_tries;
    bool config_stale; /* an event said so; read it again before more I/O */
    uint8_t config[DRIVER_CONFIG];
    uint32_t queue; /* being set up */
    unsigned queue_tries;
    bool queue_force_reset;
    struct driver_queue queues[DRIVER_QUEUES];
    unsigned io_left;
    uint64_t reads;    /* of sectors, by now */
    bool io_fruitful;  /* the device has used a buffer since the reset */
    bool io_fruitless; /* a reset ended the last I/O before the device had used a buffer */
    struct driver_op op, ops[DRIVER_OPS]; /* the current one, those waiting */
    unsigned n_ops, op_tries;
    enum driver_step op_from; /* DRIVER_RUNNING or DRIVER_STOPPED, where OP_STATUS goes back to */
    bool op_retry;            /* SET_CONFIG again, after the configuration was read */
    uint32_t asked_blocks;    /* by the GET_DEVICE_FEATURES under way */
    bool again, began, restarted;        /* a quirk has done what it does once */
    uint32_t highest_generation, writes; /* for faults */
};

struct vmsg_driver {
    struct vmsg_sut_host host;
    enum vmsg_fault_no fault;
    uint64_t quirks; /* bits by enum vmsg_driver_quirk_no */
    uint64_t timeout_ns;
    struct driver_timer late_start;
    bool polling, enumerate, started, two_step;
    uint64_t now;
    uint16_t next_token;
    uint32_t tokens_used;
    struct driver_request bus_request;
    uint32_t window; /* first device number of the GET_DEVICES window */
    struct driver_device devices[DRIVER_DEVICES];
};

/* driver_request.c: the request engine. */

void driver_timer_set(struct driver_timer *t, uint64_t after_ns);
/* True once, when it has run out. */
bool driver_timer_due(struct driver_timer *t, uint64_t now);
uint64_t driver_timer_deadline(const struct driver_timer *t, uint64_t now);

/* Send one attempt of a transport request, its token in a row with the others'; `f` and `tail` as
 * vmsg_encode(). */
void driver_send(struct driver_device *d, uint8_t msg_id, const uint64_t *f, const void *tail,
                 size_t tail_len);
/* The same for a bus request. */
void driver_send_bus(struct vmsg_driver *drv, uint8_t msg_id, const uint64_t *f);
/* Send a one-way event or an answer. */
void driver_post(struct vmsg_driver *drv, const struct vmsg_def *def, bool response,
                 uint16_t dev_num, uint16_t token, const uint64_t *f);
/* A request beside the one that is outstanding; nothing waits for its response. */
void driver_stray(struct driver_device *d, uint8_t msg_id, const uint64_t *f, const void *tail,
                  size_t tail_len);
/* Whether a message of that id and token completes the request. */
bool driver_request_is(const struct vmsg_driver *drv, const struct driver_request *r,
                       uint8_t msg_id, uint16_t token);

/* driver_init.c: the state machine of a device. */

void driver_enter(struct driver_device *d, enum driver_step step);
void driver_start(struct driver_device *d);   /* from GET_DEVICE_INFO on */
void driver_recover(struct driver_device *d); /* reset and initialise again, a bounded number */
bool driver_needs_reset(const struct driver_device *d, uint32_t status);
void driver_reset(struct driver_device *d, enum driver_after_reset after);
void driver_give_up(struct driver_device *d); /* status FAILED, then stopped */
void driver_attempt_failed(struct driver_device *d);
void driver_poll(struct driver_device *d); /* d->poll has run out */
/* A response from the device; ignored when it answers nothing that was asked. */
void driver_answer(struct driver_device *d, const struct vmsg *m);

/* driver_config.c: configuration space. */

/* Read the space until it is stable, then go on: queues, a retried write, or running. */
void driver_config_read(struct driver_device *d);
/* EVENT_CONFIG. */
void driver_config_event(struct driver_device *d, const struct vmsg *m);
/* The generation that a SET_CONFIG carries now. */
uint32_t driver_generation(struct driver_device *d);
/* Configuration bytes that one message has room for. */
uint32_t driver_config_room(const struct driver_device *d);

/* driver_queue.c: setting queues up. */

void driver_queue_first(struct driver_device *d); /* all of them, during initialisation */
/* Choose the queue that DRIVER_QUEUE_GET begins with. */
void driver_queue_begin(struct driver_device *d, uint32_t index, bool force_reset);
/* Why a command may not set up (or reset) queue `index`, NULL: it may. */
const char *driver_queue_refusal(const struct driver_device *d, uint32_t index, bool reset);

/* driver_ring.c: virtqueues in DMA memory; driver_split.c and driver_packed.c are behind it. */

/* Choose the size and areas of a queue that is not enabled, clear them; false: no room. */
bool driver_ring_setup(struct driver_device *d, uint32_t index, uint32_t max_size);
/* Whether a buffer can be made available; without memory, whether a notification can be sent. */
bool driver_ring_can_submit(const struct driver_device *d, uint32_t index);
/* Make a buffer available and notify, whatever the device wants; only when it can be. */
void driver_ring_submit(struct driver_device *d, uint32_t index);
/* Send EVENT_AVAIL for a queue, with the ring's place. */
void driver_notify(struct driver_device *d, uint32_t index);
/* EVENT_USED: examine the queue, take back its used buffers, go on. */
void driver_used(struct driver_device *d, uint32_t index);
/* Go on with the driver's own I/O; in polling mode look at every used ring first. */
void driver_io(struct driver_device *d);

/* driver_command.c: commands. */

/* Run what waits for the device, which is running or stopped. */
void driver_idle(struct driver_device *d);

/* driver_bus.c: enumeration, hotplug, liveness. */

void driver_enumerate(struct vmsg_driver *drv);
void driver_bus_attempt_failed(struct vmsg_driver *drv);
void driver_bus_receive(struct vmsg_driver *drv, const struct vmsg *m);
struct driver_device *driver_find(struct vmsg_driver *drv, uint16_t dev_num);
/* The slot of a device number, a new one when it is unknown; NULL: 16 are driven already. */
struct driver_device *driver_add(struct vmsg_driver *drv, uint16_t dev_num);

/* driver_misspeak.c: what goes out. */

/* Send a message of `len` bytes, with what a fault or quirk does to the bytes of its kind. */
void driver_emit(struct vmsg_driver *drv, const uint8_t *m, size_t len);
/* A message without payload that no table knows. */
void driver_emit_odd(struct vmsg_driver *drv, uint8_t type, uint8_t msg_id, uint16_t dev_num);

/* driver_misbehave.c: what a fault or quirk does beside or in place of the right thing. */

/* A malformed or unknown message came; false: it is to be discarded in silence. */
void driver_discarded(struct vmsg_driver *drv, const struct vmsg *m);
/* The device has just been found; its information has just come; it runs. */
void driver_found(struct driver_device *d);
void driver_informed(struct driver_device *d);
void driver_runs(struct driver_device *d);
/* All queues are looked at, DRIVER_OK is next; DRIVER_OK was sent. */
void driver_queues_done(struct driver_device *d);
void driver_ok_sent(struct driver_device *d);
/* EVENT_USED or EVENT_CONFIG came. */
void driver_event_came(struct driver_device *d, const struct vmsg *m);
/* RESET_VQUEUE of d->queue is next; was sent. */
void driver_before_queue_reset(struct driver_device *d);
void driver_queue_reset_sent(struct driver_device *d);

static inline bool driver_faulty(const struct driver_device *d, enum vmsg_fault_no fault)
{
    return d->driver->fault == fault;
}

static inline bool driver_quirky(const struct driver_device *d, enum vmsg_driver_quirk_no quirk)
{
    return d->driver->quirks >> quirk & 1;
}

static inline bool driver_has_feature(const struct driver_device *d, unsigned bit)
{
    return d->features[bit / 32] >> (bit % 32) & 1;
}

#endif
