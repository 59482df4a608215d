/*
 * What the oracle's files offer each other, over the state of state.h. Private to harness/oracle.
 */
#ifndef VMSG_ORACLE_INTERNAL_H
#define VMSG_ORACLE_INTERNAL_H

#include "harness/oracle/state.h"

/* oracle.c */
void blame(struct vmsg_oracle *o, enum vmsg_clause_no clause, uint16_t dev, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void owe(struct vmsg_oracle *o, bool *what);
void owe_queue(struct vmsg_oracle *o, struct device *d, struct queue *q, bool *what);
void settle_debt(struct vmsg_oracle *o, bool *what);
bool strict_profile(const struct vmsg_oracle *o);
uint64_t hash_bytes(const void *bytes, size_t len);
bool all_zero(const uint8_t *p, size_t len);

/* Devices and queues come in pages of this many. */
#define PER_PAGE    256u /* devices; as many pages */
#define QUEUE_PAGE  64u  /* queues; most devices touch one page */
#define QUEUE_PAGES (65536u / QUEUE_PAGE)

/* The device, NULL when it was never seen. */
static inline struct device *find_device(const struct vmsg_oracle *o, uint16_t dev_num)
{
    struct device **page = o->devices[dev_num / PER_PAGE];

    return page ? page[dev_num % PER_PAGE] : NULL;
}

/* devices.c: NULL when memory ran out (o->failed) or, for find_*, when never seen. */
struct device *get_device(struct vmsg_oracle *o, uint16_t dev_num);
struct queue *get_queue(struct vmsg_oracle *o, struct device *d, uint32_t index);
struct queue *find_queue(struct device *d, uint32_t index);
bool device_exists(struct vmsg_oracle *o, const struct device *d); /* false only when sure */
const struct vmsg_device_facts *device_facts(const struct vmsg_oracle *o, uint16_t dev_num);
uint32_t max_virtqueues(const struct device *d); /* 65,536 when not known */
void device_was_reset(struct vmsg_oracle *o, struct device *d);
/* What the queues look like is not known any more; they owe nothing. */
void forget_queues(struct vmsg_oracle *o, struct device *d);
void each_device(struct vmsg_oracle *o, void (*visit)(struct vmsg_oracle *, struct device *));
void free_devices(struct vmsg_oracle *o);

/* requests.c; what is asked for with every message is no call. */
static inline struct request *request_at(struct vmsg_oracle *o, uint32_t i)
{
    return i == NONE ? NULL : &o->requests[i];
}

static inline struct device *request_device(struct vmsg_oracle *o, const struct request *r)
{
    return r->bus ? &o->bus : find_device(o, r->dev_num);
}

static inline uint64_t request_key(bool bus, uint16_t dev, uint16_t token, uint8_t msg_id)
{
    return (uint64_t)bus << 40 | (uint64_t)dev << 24 | (uint64_t)token << 8 | msg_id;
}

static inline uint64_t key_of(const struct request *r)
{
    return request_key(r->bus, r->dev_num, r->token, r->msg_id);
}

struct request *request_add(struct vmsg_oracle *o, struct device *d, const struct vmsg *m);
void request_remove(struct vmsg_oracle *o, struct request *r);
void request_ghost(struct vmsg_oracle *o, struct request *r);
/* Is r, just sent, among those of one token that a response is tried on? */
bool request_in_reach(struct vmsg_oracle *o, const struct request *r);
/* No answer is owed any more. */
void request_forgive(struct vmsg_oracle *o, struct request *r);
/* And an answer that comes may be that of another one: nothing is told from it. */
void request_unclear(struct vmsg_oracle *o, struct request *r);
/* The chain in which requests with this key stand, among others. */
struct chain request_chain(const struct vmsg_oracle *o, uint64_t key, bool ghosts);
void remember_answered(struct vmsg_oracle *o, const struct request *r);
bool was_answered(struct vmsg_oracle *o, bool bus, uint16_t dev, uint16_t token, uint8_t msg_id);

/* match.c: which request a response answers; NULL: none as it stands. */
struct request *request_match(struct vmsg_oracle *o, const struct vmsg *m);
/* The same, as if the response carried another device number or token. */
struct request *request_match_as(struct vmsg_oracle *o, const struct vmsg *m, uint16_t dev,
                                 uint16_t token);
/* Of a request with this device and token that is due an answer, whatever its message id. */
struct request *request_match_any_id(struct vmsg_oracle *o, const struct vmsg *m);
/* The device's oldest with this id that must be answered, else one that may be. */
struct request *request_oldest(struct vmsg_oracle *o, struct device *d, uint8_t msg_id);
/* The device's oldest request that must be answered. */
struct request *request_first_due(struct vmsg_oracle *o, struct device *d);

/* forget.c: r may have taken effect, or not. */
void forget_effects(struct vmsg_oracle *o, struct device *d, const struct request *r);
void forget_device(struct vmsg_oracle *o, struct device *d);
/* bus.c: what comes under this number may be another device. */
void forget_life(struct vmsg_oracle *o, struct device *d);

/* classify.c: fills due, blame and what effects need. */
void classify(struct vmsg_oracle *o, struct device *d, const struct vmsg *m, struct request *r);

/* ordering.c: everything about who answers what, and when. */
void sent_to_device(struct vmsg_oracle *o, const struct vmsg *m);
void came_from_device(struct vmsg_oracle *o, struct vmsg *m); /* may re-decode it */
void settle_requests(struct vmsg_oracle *o);
/* r is answered in its turn: what was sent before it is unanswered; its token was no hindrance. */
void pass_earlier(struct vmsg_oracle *o, struct device *d, const struct request *r);
/* More wait than a response is tried on: r, just sent, or others on the bus are let go. */
void limit_outstanding(struct vmsg_oracle *o, struct request *r);
void token_answered(struct vmsg_oracle *o, struct device *d, const struct request *r);
uint32_t request_id_bit(uint8_t msg_id); /* in a set of standard requests */
const char *message_name(const struct vmsg *m);
const char *request_name(const struct request *r);
void answered(struct vmsg_oracle *o, struct request *r, const struct vmsg *m);
/* r was answered by m, but not in a way that its payload could be judged. */
void drop_request(struct vmsg_oracle *o, struct request *r, const struct vmsg *m);

/* unmatched.c: a response that matches no request as it stands. */
void judge_unmatched(struct vmsg_oracle *o, const struct vmsg *m);
/* m matches r, but only says again what was said last, while others wait: blamed. */
bool judge_repeated(struct vmsg_oracle *o, const struct request *r, const struct vmsg *m);
/* r must be discarded, and m comes from a device that gets tokens wrong: it answers another. */
bool answers_other_token(struct vmsg_oracle *o, const struct request *r, const struct vmsg *m);
void remember_answer(struct vmsg_oracle *o, const struct request *r, const struct vmsg *m);
/* A single token in the other byte order may be any wrong token. */
void settle_swapped_token(struct vmsg_oracle *o);

/* shape.c: all defined fields there, and nothing but padding after them; false: unreadable. */
void blame_cut_off(struct vmsg_oracle *o, enum vmsg_clause_no clause, uint16_t dev_num,
                   const char *what, const struct vmsg *m);
bool judge_shape(struct vmsg_oracle *o, struct device *d, const struct request *r,
                 const struct vmsg *m);
void request_unanswered(struct vmsg_oracle *o, const struct request *r); /* the finding */

bool asks_too_much(const struct vmsg_oracle *o, const struct device *d, const struct request *r);

/* header.c: false when the message's payload is not to be judged further. `m` may be re-decoded
 * with its size corrected. */
bool judge_header(struct vmsg_oracle *o, struct vmsg *m);

/* One file per part of the chapter; r is the request that m answers. */
void judge_info(struct vmsg_oracle *o, struct device *d, const struct request *r,
                const struct vmsg *m);
void judge_get_features(struct vmsg_oracle *o, struct device *d, const struct request *r,
                        const struct vmsg *m);
void judge_set_features(struct vmsg_oracle *o, struct device *d, const struct request *r,
                        const struct vmsg *m);
void judge_features_ok(struct vmsg_oracle *o, struct device *d, uint32_t asked, uint32_t got);
bool feature_negotiated(const struct device *d, unsigned bit, bool *known);
bool feature_offered(const struct device *d, unsigned bit);
void judge_get_config(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m);
void judge_set_config(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m);
void config_forget(struct config_state *c);
/* The same, and what writes led to expect: the device's state changed. */
void config_restart(struct config_state *c);
void judge_get_status(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m);
void settle_early_status(struct vmsg_oracle *o, struct device *d);
void reset_timed_out(struct vmsg_oracle *o, struct device *d);
void judge_set_status(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m);
void judge_get_vqueue(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m);
void judge_set_vqueue(struct vmsg_oracle *o, struct device *d, const struct request *r,
                      const struct vmsg *m);
void judge_reset_vqueue(struct vmsg_oracle *o, struct device *d, const struct request *r,
                        const struct vmsg *m);
void judge_get_shm(struct vmsg_oracle *o, struct device *d, const struct request *r,
                   const struct vmsg *m);
void status_learned(struct vmsg_oracle *o, struct device *d, uint32_t status);
bool status_swapped(struct vmsg_oracle *o, struct device *d, uint32_t v, uint32_t expected);
/* A generation count came in a SET_CONFIG response or EVENT_CONFIG. */
void generation_claimed(struct vmsg_oracle *o, struct config_state *c, bool event, bool rejected,
                        uint32_t gen);
void generation_read(struct vmsg_oracle *o, struct device *d, uint32_t gen);
/* Are [offset, offset+length) known from reads at the current generation, and equal to data? */
bool config_same(const struct config_state *c, uint32_t offset, const uint8_t *data,
                 uint32_t length);
void config_change_noted(struct vmsg_oracle *o, struct device *d, const struct vmsg_note *note);
void held_event_status(struct vmsg_oracle *o, struct device *d, uint32_t got);
void held_event_write(struct vmsg_oracle *o, struct device *d, uint32_t gen);
void judge_event_config(struct vmsg_oracle *o, struct device *d, const struct vmsg *m);
/* An event with a wrong device number: what it announces is no more owed. */
void event_of_nobody(struct vmsg_oracle *o, const struct vmsg *m);
void judge_event_used(struct vmsg_oracle *o, struct device *d, const struct vmsg *m);
void judge_event_device(struct vmsg_oracle *o, const struct vmsg *m);
void judge_get_devices(struct vmsg_oracle *o, const struct request *r, const struct vmsg *m);
void judge_ping(struct vmsg_oracle *o, const struct request *r, const struct vmsg *m);
void events_answered(struct vmsg_oracle *o, struct device *d, const struct request *r);
void settle_causeless(struct vmsg_oracle *o, struct device *d);
void note_queue(struct vmsg_oracle *o, struct device *d, const struct vmsg_note *note);
void settle_queue(struct vmsg_oracle *o, struct device *d, struct queue *q);
void settle_events(struct vmsg_oracle *o);
/* A device came or went: EVENT_DEVICE has to tell, where the SUT uses it. */
void hotplug_owed(struct vmsg_oracle *o, uint16_t dev);
/* Requests in flight to a device that comes or goes may be answered or not. */
void forgive_requests(struct vmsg_oracle *o, struct device *d);
void settle_bus(struct vmsg_oracle *o);

/* The request's payload fields, as the response repeats them. */
bool judge_echo(struct vmsg_oracle *o, const struct device *d, const char *field, uint64_t asked,
                uint64_t got, enum vmsg_clause_no clause);
/* Bytes after the defined payload: padding must be zero. True when there were any. */
bool judge_padding(struct vmsg_oracle *o, const struct device *d, const struct vmsg *m);

#endif
