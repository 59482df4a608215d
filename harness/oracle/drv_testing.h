/* For the tests of the judge of drivers: testing.h with a driver as the side that is judged. */
#ifndef VMSG_DRV_TESTING_H
#define VMSG_DRV_TESTING_H

#include "harness/oracle/testing.h"

#define MS UINT64_C(1000000)

/* A driver that was told of device 0; one attempt takes 100 ms, and it makes 3. */
static inline struct session driver(void)
{
    struct session s = with_defaults();

    s.config.judged = VMSG_JUDGE_DRIVER;
    s.config.request_timeout_ms = 100;
    s.config.attempts = 3;
    return s;
}

static inline struct session strict_driver(void)
{
    struct session s = driver();

    s.config.transport_features = VMSG_F_STRICT_CONFIG_GENERATION;
    s.config.virtual_time = true;
    return s;
}

/* All of the initialisation, with queue 0 and these features of block 1 besides VERSION_1. */
static inline void running(struct session *s, uint32_t high)
{
    info(s);
    status(s, 0, 0);
    status(s, 1, 1);
    status(s, 3, 3);
    offer_features(s, 0, 2, 0, OFFERED | high);
    select_features(s, 0, 2, 0, V1 | high);
    status(s, 0xb, 0xb);
    read_queue(s, 0, 0, 0, false);
    set_queue(s, 0, VMSG_VQ_ENABLE, 64, 0);
    ask(s, "GET_VQUEUE", F(0), F(0, 256, 64, 1, MEM(0), MEM(0x1000), MEM(0x2000)));
    status(s, 0xf, 0xf);
}

static inline void at(struct session *s, uint64_t ms)
{
    vmsg_oracle_time(oracle_of(s), MS + ms * MS);
}

/* `more` buffers of queue 0, and where its ring ends now. */
static inline void available(struct session *s, uint32_t more, uint32_t position)
{
    vmsg_oracle_note(oracle_of(s), &(struct vmsg_note){.kind = VMSG_NOTE_AVAILABLE,
                                                       .index = s->index,
                                                       .dev_num = s->dev,
                                                       .value = more,
                                                       .position = position});
}

static inline void notify(struct session *s, uint32_t vq, uint32_t next_offset)
{
    to(s, "EVENT_AVAIL", 0, F(vq, next_offset));
}

static inline void used(struct session *s, uint32_t more)
{
    note(s, VMSG_NOTE_USED, 0, more);
    event(s, "EVENT_USED", F(0), NULL, 0);
}

#endif
