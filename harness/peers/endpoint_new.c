/* Creating and freeing the device side, and making devices appear. */
#include "harness/peers/refdev.h"
#include "harness/peers/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Status, features, queues and configuration as they are when a device appears. */
static bool make_fresh(struct vmsg_refdev *d)
{
    const struct vmsg_model *model = d->model;
    uint64_t rng = d->ep->rng ^ d->dev_num;

    vmsg_refdev_clear(d);
    d->config = calloc(1, model->config_size ? model->config_size : 1);
    if (!d->config)
        return false;
    if (model->config_init)
        memcpy(d->config, model->config, model->config_init);
    d->first_generation = 1 + (uint32_t)(vmsg_rng_next(&rng) & 0xFF);
    d->generation = d->first_generation;
    for (unsigned i = 0; i < 16; i += 8)
        vmsg_put_le64(d->uuid + i, vmsg_rng_next(&rng));
    d->uuid[6] = (uint8_t)((d->uuid[6] & 0x0F) | 0x40); /* version 4, variant 1 (RFC 4122) */
    d->uuid[8] = (uint8_t)((d->uuid[8] & 0x3F) | 0x80);
    d->status = 0;
    d->stopped = d->hidden = false;
    d->reset_pending = VMSG_NO_RESET;
    vmsg_refdev_forget_features(d);
    return true;
}

/* The slot of a number, present or not; a new one when there is room. */
static struct vmsg_refdev *slot(struct vmsg_endpoint *ep, uint16_t dev_num)
{
    struct vmsg_refdev *d;

    for (unsigned i = 0; i < ep->n_devices; i++)
        if (ep->devices[i]->dev_num == dev_num)
            return ep->devices[i];
    if (ep->n_devices == VMSG_ENDPOINT_MAX_DEVICES)
        return NULL;
    d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->ep = ep;
    d->dev_num = dev_num;
    ep->devices[ep->n_devices++] = d;
    return d;
}

struct vmsg_refdev *vmsg_endpoint_add(struct vmsg_endpoint *ep, uint16_t dev_num,
                                      const struct vmsg_model *model)
{
    struct vmsg_refdev *d = slot(ep, dev_num);

    if (!d)
        return NULL;
    if (model)
        d->model = model;
    else if (!d->model)
        d->model = &vmsg_model_entropy;
    d->present = make_fresh(d);
    return d->present ? d : NULL;
}

static bool add_configured(struct vmsg_endpoint *ep, const struct vmsg_peer_config *config,
                           char *err, size_t err_size)
{
    for (unsigned i = 0; i < config->n_devices; i++) {
        const char *name = config->devices[i].model;
        const struct vmsg_model *model = name ? vmsg_model_find(name) : NULL;

        if (!model) {
            snprintf(err, err_size, "no device model '%s'; there are block, entropy and max",
                     name ? name : "");
            return false;
        }
        if (!vmsg_endpoint_add(ep, config->devices[i].dev_num, model)) {
            snprintf(err, err_size, "out of memory for device %u", config->devices[i].dev_num);
            return false;
        }
    }
    return true;
}

static bool add_devices(struct vmsg_endpoint *ep, const struct vmsg_peer_config *config, char *err,
                        size_t err_size)
{
    struct vmsg_peer_config standard = {
        .devices = {{0, "block"}, {5, "entropy"}},
        .n_devices = 2,
    };

    if (config->n_devices > VMSG_PEER_MAX_DEVICES) {
        snprintf(err, err_size, "%u devices asked for, at most %u can be configured",
                 config->n_devices, VMSG_PEER_MAX_DEVICES);
        return false;
    }
    return add_configured(ep, config->n_devices ? config : &standard, err, err_size);
}

static bool host_usable(const struct vmsg_sut_host *host, char *err, size_t err_size)
{
    if (host->max_msg_size < VMSG_MAX_SIZE_LEAST || host->max_msg_size > VMSG_MAX_SIZE_MOST) {
        snprintf(err, err_size, "maximum message size %u is not within %u and %u",
                 host->max_msg_size, VMSG_MAX_SIZE_LEAST, VMSG_MAX_SIZE_MOST);
        return false;
    }
    return true;
}

/* Faults and quirks that put requests off. */
static bool may_hold(const struct vmsg_endpoint *ep)
{
    return vmsg_faulty(ep, VMSG_FAULT_GET_OVERTAKES_SET) ||
           vmsg_faulty(ep, VMSG_FAULT_ANSWERS_SWAPPED) ||
           vmsg_quirky(ep, VMSG_QUIRK_ANSWERS_LATE) || vmsg_quirky(ep, VMSG_QUIRK_OWN_SPEED);
}

struct vmsg_endpoint *vmsg_endpoint_new(const struct vmsg_peer_config *config,
                                        const struct vmsg_sut_host *host, char *err,
                                        size_t err_size)
{
    struct vmsg_endpoint *ep;

    if (!host_usable(host, err, err_size))
        return NULL;
    ep = malloc(sizeof *ep);
    if (!ep) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    memset(ep, 0, offsetof(struct vmsg_endpoint, chain.segments)); /* those are many */
    ep->host = *host;
    ep->dma = (struct vmsg_dma){host->mem, host->mem_base, host->mem_size};
    ep->polling = config->polling;
    ep->rng = config->seed;
    if (!vmsg_faults_select(config, &ep->fault, &ep->quirks, err, err_size) ||
        !add_devices(ep, config, err, err_size)) {
        vmsg_endpoint_free(ep);
        return NULL;
    }
    ep->out = malloc(VMSG_MAX_SIZE_MOST);
    ep->held = may_hold(ep) ? malloc(VMSG_MAX_SIZE_MOST) : NULL;
    if (!ep->out || (may_hold(ep) && !ep->held)) {
        snprintf(err, err_size, "out of memory");
        vmsg_endpoint_free(ep);
        return NULL;
    }
    return ep;
}

void vmsg_endpoint_free(struct vmsg_endpoint *ep)
{
    if (!ep)
        return;
    for (unsigned i = 0; i < ep->n_devices; i++) {
        vmsg_refdev_clear(ep->devices[i]);
        free(ep->devices[i]);
    }
    free(ep->out);
    free(ep->held);
    free(ep);
}
