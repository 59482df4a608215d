/*
 * What the reference driver sends in each step and what it makes of the response. Internal to
 * driver*.c.
 */
#ifndef VMSG_PEERS_DRIVER_STEPS_H
#define VMSG_PEERS_DRIVER_STEPS_H

#include "harness/peers/driver_state.h"

struct driver_step_ops {
    void (*send)(struct driver_device *d); /* one attempt; may be called again */
    void (*answer)(struct driver_device *d, const struct vmsg *m);
};

/* For a step that sends; not for RESET_WAIT, RUNNING and STOPPED. */
const struct driver_step_ops *driver_step_ops(enum driver_step step);

/* driver_init.c */
void driver_reset_answer(struct driver_device *d, const struct vmsg *m);

/* driver_config.c */
void driver_config_send(struct driver_device *d);
void driver_config_answer(struct driver_device *d, const struct vmsg *m);
void driver_op_get_config_send(struct driver_device *d);
void driver_op_get_config_answer(struct driver_device *d, const struct vmsg *m);
void driver_op_set_config_send(struct driver_device *d);
void driver_op_set_config_answer(struct driver_device *d, const struct vmsg *m);
/* Whether the echoed range is the one asked for; an answer of length 0 has no bytes to offer. */
bool driver_config_agrees(const struct driver_device *d, uint64_t offset, uint64_t length);

/* driver_queue.c */
void driver_queue_get_send(struct driver_device *d);
void driver_queue_get_answer(struct driver_device *d, const struct vmsg *m);
void driver_queue_reset_send(struct driver_device *d);
void driver_queue_reset_answer(struct driver_device *d, const struct vmsg *m);
void driver_queue_set_send(struct driver_device *d);
void driver_queue_enable_send(struct driver_device *d);
void driver_queue_set_answer(struct driver_device *d, const struct vmsg *m);
void driver_queue_check_answer(struct driver_device *d, const struct vmsg *m);

#endif
