/* The tokens of a replay: which requests of the SUT wait for an answer now. */
#ifndef VMSG_REPLAY_TOKENS_H
#define VMSG_REPLAY_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VMSG_REPLAY_WAITING 64u /* requests; older ones are forgotten */

struct vmsg_replay_tokens {
    struct vmsg_replay_request {
        uint8_t endpoint, type, msg_id;
        uint16_t dev_num, token;
    } waiting[VMSG_REPLAY_WAITING];
    size_t n;
};

/* The SUT sent this; a request waits from now on. */
void vmsg_replay_asked(struct vmsg_replay_tokens *t, unsigned endpoint, const uint8_t *bytes,
                       size_t len);

/* This goes to the SUT: an answer takes the token of the oldest request like it. False: none waits.
 */
bool vmsg_replay_answer(struct vmsg_replay_tokens *t, unsigned endpoint, uint8_t *bytes,
                        size_t len);

#endif
