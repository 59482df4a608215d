/*
 * The oracle on any stream: records of direction, length and bytes, with notes and settling in
 * between. It must follow whatever comes without reading or writing out of bounds.
 */
#include "harness/oracle/oracle.h"
#include "harness/wire/wire.h"

#include <stdlib.h>

static void found(void *ctx, const struct vmsg_finding *finding)
{
    (void)ctx;
    if (!finding->text[0])
        abort();
}

static void note(struct vmsg_oracle *o, const uint8_t *p, size_t len)
{
    struct vmsg_note n = {
        .kind = p[0] % (VMSG_NOTE_RESET_TIMEOUT + 1),
        .dev_num = p[1] % 4,
        .vq = p[2] % 8,
        .value = p[3] % 4,
        .data = p + 4,
        .data_len = len - 4,
    };

    vmsg_oracle_note(o, &n);
}

/* Answer to what was sent last, so that the fuzzer need not guess tokens. */
static void echo_header(uint8_t *m, size_t len, const uint8_t *last, unsigned how)
{
    if (len < VMSG_HEADER_SIZE || !(how & 1))
        return;
    m[0] = last[0] | VMSG_TYPE_RESPONSE;
    for (unsigned i = 1; i < 6; i++)
        m[i] = last[i];
    if (how & 2)
        vmsg_put_le16(m + 6, (uint16_t)len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t devices[] = {0, 1, 65535};
    uint8_t last[VMSG_HEADER_SIZE] = {0};
    struct vmsg_oracle *o;
    uint32_t index = 0;

    if (size < 2)
        return 0;
    struct vmsg_oracle_config config = {
        .judged = VMSG_JUDGE_DEVICE,
        .revision = 1,
        .max_msg_size = data[0] & 1 ? 52 : 264,
        .transport_features = data[0] >> 1 & 1,
        .polling = data[0] & 4,
        .bus_messages = data[1] & 7,
        .devices = devices,
        .n_devices = data[0] & 8 ? 3 : 0,
    };
    o = vmsg_oracle_new(&config, found, NULL);
    if (!o)
        return 0;
    for (size_t at = 2; at + 2 <= size;) {
        unsigned op = data[at], len = data[at + 1];
        uint8_t *copy;

        at += 2;
        if (len > size - at)
            len = (unsigned)(size - at);
        copy = malloc(len ? len : 1);
        for (unsigned i = 0; copy && i < len; i++)
            copy[i] = data[at + i];
        at += len;
        if (copy && op % 8 == 7 && len >= 4) {
            note(o, copy, len);
        } else if (op % 8 == 6) {
            vmsg_oracle_settle(o);
        } else if (copy) {
            bool to_device = op & 1;

            if (!to_device)
                echo_header(copy, len, last, op >> 3);
            vmsg_oracle_message(o, index++, to_device ? VMSG_TO_DEVICE : VMSG_TO_DRIVER, copy, len);
            for (unsigned i = 0; to_device && i < len && i < sizeof last; i++)
                last[i] = copy[i];
        }
        free(copy);
    }
    vmsg_oracle_settle(o);
    if (vmsg_oracle_owes(o))
        abort();
    vmsg_oracle_free(o);
    return 0;
}
