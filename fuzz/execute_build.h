/* Between the files of the executor. */
#ifndef VMSG_FUZZ_EXECUTE_BUILD_H
#define VMSG_FUZZ_EXECUTE_BUILD_H

#include "fuzz/execute.h"

#define VMSG_NS_PER_MS UINT64_C(1000000)

/* Send and count; what came back at once is not yet taken in. */
void vmsg_fuzz_send(struct vmsg_fuzz_executor *e, unsigned endpoint, const void *bytes, size_t len);

/* Take in what comes until then; false when nothing did, or nothing more can. */
bool vmsg_fuzz_pump(struct vmsg_fuzz_executor *e, uint64_t deadline_ns);

/* Serve until `messages` came, 0: any number, or the SUT is silent for that long. */
void vmsg_fuzz_serve(struct vmsg_fuzz_executor *e, unsigned messages, uint64_t silence_ns);

/* A message came; e->last_at is when the one before did, or when waiting began. */
void vmsg_fuzz_reacted(struct vmsg_fuzz_executor *e);

/* Before a step: it may end a driver's being idle. */
void vmsg_fuzz_may_wake(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s);

/* The same until a driver is idle; and until that, or the step that is armed was met. */
void vmsg_fuzz_quiet(struct vmsg_fuzz_executor *e, unsigned messages);
void vmsg_fuzz_quiet_unless_met(struct vmsg_fuzz_executor *e);

/*
 * A driver that lost an answer is waited for much longer than all its declared attempts take:
 * whatever it meant to do about it, it has done. In virtual time only, elsewhere that is too long.
 */
void vmsg_fuzz_outlast(struct vmsg_fuzz_executor *e);
/* A message of a driver came, which may be that. */
void vmsg_fuzz_recovered(struct vmsg_fuzz_executor *e, const struct vmsg *m);

/* Devices that are there, a bit for each place. */
unsigned vmsg_fuzz_present(const struct vmsg_fuzz_executor *e);

/* A fence to every device that was touched; false: wedged. */
bool vmsg_fuzz_fence(struct vmsg_fuzz_executor *e);

/* Initialise a device up to a stage, without waiting more than is needed to know it. */
void vmsg_fuzz_stage(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_device *d, unsigned stage);

/* A step is to meet the next answer that it means. */
void vmsg_fuzz_arm(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s);

/*
 * Before a step: let a bus find its devices, if that was not done. What it is told of them is
 * changed by the script's first step for that, wherever it is, as a bus need not ask again.
 */
void vmsg_fuzz_open(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s);

/* Before a step: where a bus has many requests under way, let it end them. */
void vmsg_fuzz_make_room(struct vmsg_fuzz_executor *e);

/* A MEMORY step. */
void vmsg_fuzz_memory(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s);

/* Empty rings and the first descriptor for a queue that is about to be set up; false: no room. */
bool vmsg_fuzz_clear_rings(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d);

/* One buffer for the device to write into, made available in the ring of its right queue. */
void vmsg_fuzz_make_available(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d);

/*
 * What the harness does to a device's queue: empties it, while the device is reset, and sets it up
 * by what comes next; adds the first descriptor to what is available, of which the device has used
 * so many (false: that is no time for it); tells the device to reset; has the answers to all that
 * it asked; or something after which nobody knows who writes where.
 */
void vmsg_fuzz_sets_up(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d);
bool vmsg_fuzz_publishes(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d,
                         uint16_t used);
void vmsg_fuzz_resets(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d);
void vmsg_fuzz_fenced(struct vmsg_fuzz_executor *e);
void vmsg_fuzz_muddle(struct vmsg_fuzz_executor *e);

/* A message of a script that is about to be sent; one that came. */
void vmsg_fuzz_used_sent(struct vmsg_fuzz_executor *e, const struct vmsg *m);
void vmsg_fuzz_used_heard(struct vmsg_fuzz_executor *e, const struct vmsg *m);

/* All devices reset, for the next script; false: wedged. */
bool vmsg_fuzz_reset_all(struct vmsg_fuzz_executor *e);

struct vmsg_fuzz_upper {
    struct vmsg_fuzz_device *device; /* NULL: an unknown one */
    bool noted;                      /* the oracle has to know */
    struct vmsg_note note;           /* its data lies in `data` */
    uint8_t data[VMSG_FUZZ_RAW_MOST];
    unsigned kicks; /* of "kick": so often; else 0 */
    bool looks;     /* it changes nothing */
    char line[40 + 2 * VMSG_FUZZ_RAW_MOST];
};

/* The upper-tester command of a step; false when there is no sense in it now. *u must not move. */
bool vmsg_fuzz_upper(struct vmsg_fuzz_known *k, enum vmsg_role role, const struct vmsg_fuzz_step *s,
                     struct vmsg_fuzz_upper *u);

/* The command goes to the SUT, and its reply is waited for. */
void vmsg_fuzz_command(struct vmsg_fuzz_executor *e, const char *line);

/* Buffers made available by the user of a driver. */
void vmsg_fuzz_kick(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_upper *u);

/* What a connection came to; it is closed unless all is clean. */
void vmsg_fuzz_conclude(struct vmsg_fuzz_executor *e, bool answers,
                        struct vmsg_fuzz_result *result);

/* Stop the SUT. When it dies of that, *result becomes that, if it is clean. */
void vmsg_fuzz_stop(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_result *result);

static inline bool vmsg_fuzz_plays_device(const struct vmsg_fuzz_executor *e)
{
    return e->target->role != VMSG_ROLE_DEVICE;
}

/* May more be done on this connection? */
static inline bool vmsg_fuzz_goes_on(const struct vmsg_fuzz_executor *e)
{
    return !e->connection.closed && !e->flooded && !e->refused && !e->connection.out_of_memory;
}

#endif
