/* The buggy driver's way with one device: steps, and what each answer means. */
#include "tests/buggy/driver.h"

enum { S_ACKNOWLEDGE = 1, S_DRIVER = 2 };

/* The status that a step writes. */
static uint32_t status_of(enum step step)
{
    switch (step) {
    case STEP_ACKNOWLEDGE:
        return S_ACKNOWLEDGE;
    case STEP_DRIVER:
        return S_ACKNOWLEDGE | S_DRIVER;
    case STEP_AGREE:
        return S_ACKNOWLEDGE | S_DRIVER | S_FEATURES_OK;
    case STEP_OK:
        return S_ACKNOWLEDGE | S_DRIVER | S_FEATURES_OK | S_DRIVER_OK;
    case STEP_GIVE_UP:
        return S_FAILED;
    default:
        return 0;
    }
}

void drv_failed(struct device *dev)
{
    dev->reset_due = dev->stale = false;
    if (!dev->known || dev->step == STEP_GIVE_UP)
        dev->step = STEP_IDLE; /* it is not there, or not any more */
    else
        dev->step = dev->restarts++ < RESTARTS ? STEP_RESET : STEP_GIVE_UP;
}

/* ---- asking ---- */

static void ask_queue(struct driver *d, struct device *dev, uint32_t index)
{
    uint8_t p[4];

    put(p, index, 4);
    drv_ask(d, 0, GET_VQUEUE, dev->number, p, sizeof p);
}

static void ask_features(struct driver *d, struct device *dev, uint8_t id)
{
    uint8_t p[12] = {0};

    put(p, 1, 4);
    put(p + 4, 1, 4);
    put(p + 8, F_VERSION_1, 4);
    drv_ask(d, 0, id, dev->number, p, id == SET_DRIVER_FEATURES ? 12 : 8);
}

static void ask_config(struct driver *d, struct device *dev)
{
    uint8_t p[8] = {0};

    dev->stale = false;
    put(p + 4, drv_config_length(d, dev), 4);
    drv_ask(d, 0, GET_CONFIG, dev->number, p, sizeof p);
}

static void set_up(struct driver *d, struct device *dev)
{
    uint8_t p[40] = {0};

    drv_clear_ring(d, dev);
    put(p + 4, 1, 4); /* enable */
    put(p + 8, dev->size, 4);
    for (unsigned i = 0; i < 3; i++)
        put(p + 16 + 8 * i, drv_area(d, dev, i), 8);
    drv_ask(d, 0, SET_VQUEUE, dev->number, p, sizeof p);
}

static void write_status(struct driver *d, struct device *dev)
{
    uint8_t p[4];

    put(p, status_of(dev->step), 4);
    drv_ask(d, 0, SET_DEVICE_STATUS, dev->number, p, sizeof p);
}

bool drv_next(struct driver *d, struct device *dev)
{
    if (dev->reset_due)
        drv_failed(dev);
    if (dev->step == STEP_CONFIG && !drv_config_length(d, dev))
        dev->step = STEP_LOOK;
    switch (dev->step) {
    case STEP_INFO:
        drv_ask(d, 0, GET_DEVICE_INFO, dev->number, NULL, 0);
        return true;
    case STEP_POLL:
        drv_ask(d, 0, GET_DEVICE_STATUS, dev->number, NULL, 0);
        return true;
    case STEP_RESET:
    case STEP_ACKNOWLEDGE:
    case STEP_DRIVER:
    case STEP_AGREE:
    case STEP_OK:
    case STEP_GIVE_UP:
        write_status(d, dev);
        return true;
    case STEP_FEATURES:
        ask_features(d, dev, GET_DEVICE_FEATURES);
        return true;
    case STEP_SELECT:
        ask_features(d, dev, SET_DRIVER_FEATURES);
        return true;
    case STEP_CONFIG:
        ask_config(d, dev);
        return true;
    case STEP_LOOK:
        ask_queue(d, dev, dev->looked);
        return true;
    case STEP_SET_UP:
        set_up(d, dev);
        return true;
    case STEP_CONFIRM:
        ask_queue(d, dev, 0);
        return true;
    case STEP_RUN:
        if (dev->stale)
            ask_config(d, dev);
        return d->open;
    case STEP_IDLE:
        return false;
    }
    return false;
}

/* ---- answers ---- */

static void status_came(struct driver *d, struct device *dev, uint32_t status)
{
    if (dev->step == STEP_RESET || dev->step == STEP_POLL) {
        dev->polls = dev->step == STEP_RESET ? 0 : dev->polls + 1;
        dev->step = status == 0 ? STEP_ACKNOWLEDGE : STEP_POLL;
        d->wait = status == 0 ? d->now : d->now + POLL_NS;
        if (dev->polls == RESET_POLLS)
            drv_failed(dev);
        return;
    }
    if (dev->step == STEP_GIVE_UP) {
        dev->step = STEP_IDLE;
        return;
    }
    if (status_of(dev->step) & ~status || status & S_NEEDS_RESET) {
        drv_failed(dev);
        return;
    }
    dev->step++;
    if (dev->step == STEP_RUN) {
        dev->restarts = 0;
        drv_offer(d, dev);
    }
}

static bool took_it(const struct driver *d, const struct device *dev, const uint8_t *p)
{
    return get(p + 8, 4) == dev->size && get(p + 12, 4) & 1 &&
           get(p + 16, 8) == drv_area(d, dev, 0) && get(p + 24, 8) == drv_area(d, dev, 1) &&
           get(p + 32, 8) == drv_area(d, dev, 2);
}

void drv_answered(struct driver *d, struct device *dev, const uint8_t *p)
{
    if (dev->reset_due)
        return;
    switch (dev->step) {
    case STEP_INFO:
        drv_learn_info(d, dev, p);
        return;
    case STEP_FEATURES:
        drv_learn_features(d, dev, p);
        return;
    case STEP_SELECT:
    case STEP_SET_UP:
        dev->step++;
        return;
    case STEP_CONFIG:
    case STEP_RUN:
        drv_learn_config(d, dev, p);
        return;
    case STEP_LOOK:
        drv_learn_queue(d, dev, p);
        return;
    case STEP_CONFIRM:
        if (took_it(d, dev, p))
            dev->step++;
        else
            drv_failed(dev);
        return;
    case STEP_IDLE:
        return;
    default:
        status_came(d, dev, (uint32_t)get(p, 4));
        return;
    }
}
