/* Model "entropy": the smallest device. One queue, no configuration space, no UUID. */
#include "harness/peers/model.h"
#include "harness/peers/rng.h"
#include "harness/wire/wire.h"

enum { ENTROPY_BURST = 4096 }; /* at most so many bytes per buffer */

#define BIT(n) (UINT32_C(1) << ((n) % 32))

static const uint32_t features[] = {
    BIT(VIRTIO_F_INDIRECT_DESC) | BIT(VIRTIO_F_EVENT_IDX),
    BIT(VIRTIO_F_VERSION_1),
};

static uint32_t queue_size(uint32_t index)
{
    return 64;
}

static uint32_t process(const struct vmsg_model_io *io, const struct vmsg_chain *chain)
{
    uint32_t done = 0;
    size_t n = 1;

    while (n > 0 && done < ENTROPY_BURST) {
        uint64_t word = vmsg_rng_next(io->rng);

        n = vmsg_chain_write(chain, done, &word, sizeof word);
        done += (uint32_t)n;
    }
    return done;
}

const struct vmsg_model vmsg_model_entropy = {
    .name = "entropy",
    .device_id = 4,
    .features = features,
    .num_feature_blocks = 2,
    .max_virtqueues = 1,
    .queue_size = queue_size,
    .process = process,
};
