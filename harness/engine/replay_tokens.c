/* Answers under the tokens of now; see replay_tokens.h. */
#include "harness/engine/replay_tokens.h"

#include "harness/wire/wire.h"

#include <string.h>

#define TOKEN_AT 4

static struct vmsg_replay_request read(unsigned endpoint, const uint8_t *p)
{
    return (struct vmsg_replay_request){.endpoint = (uint8_t)endpoint,
                                        .type = p[0],
                                        .msg_id = p[1],
                                        .dev_num = vmsg_le16(p + 2),
                                        .token = vmsg_le16(p + TOKEN_AT)};
}

static void forget(struct vmsg_replay_tokens *t, size_t i)
{
    memmove(&t->waiting[i], &t->waiting[i + 1], (--t->n - i) * sizeof *t->waiting);
}

void vmsg_replay_asked(struct vmsg_replay_tokens *t, unsigned endpoint, const uint8_t *bytes,
                       size_t len)
{
    if (len < VMSG_HEADER_SIZE || bytes[0] & VMSG_TYPE_RESPONSE || bytes[1] & VMSG_ID_EVENT)
        return;
    if (t->n == VMSG_REPLAY_WAITING)
        forget(t, 0);
    t->waiting[t->n++] = read(endpoint, bytes);
}

bool vmsg_replay_answer(struct vmsg_replay_tokens *t, unsigned endpoint, uint8_t *bytes, size_t len)
{
    struct vmsg_replay_request a;

    if (len < VMSG_HEADER_SIZE || !(bytes[0] & VMSG_TYPE_RESPONSE) || bytes[1] & VMSG_ID_EVENT)
        return false;
    a = read(endpoint, bytes);
    for (size_t i = 0; i < t->n; i++) {
        const struct vmsg_replay_request *q = &t->waiting[i];

        if (q->endpoint != a.endpoint || q->msg_id != a.msg_id || q->dev_num != a.dev_num ||
            (q->type ^ a.type) & VMSG_TYPE_BUS)
            continue;
        vmsg_put_le16(bytes + TOKEN_AT, q->token);
        forget(t, i);
        return true;
    }
    return false;
}
