/*
 * Fuzzes this side of a bridge's rings: between its steps the other side writes whatever it likes
 * wherever it likes. The memory is exactly as large as the rings, so that the sanitizer sees a step
 * outside.
 */
#include "adapters/bridge/ring.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRY = 128 };

/* The next bytes of the input, zero when it is used up. */
static uint32_t next(const uint8_t **data, size_t *size)
{
    uint32_t value = 0;
    size_t n = *size < sizeof value ? *size : sizeof value;
    memcpy(&value, *data, n);
    *data += n;
    *size -= n;
    return value;
}

static void interfere(struct vmsg_ring *ring, const uint8_t **data, size_t *size)
{
    uint32_t where = next(data, size), what = next(data, size);
    size_t room = vmsg_ring_bytes(ENTRY) - sizeof what;
    size_t at = where & 1 ? where / 2 % room : where / 2 % sizeof *ring->header & ~(size_t)3;
    memcpy((uint8_t *)ring->header + at, &what, sizeof what);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmsg_ring ring;
    uint8_t buf[ENTRY], frame[ENTRY] = {0};
    size_t len;
    vmsg_ring_init(&ring, calloc(1, vmsg_ring_bytes(ENTRY)), ENTRY);
    while (size) {
        uint32_t step = next(&data, &size), own = ring.own;
        enum vmsg_ring_result result = VMSG_RING_WAIT;
        if (step & 1)
            interfere(&ring, &data, &size);
        if (step & 2 &&
            (result = vmsg_ring_take(&ring, buf, step >> 8 & 127, &len)) == VMSG_RING_DONE &&
            (len < 8 || len > ENTRY))
            abort();
        if (step & 4)
            result = vmsg_ring_put(&ring, frame, step >> 16 & 127);
        if ((step & 6) != 6 && ring.own - own != (result == VMSG_RING_DONE))
            abort();
    }
    free(ring.header);
    return 0;
}
