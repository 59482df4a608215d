/* Reference peers from outside: dispatch by role. */
#include "harness/peers/bus.h"
#include "harness/peers/driver.h"
#include "harness/peers/refdev.h"

#include <stdio.h>
#include <stdlib.h>

struct vmsg_peer {
    struct vmsg_endpoint *endpoint; /* device role */
    struct vmsg_driver *driver;     /* driver role */
    struct vmsg_bus *bus;           /* bus role */
};

/* The driver's platform data: the configured device numbers as "0,5". */
static struct vmsg_driver *new_driver(const struct vmsg_peer_config *config,
                                      const struct vmsg_sut_host *host, char *err, size_t err_size)
{
    char list[VMSG_PEER_MAX_DEVICES * 6 + 1] = "";
    size_t len = 0;

    for (unsigned i = 0; i < config->n_devices && i < VMSG_PEER_MAX_DEVICES; i++)
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%u", i ? "," : "",
                                config->devices[i].dev_num);
    if (config->platform && *config->platform)
        return vmsg_driver_new(config, host, config->platform, err, err_size);
    return vmsg_driver_new(config, host, list, err, err_size);
}

struct vmsg_peer *vmsg_peer_new(const struct vmsg_peer_config *config,
                                const struct vmsg_sut_host *host, char *err, size_t err_size)
{
    struct vmsg_peer *peer = calloc(1, sizeof *peer);

    if (!peer) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    switch (config->role) {
    case VMSG_ROLE_DEVICE:
        peer->endpoint = vmsg_endpoint_new(config, host, err, err_size);
        break;
    case VMSG_ROLE_DRIVER:
        peer->driver = new_driver(config, host, err, err_size);
        break;
    case VMSG_ROLE_BUS:
        peer->bus = vmsg_bus_new(config, host, err, err_size);
        break;
    }
    if (peer->endpoint || peer->driver || peer->bus)
        return peer;
    free(peer);
    return NULL;
}

void vmsg_peer_free(struct vmsg_peer *peer)
{
    if (!peer)
        return;
    if (peer->endpoint)
        vmsg_endpoint_free(peer->endpoint);
    if (peer->driver)
        vmsg_driver_free(peer->driver);
    vmsg_bus_free(peer->bus);
    free(peer);
}

void vmsg_peer_receive(struct vmsg_peer *peer, const void *msg, size_t len)
{
    if (peer->endpoint)
        vmsg_endpoint_receive(peer->endpoint, msg, len);
    else if (peer->bus)
        vmsg_bus_receive(peer->bus, msg, len);
    else
        vmsg_driver_receive(peer->driver, msg, len);
}

void vmsg_peer_far(struct vmsg_peer *peer, void *ctx, void (*send)(void *, const void *, size_t))
{
    if (peer->bus)
        vmsg_bus_far(peer->bus, ctx, send);
}

bool vmsg_peer_receive_far(struct vmsg_peer *peer, const void *msg, size_t len)
{
    if (peer->bus)
        vmsg_bus_receive_far(peer->bus, msg, len);
    return peer->bus;
}

void vmsg_peer_tick(struct vmsg_peer *peer, uint64_t now_ns)
{
    if (peer->endpoint)
        vmsg_endpoint_tick(peer->endpoint, now_ns);
    else if (peer->bus)
        vmsg_bus_tick(peer->bus, now_ns);
    else
        vmsg_driver_tick(peer->driver, now_ns);
}

uint64_t vmsg_peer_deadline(const struct vmsg_peer *peer)
{
    if (peer->endpoint)
        return vmsg_endpoint_deadline(peer->endpoint);
    if (peer->bus)
        return vmsg_bus_deadline(peer->bus);
    return vmsg_driver_deadline(peer->driver);
}

void vmsg_peer_command(struct vmsg_peer *peer, const char *line, char *reply, size_t reply_size)
{
    if (peer->endpoint)
        vmsg_endpoint_command(peer->endpoint, line, reply, reply_size);
    else if (peer->bus)
        vmsg_bus_command(peer->bus, line, reply, reply_size);
    else
        vmsg_driver_command(peer->driver, line, reply, reply_size);
}

static const struct vmsg_refdev *device_of(const struct vmsg_peer *peer, uint16_t dev_num)
{
    return peer->endpoint ? vmsg_endpoint_find(peer->endpoint, dev_num) : NULL;
}

bool vmsg_peer_queue(const struct vmsg_peer *peer, uint16_t dev_num, uint32_t vq,
                     struct vmsg_peer_queue *out)
{
    const struct vmsg_refdev *d = device_of(peer, dev_num);
    const struct vmsg_queue *q;

    if (!d || vq >= VMSG_QUEUES_MAX)
        return false;
    q = vmsg_queue_peek(&d->queues, vq);
    *out = (struct vmsg_peer_queue){
        .enabled = q->enabled,
        .packed = vmsg_refdev_negotiated(d, VIRTIO_F_RING_PACKED),
        .event_idx = vmsg_refdev_negotiated(d, VIRTIO_F_EVENT_IDX),
        .size = q->size,
        .desc = q->desc,
        .driver = q->driver,
        .device = q->device,
    };
    return true;
}

const char *vmsg_peer_broken_ring(struct vmsg_peer *peer, uint16_t dev_num, uint32_t *vq)
{
    struct vmsg_refdev *d = (struct vmsg_refdev *)device_of(peer, dev_num);
    const char *why = d ? d->broken : NULL;

    if (why) {
        *vq = d->broken_vq;
        d->broken = NULL;
    }
    return why;
}

bool vmsg_peer_status(const struct vmsg_peer *peer, uint16_t dev_num, uint32_t *out)
{
    const struct vmsg_refdev *d = device_of(peer, dev_num);

    if (d)
        *out = d->status;
    return d;
}
