/* What the buggy driver reads of a device, and believes. */
#include "tests/buggy/driver.h"

#include <string.h>

bool drv_is_whole(const struct driver *d, bool bus, uint8_t id, const uint8_t *p, size_t n)
{
    static const uint8_t least[] = {[GET_DEVICE_INFO] = 44,
                                    [GET_DEVICE_FEATURES] = 8,
                                    [GET_CONFIG] = 12,
                                    [GET_DEVICE_STATUS] = 4,
                                    [SET_DEVICE_STATUS] = 4,
                                    [GET_VQUEUE] = 40,
                                    [GET_SHM] = 0};

    if (bus)
        return n >= 6 && (d->bug == BUG_DRV_WINDOW_TRUSTED || (get(p + 4, 2) + 7) / 8 <= n - 6);
    if (n < least[id])
        return false;
    if (id == GET_DEVICE_FEATURES && d->bug != BUG_DRV_FEATURES_TRUSTED)
        return get(p + 4, 4) <= (n - 8) / 4;
    if (id == GET_CONFIG && d->bug != BUG_DRV_CONFIG_LENGTH)
        return get(p + 8, 4) <= n - 12;
    return true;
}

void drv_learn_info(struct driver *d, struct device *dev, const uint8_t *p)
{
    uint32_t config_size = (uint32_t)get(p + 28, 4), queues = (uint32_t)get(p + 32, 4);

    dev->config_size = config_size < CONFIG_MOST ? config_size : CONFIG_MOST;
    dev->queues = queues < N_QUEUES || d->bug == BUG_DRV_QUEUES_TRUSTED ? queues : N_QUEUES;
    for (uint32_t i = 0; i < dev->queues; i++)
        dev->sizes[i] = 0;
    dev->looked = 0;
    dev->known = true;
    dev->step = dev->queues ? STEP_RESET : STEP_IDLE;
}

/* Blocks that are not there count as zeros ("GET_DEVICE_FEATURES"). */
void drv_learn_features(struct driver *d, struct device *dev, const uint8_t *p)
{
    uint32_t count = (uint32_t)get(p + 4, 4), words[2] = {0};

    for (uint32_t i = 0; i < count; i++)
        words[i % 2] |= (uint32_t)get(p + 8 + 4 * (size_t)i, 4) * (i < 2);
    if (words[0] & F_VERSION_1)
        dev->step++;
    else
        drv_failed(dev);
}

uint32_t drv_config_length(const struct driver *d, const struct device *dev)
{
    uint32_t room = d->host->max_msg_size - HEADER - 12;

    return dev->config_size < room ? dev->config_size : room;
}

void drv_learn_config(struct driver *d, struct device *dev, const uint8_t *p)
{
    uint32_t wanted = drv_config_length(d, dev), offset = 0, length = (uint32_t)get(p + 8, 4);

    dev->generation = (uint32_t)get(p, 4);
    if (d->bug == BUG_DRV_CONFIG_OFFSET)
        offset = (uint32_t)get(p + 4, 4);
    else if (get(p + 4, 4) != 0)
        length = 0;
    if (d->bug != BUG_DRV_CONFIG_LENGTH && length != wanted)
        length = 0; /* refused, or nonsense */
    memcpy(dev->config + offset, p + 12, length);
    if (dev->step == STEP_CONFIG)
        dev->step++;
}

static uint32_t power_of_two(const struct driver *d, uint32_t most)
{
    volatile uint32_t size = 1; /* else the compiler may leave the endless loop out */

    if (d->bug == BUG_DRV_SIZE_LOOP)
        while (size * 2 <= most)
            size *= 2;
    else
        while (size * 2 <= most && size < BUFFERS)
            size *= 2;
    return size < BUFFERS ? size : BUFFERS;
}

void drv_learn_queue(struct driver *d, struct device *dev, const uint8_t *p)
{
    if (dev->looked < N_QUEUES)
        dev->sizes[dev->looked] = (uint32_t)get(p + 4, 4);
    if (++dev->looked < dev->queues)
        return;
    dev->looked = 0;
    dev->size = power_of_two(d, dev->sizes[0]);
    if (dev->sizes[0])
        dev->step++;
    else
        drv_failed(dev);
}
