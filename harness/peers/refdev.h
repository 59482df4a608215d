/*
 * The reference device side, inside: an endpoint with the devices of one message stream, and
 * what its parts share. The outside is peer.h.
 *
 * A message goes through endpoint.c (what is dropped in silence), then to a device (refdev.c and
 * one file per group of messages) or to the bus messages (device_bus.c); everything that leaves
 * goes through device_send.c.
 */
#ifndef VMSG_REFDEV_H
#define VMSG_REFDEV_H

#include "harness/peers/faults.h"
#include "harness/peers/model.h"
#include "harness/peers/queue_table.h"
#include "harness/wire/wire.h"

#define VMSG_ENDPOINT_MAX_DEVICES 32u /* configured and hot-added */
#define VMSG_FAR_BLOCKS           16u /* written feature blocks beyond the model's, remembered */

struct vmsg_endpoint;

/* A feature block beyond the model's that the driver wrote with a value other than 0. */
struct vmsg_far_block {
    uint64_t index;
    uint32_t value;
};

struct vmsg_refdev {
    struct vmsg_endpoint *ep;
    const struct vmsg_model *model;
    uint16_t dev_num;
    bool present;
    bool hidden; /* present on the bus but does not answer: a fault */

    uint32_t status;
    const char *broken; /* why the ring of queue `broken_vq` could not be followed, until asked */
    uint32_t broken_vq;
    bool stopped; /* met an unrecoverable error; no I/O until reset */
    enum { VMSG_NO_RESET, VMSG_RESET_BY_READS, VMSG_RESET_BY_TIME } reset_pending;
    unsigned reset_reads;
    uint64_t reset_at;

    uint32_t selected[VMSG_MODEL_BLOCKS_MAX];   /* written by the driver */
    uint32_t negotiated[VMSG_MODEL_BLOCKS_MAX]; /* what FEATURES_OK accepted */
    struct vmsg_far_block far[VMSG_FAR_BLOCKS];
    unsigned n_far;
    bool far_lost; /* more far blocks than fit: the set is refused until reset */

    uint8_t *config; /* model->config_size bytes */
    uint32_t generation, first_generation;
    struct vmsg_queue_table queues;
    uint32_t look_at; /* queue that a look begins with */
    uint8_t *storage; /* NULL until the first request */
    uint8_t uuid[16];

    /* what single faults remember */
    uint32_t status_before_reset;
    unsigned info_answers, shm_answers;
};

struct vmsg_endpoint {
    struct vmsg_sut_host host;
    struct vmsg_dma dma;
    enum vmsg_fault_no fault;
    uint64_t quirks;
    bool polling;
    uint64_t rng, now_ns;
    struct vmsg_refdev *devices[VMSG_ENDPOINT_MAX_DEVICES];
    unsigned n_devices;

    uint8_t *out;  /* VMSG_MAX_SIZE_MOST bytes: the message being built */
    uint8_t *held; /* a request that waits, same size; NULL: this peer never holds any */
    size_t held_len;
    uint64_t held_until;
    bool used_due; /* some queue has a coalesced EVENT_USED pending */
    uint64_t used_at;
    unsigned received, reads, pings; /* counters for quirks and faults */
    uint16_t last_token;
    bool has_last_token;
    struct vmsg_chain chain;          /* scratch of device_io.c */
    uint8_t tail[VMSG_MAX_SIZE_MOST]; /* scratch of what is being answered */
};

static inline bool vmsg_faulty(const struct vmsg_endpoint *ep, enum vmsg_fault_no fault)
{
    return ep->fault == fault;
}

static inline bool vmsg_quirky(const struct vmsg_endpoint *ep, enum vmsg_quirk_no quirk)
{
    return ep->quirks >> quirk & 1;
}

static inline bool vmsg_endpoint_strict(const struct vmsg_endpoint *ep)
{
    return ep->host.transport_features & VMSG_F_STRICT_CONFIG_GENERATION;
}

/* endpoint.c; the arguments are those of peer.h. */
struct vmsg_endpoint *vmsg_endpoint_new(const struct vmsg_peer_config *config,
                                        const struct vmsg_sut_host *host, char *err,
                                        size_t err_size);
void vmsg_endpoint_free(struct vmsg_endpoint *ep);
void vmsg_endpoint_receive(struct vmsg_endpoint *ep, const void *bytes, size_t len);
void vmsg_endpoint_tick(struct vmsg_endpoint *ep, uint64_t now_ns);
uint64_t vmsg_endpoint_deadline(const struct vmsg_endpoint *ep);

/* The present device of that number, or NULL. */
struct vmsg_refdev *vmsg_endpoint_find(const struct vmsg_endpoint *ep, uint16_t dev_num);

/*
 * Make a device appear, fresh; one that was there before keeps its model unless `model` is given,
 * a new one without a model is an entropy device. NULL when there are too many or no memory.
 */
struct vmsg_refdev *vmsg_endpoint_add(struct vmsg_endpoint *ep, uint16_t dev_num,
                                      const struct vmsg_model *model);

/* device_command.c: one upper-tester line, see vmsg_peer_command(). */
void vmsg_endpoint_command(struct vmsg_endpoint *ep, const char *line, char *reply,
                           size_t reply_size);

/* device_bus.c: a well-formed bus message that is no response. */
void vmsg_endpoint_bus_message(struct vmsg_endpoint *ep, const struct vmsg *m);
/* EVENT_DEVICE: the device was added or removed. */
void vmsg_endpoint_event_device(struct vmsg_endpoint *ep, uint16_t dev_num, uint16_t state);

/* device_misanswer.c: faults that react to what must be dropped. */
void vmsg_endpoint_misanswer(struct vmsg_endpoint *ep, const struct vmsg *m);

/*
 * device_send.c. A body is the fixed fields in wire order, a UUID (NULL: nil) and a tail. A
 * message that would exceed the maximum size is not sent, and false returned, unless `oversize`.
 */
struct vmsg_body {
    const uint64_t *f;
    const uint8_t *uuid;
    const void *tail;
    size_t tail_len;
    bool oversize; /* send it even beyond the maximum: a fault */
};

/* The answer to a request of the table, and an event of it; the same on the bus. */
bool vmsg_refdev_reply(struct vmsg_refdev *d, const struct vmsg *request,
                       const struct vmsg_body *body);
bool vmsg_refdev_event(struct vmsg_refdev *d, uint8_t msg_id, const struct vmsg_body *body);
bool vmsg_endpoint_bus_reply(struct vmsg_endpoint *ep, const struct vmsg *request,
                             const struct vmsg_body *body);
bool vmsg_endpoint_bus_event(struct vmsg_endpoint *ep, uint8_t msg_id,
                             const struct vmsg_body *body);
/* A message with no definition: header and zeros. Only faults and quirks send such. */
void vmsg_endpoint_send_bare(struct vmsg_endpoint *ep, const struct vmsg_header *header,
                             size_t zeros);

/* refdev.c: a well-formed transport message for this device. */
void vmsg_refdev_receive(struct vmsg_refdev *d, const struct vmsg *m);
/* A request that only reads. */
bool vmsg_refdev_is_get(uint8_t msg_id);
/* Give back what the device owns; the struct stays. */
void vmsg_refdev_clear(struct vmsg_refdev *d);

/*
 * From here on, vmsg_refdev_<message>() does what that well-formed message asks and answers it.
 */

/* device_info.c, device_features.c */
void vmsg_refdev_get_device_info(struct vmsg_refdev *d, const struct vmsg *m);
void vmsg_refdev_get_device_features(struct vmsg_refdev *d, const struct vmsg *m);
void vmsg_refdev_set_driver_features(struct vmsg_refdev *d, const struct vmsg *m);
/* What the device has of a block of the model's: the model's features, and a quirk's. */
uint32_t vmsg_refdev_features(const struct vmsg_refdev *d, uint64_t block);
/* Whether FEATURES_OK may be set with what the driver selected. */
bool vmsg_refdev_features_acceptable(const struct vmsg_refdev *d);
/* Whether FEATURES_OK was set with this feature bit. */
bool vmsg_refdev_negotiated(const struct vmsg_refdev *d, unsigned feature);
/* Nothing selected, nothing negotiated. */
void vmsg_refdev_forget_features(struct vmsg_refdev *d);

/* device_config.c */
void vmsg_refdev_get_config(struct vmsg_refdev *d, const struct vmsg *m);
void vmsg_refdev_set_config(struct vmsg_refdev *d, const struct vmsg *m);
/* The device changes `len` bytes at `offset`, within the space, by itself, and tells. */
void vmsg_refdev_change_config(struct vmsg_refdev *d, uint32_t offset, const uint8_t *data,
                               uint32_t len);
/* EVENT_CONFIG about the status alone. */
void vmsg_refdev_event_status(struct vmsg_refdev *d);
/* EVENT_CONFIG about a range, with its data when `with_data` and it fits. */
void vmsg_refdev_event_config(struct vmsg_refdev *d, uint32_t offset, uint32_t len, bool with_data);

/* device_status.c */
void vmsg_refdev_get_status(struct vmsg_refdev *d, const struct vmsg *m);
void vmsg_refdev_set_status(struct vmsg_refdev *d, const struct vmsg *m);
/* An unrecoverable error: DEVICE_NEEDS_RESET, told by EVENT_CONFIG; I/O stops. */
void vmsg_refdev_fail(struct vmsg_refdev *d);
/* Back to the state before initialisation. */
void vmsg_refdev_reset(struct vmsg_refdev *d);

/* device_vqueue.c, device_shm.c */
void vmsg_refdev_get_vqueue(struct vmsg_refdev *d, const struct vmsg *m);
void vmsg_refdev_set_vqueue(struct vmsg_refdev *d, const struct vmsg *m);
void vmsg_refdev_reset_vqueue(struct vmsg_refdev *d, const struct vmsg *m);
/* Maximum size of a queue, 0 when unavailable or out of range. */
uint32_t vmsg_refdev_queue_max(const struct vmsg_refdev *d, uint64_t index);
/* Reset every queue that was ever configured, as RESET_VQUEUE would. */
void vmsg_refdev_reset_all_queues(struct vmsg_refdev *d);
void vmsg_refdev_get_shm(struct vmsg_refdev *d, const struct vmsg *m);

/* device_io.c */
void vmsg_refdev_event_avail(struct vmsg_refdev *d, const struct vmsg *m);
/*
 * Look at running queues, in turn, at most `limit` of them; with a limit above VMSG_QUEUES_MAX at
 * all of them, from the first.
 */
void vmsg_refdev_poll(struct vmsg_refdev *d, unsigned limit);
/* Finish one buffer; NULL, or why not in one clause. */
const char *vmsg_refdev_complete(struct vmsg_refdev *d, uint32_t index);
/* Send the EVENT_USED that were put off to be coalesced. */
void vmsg_endpoint_flush_used(struct vmsg_endpoint *ep);

#endif
